import { brand } from "../brand.ts";
import type { DimensionMappingSpec, MappingSpec } from "./mapping-spec.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";

/** Whether a downstream partition reads exactly one upstream partition, or any number of them. */
export type Multiplicity = "one" | "many";

/**
 * Which upstream partitions a downstream partition reads. `TMultiplicity` decides whether the asset's function gets the
 * value itself or a `PartitionedInput`; `TKey` are the upstream keys that the mapping names, `never` when it names none;
 * `TOptional` says that a partition may read nothing where one value is read.
 */
export interface PartitionMapping<
  out TMultiplicity extends Multiplicity = Multiplicity,
  out TKey extends string = string,
  out TOptional extends boolean = boolean,
> {
  readonly spec: MappingSpec;
  readonly multiplicity: TMultiplicity;
  /**
   * Makes the mapping complete for two definitions, where it holds a function: asks it. Without it `spec` is complete.
   * @throws MAPPING_INVALID
   */
  readonly complete?: (ends: CompletingEnds) => MappingSpec;
  /** Only for the compiler; never set. */
  readonly types?: { readonly key: TKey; readonly optional: TOptional };
}

/** What a mapping is made complete for. */
export interface CompletingEnds {
  readonly upstream: PartitionsSpec | null;
  readonly downstream: PartitionsSpec | null;
  /** Epoch milliseconds at which the definitions are loaded. */
  readonly now: number;
}

/** The partition with the same key. */
export function identityMapping(): PartitionMapping<"one", never, false> {
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
export function timeWindowMapping(options: TimeWindowMappingOptions = {}): PartitionMapping<"many", never, false> {
  const { startOffset = 0, endOffset = 0, allowNonexistent = false } = options;
  return defineMapping(
    { kind: "time-window", startOffset, endOffset, ...(allowNonexistent && { allowNonexistent }) },
    "many",
  );
}

/**
 * The partition before: of time the window before it, of fixed keys the key before it. The two sides have the same
 * partitions; the first one reads nothing, and the function then gets `undefined`.
 * @example deps: { yesterday: dep(balances, { mapping: previousPartition() }) }
 */
export function previousPartition(): PartitionMapping<"one", never, true> {
  return defineMapping({ kind: "time-window", startOffset: -1, endOffset: -1 }, "one");
}

/** All upstream partitions that exist. */
export function allPartitions(): PartitionMapping<"many", never, false> {
  return defineMapping({ kind: "all" }, "many");
}

/** The last upstream partition that exists. */
export function lastPartition(): PartitionMapping<"one", never, false> {
  return defineMapping({ kind: "last" }, "one");
}

/** The first upstream partition. */
export function firstPartition(): PartitionMapping<"one", never, false> {
  return defineMapping({ kind: "first" }, "one");
}

/** The same upstream partitions for every downstream partition. */
export function specificPartitions<const TKey extends string>(
  keys: readonly TKey[],
): PartitionMapping<"many", TKey, false> {
  return defineMapping({ kind: "specific", keys: [...keys] }, "many");
}

/** Upstream keys by downstream key; a downstream key that is not named reads nothing. */
export function staticMapping<const TKey extends string>(keys: {
  readonly [downstreamKey: string]: readonly TKey[];
}): PartitionMapping<"many", TKey, false> {
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
}): PartitionMapping<"many", never, false> {
  const mapped = Object.entries(dimensions).map(([upstream, { dimension = null, mapping }]) => ({
    upstream,
    downstream: dimension,
    mapping,
  }));
  return defineDimensions(mapped, "many");
}

/**
 * Maps one dimension of the downstream onto an upstream without dimensions.
 * @example fromDimension("day") // an asset by day and region reads an asset by day
 */
export function fromDimension<
  TMultiplicity extends Multiplicity = "one",
  TKey extends string = never,
  TOptional extends boolean = false,
>(
  dimension: string,
  mapping?: PartitionMapping<TMultiplicity, TKey, TOptional>,
): PartitionMapping<TMultiplicity, TKey, TOptional> {
  // Without a mapping TMultiplicity is its default, "one", which is what identity means.
  const multiplicity = mapping?.multiplicity ?? ("one" as TMultiplicity);
  return defineDimensions([{ upstream: null, downstream: dimension, mapping }], multiplicity);
}

interface MappedDimension extends Pick<DimensionMappingSpec, "upstream" | "downstream"> {
  readonly mapping: PartitionMapping | undefined;
}

const IDENTITY: MappingSpec = { kind: "identity" };

function defineDimensions<TMultiplicity extends Multiplicity, TKey extends string, TOptional extends boolean>(
  mapped: readonly MappedDimension[],
  multiplicity: TMultiplicity,
): PartitionMapping<TMultiplicity, TKey, TOptional> {
  const specWith = (specOf: (each: MappedDimension) => MappingSpec): MappingSpec => ({
    kind: "multi",
    dimensions: mapped.map((each) => ({
      upstream: each.upstream,
      downstream: each.downstream,
      mapping: specOf(each),
    })),
  });
  const plain = specWith(({ mapping }) => mapping?.spec ?? IDENTITY);
  if (mapped.every(({ mapping }) => mapping?.complete === undefined)) return defineMapping(plain, multiplicity);
  return defineMapping(plain, multiplicity, {
    complete: ({ upstream, downstream, now }) =>
      specWith(({ mapping, ...names }) => {
        const [from, to] = [dimensionOf(upstream, names.upstream), dimensionOf(downstream, names.downstream)];
        // A dimension that is not there is reported when the mapping is resolved.
        if (mapping?.complete === undefined || from === undefined || to === undefined) return mapping?.spec ?? IDENTITY;
        return mapping.complete({ upstream: from, downstream: to, now });
      }),
  });
}

/** The partitions of a dimension by its name, or the whole for `null`; `undefined` when there is no such dimension. */
export function dimensionOf(spec: PartitionsSpec | null, name: string | null): PartitionsSpec | null | undefined {
  if (spec?.kind !== "multi") return name === null ? spec : undefined;
  return spec.dimensions.find((dimension) => dimension.name === name)?.partitions;
}

/** Wraps a spec; the type arguments are what the caller knows about it. */
export function defineMapping<TMultiplicity extends Multiplicity, TKey extends string, TOptional extends boolean>(
  spec: MappingSpec,
  multiplicity: TMultiplicity,
  rest: Pick<PartitionMapping, "complete"> = {},
): PartitionMapping<TMultiplicity, TKey, TOptional> {
  const mapping: PartitionMapping<TMultiplicity, TKey, TOptional> = { spec, multiplicity, ...rest };
  return brand(mapping, "partition-mapping");
}
