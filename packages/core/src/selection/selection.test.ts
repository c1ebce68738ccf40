import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AssetGraph } from "../asset-graph.ts";
import { isHeddleError, type HeddleError } from "../errors.ts";
import { PARTITION_STATUSES } from "../statuses.ts";
import { evaluateSelection, selectKeys, type SelectionScope } from "./evaluate-selection.ts";
import { formatSelection } from "./format-selection.ts";
import { parseSelection } from "./parse-selection.ts";
import { asksForStatus, type Selection } from "./selection.ts";
import { compileWildcard, escapeWildcard } from "./wildcard.ts";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
/** A text with wildcards: only `*` and escapes that mean something, as the parser makes them. */
const pattern = fc
  .array(fc.oneof(text.map(escapeWildcard), fc.constantFrom("*", "and", "a/b", "2", "+", '"', " ")), { maxLength: 4 })
  .map((parts) => parts.join(""));
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
const depth = fc.option(fc.oneof(fc.constant("all" as const), fc.nat({ max: 999_999_999 })));

const { selection: anySelection } = fc.letrec<{ selection: Selection }>((tie) => ({
  selection: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant<Selection>({ kind: "all" }),
    fc.record<Selection & { kind: "match" }>({
      kind: fc.constant("match"),
      attribute: fc.constantFrom("key", "group", "kind", "owner"),
      patterns,
    }),
    fc.record<Selection & { kind: "match" }>({
      kind: fc.constant("match"),
      attribute: fc.constant("status"),
      patterns: fc.array(fc.constantFrom(...PARTITION_STATUSES), { minLength: 1, maxLength: 3 }),
    }),
    fc.record<Selection & { kind: "tag" }>({ kind: fc.constant("tag"), name: pattern, values: fc.option(patterns) }),
    fc
      .record<Selection & { kind: "traverse" }>({
        kind: fc.constant("traverse"),
        upstream: depth,
        downstream: depth,
        of: tie("selection"),
      })
      .filter(({ upstream, downstream }) => upstream !== null || downstream !== null),
    fc.record<Selection & { kind: "not" }>({ kind: fc.constant("not"), of: tie("selection") }),
    fc.record<Selection & { kind: "roots" | "sinks" }>({
      kind: fc.constantFrom("roots", "sinks"),
      of: tie("selection"),
    }),
    fc.record<Selection & { kind: "and" | "or" }>({
      kind: fc.constantFrom("and", "or"),
      of: fc.array(tie("selection"), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

function refusalOf(input: string): HeddleError | null {
  try {
    parseSelection(input);
    return null;
  } catch (error) {
    if (isHeddleError(error, "SELECTION_SYNTAX")) return error;
    throw error;
  }
}

describe("parse and format", () => {
  test("what is written is read again", () => {
    fc.assert(
      fc.property(anySelection, (selection) => {
        expect(parseSelection(formatSelection(selection))).toEqual(selection);
      }),
    );
  });

  test("any text is read or refused at a place inside of it", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom(...'+-()*:=,"\\ ab1'.split("")) })),
        (input) => {
          const refusal = refusalOf(input);
          expect(refusal?.details["position"] ?? 0).toBeGreaterThanOrEqual(0);
          expect(refusal?.details["position"] ?? 0).toBeLessThanOrEqual(input.length);
          expect(refusal?.hint).not.toBe("");
        },
      ),
    );
  });

  test.each([
    ["orders", "key:orders"],
    ["raw/*, orders", "key:raw/*,orders"],
    ["2+orders+", "2+key:orders+"],
    ["NOT (a OR b) AND c", "not (key:a or key:b) and key:c"],
    ['key:"a b"', 'key:"a b"'],
    ["owner:@ana", "owner:@ana"],
    ["status: failed , stale", "status:failed,stale"],
    ["tag:team=data,web", "tag:team=data,web"],
    ["+(a and b)+3", "+(key:a and key:b)+3"],
    ["not not a", "not not key:a"],
    ["roots( * )", "roots(*)"],
  ])("%s is %s", (input, canonical) => {
    expect(formatSelection(parseSelection(input))).toBe(canonical);
  });

  test.each([
    ["a &", 2, "no meaning"],
    ['key:"a', 4, "not closed"],
    ["a b", 2, "without an operator"],
    ["(a", 2, "not closed"],
    ["a or", 4, "the end"],
    ["gruop:x", 0, "no attribute"],
    ["root(a)", 0, "no function"],
    ["status:fialed", 7, "no status"],
    ["group", 0, "no value"],
    ["a and and b", 6, "no selection before it"],
  ])("%s is wrong at %i: %s", (input, position, reason) => {
    expect(() => parseSelection(input)).toThrow(
      expect.objectContaining({
        code: "SELECTION_SYNTAX",
        message: expect.stringContaining(reason),
        details: { selection: input, position },
      }),
    );
  });

  test("names what was meant", () => {
    expect(() => parseSelection("gruop:x")).toThrow(expect.objectContaining({ hint: 'Did you mean "group"?' }));
    expect(() => parseSelection("status:fialed")).toThrow(expect.objectContaining({ hint: 'Did you mean "failed"?' }));
  });

  test("refuses what is too deep or too long", () => {
    expect(() => parseSelection(`${"(".repeat(200)}a${")".repeat(200)}`)).toThrow(/nested/u);
    expect(() => parseSelection("not ".repeat(200) + "a")).toThrow(/nested/u);
    expect(() => parseSelection("a".repeat(30_000))).toThrow(/longer/u);
  });
});

describe("wildcards", () => {
  test("an escaped text matches itself", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(compileWildcard(escapeWildcard(value))(value)).toBe(true);
      }),
    );
  });

  test("agree with a regular expression, for all short texts", () => {
    const allOf = (signs: string, length: number): string[] =>
      length === 0
        ? [""]
        : ["", ...signs.split("").flatMap((sign) => allOf(signs, length - 1).map((rest) => sign + rest))];
    const disagreements = allOf("ab*", 5).flatMap((wildcard) => {
      const expected = new RegExp(`^${wildcard.replaceAll("*", ".*")}$`, "su");
      const matches = compileWildcard(wildcard);
      return allOf("ab", 4)
        .filter((value) => matches(value) !== expected.test(value))
        .map((value) => [wildcard, value]);
    });
    expect(disagreements).toEqual([]);
  });

  test("take time that grows with the text alone", () => {
    expect(compileWildcard(`${"*a".repeat(2_000)}*b`)("a".repeat(100_000))).toBe(false);
  });
});

const ASSETS = [
  { key: "raw/orders", deps: [], group: "raw", kinds: ["s3"], owners: ["@ana"], tags: { team: "data", pii: "" } },
  { key: "raw/users", deps: [], group: "raw", kinds: ["s3", "json"], owners: [], tags: { team: "web" } },
  {
    key: "orders",
    deps: [{ upstream: "raw/orders" }],
    group: "core",
    kinds: ["sql"],
    owners: ["@ana", "@bo"],
    tags: {},
  },
  {
    key: "report",
    deps: [{ upstream: "orders" }, { upstream: "raw/users" }],
    group: "core",
    kinds: [],
    owners: [],
    tags: {},
  },
  { key: "a*b", deps: [], group: "odd", kinds: [], owners: [], tags: {} },
];
const SCOPE: SelectionScope = {
  graph: AssetGraph.fromSnapshot(ASSETS),
  assets: ASSETS,
  statusOf: (key) => (key === "orders" ? ["failed", "fresh"] : key === "report" ? ["stale"] : []),
};
const select = (input: string) => selectKeys(parseSelection(input), SCOPE);

describe("evaluation", () => {
  test.each([
    ["*orders", ["raw/orders", "orders"]],
    ["raw/*", ["raw/orders", "raw/users"]],
    [String.raw`key:"a\*b"`, ["a*b"]],
    ["kind:s3 and kind:json", ["raw/users"]],
    ["owner:@ana,@bo", ["raw/orders", "orders"]],
    ["tag:pii", ["raw/orders"]],
    ["tag:team=web", ["raw/users"]],
    ["tag:t*=d*", ["raw/orders"]],
    ['tag:pii=""', ["raw/orders"]],
    ["status:failed,stale", ["orders", "report"]],
    ["1+report", ["raw/users", "orders", "report"]],
    ["+orders+", ["raw/orders", "orders", "report"]],
    ["roots(+report)", ["raw/orders", "raw/users"]],
    ["sinks(not group:odd)", ["report"]],
    ["not group:core and not raw/*", ["a*b"]],
    ["0+report", ["report"]],
    ["nothing", []],
  ])("%s", (input, keys) => {
    expect(select(input)).toEqual(keys);
  });

  test("and, or, not follow the laws of sets", () => {
    fc.assert(
      fc.property(anySelection, anySelection, (a, b) => {
        const evaluate = (selection: Selection) =>
          [...evaluateSelection(selection, SCOPE)].sort((one, other) => one - other);
        const not = (of: Selection): Selection => ({ kind: "not", of });
        expect(evaluate(not(not(a)))).toEqual(evaluate(a));
        expect(evaluate(not({ kind: "and", of: [a, b] }))).toEqual(evaluate({ kind: "or", of: [not(a), not(b)] }));
      }),
    );
  });

  test("says when it needs statuses", () => {
    expect(asksForStatus(parseSelection("+(a or not status:failed)"))).toBe(true);
    expect(asksForStatus(parseSelection("roots(a) and tag:x"))).toBe(false);
  });
});
