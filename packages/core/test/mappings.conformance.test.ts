import { expect, test } from "vitest";
import { resolvePartitions, type PartitionSpace } from "../src/index.ts";
import { deriveMapping, resolveMapping, PartitionSet, type MappingSpec } from "../src/internal.ts";
import { partitionsSpec, type PartitionsFacts } from "./conformance-specs.ts";
import facts from "./conformance/mappings.json" with { type: "json" };

type Key = string | { readonly [dimension: string]: string };

type MappingFacts =
  | { readonly type: "identity" | "latestOverlapping" }
  | {
      readonly type: "timeWindow";
      readonly startOffset: number;
      readonly endOffset: number;
      readonly allowNonexistentUpstream: boolean;
    }
  | { readonly type: "specific"; readonly keys: readonly string[] }
  | { readonly type: "static"; readonly downstreamByUpstream: { readonly [upstreamKey: string]: readonly string[] } }
  | { readonly type: "multiToSingle"; readonly dimension: string | null; readonly partitionMapping: null }
  | {
      readonly type: "multi";
      readonly dimensions: {
        readonly [upstream: string]: { readonly downstreamDimension: string; readonly partitionMapping: MappingFacts };
      };
    };

interface Expected {
  readonly keys?: readonly Key[];
  readonly requiredButNonexistent?: readonly string[];
}

interface Case {
  readonly id: string;
  readonly direction: string;
  readonly upstream: PartitionsFacts;
  readonly downstream: PartitionsFacts;
  readonly mapping: MappingFacts;
  readonly now: string;
  readonly keys: readonly Key[];
  readonly expected: Expected & {
    readonly error?: string;
    readonly requiredButNonexistentInDimension?: { readonly [dimension: string]: readonly string[] };
    readonly underStrictRule?: Expected;
  };
}

/** Where Heddle differs from what the facts expect, and why. */
const DIFFERENCES: { readonly [id: string]: string } = {
  "latest-first-key":
    "a window exists once it has ended, so the two-day window of 2025-01-01 does not exist on 2025-01-02",
};

// The compiler sees the union of all literals in the file, which is no use here.
const ALL_CASES = facts.cases as unknown as readonly Case[];

function mappingSpec(mapping: MappingFacts, each: Case): MappingSpec {
  switch (mapping.type) {
    case "identity":
      return { kind: "identity" };
    case "latestOverlapping":
      // Heddle has no such mapping: where windows are nested, all that overlap are the latest one.
      return { kind: "time-window", startOffset: 0, endOffset: 0 };
    case "timeWindow": {
      const { startOffset, endOffset, allowNonexistentUpstream: allowNonexistent } = mapping;
      return { kind: "time-window", startOffset, endOffset, allowNonexistent };
    }
    case "specific":
      return { kind: "specific", keys: mapping.keys };
    case "static": {
      const keys: { [downstream: string]: string[] } = {};
      for (const [upstream, downstreams] of Object.entries(mapping.downstreamByUpstream)) {
        for (const downstream of downstreams) (keys[downstream] ??= []).push(upstream);
      }
      return { kind: "static", keys };
    }
    case "multiToSingle":
      // Which dimension is meant is what Heddle derives.
      return deriveMapping(partitionsSpec(each.upstream), partitionsSpec(each.downstream)).mapping;
    case "multi": {
      const dimensions = Object.entries(mapping.dimensions).map(
        ([upstream, { downstreamDimension, partitionMapping }]) => ({
          upstream,
          downstream: downstreamDimension,
          mapping: mappingSpec(partitionMapping, each),
        }),
      );
      return { kind: "multi", dimensions };
    }
  }
}

function dynamicKeys(definition: PartitionsFacts, name: string): readonly string[] {
  if (definition.kind === "dynamic") return definition.name === name ? definition.keys : [];
  if (definition.kind !== "multi") return [];
  return Object.values(definition.dimensions).flatMap((dimension) => dynamicKeys(dimension, name));
}

function spaceOf(definition: PartitionsFacts, now: string): PartitionSpace {
  const at = { now: Date.parse(now), dynamicKeys: (name: string) => dynamicKeys(definition, name) };
  return resolvePartitions(partitionsSpec(definition), at);
}

function setOf(keys: readonly Key[], space: PartitionSpace): PartitionSet {
  const texts = keys.map((key) =>
    typeof key === "string" ? key : (space.dimensions?.names ?? []).map((name) => key[name]).join("|"),
  );
  return PartitionSet.of(
    texts.map((text) => {
      const ordinal = space.ordinalOf(text);
      if (ordinal === null) throw new Error(`there is no key ${text}`);
      return ordinal;
    }),
  );
}

const keysOf = (set: PartitionSet, space: PartitionSpace): (string | null)[] =>
  [...set].map((ordinal) => space.keyOf(ordinal));

/** The two spaces of a case, and its mapping resolved between them. */
function resolveCase(each: Case) {
  const ends = { upstream: spaceOf(each.upstream, each.now), downstream: spaceOf(each.downstream, each.now) };
  return { ...ends, mapping: resolveMapping(mappingSpec(each.mapping, each), ends) };
}

const named = (cases: readonly Case[]) => cases.map((each) => [each.id, each] as const);
const RESOLVED = ALL_CASES.filter(({ expected }) => expected.error === undefined);
/** What is right for a case: under Heddle's own rule where it differs. */
const expectedOf = (each: Case) =>
  DIFFERENCES[each.id] === undefined ? each.expected : (each.expected.underStrictRule ?? {});

test("every case is checked, and every difference is one of them", () => {
  expect(ALL_CASES.length).toBeGreaterThanOrEqual(79);
  expect(ALL_CASES.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(DIFFERENCES)));
});

test.each(named(ALL_CASES.filter(({ expected }) => expected.error !== undefined)))("refused: %s", (_, each) => {
  expect(() => resolveCase(each)).toThrow(/does not fit|cannot be derived/);
});

test.each(named(RESOLVED.filter(({ direction }) => direction === "downstream")))("readers of: %s", (_, each) => {
  const { upstream, downstream, mapping } = resolveCase(each);
  const found = mapping.downstreamOf(setOf(each.keys, upstream));
  expect(keysOf(found, downstream)).toEqual(keysOf(setOf(expectedOf(each).keys ?? [], downstream), downstream));
});

test.each(named(RESOLVED.filter(({ direction }) => direction === "upstream")))("read by: %s", (_, each) => {
  const { upstream, downstream, mapping } = resolveCase(each);
  const { partitions, nonexistent } = mapping.upstreamOf(setOf(each.keys, downstream));
  const { keys = [], requiredButNonexistent } = expectedOf(each);
  expect(keysOf(partitions, upstream)).toEqual(keysOf(setOf(keys, upstream), upstream));
  // The facts name upstream keys; Heddle names the partitions that wait for them, one for each of these here.
  expect(nonexistent.size).toBe(requiredButNonexistent?.length ?? nonexistent.size);
  for (const [name, missing] of Object.entries(each.expected.requiredButNonexistentInDimension ?? {})) {
    const dimension = downstream.dimensions!.names.indexOf(name);
    expect(keysOf(nonexistent, downstream).map((key) => key!.split("|")[dimension])).toEqual(missing);
  }
});
