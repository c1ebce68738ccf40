import { PartitionSet } from "@heddle/core/internal";
import { isStalenessChange, type AssetChange, type StalenessEvent } from "@heddle/storage";
import type { DefinitionsIndex } from "../planning/index.ts";

/** What events mean for the staleness of assets, by asset id. */
export function changesOfEvents(
  events: readonly StalenessEvent[],
  index: DefinitionsIndex,
): ReadonlyMap<number, AssetChange> {
  const ranges = new Map<number, number[]>();
  const others = new Set<number>();
  const add = (assetId: number, partitions: PartitionSet): void => {
    const before = ranges.get(assetId);
    if (before === undefined) ranges.set(assetId, [...partitions.ranges]);
    else for (const bound of partitions.ranges) before.push(bound);
  };
  for (const event of events) {
    if (!isStalenessChange(event)) continue;
    const { kind, assetId, partitions, payload } = event;
    const name = definitionOf(payload);
    if (name === null) {
      if (assetId !== null && partitions !== null) add(assetId, partitions);
      continue;
    }
    for (const { id, definition } of index.cutBy(name)) {
      // A key of several dimensions, or one that is gone, may be of any number of partitions.
      const isOrdinal = definition.partitions?.kind === "dynamic" && kind === "partitions_added";
      if (isOrdinal && partitions !== null) add(id, partitions);
      else others.add(id);
    }
  }
  return new Map(
    [...new Set([...ranges.keys(), ...others])].map((id) => [
      id,
      { partitions: PartitionSet.fromRanges(ranges.get(id) ?? []), isOther: others.has(id) },
    ]),
  );
}

function definitionOf(payload: StalenessEvent["payload"]): string | null {
  const named = typeof payload === "object" && payload !== null && "definition" in payload ? payload.definition : null;
  return typeof named === "string" ? named : null;
}
