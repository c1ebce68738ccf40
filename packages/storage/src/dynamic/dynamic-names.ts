import type { AssetSnapshot } from "@heddle/core/internal";

/** Names of the dynamic definitions that assets use, alone or as a dimension. */
export function dynamicNamesOf(assets: readonly Pick<AssetSnapshot, "partitions">[]): string[] {
  const specs = assets.flatMap(({ partitions }) =>
    partitions?.kind === "multi" ? partitions.dimensions.map((dimension) => dimension.partitions) : (partitions ?? []),
  );
  return [...new Set(specs.flatMap((spec) => (spec.kind === "dynamic" ? [spec.name] : [])))];
}
