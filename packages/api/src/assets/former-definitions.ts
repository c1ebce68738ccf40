import type { PartitionSpace } from "@heddle/core";
import type { PartitionSet, PartitionsSpec } from "@heddle/core/internal";
import type { DefinitionsIndex, IndexedAsset } from "@heddle/engine/planning";
import { NO_PARTITION_SETS, readPartitionSets, type Transaction } from "@heddle/storage";
import type { FormerDefinition, FormerPartitions } from "../contract.ts";

/** Former definitions that are told. */
const MAX_DEFINITIONS = 50;
/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;

/** What was made of an asset and does not belong to its definition any more. */
export function describeFormerPartitions(materialized: PartitionSet, space: PartitionSpace): FormerPartitions {
  const former = materialized.subtract(space.all);
  return { count: former.size, partitions: former.ranges, text: former.isEmpty ? "" : formatFormer(former, space) };
}

/** Keys are still known where the definition does not hold them any more; `format` knows only those that exist. */
function formatFormer(former: PartitionSet, space: PartitionSpace): string {
  const nameOf = (ordinal: number) => space.keyOf(ordinal) ?? `#${ordinal}`;
  if (former.size === 1) return nameOf(former.first ?? 0);
  const parts: string[] = [];
  for (let at = 0; at < former.ranges.length && parts.length < SHOWN_RANGES; at += 2) {
    const [first = 0, past = 0] = former.ranges.slice(at, at + 2);
    parts.push(past - first === 1 ? nameOf(first) : `${nameOf(first)}..${nameOf(past - 1)}`);
  }
  const more = former.ranges.length / 2 > parts.length ? ", …" : "";
  return `${parts.join(", ")}${more} (${former.size.toLocaleString("en")})`;
}

/** Reads what is left of an asset's former definitions, the newest first. One statement, or none. */
export async function readFormerDefinitions(
  tx: Transaction,
  scope: { readonly index: DefinitionsIndex; readonly environmentId: number; readonly key: string },
): Promise<FormerDefinition[]> {
  const former = scope.index.formerOf(scope.key).slice(0, MAX_DEFINITIONS);
  if (former.length === 0) return [];
  const { environmentId } = scope;
  const sets = await readPartitionSets(tx, { environmentId, assetIds: former.map(({ id }) => id) });
  return former.map((asset) => describeDefinition(asset, (sets.get(asset.id) ?? NO_PARTITION_SETS).materialized));
}

function describeDefinition(asset: IndexedAsset, materialized: PartitionSet): FormerDefinition {
  return {
    assetId: asset.id,
    scheme: asset.scheme,
    description: describePartitions(asset.definition.partitions),
    materialized: materialized.size,
    supersededAt: asset.supersededAt?.getTime() ?? 0,
  };
}

/** A partitions definition in a few words. */
function describePartitions(spec: PartitionsSpec | null): string {
  if (spec === null) return "not partitioned";
  switch (spec.kind) {
    case "static":
      return `${spec.keys.length.toLocaleString("en")} static partitions`;
    case "dynamic":
      return `dynamic partitions ${spec.name}`;
    case "time-window": {
      const cadence = spec.cadence === "cron" ? `cron ${spec.cron}` : spec.cadence;
      return `${cadence} from ${spec.start}${spec.end === null ? "" : ` to ${spec.end}`} (${spec.timeZone})`;
    }
    case "multi":
      return spec.dimensions.map(({ name, partitions }) => `${name}: ${describePartitions(partitions)}`).join("; ");
  }
}
