import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHeddleError } from "../errors.ts";
import { PARTITION_CHUNK_SIZE, PartitionSet } from "./partition-set.ts";

const ordinals = fc.array(fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -20_000, max: 20_000 })), {
  maxLength: 60,
});
const flatRanges = fc
  .array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.nat({ max: 12 })), { maxLength: 12 })
  .map((pairs) => pairs.flatMap(([start, length]) => [start, start + length]));

const plain = (flat: readonly number[]): Set<number> => {
  const members = new Set<number>();
  for (let at = 0; at < flat.length; at += 2) for (let o = flat[at]!; o < flat[at + 1]!; o += 1) members.add(o);
  return members;
};
const sorted = (members: Iterable<number>): number[] => [...members].sort((a, b) => a - b);

describe("set algebra agrees with Set<number>", () => {
  test("union, intersect, subtract, subset, overlap, equality", () => {
    fc.assert(
      fc.property(flatRanges, flatRanges, (flatA, flatB) => {
        const [a, b] = [PartitionSet.fromRanges(flatA), PartitionSet.fromRanges(flatB)];
        const [setA, setB] = [plain(flatA), plain(flatB)];
        expect([...a]).toEqual(sorted(setA));
        expect(a.size).toBe(setA.size);
        expect([...a.union(b)]).toEqual(sorted(new Set([...setA, ...setB])));
        expect([...a.intersect(b)]).toEqual(sorted([...setA].filter((o) => setB.has(o))));
        expect([...a.subtract(b)]).toEqual(sorted([...setA].filter((o) => !setB.has(o))));
        expect(a.isSubsetOf(b)).toBe([...setA].every((o) => setB.has(o)));
        expect(a.overlaps(b)).toBe([...setA].some((o) => setB.has(o)));
        expect(a.equals(b)).toBe(setA.size === setB.size && [...setA].every((o) => setB.has(o)));
        expect(a.union(b).subtract(b).equals(a.subtract(b))).toBe(true);
        for (const result of [a, a.union(b), a.intersect(b), a.subtract(b)]) expectNormal(result);
      }),
      { numRuns: 500 },
    );
  });

  test("has, first, last, take, clip, shift", () => {
    fc.assert(
      fc.property(ordinals, fc.integer({ min: -50, max: 50 }), fc.nat({ max: 90 }), (list, at, count) => {
        const set = PartitionSet.of(list);
        const members = sorted(new Set(list));
        expect([...set]).toEqual(members);
        expect(set.first).toBe(members[0]);
        expect(set.last).toBe(members.at(-1));
        expect(set.has(at)).toBe(list.includes(at));
        expect([...set.take(count)]).toEqual(members.slice(0, count));
        expect([...set.clip(at, at + count)]).toEqual(members.filter((o) => o >= at && o < at + count));
        expect([...set.shift(at)]).toEqual(members.map((o) => o + at));
      }),
      { numRuns: 500 },
    );
  });

  test("chunks partition the set and lie each in one chunk", () => {
    fc.assert(
      fc.property(ordinals, (list) => {
        const set = PartitionSet.of(list).union(PartitionSet.range(-9000, list.length * 700));
        const chunks = [...set.chunks()];
        const joined = chunks.reduce((all, { set: piece }) => all.union(piece), PartitionSet.EMPTY);
        expect(joined.equals(set)).toBe(true);
        expect(chunks.map(({ chunk }) => chunk)).toEqual(sorted(new Set([...set].map((o) => Math.floor(o / 8192)))));
        for (const { chunk, set: piece } of chunks) {
          const [start, end] = [chunk * PARTITION_CHUNK_SIZE, (chunk + 1) * PARTITION_CHUNK_SIZE];
          expect(piece.clip(start, end).equals(piece)).toBe(true);
        }
      }),
    );
  });
});

describe("encoding", () => {
  const wide = fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { maxLength: 20 });
  test("round trip, and equal sets have equal bytes", () => {
    fc.assert(
      fc.property(fc.oneof(ordinals, wide), fc.boolean(), (list, dense) => {
        const set = dense ? PartitionSet.of(list).union(PartitionSet.range(-10, 10)) : PartitionSet.of(list);
        expect(PartitionSet.decode(set.encode()).equals(set)).toBe(true);
        expect(PartitionSet.of([...set].reverse()).encode()).toEqual(set.encode());
        expect(PartitionSet.fromRanges(JSON.parse(JSON.stringify(set)) as number[]).equals(set)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("is small for a million in a row and for a scattered chunk", () => {
    expect(PartitionSet.range(-1_000_000, 1_000_000).encode().length).toBeLessThanOrEqual(8);
    const everyOther = PartitionSet.of(Array.from({ length: 4096 }, (_, index) => index * 2));
    expect(everyOther.encode().length).toBeLessThanOrEqual(2 + 8192 / 8);
    expect(PartitionSet.EMPTY.encode()).toEqual(Uint8Array.of(0));
  });

  test("any other bytes are refused or are a set, and never anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        let set = PartitionSet.EMPTY;
        try {
          set = PartitionSet.decode(bytes);
        } catch (error) {
          if (!isHeddleError(error, "PARTITION_SET_INVALID")) throw error;
        }
        expectNormal(set);
      }),
      { numRuns: 2000 },
    );
    for (const bytes of [[], [0, 0], [9, 1], [1, 0], [1, 0, 0], [1, 5, 1, 0, 1], [2, 0, 0], [1, 255, 255]]) {
      expect(() => PartitionSet.decode(Uint8Array.from(bytes))).toThrow("no partition set");
    }
  });
});

test("what is no set is refused", () => {
  for (const flat of [[1], [2, 1], [0.5, 1], [0, Number.NaN], [0, 2 ** 53]]) {
    expect(() => PartitionSet.fromRanges(flat)).toThrow("no partition set");
  }
  expect(() => PartitionSet.of([1.5])).toThrow("no ordinal");
  expect(PartitionSet.range(3, 3)).toBe(PartitionSet.EMPTY);
  expect(PartitionSet.fromRanges([3, 3, 5, 5])).toBe(PartitionSet.EMPTY);
});

function expectNormal(set: PartitionSet): void {
  const { ranges } = set;
  expect(ranges.length % 2).toBe(0);
  for (let at = 0; at < ranges.length; at += 2) {
    expect(ranges[at]).toBeLessThan(ranges[at + 1]!);
    expect(ranges[at]).toBeGreaterThan(ranges[at - 1] ?? -Infinity);
  }
}
