import { brand } from "../brand.ts";
import type { Cadence, PartitionsSpec } from "./partitions-spec.ts";

/** What a definition is cut by, as its type shows it. */
export type PartitionsCadence = Cadence | "static" | "dynamic" | "multi";

/** The dimensions of a definition by name. */
export interface PartitionsDimensions {
  readonly [name: string]: PartitionsDefinition;
}

/**
 * How an asset is cut into partitions. `TKey` is the union of the keys where they are known, else `string`; `TCadence`
 * lets the compiler say whether one or many upstream partitions are read; `TDimensions` is set for several dimensions.
 *
 * Made by {@link staticPartitions}, {@link dailyPartitions} and the other factories. Making one never throws: a
 * definition that cannot be used is reported with all other problems when the definitions are validated.
 */
export interface PartitionsDefinition<
  out TKey extends string = string,
  out TCadence extends PartitionsCadence = PartitionsCadence,
  out TDimensions = unknown,
> {
  readonly spec: PartitionsSpec;
  /** Only for the compiler; never set. */
  readonly types?: { readonly key: TKey; readonly cadence: TCadence; readonly dimensions: TDimensions };
}

/** A definition whose keys are added and removed while Heddle runs; made by {@link dynamicPartitions}. */
export type DynamicPartitionsDefinition = PartitionsDefinition<string, "dynamic">;

/** The keys of a partitions definition: a union of literals where they are known, else `string`. */
export type InferPartitionKey<TDefinition> =
  TDefinition extends PartitionsDefinition<infer TKey, PartitionsCadence, unknown> ? TKey : never;

/** Wraps a spec; the type arguments are what the caller knows about it. */
export function definePartitions<TKey extends string, TCadence extends PartitionsCadence, TDimensions = unknown>(
  spec: PartitionsSpec,
): PartitionsDefinition<TKey, TCadence, TDimensions> {
  const definition: PartitionsDefinition<TKey, TCadence, TDimensions> = { spec };
  return brand(definition, "partitions-definition");
}
