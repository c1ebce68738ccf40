import type { CheckContext } from "./asset-context.ts";
import type { AutomationCondition } from "./automation/automation-condition.ts";
import type { AutomationRuns, LookingRuns } from "./automation/automation-runs.ts";
import type { CheckResult, CheckSeverity } from "./check-result.ts";
import type { AssetDescription } from "./declarations.ts";
import type { FreshnessPolicy } from "./freshness/freshness-policy.ts";
import type { MetadataValues } from "./metadata.ts";
import { resolvePools, type PoolOption, type PoolUse } from "./pool.ts";
import type { ResourcesShape } from "./resource.ts";
import { resolveRetryPolicy, type RetryOptions } from "./retry-policy.ts";
import type { RetryPolicy } from "./snapshot.ts";
import type { MaybePromise } from "./types.ts";

/** Longest time that one attempt may take when an asset does not say: 24 hours. */
export const DEFAULT_TIMEOUT_MS = 24 * 3_600_000;

/** What every kind of asset may say about itself. */
export interface DescriptionOptions {
  /** Markdown: what the asset holds and what it is for. */
  readonly description?: string | undefined;
  /** Group under which the catalog shows the asset. @default "default" */
  readonly group?: string | undefined;
  /** Who answers for it: `@ana`, `data-team`, an address. */
  readonly owners?: readonly string[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** What it is made with: `sql`, `parquet`, `s3`. */
  readonly kinds?: readonly string[] | undefined;
  readonly metadata?: MetadataValues | undefined;
}

/** How the steps of an asset run. */
export interface ExecutionOptions {
  /** What to do when an attempt fails with the asset's own error. @default one attempt */
  readonly retry?: RetryOptions | undefined;
  /** Longest time that one attempt may take, in milliseconds. @default 86_400_000 (24 hours) */
  readonly timeoutMs?: number | undefined;
  /**
   * Ends an attempt that shows no progress for so long, in milliseconds: no log line, no sub-step, no `heartbeat()`, nothing
   * read or stored through Heddle. For what may take hours and must not hang for them. @default no limit but `timeoutMs`
   */
  readonly noProgressMs?: number | undefined;
  /**
   * Skips a partition that is up to date when its step would start: made by this code, from inputs whose data has not
   * changed. A launch can say otherwise. @default false
   */
  readonly cache?: boolean | undefined;
  /**
   * Limits that its steps count against while they run, by the names under `pools` of the definitions: `"warehouse"` takes
   * one slot, `{ name: "gpu", slots: 2 }` two. @default none
   */
  readonly pool?: PoolOption | undefined;
  /** Most steps of it that run at once, over all runs and workers. @default no limit */
  readonly maxConcurrency?: number | undefined;
  /** `process` gives every step a process of its own: for code that blocks, leaks or crashes. @default "shared" */
  readonly isolation?: "shared" | "process" | undefined;
}

/** When an asset is made without anybody asking, and how old it may get. */
export interface AutomationOptions {
  /** When its partitions should be made: `eager()`, `onCron(…)`, or a condition of your own. @default never by itself */
  readonly automation?: AutomationCondition | undefined;
  /** What the runs are like that its condition asks for: limits, `reuse`, priority, tags. @default as usual */
  readonly automationRuns?: AutomationRuns | undefined;
  /** How old it may get before it counts as overdue. @default any age */
  readonly freshness?: FreshnessPolicy | undefined;
}

/** A check that is declared with its asset, under its name. */
export interface CheckOptions<TValue, TPartition, TResources> {
  readonly description?: string | undefined;
  /** @default "error" */
  readonly severity?: CheckSeverity | undefined;
  /** Whether a failure with severity `error` keeps the partition from being published. @default false */
  readonly blocking?: boolean | undefined;
  /** When it should be run by itself, besides on every materialization. @default never */
  readonly automation?: AutomationCondition | undefined;
  /** What the runs are like that its condition asks for: limits, priority, tags. @default as usual */
  readonly automationRuns?: LookingRuns | undefined;
  /** Looks at the value of one partition and says {@link pass} or {@link fail}. */
  check(context: CheckContext<TValue, TPartition, TResources>): MaybePromise<CheckResult>;
}

/** Resources of a declaration without any. */
export const NO_RESOURCES: ResourcesShape = Object.freeze({});

/** Fills in what a declaration does not say about itself. */
export function describeAsset(options: DescriptionOptions): AssetDescription {
  return {
    description: options.description ?? null,
    group: options.group ?? "default",
    owners: options.owners ?? [],
    tags: options.tags ?? {},
    kinds: options.kinds ?? [],
    metadata: options.metadata ?? {},
  };
}

/** Fills in what a declaration does not say about its automation. */
export function describeAutomation({ automation, automationRuns, freshness }: AutomationOptions): Required<{
  readonly [K in keyof AutomationOptions]: NonNullable<AutomationOptions[K]> | null;
}> {
  return { automation: automation ?? null, automationRuns: automationRuns ?? null, freshness: freshness ?? null };
}

/** Fills in what a declaration does not say about its execution. */
export function describeExecution(options: ExecutionOptions): {
  retry: RetryPolicy;
  timeoutMs: number;
  noProgressMs: number | null;
  cache: boolean;
  isolation: "shared" | "process";
  pools: readonly PoolUse[];
  maxConcurrency: number | null;
} {
  return {
    retry: resolveRetryPolicy(options.retry),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    noProgressMs: options.noProgressMs ?? null,
    cache: options.cache ?? false,
    isolation: options.isolation ?? "shared",
    pools: resolvePools(options.pool),
    maxConcurrency: options.maxConcurrency ?? null,
  };
}
