import { HeddleError } from "../errors.ts";
import { keySpace, UNPARTITIONED } from "./key-space.ts";
import { countOrdinals, layoutOf } from "./dimension-layout.ts";
import { multiSpace } from "./multi-space.ts";
import type { PartitionSpace, ResolvePartitionsAt } from "./partition-space.ts";
import type { PartitionsSpec, StaticPartitionsSpec } from "./partitions-spec.ts";
import { timeSpace } from "./time-space.ts";

/**
 * Resolves a partitions definition at an instant: what exists, and key ↔ ordinal. Costs by ranges: a million partitions
 * take no longer than one.
 * @throws PARTITIONS_INVALID, CRON_INVALID, TIME_ZONE_INVALID for a definition that validation would have refused
 */
export function resolvePartitions(spec: PartitionsSpec | null, at: ResolvePartitionsAt): PartitionSpace {
  if (spec === null) return UNPARTITIONED;
  switch (spec.kind) {
    case "static":
      return keySpace(spec, keysByOrdinal(spec), formerKeysOf(spec));
    case "dynamic":
      return keySpace(spec, at.dynamicKeys?.(spec.name) ?? [], at.formerKeys?.(spec.name) ?? []);
    case "time-window":
      return timeSpace(spec, at.now);
    case "multi": {
      const isNested = spec.dimensions.some(({ partitions }) => partitions.kind === "multi");
      const layout = isNested ? null : layoutOf(spec.dimensions);
      if (layout === null) {
        throw new HeddleError("PARTITIONS_INVALID", "the dimensions cannot be numbered together", {
          hint: "Use at least one dimension, none of them with dimensions of its own, and not more than two or three that grow.",
        });
      }
      return multiSpace(
        spec,
        layout,
        spec.dimensions.map(({ partitions }) => resolvePartitions(partitions, at)),
      );
    }
  }
}

function keysByOrdinal({ keys, ordinals }: StaticPartitionsSpec): readonly (string | null)[] {
  if (ordinals === undefined) return keys;
  const byOrdinal: (string | null)[] = Array.from({ length: countOrdinals({ keys, ordinals }) }, () => null);
  for (const [index, key] of keys.entries()) byOrdinal[ordinals[index] ?? index] = key;
  return byOrdinal;
}

function formerKeysOf({ former = [] }: StaticPartitionsSpec): readonly (string | null)[] {
  const byOrdinal: (string | null)[] = [];
  for (const { key, ordinal } of former) byOrdinal[ordinal] = key;
  return Array.from(byOrdinal, (key) => key ?? null);
}
