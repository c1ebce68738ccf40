import type { PartitionSpace } from "../src/partitions/partition-space.ts";
import type { PartitionsDefinition } from "../src/partitions/partitions-definition.ts";
import { resolvePartitions } from "../src/partitions/resolve-partitions.ts";

/** When partitions are resolved, unless a test says otherwise. */
export const NOW: number = Date.parse("2024-03-01T00:00Z");
const KEYS: { readonly [name: string]: readonly (string | null)[] } = {
  users: ["ann", null, "bob", "cy"],
  teams: ["ann", "eve"],
};

/** The partitions of a definition, with the keys of two dynamic ones; `null` for an asset that has none. */
export const resolve = (definition: PartitionsDefinition | null, now: number = NOW): PartitionSpace =>
  resolvePartitions(definition?.spec ?? null, { now, dynamicKeys: (name) => KEYS[name] ?? [] });
