import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "./parse-json.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", "é", '"', "\\", "\n", ":", "{", "東", " ") });
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    text,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

describe("a key with an escape", () => {
  test.each([
    ['{"a":0,"\\\\":1}', '{"a":0,"\\"":1}', '"'],
    ['{"b":0,"\\\\\\"":1}', '{"b":0,"\\"b":1}', '"b'],
    ['{"c":0,"\\\\u":1}', '{"c":0,"\\u0041c":1}', "Ac"],
  ])("is not taken for one that was there before: after %s, %s", (before, after, key) => {
    parseJson(before);
    expect(Object.keys(parseJson(after) as object)[1]).toBe(key);
  });

  test("is read where spaces stand around it", () => {
    parseJson('{"d":0,"\\\\":1}');
    expect(parseJson(' {\n"d" : 0 ,\t"\\"" \r\n : [ 1.5e3 , "\\\\" , { } , [ ] ] } ')).toEqual({
      d: 0,
      '"': [1500, "\\", {}, []],
    });
  });

  test("may be one that an assignment gives a meaning, or come twice", () => {
    const value = parseJson('{"__proto__":{"x":1},"\\n":2,"b":3,"\\n":4}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value)).toEqual([
      ["__proto__", { x: 1 }],
      ["\n", 4],
      ["b", 3],
    ]);
  });
});

test("values come back from their text", () => {
  fc.assert(
    fc.property(json, fc.constantFrom(undefined, 2), (value, indent) => {
      expect(JSON.stringify(parseJson(JSON.stringify(value, null, indent)))).toBe(JSON.stringify(value));
    }),
    { numRuns: 2000 },
  );
});

test("a text that is not JSON is refused as JSON.parse does", () => {
  for (const wrong of ["", '{"\\"":}', '{"\\x":1}', '["\\', '{"a":1}}']) {
    expect(() => parseJson(wrong)).toThrow(SyntaxError);
  }
});

test("depth and length have no limit of their own", () => {
  const depth = 20_000;
  let inner = parseJson(`${'{"\\"":['.repeat(depth)}${"]}".repeat(depth)}`);
  for (let level = 0; level < depth; level += 1) inner = (inner as Record<string, unknown[]>)['"']?.[0];
  expect(inner).toBeUndefined();
  const long = "\\n".repeat(1_000_000);
  expect(parseJson(`{"text":"${long}"}`)).toEqual({ text: "\n".repeat(1_000_000) });
});
