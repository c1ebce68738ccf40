import type { PartitionContext, PartitionedInput, TimeWindow } from "./asset-context.ts";
import type { AnyExternalAsset, AnyUpstream, Asset } from "./declarations.ts";
import type { Dep, InferAssetValue, LoadedThrough, WithColumns } from "./dep.ts";
import type { OwnPartitions } from "./own-partitions.ts";
import type { InferMultiplicity } from "./partitions/infer-multiplicity.ts";
import type { Multiplicity, PartitionMapping } from "./partitions/partition-mapping.ts";
import type {
  InferPartitionKey,
  PartitionsDefinition,
  PartitionsDimensions,
} from "./partitions/partitions-definition.ts";
import type { Cadence } from "./partitions/partitions-spec.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";
import type { Resource, ResourceSlot } from "./resource.ts";
import type { Simplify, TypeError } from "./types.ts";

type Partitions = PartitionsDefinition | undefined;

/** What `context.partition` is for an asset with these partitions. */
export type PartitionOf<TPartitions extends Partitions> =
  TPartitions extends PartitionsDefinition<infer TKey, infer TCadence, infer TDimensions>
    ? PartitionContext<TKey, WindowOf<TCadence>, DimensionKeysOf<TDimensions>>
    : undefined;

/** Several dimensions have a window of their own when exactly one of them is by time; the type does not count them. */
type WindowOf<TCadence> = TCadence extends Cadence
  ? TimeWindow
  : TCadence extends "multi"
    ? TimeWindow | undefined
    : undefined;

type DimensionKeysOf<TDimensions> = TDimensions extends PartitionsDimensions
  ? Simplify<{ readonly [TName in keyof TDimensions]: InferPartitionKey<TDimensions[TName]> }>
  : undefined;

/** A dependency taken apart: asset, mapping (`undefined`: derived), wait policy, and the value of one partition. */
type Normalized<TDep> =
  TDep extends Dep<infer TAsset, infer TMapping, infer TColumn, infer TWait, infer TIo>
    ? { asset: TAsset; mapping: TMapping; wait: TWait; value: WithColumns<LoadedThrough<TAsset, TIo>, TColumn> }
    : TDep extends OwnPartitions<infer TValue, infer TMapping, infer TWait>
      ? { asset: Asset<TValue, PartitionsDefinition>; mapping: TMapping; wait: TWait; value: TValue }
      : TDep extends AnyUpstream
        ? { asset: TDep; mapping: undefined; wait: undefined; value: InferAssetValue<TDep> }
        : never;

interface NormalizedDep {
  asset: AnyUpstream;
  mapping: PartitionMapping | undefined;
  wait: WaitPolicy | undefined;
  value: unknown;
}

/** Whether one upstream partition is read or many; a declared mapping decides before a derived one. */
type MultiplicityOf<TDep extends NormalizedDep, TPartitions extends Partitions> =
  TDep["mapping"] extends PartitionMapping<infer TMultiplicity>
    ? TMultiplicity
    : InferMultiplicity<TDep["asset"]["partitions"], TPartitions>;

type ValueOf<TDep extends NormalizedDep, TPartitions extends Partitions> =
  MultiplicityOf<TDep, TPartitions> extends "one"
    ? TDep["value"] | NothingOf<TDep>
    : PartitionedInput<TDep["value"], InferPartitionKey<TDep["asset"]["partitions"]>>;

/**
 * What `context.deps` holds for an asset that makes several partitions at a time: of every upstream with partitions all
 * that the partitions of the chunk read, and of one without partitions its value.
 */
export type ChunkDependencyValues<TDeps> = Simplify<{
  readonly [K in keyof TDeps as Normalized<TDeps[K]>["asset"] extends AnyExternalAsset ? never : K]: [
    Normalized<TDeps[K]>["asset"]["partitions"],
  ] extends [undefined]
    ? Normalized<TDeps[K]>["value"]
    : PartitionedInput<Normalized<TDeps[K]>["value"], InferPartitionKey<Normalized<TDeps[K]>["asset"]["partitions"]>>;
}>;

/** `undefined` where a mapping lets a partition read nothing, as the first one reads none before it. */
type NothingOf<TDep extends NormalizedDep> =
  TDep["mapping"] extends PartitionMapping<Multiplicity, string, infer TOptional>
    ? TOptional extends true
      ? undefined
      : never
    : never;

/**
 * What `context.deps` holds: for every dependency its value, or a `PartitionedInput` where the mapping reads many
 * partitions. An external asset gives order alone and has no value here.
 */
export type DependencyValues<TDeps, TPartitions extends Partitions> = Simplify<{
  readonly [K in keyof TDeps as Normalized<TDeps[K]>["asset"] extends AnyExternalAsset ? never : K]: ValueOf<
    Normalized<TDeps[K]>,
    TPartitions
  >;
}>;

/** `unknown` where a dependency is fine, a readable error where it is not. */
export type DependenciesCheck<TDeps, TPartitions extends Partitions> = {
  readonly [K in keyof TDeps]: [Normalized<TDeps[K]>] extends [never]
    ? TypeError<"A dependency is an asset: give what asset() or externalAsset() returned, or dep(asset, { … }).">
    : MultiplicityOf<Normalized<TDeps[K]>, TPartitions> extends TypeError<infer TMessage>
      ? // Wrapped anew, so that the compiler shows the message and not the name of the type that held it.
        TypeError<TMessage>
      : [Normalized<TDeps[K]>["wait"], MultiplicityOf<Normalized<TDeps[K]>, TPartitions>] extends [WaitPolicy, "one"]
        ? TypeError<"A wait policy is for a dependency that reads many partitions, and this one reads exactly one: leave `wait` out, or state a mapping that reads many.">
        : unknown;
};

/** The names of dependencies on an asset's own partitions whose stated value is not what the asset makes. */
type WrongOwn<TDeps, TMade> = {
  [K in keyof TDeps]: TDeps[K] extends OwnPartitions<infer TValue>
    ? [TMade] extends [TValue]
      ? never
      : // What is made is not known before `materialize` was looked at.
        unknown extends TMade
        ? never
        : K
    : never;
}[keyof TDeps];

/** `unknown` where dependencies on an asset's own partitions state what it makes, else an error. */
export type OwnValueCheck<TDeps, TMade> = [WrongOwn<TDeps, TMade>] extends [never]
  ? unknown
  : {
      readonly deps: {
        readonly [
          K in WrongOwn<TDeps, TMade>
        ]: TypeError<"This asset does not make what ownPartitions<…>() says that it makes: state the type that `materialize` returns.">;
      };
    };

/** `unknown` where an asset may be made in chunks, a readable error where it has no partitions to make chunks of. */
export type ChunkCheck<TPartitions extends Partitions> = [TPartitions] extends [undefined]
  ? TypeError<"An asset without partitions is made as a whole: leave `chunk` out, or give it `partitions`.">
  : unknown;

/** What `context.resources` holds. */
export type ResourceValues<TResources> = Simplify<{
  readonly [K in keyof TResources]: TResources[K] extends Resource<infer TValue>
    ? TValue
    : TResources[K] extends ResourceSlot<string, infer TValue>
      ? TValue
      : never;
}>;

/** The slots among the resources: name in `definitions` → type of the value. */
export type SlotsOf<TResources> = Simplify<{
  readonly [
    K in keyof TResources as TResources[K] extends ResourceSlot<infer TName> ? TName : never
  ]: TResources[K] extends ResourceSlot<string, infer TValue> ? TValue : never;
}>;
