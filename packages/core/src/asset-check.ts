import type { CheckContext } from "./asset-context.ts";
import { NO_RESOURCES, type CheckOptions } from "./asset-options.ts";
import { brand, hasBrand } from "./brand.ts";
import type { AnyAsset, AnyAssetCheck, AssetCheck } from "./declarations.ts";
import type { InferAssetValue } from "./dep.ts";
import type { PartitionOf, ResourceValues, SlotsOf } from "./dependency-types.ts";
import type { ResourcesShape } from "./resource.ts";
import { captureSourceLocation } from "./source-location.ts";
import type { SourceLocation } from "./snapshot.ts";

/** What {@link assetCheck} takes. */
export interface AssetCheckOptions<TAsset extends AnyAsset, TResources extends ResourcesShape> extends CheckOptions<
  InferAssetValue<TAsset>,
  PartitionOf<TAsset["partitions"]>,
  ResourceValues<TResources>
> {
  /** The asset whose partitions are tested. */
  readonly asset: TAsset;
  /** Name of the check, one for each check of an asset: letters, digits, `_` and `-`. */
  readonly name: string;
  readonly resources?: TResources | undefined;
}

/**
 * Declares a test of an asset's partitions. It runs on every materialization before the value is published; with
 * `blocking` a failure keeps it from ever being seen.
 *
 * @example
 * export const noNullTemperature = assetCheck({
 *   asset: rawWeather,
 *   name: "no_null_temperature",
 *   blocking: true,
 *   check({ value }) {
 *     const nulls = value.filter((row) => row.tempMax === null).length;
 *     return nulls === 0 ? pass() : fail({ metadata: { nulls } });
 *   },
 * });
 */
export function assetCheck<TAsset extends AnyAsset, TResources extends ResourcesShape = Record<never, never>>(
  options: AssetCheckOptions<TAsset, TResources>,
): AssetCheck<
  CheckContext<InferAssetValue<TAsset>, PartitionOf<TAsset["partitions"]>, ResourceValues<TResources>>,
  SlotsOf<TResources>
> {
  return declareCheck(options, captureSourceLocation(assetCheck));
}

interface DeclaredCheck<TContext> extends Omit<CheckOptions<never, never, never>, "check"> {
  readonly asset: AnyAsset;
  readonly name: string;
  readonly resources?: ResourcesShape | undefined;
  readonly check: AssetCheck<TContext>["check"];
}

/** Fills in what a check does not say; also for the checks that an asset declares itself. */
export function declareCheck<TContext, TSlots>(
  options: DeclaredCheck<TContext>,
  source: SourceLocation | null,
): AssetCheck<TContext, TSlots> {
  const declared: AssetCheck<TContext, TSlots> = {
    kind: "asset-check",
    asset: options.asset,
    name: options.name,
    description: options.description ?? null,
    severity: options.severity ?? "error",
    blocking: options.blocking ?? false,
    automation: options.automation ?? null,
    automationRuns: options.automationRuns ?? null,
    resources: options.resources ?? NO_RESOURCES,
    check: options.check,
    source,
  };
  return brand(declared, "asset-check");
}

/** Says whether `value` was made by {@link assetCheck}. */
export function isAssetCheck(value: unknown): value is AnyAssetCheck {
  return hasBrand(value, "asset-check");
}
