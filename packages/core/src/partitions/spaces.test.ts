import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHeddleError } from "../errors.ts";
import { checkPartitionKey } from "./check-partition-key.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import { MixedRadix } from "./mixed-radix.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "./time-partitions.ts";

const NOW = Date.parse("2024-03-01T00:00Z");
const dynamicKeys = () => ["ann", null, "bob"];
const resolve = ({ spec }: PartitionsDefinition): PartitionSpace => resolvePartitions(spec, { now: NOW, dynamicKeys });
const keysOf = (space: PartitionSpace, set = space.all): (string | null)[] =>
  [...set].map((ordinal) => space.keyOf(ordinal));
const days = dailyPartitions({ start: "2024-02-01" });
const regions = staticPartitions(["eu", "us", "apac"]);

test("no partitions", () => {
  const space = resolvePartitions(null, { now: NOW });
  expect([space.spec, space.all.ranges, space.keyOf(0), space.ordinalOf(""), space.windowOf(0)]).toEqual([
    null,
    [0, 1],
    "",
    0,
    null,
  ]);
  expect(space.format(space.all)).toBe("unpartitioned");
  expect(space.parseRange("all").equals(space.all)).toBe(true);
});

test("static and dynamic keys", () => {
  const space = resolve(regions);
  expect(space.all.ranges).toEqual([0, 3]);
  expect([space.keyOf(1), space.ordinalOf("apac"), space.ordinalOf("toString"), space.keyOf(3)]).toEqual([
    "us",
    2,
    null,
    null,
  ]);
  const users = resolve(dynamicPartitions({ name: "users" }));
  expect(users.all.ranges).toEqual([0, 1, 2, 3]);
  expect(keysOf(users)).toEqual(["ann", "bob"]);
  expect(users.format(users.all)).toBe("ann..bob (2)");
  expect(resolvePartitions({ kind: "dynamic", name: "users" }, { now: NOW }).all.isEmpty).toBe(true);
});

describe("ranges as people write them", () => {
  const space = resolve(days);
  test.each([
    ["all", "2024-02-01..2024-02-29 (29)"],
    ["last 7", "2024-02-23..2024-02-29 (7)"],
    ["LAST 1", "2024-02-29"],
    ["last 0", "none"],
    ["last 1000", "2024-02-01..2024-02-29 (29)"],
    [" 2024-02-10 ", "2024-02-10"],
    ["2024-02-03..2024-02-05", "2024-02-03..2024-02-05 (3)"],
    ["2024-02-03 .. 2024-02-05", "2024-02-03..2024-02-05 (3)"],
    ["2024-02-27..", "2024-02-27..2024-02-29 (3)"],
    ["..2024-02-02", "2024-02-01..2024-02-02 (2)"],
    ["2024-02-28..2024-12-31", "2024-02-28..2024-02-29 (2)"],
    ["2024-02-03, 2024-02-05,2024-02-04", "2024-02-03..2024-02-05 (3)"],
    ["2024-02-03,2024-02-05..2024-02-06", "2024-02-03, 2024-02-05..2024-02-06 (3)"],
  ])("%s", (text, expected) => {
    const set = space.parseRange(text);
    expect(space.format(set)).toBe(expected);
    const again = expected.replace(/ \(\d+\)$/, "").replace("none", "last 0");
    expect(space.parseRange(again).equals(set)).toBe(true);
  });

  test.each([
    ["2024-02-30", '"2024-02-30"', "2024-02-01 to 2024-02-29 (29)"],
    ["2024-02-03..2024-02-3", '"2024-02-3"', "Did you mean"],
    ["2024-02-03,,2024-02-04", '""', "2024-02-01"],
    ["2024-05-01", "exists yet", "2024-02-01"],
    ["2024-02-05..2024-02-03", "ends before it begins", "Exchange"],
  ])("%s is refused", (text, message, hint) => {
    expect(() => space.parseRange(text)).toThrow(message);
    expect(() => space.parseRange(text)).toThrow(
      expect.objectContaining({ code: "PARTITION_UNKNOWN", hint: expect.stringContaining(hint) }),
    );
  });

  test("keys that look like ranges are keys", () => {
    const odd = resolve(staticPartitions(["a..b", "a", "b", "c,d", "all", "last 2", "x..y..z"]));
    for (const [ordinal, key] of ["a..b", "a", "b", "c,d", "all", "last 2"].entries()) {
      expect(odd.parseRange(key).ranges).toEqual([ordinal, ordinal + 1]);
    }
    expect(odd.parseRange("a..x..y..z").ranges).toEqual([1, 7]);
  });

  test("long sets are cut", () => {
    const every = PartitionSet.of([...space.all].filter((ordinal) => ordinal % 2 === 0));
    expect(space.format(every, 2)).toMatch(/^2024-02-0\d, 2024-02-0\d, and \d+ more \(1[45]\)$/);
  });
});

describe("several dimensions", () => {
  const both = multiPartitions({ region: regions, day: days });
  const space = resolve(both);
  test("all combinations, in order of time, keys in order of declaration", () => {
    expect(space.all.size).toBe(29 * 3);
    // One range for each day: between two days there is room for more regions.
    expect(space.all.ranges).toHaveLength(2 * 29);
    expect(keysOf(space).slice(0, 4)).toEqual(["eu|2024-02-01", "us|2024-02-01", "apac|2024-02-01", "eu|2024-02-02"]);
    expect(space.windowOf(space.all.first!)).toEqual({
      start: Date.parse("2024-02-01"),
      end: Date.parse("2024-02-02"),
    });
  });

  test("ranges for each dimension", () => {
    expect(keysOf(space, space.parseRange("eu,apac|2024-02-03..2024-02-04"))).toEqual([
      "eu|2024-02-03",
      "apac|2024-02-03",
      "eu|2024-02-04",
      "apac|2024-02-04",
    ]);
    expect(space.parseRange("*|last 2").size).toBe(6);
    expect(space.parseRange("eu|2024-02-03, us|2024-02-04").size).toBe(2);
    const stretch = space.parseRange("us|2024-02-03..us|2024-02-05");
    expect(space.format(stretch)).toBe("us|2024-02-03..us|2024-02-05 (7)");
    expect(space.format(space.parseRange("us|2024-02-03..2024-02-05"))).toBe("us|2024-02-03..2024-02-05 (3)");
    expect(space.format(space.parseRange("eu,us|*"))).toBe("eu..us|* (58)");
    expect(space.format(space.parseRange("eu|2024-02-03, us|2024-02-04"))).toBe("eu|2024-02-03, us|2024-02-04 (2)");
    expect(() => space.parseRange("mars|2024-02-03")).toThrow('in the dimension "region" there is no partition "mars"');
    expect(space.format(space.parseRange("eu"))).toBe(space.format(space.parseRange("eu|*")));
    expect(() => space.parseRange("mars")).toThrow('no partition "mars"');
  });

  test("keys with the separator are written so that they stay apart", () => {
    const odd = multiPartitions({
      a: staticPartitions(["x|y", "x", "\\", "x\\"]),
      b: staticPartitions(["z", "y|z", "|"]),
    });
    const oddSpace = resolve(odd);
    const keys = keysOf(oddSpace);
    expect(keys[0]).toBe("x\\|y|z");
    expect(new Set(keys).size).toBe(12);
    for (const ordinal of oddSpace.all) {
      const key = oddSpace.keyOf(ordinal);
      expect(oddSpace.ordinalOf(key!)).toBe(ordinal);
      expect(oddSpace.parseRange(key!).ranges).toEqual([ordinal, ordinal + 1]);
    }
    expect(oddSpace.ordinalOf("\\x|z")).toBeNull();
  });

  test("without a key in one dimension there is nothing, and it says in which", () => {
    const empty = multiPartitions({ region: regions, user: dynamicPartitions({ name: "nobody" }) });
    expect(() => resolvePartitions(empty.spec, { now: NOW }).parseRange("region=eu")).toThrow(
      expect.objectContaining({ hint: 'The dimension "user" has no partition yet.' }),
    );
  });

  test("removed keys keep their names, and are no partitions", () => {
    const users = dynamicPartitions({ name: "users" });
    const of = (definition: PartitionsDefinition, present: readonly (string | null)[]) =>
      resolvePartitions(definition.spec, {
        now: NOW,
        dynamicKeys: () => present,
        formerKeys: () => ["ann", "bob", "eve"],
      });
    const combined = multiPartitions({ region: regions, user: users });
    for (const [definition, key] of [
      [users, "bob"],
      [combined, "us|bob"],
    ] as const) {
      const before = of(definition, ["ann", "bob", "eve"]);
      const after = of(definition, ["ann", null, "eve"]);
      const ordinal = before.ordinalOf(key) ?? NaN;
      expect(before.formerOrdinalOf(key)).toBeNull();
      expect(after.ordinalOf(key)).toBeNull();
      expect(after.formerOrdinalOf(key)).toBe(ordinal);
      expect(after.keyOf(ordinal)).toBe(key);
      expect(after.format(PartitionSet.of([ordinal]))).toBe(key);
      expect(after.all.has(ordinal)).toBe(false);
      expect(() => after.parseRange(key)).toThrow("there is no partition");
      expect(after.formerOrdinalOf("nobody")).toBeNull();
    }
  });

  test("dimensions that grow leave ordinals as they are", () => {
    const growing = multiPartitions({
      user: dynamicPartitions({ name: "users" }),
      day: dailyPartitions({ start: "1969-12-20" }),
      month: monthlyPartitions({ start: "2024-01" }),
    });
    const now = resolve(growing);
    const later = resolvePartitions(growing.spec, {
      now: NOW + 90 * 86_400_000,
      dynamicKeys: () => ["ann", null, "bob", "eve"],
    });
    for (const ordinal of now.all.take(50)) {
      expect(later.keyOf(ordinal)).toBe(now.keyOf(ordinal));
      expect(later.ordinalOf(now.keyOf(ordinal)!)).toBe(ordinal);
    }
    expect(now.all.first).toBeLessThan(0);
  });

  test("a dimension that outgrew its room is refused instead of losing partitions", () => {
    const crowded = multiPartitions({ user: dynamicPartitions({ name: "users" }), day: days });
    const keys = Array.from({ length: 2 ** 20 + 1 }, (_, index) => (index === 2 ** 20 ? "one too many" : null));
    expect(() => resolvePartitions(crowded.spec, { now: NOW, dynamicKeys: () => keys })).toThrow("more than 1048576");
  });

  test("what cannot be numbered is refused", () => {
    const three = multiPartitions({ a: days, b: days, c: days });
    expect(() => resolve(three)).toThrow("cannot be numbered");
    expect(() => resolve(multiPartitions({}))).toThrow("cannot be numbered");
    expect(() => resolve(multiPartitions({ a: both }))).toThrow("cannot be numbered");
  });
});

test("products and boxes of mixed radix are those of lists", () => {
  const digits = [
    { dimension: 2, first: -2, size: 4 },
    { dimension: 0, first: 0, size: 3 },
  ];
  const radix = new MixedRadix(1, digits);
  const set = (min: number, max: number) =>
    fc.array(fc.integer({ min, max }), { maxLength: 5 }).map((list) => PartitionSet.of(list));
  const box = fc.tuple(set(0, 2), set(-6, 6), set(-2, 1));
  fc.assert(
    fc.property(fc.array(box, { maxLength: 3 }), (boxes) => {
      const all = boxes.reduce((union, each) => union.union(radix.product(each)), PartitionSet.EMPTY);
      const names = new Set(
        boxes.flatMap(([a, b, c]) => [...a].flatMap((x) => [...b].flatMap((y) => [...c].map((z) => `${x} ${y} ${z}`)))),
      );
      expect(new Set([...all].map((ordinal) => radix.split(ordinal).join(" ")))).toEqual(names);
      expect(all.size).toBe(names.size);
      for (const ordinal of all) expect(radix.join(radix.split(ordinal))).toBe(ordinal);
      const again = radix.boxes(all).map((each) => radix.product(each));
      expect(again.reduce((union, each) => union.union(each), PartitionSet.EMPTY).ranges).toEqual(all.ranges);
      expect(again.reduce((size, each) => size + each.size, 0)).toBe(all.size);
    }),
    { numRuns: 400 },
  );
});

test("any text is a range or is refused, and never anything else", () => {
  const spaces = [resolve(days), resolve(regions), resolve(multiPartitions({ region: regions, day: days }))];
  const text = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.stringMatching(/^[a-z0-9|., -]{0,30}$/),
    fc.stringMatching(/^(eu|us|2024-02-0[0-9]|[|]|[.]{2}|,){0,6}$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...spaces), text, (space, input) => {
      let set = space.all;
      try {
        set = space.parseRange(input);
      } catch (error) {
        if (!isHeddleError(error, "PARTITION_UNKNOWN")) throw error;
      }
      expect(set.isSubsetOf(space.all)).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

describe("any keys", () => {
  const letter = fc.constantFrom("a", "b", ",", "..", ".", '"', "|", "\\\\", " ", "(2)", "#", "\u00e9", "\u{1f9f5}");
  const odd = fc.constantFrom(
    "all",
    "last 2",
    "none",
    "*",
    "a, b",
    "a..b",
    '"a"',
    '"a", "b"',
    "a|b",
    "b (2)",
    "ALL",
    "a,b",
    "b..a",
  );
  const key = fc
    .oneof(
      fc.array(letter, { minLength: 1, maxLength: 5 }).map((letters) => letters.join("")),
      odd,
      fc.constantFrom("a", "b"),
    )
    .filter((text) => checkPartitionKey(text) === null);
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 12 });
  const space = fc.oneof(
    keys.map((list) => resolve(staticPartitions(list))),
    fc.tuple(keys, keys).map(([a, b]) => resolve(multiPartitions({ a: staticPartitions(a), b: staticPartitions(b) }))),
    keys.map((a) => resolve(multiPartitions({ a: staticPartitions(a) }))),
  );

  test("what is written is read again as the same set", () => {
    fc.assert(
      fc.property(space, fc.array(fc.nat({ max: 800 }), { maxLength: 6 }), (any, picks) => {
        const ordinals = [...any.all];
        const set = PartitionSet.of(picks.map((pick) => ordinals[pick % ordinals.length]!));
        if (set.isEmpty) return;
        const text = any.format(set, Infinity);
        const written = set.size === 1 ? text : text.slice(0, text.lastIndexOf(" ("));
        expect([written, any.parseRange(written).ranges]).toEqual([written, set.ranges]);
        // One key in quotes is that key, whatever it holds and whichever other keys there are.
        const one = any.keyOf(set.first!)!;
        expect(any.parseRange(JSON.stringify(one)).ranges).toEqual([set.first, set.first! + 1]);
      }),
      { numRuns: 3000 },
    );
  });

  test("a text that happens to be a key stands in quotes", () => {
    const listed = resolve(staticPartitions(["a", "a, b", "b"]));
    const ends = PartitionSet.of([0, 2]);
    expect(listed.format(ends)).toBe('"a", "b" (2)');
    expect(listed.parseRange('"a", "b"').ranges).toEqual(ends.ranges);
    expect(listed.parseRange("a, b").ranges).toEqual([1, 2]);
    const short = resolve(staticPartitions(["a", "a,b", "b"]));
    expect(short.format(ends)).toBe('"a", "b" (2)');
    const ranged = resolve(staticPartitions(["a", "b", "a..b"]));
    expect(ranged.format(PartitionSet.range(0, 2))).toBe('"a".."b" (2)');
    expect(ranged.parseRange('"a".."b"').ranges).toEqual([0, 2]);
  });

  test("plain keys are written without quotes", () => {
    const plain = resolve(staticPartitions(["eu-west", "a/b", "x|y", "2024-01-01", "q (x)"]));
    expect(plain.format(plain.all)).toBe("eu-west..q (x) (5)");
    expect(plain.format(plain.parseRange("x|y"))).toBe("x|y");
    const quoted = resolve(staticPartitions(["a,b", "c"]));
    expect(quoted.format(quoted.all)).toBe('"a,b".."c" (2)');
    const both = resolve(multiPartitions({ a: staticPartitions(["x|y", "z"]), day: days }));
    expect(both.parseRange('"x|y"|last 2').size).toBe(2);
  });
});
