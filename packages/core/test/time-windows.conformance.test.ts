import { describe, expect, test } from "vitest";
import { resolvePartitions, type PartitionSpace } from "../src/index.ts";
import { PartitionSet, type TimeWindowPartitionsSpec } from "../src/internal.ts";
import facts from "./conformance/time_windows.json" with { type: "json" };
import { timeSpec } from "./conformance-specs.ts";

interface Window {
  readonly start: string;
  readonly end: string;
}
interface Expected {
  readonly keys?: readonly string[];
  readonly count?: number;
  readonly first?: string | null;
  readonly last?: string | null;
  readonly windows?: readonly (Window & {
    readonly key: string;
    readonly startAlso?: string;
    readonly endAlso?: string;
  })[];
  readonly firstWindow?: Window | null;
  readonly lastWindow?: Window | null;
  readonly nextKey?: readonly { readonly key: string; readonly next: string | null }[];
  readonly hasKey?: readonly { readonly key: string; readonly now: string; readonly result: boolean }[];
  readonly windowForUnalignedKey?: readonly { readonly key: string }[];
}

const iso = (instant: number): string => new Date(instant).toISOString().replace(".000Z", "Z");
const keysOf = (space: PartitionSpace): (string | null)[] => [...space.all].map((ordinal) => space.keyOf(ordinal));
const windowOf = (space: PartitionSpace, ordinal: number | undefined): Window | null => {
  const window = ordinal === undefined ? null : space.windowOf(ordinal);
  return window === null ? null : { start: iso(window.start), end: iso(window.end) };
};

describe("keys and windows", () => {
  test.each(facts.cases.map((each) => [each.id, each] as const))("%s", (_, { definition, now, expected }) => {
    const spec = timeSpec(definition);
    const space = resolvePartitions(spec, { now: Date.parse(now) });
    const checked = Object.entries(expected as Expected).map(([name]) => check[name as keyof Expected]);
    expect(checked).not.toContain(undefined);
    for (const each of checked) each(space, expected as Expected, spec);
  });

  const check: { readonly [name in keyof Required<Expected>]: Check } = {
    keys: (space, { keys }) => expect(keysOf(space)).toEqual(keys),
    count: (space, { count }) => expect(space.all.size).toBe(count),
    first: (space, { first }) => expect(keysOf(space)[0] ?? null).toBe(first),
    last: (space, { last }) => expect(keysOf(space).at(-1) ?? null).toBe(last),
    firstWindow: (space, { firstWindow }) => expect(windowOf(space, space.all.first)).toEqual(firstWindow),
    lastWindow: (space, { lastWindow }) => expect(windowOf(space, space.all.last)).toEqual(lastWindow),
    windows: (space, { windows = [] }) => {
      for (const { key, start, end, startAlso = start, endAlso = end } of windows) {
        const window = windowOf(space, space.ordinalOf(key)!);
        expect([start, startAlso]).toContain(window?.start);
        expect([end, endAlso]).toContain(window?.end);
      }
    },
    nextKey: (space, { nextKey = [] }) => {
      for (const { key, next } of nextKey) {
        const ordinal = space.ordinalOf(key)! + 1;
        expect(space.all.has(ordinal) ? space.keyOf(ordinal) : null).toBe(next);
      }
    },
    hasKey: (_space, { hasKey = [] }, spec) => {
      for (const { key, now, result } of hasKey) {
        const space = resolvePartitions(spec, { now: Date.parse(now) });
        const ordinal = space.ordinalOf(key);
        expect([key, ordinal !== null && space.all.has(ordinal)]).toEqual([key, result]);
      }
    },
    // Such keys name no partition: one partition has one key, so that it can name a stored object.
    windowForUnalignedKey: (space, { windowForUnalignedKey = [] }) => {
      for (const { key } of windowForUnalignedKey) expect(space.ordinalOf(key)).toBeNull();
    },
  };
});

type Check = (space: PartitionSpace, expected: Expected, spec: TimeWindowPartitionsSpec) => void;

test("window algebra", () => {
  const toSet = (windows: readonly Window[]): PartitionSet =>
    PartitionSet.fromRanges(windows.flatMap(({ start, end }) => [Date.parse(start), Date.parse(end)]));
  expect(facts.windowAlgebra.length).toBeGreaterThan(5);
  for (const { op, a, b, expected, id } of facts.windowAlgebra) {
    const result = op === "union" ? toSet(a).union(toSet(b)) : toSet(a).subtract(toSet(b));
    expect([id, result.ranges]).toEqual([id, toSet(expected).ranges]);
  }
});
