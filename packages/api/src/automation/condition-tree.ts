import { conditionText, PartitionSet, type ExplainedPart } from "@heddle/core/internal";
import type { ConditionNode } from "../contract.ts";
import { SHOWN_RANGES } from "./limits.ts";
import type { NameScope } from "./sentence-parts.ts";

/** Parts of one part that are told: a condition on dependencies has one for each of them. */
const MAX_CHILDREN = 200;
/** Ranges of one part that are told; its text and count are of all. */
const MAX_RANGES = 1_000;
const MAX_INSTANTS = 20;

/** Tells a condition part by part, with the partitions for which each held. */
export function describeTree(part: ExplainedPart, scope: NameScope): ConditionNode {
  const { spec, asset: key, held, since = [], parts } = part;
  const asset = scope.index.byKey(key);
  const space = asset === undefined ? null : scope.spaces.of(asset);
  const all = space?.all ?? PartitionSet.EMPTY;
  const isCut = (asset?.definition.partitions ?? null) !== null;
  const textOf = (set: PartitionSet): string => (isCut && space !== null ? space.format(set, SHOWN_RANGES) : "");
  return {
    label: spec.label ?? null,
    text: conditionText(spec),
    operator: spec.kind,
    assetKey: key,
    status: held.isEmpty ? "none" : all.subtract(held).isEmpty ? "all" : "some",
    held: { partitions: held.ranges.slice(0, MAX_RANGES * 2), text: textOf(held), count: held.size },
    candidates: all.size,
    since: since
      .toSorted((a, b) => b.at - a.at)
      .slice(0, MAX_INSTANTS)
      .map(({ at, set }) => ({ at, text: textOf(set), count: set.size })),
    children: parts.slice(0, MAX_CHILDREN).map((each) => describeTree(each, scope)),
  };
}
