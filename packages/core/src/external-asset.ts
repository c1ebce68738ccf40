import { describeAsset, type DescriptionOptions } from "./asset-options.ts";
import { brand, hasBrand } from "./brand.ts";
import type { AnyExternalAsset, ExternalAsset } from "./declarations.ts";
import type { PartitionsDefinition } from "./partitions/partitions-definition.ts";
import { captureSourceLocation } from "./source-location.ts";

/** What {@link externalAsset} takes. */
export interface ExternalAssetOptions<TPartitions extends PartitionsDefinition | undefined> extends DescriptionOptions {
  /** Asset key: segments joined by `/`, such as `crm/customers`. */
  readonly key: string;
  readonly partitions?: TPartitions | undefined;
}

/**
 * Declares an asset that something else makes: it is part of the lineage, and Heddle never materializes it. A
 * dependency on it has no value in `context.deps`.
 *
 * @example
 * export const customers = externalAsset({ key: "crm/customers", kinds: ["postgres"] });
 */
export function externalAsset<TPartitions extends PartitionsDefinition | undefined = undefined>(
  options: ExternalAssetOptions<TPartitions>,
): ExternalAsset<TPartitions> {
  const declared: ExternalAsset<TPartitions> = {
    kind: "external-asset",
    key: options.key,
    // Absent exactly when TPartitions was not inferred, and is then its default, `undefined`.
    partitions: options.partitions as TPartitions,
    ...describeAsset(options),
    source: captureSourceLocation(externalAsset),
  };
  return brand(declared, "external-asset");
}

/** Says whether `value` was made by {@link externalAsset}. */
export function isExternalAsset(value: unknown): value is AnyExternalAsset {
  return hasBrand(value, "external-asset");
}
