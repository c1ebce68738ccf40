import type { TypeError } from "../types.ts";
import type { Multiplicity } from "./partition-mapping.ts";
import type { PartitionsCadence, PartitionsDefinition, PartitionsDimensions } from "./partitions-definition.ts";
import type { RegularCadence } from "./partitions-spec.ts";

/**
 * Whether an asset reads one or many partitions of an upstream when no mapping is stated, from the partitions
 * definitions of the two (`undefined` or `null`: no partitions). A pair whose mapping cannot be derived gives a
 * `TypeError` with a message. The rules are those of `deriveMapping`, which is stricter where only values tell: zones,
 * hours and names.
 */
export type InferMultiplicity<TUpstream, TDownstream> = [TUpstream] extends [null | undefined]
  ? "one"
  : [TDownstream] extends [null | undefined]
    ? "many"
    : [TUpstream, TDownstream] extends [
          infer TFrom extends PartitionsDefinition,
          infer TTo extends PartitionsDefinition,
        ]
      ? Between<TFrom, TTo>
      : "many";

type Between<TUpstream extends PartitionsDefinition, TDownstream extends PartitionsDefinition> =
  IsUnion<CadenceOf<TUpstream> | CadenceOf<TDownstream>> extends true
    ? BetweenDifferent<TUpstream, TDownstream>
    : BetweenSame<CadenceOf<TUpstream>, TUpstream, TDownstream>;

type CadenceOf<TDefinition extends PartitionsDefinition> = NonNullable<TDefinition["types"]>["cadence"];
type KeyOf<TDefinition extends PartitionsDefinition> = NonNullable<TDefinition["types"]>["key"];
type DimensionsOf<TDefinition extends PartitionsDefinition> = NonNullable<
  TDefinition["types"]
>["dimensions"] extends infer TDimensions extends PartitionsDimensions
  ? TDimensions
  : never;

type IsUnion<T, TAll = T> = T extends unknown ? ([TAll] extends [T] ? false : true) : never;

type BetweenSame<
  TCadence extends PartitionsCadence,
  TUpstream extends PartitionsDefinition,
  TDownstream extends PartitionsDefinition,
> = TCadence extends RegularCadence | "dynamic"
  ? "one"
  : TCadence extends "cron"
    ? "many"
    : TCadence extends "static"
      ? [KeyOf<TDownstream>] extends [KeyOf<TUpstream>]
        ? "one"
        : TypeError<"the downstream has partition keys that the upstream does not have: state the mapping, such as `dep(asset, { mapping: staticMapping({ … }) })`">
      : BetweenDimensions<DimensionsOf<TUpstream>, DimensionsOf<TDownstream>>;

type BetweenDifferent<TUpstream extends PartitionsDefinition, TDownstream extends PartitionsDefinition> = true extends
  | IsUnion<CadenceOf<TUpstream>>
  | IsUnion<CadenceOf<TDownstream>>
  ? "many"
  : CadenceOf<TUpstream> extends "multi"
    ? OnlyDerivable<FromDimensions<DimensionsOf<TUpstream>, TDownstream>> extends Multiplicity
      ? "many"
      : OnlyDerivable<FromDimensions<DimensionsOf<TUpstream>, TDownstream>>
    : CadenceOf<TDownstream> extends "multi"
      ? OnlyDerivable<ToDimensions<TUpstream, DimensionsOf<TDownstream>>>
      : BetweenTimes<CadenceOf<TUpstream>, CadenceOf<TDownstream>>;

/** Cadences whose windows lie each within one window of the key's cadence. */
interface Nested {
  readonly hourly: never;
  readonly daily: "hourly";
  readonly weekly: "hourly" | "daily";
  readonly monthly: "hourly" | "daily";
  readonly cron: never;
}

type BetweenTimes<
  TUpstream extends PartitionsCadence,
  TDownstream extends PartitionsCadence,
> = TUpstream extends keyof Nested
  ? TDownstream extends keyof Nested
    ? TDownstream extends Nested[TUpstream]
      ? "one"
      : "many"
    : NotDerivable
  : NotDerivable;

type NotDerivable =
  TypeError<"how the partitions of the two assets correspond cannot be derived: state the mapping, such as `dep(asset, { mapping: allPartitions() })`">;
type Ambiguous =
  TypeError<"more than one dimension could correspond: state the mapping, with `fromDimension` or `multiMapping`">;

/** Several dimensions on both sides: those of the same name correspond, and all of any other upstream one is read. */
type BetweenDimensions<TUpstream extends PartitionsDimensions, TDownstream extends PartitionsDimensions> = [
  keyof TUpstream & keyof TDownstream,
] extends [never]
  ? NotDerivable
  : AllOf<{
      [TName in keyof TUpstream]: TName extends keyof TDownstream
        ? InferMultiplicity<TUpstream[TName], TDownstream[TName]>
        : "many";
    }>;

type AllOf<TByName> = [Exclude<TByName[keyof TByName], Multiplicity>] extends [never]
  ? "many" extends TByName[keyof TByName]
    ? "many"
    : "one"
  : NotDerivable;

type FromDimensions<TUpstream extends PartitionsDimensions, TDownstream> = {
  [TName in keyof TUpstream]: InferMultiplicity<TUpstream[TName], TDownstream>;
};
type ToDimensions<TUpstream, TDownstream extends PartitionsDimensions> = {
  [TName in keyof TDownstream]: InferMultiplicity<TUpstream, TDownstream[TName]>;
};

/** The multiplicity of the only dimension that has one. */
type OnlyDerivable<TByName> = {
  [TName in keyof TByName as TByName[TName] extends Multiplicity ? TName : never]: TByName[TName];
} extends infer TDerivable
  ? [keyof TDerivable] extends [never]
    ? NotDerivable
    : IsUnion<keyof TDerivable> extends true
      ? Ambiguous
      : TDerivable[keyof TDerivable]
  : never;
