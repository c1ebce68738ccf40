import {
  describeAsset,
  describeAutomation,
  describeExecution,
  NO_RESOURCES,
  type AutomationOptions,
  type CheckOptions,
  type DescriptionOptions,
  type ExecutionOptions,
} from "./asset-options.ts";
import type { LoadedValue, PairsHint, ReturnCheck, StorableReturn } from "./asset-value.ts";
import { brand, hasBrand } from "./brand.ts";
import type { ChunkSize } from "./chunk.ts";
import type { ColumnsOptions, DeclaredColumns } from "./columns/column-options.ts";
import type { ConfigSchema, ConfigValue } from "./config-schema.ts";
import type { ContextOf } from "./context-types.ts";
import { declareCheck } from "./asset-check.ts";
import type { AnyAsset, AnyAssetCheck, Asset, Dependency } from "./declarations.ts";
import { normalizeDependencies } from "./dep.ts";
import type {
  ChunkCheck,
  DependenciesCheck,
  OwnValueCheck,
  PartitionOf,
  ResourceValues,
  SlotsOf,
} from "./dependency-types.ts";
import type { AnyIoManager } from "./io-manager.ts";
import type { InferPartitionKey, PartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { ResourcesShape } from "./resource.ts";
import { captureSourceLocation } from "./source-location.ts";

type KeyOf<TPartitions> = TPartitions extends PartitionsDefinition ? InferPartitionKey<TPartitions> : string;

/** What {@link asset} takes. Its type arguments are inferred; nobody writes them. */
export interface AssetOptions<
  TReturn,
  TPartitions extends PartitionsDefinition | undefined,
  TDeps,
  TResources extends ResourcesShape,
  TIo extends AnyIoManager | undefined,
  TChunk extends ChunkSize | undefined = undefined,
  TConfig extends ConfigSchema | undefined = undefined,
>
  extends DescriptionOptions, ExecutionOptions, AutomationOptions {
  /** Asset key: segments joined by `/`, such as `weather/raw`. */
  readonly key: string;
  /** How the asset is cut; one partition is made at a time. Without it the asset is made as a whole. */
  readonly partitions?: TPartitions;
  /**
   * How many partitions `materialize` makes at a time: at most a number, or with `"range"` all of a run that may be made.
   * It then gets `context.partitions` and yields `[partition.key, value]` for each of them; each is published as soon as
   * it is yielded. @default one partition for each call
   */
  readonly chunk?: TChunk & ChunkCheck<TPartitions>;
  /**
   * Name of the version of `materialize`. Partitions that another version made are stale. @default a hash of the code of
   * `materialize` and of everything of the project that it uses
   */
  readonly codeVersion?: string | undefined;
  /** What a run may pass to `materialize` as `context.config`: a schema of zod, valibot or any other Standard Schema. */
  readonly config?: TConfig;
  /** The assets that this one reads, by the name under which `materialize` sees them. */
  readonly deps?: (TDeps & DependenciesCheck<TDeps, TPartitions>) | undefined;
  /** Stores the value and loads it for consumers. Without it the value must be JSON. */
  readonly io?: TIo | undefined;
  /** The clients that this asset uses, by the name under which `materialize` sees them. */
  readonly resources?: TResources | undefined;
  /**
   * Makes the asset, or the partition `context.partition` of it, and returns the value to store; `output()` adds
   * metadata to it. A function that returns nothing stores its data itself.
   */
  readonly materialize: (
    context: ContextOf<TPartitions, TDeps, TResources, TChunk, ConfigValue<TConfig>>,
  ) => TReturn | PairsHint;
  /**
   * What its columns hold and where they come from. Write them after `materialize`: which columns there are follows from
   * it, unless the I/O manager has a schema. @default not known
   */
  readonly columns?: ColumnsOptions<LoadedValue<TIo, NoInfer<TReturn>, TChunk>, NoInfer<TDeps>> | undefined;
  /** Tests of this asset by name. Write them after `materialize`: the type of `value` follows from it. */
  readonly checks?:
    | Readonly<
        Record<
          string,
          CheckOptions<LoadedValue<TIo, TReturn, TChunk>, PartitionOf<TPartitions>, ResourceValues<TResources>>
        >
      >
    | undefined;
}

/**
 * Declares an asset: a table, a file, a model, with the function that makes it.
 *
 * What `context.deps` holds, and what consumers of this asset get, follows from the options; nothing has to be written
 * twice. The declaration keeps `materialize` as it is, so that a unit test can call it.
 *
 * @example
 * export const summary = asset({
 *   key: "weather/summary",
 *   partitions: monthlyPartitions({ start: "2012-01" }),
 *   deps: { days: rawWeather },
 *   async materialize({ deps, partition }) {
 *     let rain = 0;
 *     for await (const [, rows] of deps.days) rain += rows.reduce((sum, row) => sum + row.rain, 0);
 *     return { month: partition.key, rain };
 *   },
 * });
 */
export function asset<
  TReturn,
  TPartitions extends PartitionsDefinition | undefined = undefined,
  TDeps extends Readonly<Record<string, unknown>> = Record<never, never>,
  TResources extends ResourcesShape = Record<never, never>,
  TIo extends AnyIoManager | undefined = undefined,
  TChunk extends ChunkSize | undefined = undefined,
  TConfig extends ConfigSchema | undefined = undefined,
>(
  options: AssetOptions<TReturn, TPartitions, TDeps, TResources, TIo, TChunk, TConfig> &
    ReturnCheck<TReturn, StorableReturn<TIo, TReturn, TChunk, KeyOf<TPartitions>>> &
    OwnValueCheck<TDeps, LoadedValue<TIo, TReturn, TChunk>>,
): Asset<
  LoadedValue<TIo, TReturn, TChunk>,
  TPartitions,
  ContextOf<TPartitions, TDeps, TResources, TChunk, ConfigValue<TConfig>>,
  TReturn,
  SlotsOf<TResources>
> {
  const source = captureSourceLocation(asset);
  const resources = options.resources ?? NO_RESOURCES;
  const checks: AnyAssetCheck[] = [];
  const deps: Record<string, Dependency> = {};
  const declared = {
    kind: "asset",
    key: options.key,
    // Absent exactly when TPartitions was not inferred, and is then its default, `undefined`.
    partitions: options.partitions as TPartitions,
    deps,
    io: options.io ?? null,
    resources,
    // What it returns is always inferred as TReturn; the hint beside it is for the compiler alone.
    materialize: options.materialize as (context: never) => TReturn,
    chunk: options.chunk ?? null,
    config: options.config ?? null,
    codeVersion: options.codeVersion ?? null,
    // Their names were compared with those of the rows and of the dependencies; from here on they are plain texts.
    columns: (options.columns ?? null) as DeclaredColumns | null,
    checks,
    ...describeAsset(options),
    ...describeExecution(options),
    ...describeAutomation(options),
    source,
  } as const;
  brand(declared, "asset");
  // An asset may read its own earlier partitions, so it has to be there before its dependencies are.
  Object.assign(deps, normalizeDependencies(options.deps ?? {}, declared));
  for (const [name, check] of Object.entries(options.checks ?? {})) {
    checks.push(declareCheck({ ...check, asset: declared, name, resources }, source));
  }
  return declared;
}

/** Says whether `value` was made by {@link asset}. */
export function isAsset(value: unknown): value is AnyAsset {
  return hasBrand(value, "asset");
}
