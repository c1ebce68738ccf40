import { definePartitions, type PartitionsDefinition, type PartitionsDimensions } from "./partitions-definition.ts";

/**
 * Partitions with fixed keys, in the given order.
 * @example staticPartitions(["eu", "us", "apac"])
 */
export function staticPartitions<const TKey extends string>(
  keys: readonly TKey[],
): PartitionsDefinition<TKey, "static"> {
  return definePartitions({ kind: "static", keys: [...keys] });
}

/**
 * Partitions whose keys are added and removed while Heddle runs. Every asset that uses the same `name` has the same
 * keys.
 */
export function dynamicPartitions(options: { readonly name: string }): PartitionsDefinition<string, "dynamic"> {
  return definePartitions({ kind: "dynamic", name: options.name });
}

/**
 * Partitions in several dimensions: one for each combination of their keys, named by the keys joined with `|` in the
 * order of the dimensions.
 * @example multiPartitions({ day: dailyPartitions({ start: "2024-01-01" }), region: staticPartitions(["eu", "us"]) })
 */
export function multiPartitions<const TDimensions extends PartitionsDimensions>(
  dimensions: TDimensions,
): PartitionsDefinition<string, "multi", TDimensions> {
  return definePartitions({
    kind: "multi",
    dimensions: Object.entries(dimensions).map(([name, { spec }]) => ({ name, partitions: spec })),
  });
}
