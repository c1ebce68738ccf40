import { describe, expect, test } from "vitest";
import {
  deriveMapping,
  resolveMapping,
  resolvePartitions,
  PartitionSet,
  type MappingSpec,
  type PartitionSpace,
} from "../src/index.ts";
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

interface Case {
  readonly id: string;
  readonly direction: string;
  readonly upstream: PartitionsFacts;
  readonly downstream: PartitionsFacts;
  readonly mapping: MappingFacts;
  readonly now: string;
  readonly keys: readonly Key[];
  readonly expected: {
    readonly keys?: readonly Key[];
    readonly error?: string;
    readonly requiredButNonexistent?: readonly string[];
    readonly requiredButNonexistentInDimension?: { readonly [dimension: string]: readonly string[] };
    readonly underStrictRule?: { readonly keys: readonly string[]; readonly requiredButNonexistent: readonly string[] };
  };
}

/** Where Heddle differs from what the facts expect, and why. */
const DIFFERENCES: { readonly [id: string]: string } = {
  "latest-first-key": "a window exists once it has ended, so the two-day window of 2025-01-01 does not exist on 2025-01-02",
};

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
      const dimensions = Object.entries(mapping.dimensions).map(([upstream, { downstreamDimension, partitionMapping }]) => ({
        upstream,
        downstream: downstreamDimension,
        mapping: mappingSpec(partitionMapping, each),
      }));
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
  return PartitionSet.of(texts.map((text) => space.ordinalOf(text) ?? expect.unreachable(`there is no key ${text}`)));
}

const keysOf = (set: PartitionSet, space: PartitionSpace): (string | null)[] =>
  [...set].map((ordinal) => space.keyOf(ordinal));

describe("mappings", () => {
  test.each(ALL_CASES.map((each) => [each.id, each] as const))("%s", (_, each) => {
    const ends = { upstream: spaceOf(each.upstream, each.now), downstream: spaceOf(each.downstream, each.now) };
    const resolve = () => resolveMapping(mappingSpec(each.mapping, each), ends);
    if (each.expected.error !== undefined) {
      expect(resolve).toThrow(/does not fit|cannot be derived/);
      return;
    }
    const differs = DIFFERENCES[each.id] !== undefined;
    const expected = differs ? each.expected.underStrictRule! : each.expected;
    if (each.direction === "downstream") {
      const found = resolve().downstreamOf(setOf(each.keys, ends.upstream));
      expect(keysOf(found, ends.downstream)).toEqual(keysOf(setOf(expected.keys!, ends.downstream), ends.downstream));
      return;
    }
    const read = setOf(each.keys, ends.downstream);
    const { partitions, nonexistent } = resolve().upstreamOf(read);
    expect(keysOf(partitions, ends.upstream)).toEqual(keysOf(setOf(expected.keys!, ends.upstream), ends.upstream));
    const missing = expected.requiredButNonexistent;
    // The facts name upstream keys; Heddle names the partitions that wait for them, one for each of these here.
    if (missing !== undefined) expect(nonexistent.size).toBe(missing.length);
    for (const [name, keys] of Object.entries(each.expected.requiredButNonexistentInDimension ?? {})) {
      const dimension = ends.downstream.dimensions!.names.indexOf(name);
      const waiting = keysOf(nonexistent, ends.downstream).map((key) => key!.split("|")[dimension]);
      expect(waiting).toEqual(keys);
    }
  });
});
