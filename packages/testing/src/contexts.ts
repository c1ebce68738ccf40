import {
  HeddleError,
  resolvePartitions,
  type AnyAsset,
  type AnyAssetCheck,
  type AnyAssetContext,
  type Asset,
  type AssetCheck,
  type AssetContext,
  type CheckContext,
  type ChunkContext,
  type Logger,
  type MaterializeContext,
  type PartitionContext,
} from "@heddle/core";
import { dimensionKeysOf } from "@heddle/core/internal";
import { captureLog } from "./capture-log.ts";
import { subStepFunctions } from "./sub-steps.ts";

/** What every context has, and a test seldom cares about. */
interface AmbientParts {
  /** @default one that is never aborted */
  readonly signal?: AbortSignal;
  /** @default one that forgets; give `captureLog()` to look at the lines */
  readonly log?: Logger;
  /** @default 1 */
  readonly attempt?: number;
  /** What the function's own calls go to. @default nothing happens */
  readonly metadata?: AnyAssetContext["metadata"];
  readonly addPartitions?: AnyAssetContext["addPartitions"];
  readonly removePartitions?: AnyAssetContext["removePartitions"];
}

/** The key of the partition, for an asset that has partitions. */
type PartitionPart<TPartition> = TPartition extends { readonly key: infer TKey }
  ? { readonly partition: TKey }
  : { readonly partition?: undefined };

/** The keys of the partitions, for an asset that makes several at a time. */
interface PartitionsPart<TPartition> {
  readonly partitions: readonly (TPartition extends { readonly key: infer TKey } ? TKey : string)[];
}

/** What the function is to get as its config, as its schema reads it; for an asset that takes config. */
type ConfigPart<TConfig> = [TConfig] extends [undefined]
  ? { readonly config?: undefined }
  : { readonly config: TConfig };

/** A named part that has to be given unless there is nothing in it. */
type NamedPart<TName extends string, TValues> = keyof TValues extends never
  ? { readonly [K in TName]?: TValues }
  : { readonly [K in TName]: TValues };

/**
 * What {@link assetContext} takes: `partition` (`partitions` where several are made at a time), `deps`, `resources` and
 * `config`, each of them if the asset has any.
 */
export type AssetContextParts<TAsset> =
  TAsset extends Asset<unknown, infer _TPartitions, infer TContext>
    ? AmbientParts &
        (TContext extends ChunkContext<infer TPartition, object, object, unknown>
          ? PartitionsPart<TPartition>
          : TContext extends AssetContext<infer TPartition, object, object, unknown>
            ? PartitionPart<TPartition>
            : never) &
        (TContext extends MaterializeContext<infer TDeps, infer TResources, infer TConfig>
          ? NamedPart<"deps", TDeps> & NamedPart<"resources", TResources> & ConfigPart<TConfig>
          : never)
    : never;

/** What {@link checkContext} takes: `value`, and `partition` and `resources` if the asset or the check has any. */
export type CheckContextParts<TCheck> =
  TCheck extends AssetCheck<CheckContext<infer TValue, infer TPartition, infer TResources>>
    ? AmbientParts & { readonly value: TValue } & PartitionPart<TPartition> & NamedPart<"resources", TResources>
    : never;

/** What the two kinds of parts have in common once their types are forgotten. */
interface AnyParts extends AmbientParts {
  readonly partition?: string | undefined;
  readonly partitions?: readonly string[];
  readonly config?: unknown;
  readonly deps?: unknown;
  readonly resources?: unknown;
  readonly value?: unknown;
}

/**
 * Makes the context with which a unit test calls an asset's function. The partition is given by its key; its number and
 * its window follow from the asset.
 *
 * @example
 * const context = assetContext(summary, { partition: "2012-01", deps: { days: partitionedInput({ "2012-01-01": rows }) } });
 * expect(await summary.materialize(context)).toEqual({ rain: 12.5 });
 *
 * @throws PARTITION_UNKNOWN for a key that the asset's partitions definition does not have
 */
export function assetContext<TAsset extends AnyAsset>(
  asset: TAsset,
  parts: AssetContextParts<TAsset>,
): Parameters<TAsset["materialize"]>[0] {
  // The parts have the types that the asset's context asks for: their type is made from it.
  return contextOf(asset, parts) as Parameters<TAsset["materialize"]>[0];
}

/**
 * Makes the context with which a unit test calls the function of an asset check.
 *
 * @example
 * const result = await noNullTemperature.check(checkContext(noNullTemperature, { partition: "2012-01-01", value: rows }));
 * expect(result.passed).toBe(false);
 *
 * @throws PARTITION_UNKNOWN for a key that the asset's partitions definition does not have
 */
export function checkContext<TCheck extends AnyAssetCheck>(
  check: TCheck,
  parts: CheckContextParts<TCheck>,
): Parameters<TCheck["check"]>[0] {
  // As above.
  return contextOf(check.asset, parts) as Parameters<TCheck["check"]>[0];
}

/** What an asset's function and a check's function take, together: each leaves alone what is not its own. */
function contextOf(asset: AnyAsset, parts: AnyParts): unknown {
  const signal = parts.signal ?? new AbortController().signal;
  const log = parts.log ?? captureLog();
  return {
    partition: partitionOf(asset, parts.partition),
    partitions: parts.partitions?.map((key) => partitionOf(asset, key)),
    config: parts.config,
    heartbeat() {},
    deps: parts.deps ?? {},
    resources: parts.resources ?? {},
    value: parts.value,
    signal,
    log,
    ...subStepFunctions({ signal, log }),
    run: { id: "test", attempt: parts.attempt ?? 1 },
    metadata: parts.metadata ?? (() => undefined),
    addPartitions: parts.addPartitions ?? (() => undefined),
    removePartitions: parts.removePartitions ?? (() => undefined),
  };
}

function partitionOf(asset: AnyAsset, key: string | undefined): PartitionContext | undefined {
  if (key === undefined || asset.partitions === undefined) return undefined;
  // Whether the partition exists yet is no matter here; of dynamic partitions any key is one.
  const space = resolvePartitions(asset.partitions.spec, { now: Date.now(), dynamicKeys: () => [key] });
  const ordinal = space.ordinalOf(key);
  if (ordinal === null) {
    throw new HeddleError("PARTITION_UNKNOWN", `the asset "${asset.key}" has no partition "${key}"`, {
      hint: `Its partitions are ${space.format(space.all, 3)}.`,
      details: { asset: asset.key, partition: key },
    });
  }
  const window = space.windowOf(ordinal);
  return {
    key,
    ordinal,
    dimensions: dimensionKeysOf(asset.partitions.spec, key),
    window: window === null ? undefined : { start: new Date(window.start), end: new Date(window.end) },
  };
}
