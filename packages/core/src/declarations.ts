import type { AssetContext, CheckContext, ChunkContext, PartitionContext } from "./asset-context.ts";
import type { AutomationCondition } from "./automation/automation-condition.ts";
import type { AutomationRuns, LookingRuns } from "./automation/automation-runs.ts";
import type { CheckResult, CheckSeverity } from "./check-result.ts";
import type { ChunkSize } from "./chunk.ts";
import type { DeclaredColumns } from "./columns/column-options.ts";
import type { DerivedColumns, DeriveColumnsScope } from "./columns/derived-columns.ts";
import type { ConfigSchema } from "./config-schema.ts";
import type { FreshnessPolicy } from "./freshness/freshness-policy.ts";
import type { AnyIoManager } from "./io-manager.ts";
import type { MetadataValues } from "./metadata.ts";
import type { ObserveContext, Observed } from "./observation.ts";
import type { PartitionMapping } from "./partitions/partition-mapping.ts";
import type { PartitionsDefinition } from "./partitions/partitions-definition.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";
import type { RowFilter } from "./row-filter.ts";
import type { PoolUse } from "./pool.ts";
import type { ResourcesShape } from "./resource.ts";
import type { RetryPolicy, SourceLocation } from "./snapshot.ts";
import type { DeclarationPlace } from "./source-location.ts";
import type { MaybePromise } from "./types.ts";

/** What people say about an asset, besides how it is made. */
export interface AssetDescription {
  readonly description: string | null;
  readonly group: string;
  readonly owners: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly kinds: readonly string[];
  readonly metadata: MetadataValues;
}

/** One dependency as declared. */
export interface Dependency {
  readonly asset: AnyUpstream;
  /** `null` when it is to be derived. */
  readonly mapping: PartitionMapping | null;
  readonly columns: readonly string[] | null;
  /** `null` when all partitions that are read must be there. */
  readonly wait: WaitPolicy | null;
  /** `null` when all rows are wanted. */
  readonly where: RowFilter | null;
  /** `null` when it is loaded through the I/O manager of the asset that it is on. */
  readonly io: AnyIoManager | null;
}

/**
 * An asset as declared; made by `asset`. `TValue` is what its consumers get, `TContext` what `materialize` takes,
 * `TSlots` the resources that `definitions` must provide.
 */
export interface Asset<
  TValue = unknown,
  TPartitions extends PartitionsDefinition | undefined = PartitionsDefinition | undefined,
  TContext = AnyAssetContext,
  TReturn = unknown,
  TSlots = object,
> extends AssetDescription {
  readonly kind: "asset";
  readonly key: string;
  readonly partitions: TPartitions;
  readonly deps: Readonly<Record<string, Dependency>>;
  /** `null` for the default I/O manager of the definitions. */
  readonly io: AnyIoManager | null;
  readonly resources: ResourcesShape;
  /** The function that was declared, as it is: call it in a unit test with a context of your own. */
  materialize(context: TContext): TReturn;
  readonly checks: readonly AnyAssetCheck[];
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  /** Longest time without a sign of progress, in milliseconds; `null` for no limit of its own. */
  readonly noProgressMs: number | null;
  /** Whether a partition that is up to date is skipped. */
  readonly cache: boolean;
  readonly isolation: "shared" | "process";
  /** Pools that its steps count against. */
  readonly pools: readonly PoolUse[];
  /** Most steps of it that run at once; `null` for no limit. */
  readonly maxConcurrency: number | null;
  /** How many partitions `materialize` makes at a time; `null` when it makes one. */
  readonly chunk: ChunkSize | null;
  /** What a run may pass to `materialize`; `null` when it takes nothing. */
  readonly config: ConfigSchema | null;
  /** When its partitions are made without anybody asking; `null` for never. */
  readonly automation: AutomationCondition | null;
  /** What the runs are like that its condition asks for; `null` for as usual. */
  readonly automationRuns: AutomationRuns | null;
  /** How old it may get; `null` for any age. */
  readonly freshness: FreshnessPolicy | null;
  /** As it was stated; `null` where it follows from the code. */
  readonly codeVersion: string | null;
  /** What it says about its columns; `null` when it says nothing. */
  readonly columns: DeclaredColumns | null;
  /** Finds out where columns come from that it does not say; left out where only a person can know. */
  readonly deriveColumns?: ((scope: DeriveColumnsScope) => Promise<DerivedColumns>) | undefined;
  readonly source: DeclarationPlace | null;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly value: TValue; readonly slots: TSlots };
}

/** An asset that Heddle observes and does not make; made by `externalAsset`. */
export interface ExternalAsset<
  TPartitions extends PartitionsDefinition | undefined = PartitionsDefinition | undefined,
  TSlots = object,
> extends AssetDescription {
  readonly kind: "external-asset";
  readonly key: string;
  readonly partitions: TPartitions;
  /** How it is observed; `null` when nobody looks. */
  readonly observation: Observation | null;
  readonly source: SourceLocation | null;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly slots: TSlots };
}

/** How an external asset is observed. */
export interface Observation {
  /** The function that was declared, as it is. */
  readonly observe: (context: AnyObserveContext) => MaybePromise<string | Observed>;
  readonly resources: ResourcesShape;
  /** When it is observed without anybody asking; `null` for never. */
  readonly automation: AutomationCondition | null;
  /** What the runs are like that its condition asks for; `null` for as usual. */
  readonly automationRuns: LookingRuns | null;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  /** Pools that its steps count against. */
  readonly pools: readonly PoolUse[];
  /** Most steps of it that run at once; `null` for no limit. */
  readonly maxConcurrency: number | null;
}

/** The context that fits every observation: what the engine builds. */
export type AnyObserveContext = ObserveContext<PartitionContext | undefined, Readonly<Record<string, unknown>>>;

/** A test of the partitions of an asset, as declared; made by `assetCheck` or by `checks` of an asset. */
export interface AssetCheck<TContext = AnyCheckContext, TSlots = object> {
  readonly kind: "asset-check";
  readonly asset: AnyAsset;
  readonly name: string;
  readonly description: string | null;
  readonly severity: CheckSeverity;
  readonly blocking: boolean;
  /** When it runs by itself, besides on every materialization; `null` for never. */
  readonly automation: AutomationCondition | null;
  /** What the runs are like that its condition asks for; `null` for as usual. */
  readonly automationRuns: LookingRuns | null;
  readonly resources: ResourcesShape;
  /** The function that was declared, as it is: call it in a unit test with a context of your own. */
  check(context: TContext): MaybePromise<CheckResult>;
  readonly source: SourceLocation | null;
  /** Only types: they do not exist at run time. */
  readonly types?: { readonly slots: TSlots };
}

/** The context that fits every asset: what the engine builds, of one partition or of a chunk of them. */
export type AnyAssetContext =
  | AssetContext<
      PartitionContext | undefined,
      Readonly<Record<string, unknown>>,
      Readonly<Record<string, unknown>>,
      unknown
    >
  | ChunkContext<PartitionContext, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>, unknown>;

/** The context that fits every check: what the engine builds. */
export type AnyCheckContext = CheckContext<unknown, PartitionContext | undefined, Readonly<Record<string, unknown>>>;

/** Any asset, whatever it makes. */
export type AnyAsset = Asset;
/** Any external asset. */
export type AnyExternalAsset = ExternalAsset;
/** What an asset can depend on. */
export type AnyUpstream = AnyAsset | AnyExternalAsset;
/** Any asset check, whatever it looks at. */
export type AnyAssetCheck = AssetCheck;
