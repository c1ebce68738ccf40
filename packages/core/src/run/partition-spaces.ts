import { getOrAdd } from "../get-or-add.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import { resolveMapping, type ResolvedMapping } from "../partitions/resolve-mapping.ts";
import { resolvePartitions } from "../partitions/resolve-partitions.ts";
import { thawKeys } from "./frozen-keys.ts";
import type { DynamicKeys, RunPlan } from "./run-plan.ts";

/**
 * Partitions definitions and mappings resolved at one instant, each kind once: thousands of assets usually share a
 * handful of definitions, and resolving one is not free.
 */
export interface PartitionSpaces {
  spaceOf(spec: PartitionsSpec | null): PartitionSpace;
  mappingOf(mapping: MappingSpec, ends: { upstream: PartitionSpace; downstream: PartitionSpace }): ResolvedMapping;
}

/**
 * @param at epoch milliseconds
 * @param dynamicKeys all of them, or those that a plan holds
 * @param everyKey the same with the keys that were removed, where these are still called by them
 */
export function createPartitionSpaces(
  at: number,
  dynamicKeys: DynamicKeys | RunPlan["dynamicKeys"],
  everyKey: DynamicKeys = {},
): PartitionSpaces {
  const keysOf = (name: string): readonly (string | null)[] => {
    const keys = dynamicKeys[name] ?? [];
    return "ordinals" in keys ? thawKeys(keys) : keys;
  };
  const formerKeys = (name: string): readonly (string | null)[] => everyKey[name] ?? [];
  const bySpec = new Map<PartitionsSpec | null, PartitionSpace>();
  const byText = new Map<string, PartitionSpace>();
  const mappings = new Map<PartitionSpace, Map<PartitionSpace, Map<string, ResolvedMapping>>>();

  const spaceOf = (spec: PartitionsSpec | null): PartitionSpace => {
    const known = bySpec.get(spec);
    if (known !== undefined) return known;
    const space = getOrAdd(byText, JSON.stringify(spec), () =>
      resolvePartitions(spec, { now: at, dynamicKeys: keysOf, formerKeys }),
    );
    bySpec.set(spec, space);
    return space;
  };

  return {
    spaceOf,
    mappingOf: (mapping, ends) => {
      const byDownstream = getOrAdd(mappings, ends.upstream, () => new Map());
      const byMapping = getOrAdd(byDownstream, ends.downstream, () => new Map());
      return getOrAdd(byMapping, textOf(mapping), () => resolveMapping(mapping, ends));
    },
  };
}

const texts = new WeakMap<MappingSpec, string>();

/** A mapping as text, written once for each: one by a function may list a hundred thousand keys. */
function textOf(mapping: MappingSpec): string {
  const known = texts.get(mapping);
  if (known !== undefined) return known;
  const text = JSON.stringify(mapping);
  texts.set(mapping, text);
  return text;
}
