import { brand } from "../brand.ts";
import type { MappingSpec } from "./mapping-spec.ts";

/** Whether a downstream partition reads exactly one upstream partition, or any number of them. */
export type Multiplicity = "one" | "many";

/**
 * Which upstream partitions a downstream partition reads. `TMultiplicity` decides whether the asset's function gets the
 * value itself or a `PartitionedInput`; `TKey` are the upstream keys that the mapping names, `never` when it names none.
 */
export interface PartitionMapping<
  out TMultiplicity extends Multiplicity = Multiplicity,
  out TKey extends string = string,
> {
  readonly spec: MappingSpec;
  readonly multiplicity: TMultiplicity;
  /** Only for the compiler; never set. */
  readonly types?: { readonly key: TKey };
}

/** The partition with the same key. */
export function identityMapping(): PartitionMapping<"one", never> {
  return defineMapping({ kind: "identity" }, "one");
}

/** What {@link timeWindowMapping} takes. Offsets count downstream windows. */
export interface TimeWindowMappingOptions {
  /** The first downstream window that is read for: -1 is the one before the partition's own. @default 0 */
  readonly startOffset?: number | undefined;
  /** The last downstream window that is read for; not before `startOffset`. @default 0 */
  readonly endOffset?: number | undefined;
  /** Leaves out upstream windows that do not exist, instead of waiting for them. @default false */
  readonly allowNonexistent?: boolean | undefined;
}

/**
 * Every upstream window that overlaps the downstream window, whatever their grains. Offsets move what is read by whole
 * downstream windows.
 * @example timeWindowMapping({ startOffset: -1, endOffset: -1 }) // the window before
 * @example timeWindowMapping({ startOffset: -6 }) // a week of days that ends with the day itself
 */
export function timeWindowMapping(options: TimeWindowMappingOptions = {}): PartitionMapping<"many", never> {
  const { startOffset = 0, endOffset = 0, allowNonexistent = false } = options;
  return defineMapping(
    { kind: "time-window", startOffset, endOffset, ...(allowNonexistent && { allowNonexistent }) },
    "many",
  );
}

/** All upstream partitions that exist. */
export function allPartitions(): PartitionMapping<"many", never> {
  return defineMapping({ kind: "all" }, "many");
}

/** The last upstream partition that exists. */
export function lastPartition(): PartitionMapping<"one", never> {
  return defineMapping({ kind: "last" }, "one");
}

/** The first upstream partition. */
export function firstPartition(): PartitionMapping<"one", never> {
  return defineMapping({ kind: "first" }, "one");
}

/** The same upstream partitions for every downstream partition. */
export function specificPartitions<const TKey extends string>(keys: readonly TKey[]): PartitionMapping<"many", TKey> {
  return defineMapping({ kind: "specific", keys: [...keys] }, "many");
}

/** Upstream keys by downstream key; a downstream key that is not named reads nothing. */
export function staticMapping<const TKey extends string>(keys: {
  readonly [downstreamKey: string]: readonly TKey[];
}): PartitionMapping<"many", TKey> {
  return defineMapping({ kind: "static", keys: { ...keys } }, "many");
}

/** What one upstream dimension follows: a dimension of the downstream, and how. */
export interface DimensionMapping {
  /** Name of the downstream dimension; left out when the downstream has no dimensions. */
  readonly dimension?: string | undefined;
  /** @default the partition with the same key */
  readonly mapping?: PartitionMapping | undefined;
}

/**
 * Maps several dimensions, by the name of the upstream dimension. All of a dimension that is not named is read.
 * @example multiMapping({ day: { dimension: "week", mapping: timeWindowMapping() }, region: { dimension: "region" } })
 */
export function multiMapping(dimensions: {
  readonly [upstreamDimension: string]: DimensionMapping;
}): PartitionMapping<"many", never> {
  const mapped = Object.entries(dimensions).map(([upstream, { dimension = null, mapping }]) => ({
    upstream,
    downstream: dimension,
    mapping: mapping?.spec ?? ({ kind: "identity" } as const),
  }));
  return defineMapping({ kind: "multi", dimensions: mapped }, "many");
}

/**
 * Maps one dimension of the downstream onto an upstream without dimensions.
 * @example fromDimension("day") // an asset by day and region reads an asset by day
 */
export function fromDimension<TMultiplicity extends Multiplicity = "one", TKey extends string = never>(
  dimension: string,
  mapping?: PartitionMapping<TMultiplicity, TKey>,
): PartitionMapping<TMultiplicity, TKey> {
  const spec = mapping?.spec ?? ({ kind: "identity" } as const);
  const dimensions = [{ upstream: null, downstream: dimension, mapping: spec }];
  // Without a mapping TMultiplicity is its default, "one", which is what identity means.
  return defineMapping({ kind: "multi", dimensions }, mapping?.multiplicity ?? ("one" as TMultiplicity));
}

function defineMapping<TMultiplicity extends Multiplicity, TKey extends string>(
  spec: MappingSpec,
  multiplicity: TMultiplicity,
): PartitionMapping<TMultiplicity, TKey> {
  const mapping: PartitionMapping<TMultiplicity, TKey> = { spec, multiplicity };
  return brand(mapping, "partition-mapping");
}
