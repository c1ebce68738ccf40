import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeType, findJsonProblem } from "./json-value.ts";

describe("findJsonProblem", () => {
  test("finds nothing in JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(findJsonProblem(value)).toBeNull();
      }),
    );
  });

  test.each([
    [{ rows: [{}, { at: new Date(0) }] }, "value.rows[1].at is a Date"],
    [[1, undefined], "value[1] is undefined"],
    [Number.NaN, "value is NaN"],
    [{ n: 1n }, "value.n is a bigint"],
    [new Map(), "value is a Map"],
    [() => 1, "value is a function"],
    [new Uint8Array(1), "value is a Uint8Array"],
  ])("names what is not JSON: %o", (value, problem) => {
    expect(findJsonProblem(value)).toBe(problem);
  });

  test("takes properties that are undefined, and objects without a prototype", () => {
    expect(findJsonProblem({ a: undefined })).toBeNull();
    expect(findJsonProblem(Object.create(null))).toBeNull();
  });

  test("ends on a value that refers to itself", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(findJsonProblem(loop)).toContain("refers to itself");
  });
});

test("describeType", () => {
  expect([null, undefined, [], {}, "x", Object.create(null)].map(describeType)).toEqual([
    "null",
    "undefined",
    "an array",
    "an object",
    "a string",
    "an object",
  ]);
});
