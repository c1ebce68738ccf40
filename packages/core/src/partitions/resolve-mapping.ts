import { HeddleError } from "../errors.ts";
import { DimensionsRelation, type DimensionRelation } from "./dimension-relation.ts";
import { sameForAll, sameKey, sameOrdinal } from "./key-relations.ts";
import { ListedRelation, type ListedReads } from "./listed-relation.ts";
import type { DimensionMappingSpec, MappingSpec } from "./mapping-spec.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { StaticPartitionsSpec } from "./partitions-spec.ts";
import type { MappingEnds, ResolvedMapping } from "./resolved-mapping.ts";
import { haveSameKeys, haveSameOrdinals, haveSameWindows } from "./same-ordinals.ts";
import { WindowRelation, type TimeSpace, type WindowOffsets } from "./window-relation.ts";

export type { AbsentPartitions, ResolvedMapping, UpstreamPartitions } from "./resolved-mapping.ts";

type Ends = MappingEnds<PartitionSpace>;

/** Largest offset of a mapping by time, in windows. */
const MAX_OFFSET = 1_000_000;

/**
 * Resolves a mapping between two spaces, which must be resolved at the same instant.
 * @throws MAPPING_INVALID when the mapping does not fit the two, or names a key or dimension that does not exist
 */
export function resolveMapping(mapping: MappingSpec, ends: Ends): ResolvedMapping {
  const { upstream } = ends;
  switch (mapping.kind) {
    case "unpartitioned":
      if (upstream.spec !== null)
        throw invalid(mapping, "the upstream has partitions", "Use another mapping, such as allPartitions().");
      return sameForAll({ ordinals: upstream.all }, ends);
    case "all":
      return sameForAll({ ordinals: upstream.all }, ends);
    case "first":
      return sameForAll({ ordinals: upstream.all.take(1), isAny: true }, ends);
    case "last":
      return sameForAll({ ordinals: lastOf(upstream.all), isAny: true }, ends);
    case "specific":
      return sameForAll(readKeys(mapping, mapping.keys, upstream), ends);
    case "static":
    case "custom":
      return resolveListed(mapping, ends);
    case "identity":
      return resolveIdentity(ends);
    case "time-window":
      return resolveWindows(mapping, ends);
    case "multi":
      return new DimensionsRelation(resolveDimensions(mapping.dimensions, ends), ends);
  }
}

function lastOf(all: PartitionSet): PartitionSet {
  return all.last === undefined ? all : PartitionSet.range(all.last, all.last + 1);
}

function readKeys(mapping: MappingSpec, keys: readonly string[], space: PartitionSpace): ListedReads {
  const ordinals: number[] = [];
  const unknown: string[] = [];
  for (const key of keys) {
    const ordinal = space.ordinalOf(key);
    if (ordinal !== null) ordinals.push(ordinal);
    else if (mayGrow(space)) unknown.push(key);
    else {
      const existing = space.all.isEmpty ? "" : `: ${space.format(space.all)}`;
      const hint = `Use keys of the partitions definition${existing}.`;
      throw invalid(mapping, `there is no partition ${JSON.stringify(key)}`, hint);
    }
  }
  return { ordinals: PartitionSet.of(ordinals), unknown };
}

function mayGrow({ spec, dimensions }: PartitionSpace): boolean {
  return spec?.kind === "dynamic" || (dimensions?.spaces.some(mayGrow) ?? false);
}

function resolveListed(mapping: MappingSpec & { kind: "static" | "custom" }, ends: Ends): ResolvedMapping {
  const reads = new Map<number, ListedReads>();
  for (const [downstreamKey, upstreamKeys] of Object.entries(mapping.keys)) {
    const read = readKeys(mapping, upstreamKeys, ends.upstream);
    for (const ordinal of readKeys(mapping, [downstreamKey], ends.downstream).ordinals) reads.set(ordinal, read);
  }
  return new ListedRelation(reads, ends, mapping.kind === "static");
}

function resolveIdentity(ends: Ends): ResolvedMapping {
  const [up, down] = [ends.upstream.spec, ends.downstream.spec];
  if (up === null || down === null) {
    if (up === down) return sameOrdinal(ends);
    const [side, hint] =
      up === null ? ["upstream", "Leave the mapping out."] : ["downstream", "Use allPartitions() or another mapping."];
    throw invalid({ kind: "identity" }, `the ${side} has no partitions`, hint);
  }
  if (haveSameOrdinals(up, down)) return sameOrdinal(ends);
  // Windows with the same bounds are the same partitions, whatever their keys are called.
  if (up.kind === "time-window" && down.kind === "time-window" && haveSameWindows(up, down)) {
    return resolveWindows({ kind: "time-window", startOffset: 0, endOffset: 0 }, ends);
  }
  const [upNames, downNames] = [ends.upstream.dimensions?.names, ends.downstream.dimensions?.names];
  if (upNames === undefined || downNames === undefined) return sameKey(ends);
  const shared = upNames.filter((name) => downNames.includes(name));
  if (shared.length !== upNames.length || shared.length !== downNames.length) return sameKey(ends);
  const dimensions = shared.map((name) => ({
    upstream: name,
    downstream: name,
    mapping: { kind: "identity" } as const,
  }));
  return new DimensionsRelation(resolveDimensions(dimensions, ends), ends);
}

function resolveWindows(mapping: WindowOffsets & { readonly kind: "time-window" }, ends: Ends): ResolvedMapping {
  const [upstream, downstream] = [ends.upstream, ends.downstream];
  const { startOffset, endOffset } = mapping;
  if (!isOffset(startOffset) || !isOffset(endOffset) || startOffset > endOffset) {
    const hint = `Count in whole downstream windows, -1 for the one before, ${MAX_OFFSET} at most; the end is not before the start.`;
    throw invalid(mapping, `its offsets ${startOffset} and ${endOffset} cannot be used`, hint);
  }
  const [up, down] = [upstream.spec, downstream.spec];
  if (up?.kind === "static" && down?.kind === "static" && haveSameKeys(up, down)) {
    return resolveNeighbours(mapping, down, ends);
  }
  if (isByTime(upstream) && isByTime(downstream)) return new WindowRelation(mapping, { upstream, downstream });
  const side = isByTime(upstream) ? "downstream" : "upstream";
  throw invalid(
    mapping,
    `the ${side} is not partitioned by time`,
    "Use allPartitions(), staticMapping() or another mapping.",
  );
}

function isOffset(offset: number): boolean {
  return Number.isSafeInteger(offset) && Math.abs(offset) <= MAX_OFFSET;
}

/** Offsets among fixed keys: the keys before and after it in their order. */
function resolveNeighbours(
  { startOffset, endOffset }: WindowOffsets,
  { keys }: StaticPartitionsSpec,
  ends: Ends,
): ResolvedMapping {
  // The two may have been numbered against different histories.
  const ordinalsIn = ({ ordinalOf }: PartitionSpace) => keys.flatMap((key) => ordinalOf(key) ?? []);
  const [own, read] = [ordinalsIn(ends.downstream), ordinalsIn(ends.upstream)];
  const reads = own.map((ordinal, place): [number, ListedReads] => {
    const near = read.slice(Math.max(0, place + startOffset), Math.max(0, place + endOffset + 1));
    return [ordinal, { ordinals: PartitionSet.of(near), unknown: [] }];
  });
  return new ListedRelation(new Map(reads), ends, true);
}

function isByTime(space: PartitionSpace): space is TimeSpace {
  return space.timeline !== null;
}

function resolveDimensions(mappings: readonly DimensionMappingSpec[], ends: Ends): DimensionRelation[] {
  const spec = { kind: "multi", dimensions: mappings } as const;
  const relations = mappings.map((each) => {
    const upstream = placeOf(spec, each.upstream, ends.upstream);
    const downstream = placeOf(spec, each.downstream, ends.downstream);
    const mapping = resolveMapping(each.mapping, { upstream: upstream.space, downstream: downstream.space });
    return { upstream: upstream.place, downstream: downstream.place, mapping };
  });
  for (const side of ["upstream", "downstream"] as const) {
    if (new Set(relations.map((relation) => relation[side])).size < relations.length) {
      throw invalid(
        spec,
        `one dimension of the ${side} is named twice`,
        "Name each dimension at most once on either side.",
      );
    }
  }
  return relations;
}

function placeOf(
  mapping: MappingSpec,
  name: string | null,
  space: PartitionSpace,
): { place: number; space: PartitionSpace } {
  const names = space.dimensions?.names ?? [];
  if (name === null && space.dimensions === null) return { place: 0, space };
  const place = name === null ? -1 : names.indexOf(name);
  const found = space.dimensions?.spaces[place];
  if (found !== undefined) return { place, space: found };
  const hint =
    names.length > 0
      ? `The dimensions are ${names.join(", ")}.`
      : "It has no dimensions: leave the name of the dimension out.";
  throw invalid(
    mapping,
    name === null ? "it does not say which dimension is meant" : `there is no dimension ${JSON.stringify(name)}`,
    hint,
  );
}

function invalid(mapping: MappingSpec, why: string, hint: string): HeddleError {
  return new HeddleError("MAPPING_INVALID", `the ${mapping.kind} mapping does not fit: ${why}`, {
    hint,
    details: { kind: mapping.kind },
  });
}
