import type { MappingSpec } from "../partitions/mapping-spec.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";
import type { PoolUse } from "../pool.ts";
import type { RetryPolicy } from "../snapshot.ts";
import type { JsonValue } from "../types.ts";

/** Flat half-open ranges of ordinals, as `PartitionSet.toJSON` gives them. */
export type OrdinalRanges = readonly number[];

/** Keys of dynamic partitions, by definition; the ordinal is the index, `null` a removed key. */
export type DynamicKeys = { readonly [definition: string]: readonly (string | null)[] };

/** Keys of some partitions of a dynamic definition, in the order of their ordinals. */
export interface FrozenKeys {
  readonly ordinals: OrdinalRanges;
  readonly keys: readonly string[];
}

/**
 * What a run will do, exactly and for good: which partitions of which assets, and what waits for what. Plain JSON; it is
 * stored with the run and never changes.
 */
export interface RunPlan {
  /** Format of this object; a reader refuses what it does not know. */
  readonly protocol: 1;
  /** Epoch milliseconds at which partitions and mappings were resolved. */
  readonly at: number;
  /** Topological: every asset comes after those it depends on. */
  readonly assets: readonly RunPlanAsset[];
  readonly warnings: readonly PlanWarning[];
  /** Steps in all. */
  readonly total: number;
  /** By definition: the keys of the dynamic partitions that are made and of those that they read. */
  readonly dynamicKeys: { readonly [definition: string]: FrozenKeys };
  readonly order: PlanOrder;
  /** What its steps are for. @default "materialize" */
  readonly purpose?: Exclude<RunPurpose, "materialize">;
}

/**
 * What the steps of a run are for: all of one run are for the same.
 * - `materialize`: each makes a partition, and runs the checks on it;
 * - `check`: each runs checks on the value that is current, and publishes nothing.
 */
export type RunPurpose = "materialize" | "check";

/** Which partitions of an asset go first: by ordinal, ascending or descending. */
export type PlanOrder = "oldest" | "newest";

/**
 * Which assets of a run skip what is up to date: those that declare `cache`, all (`fresh`), or none (`never`): everything is
 * made again.
 */
export type PlanReuse = "declared" | "fresh" | "never";

/** A state for which a partition may be made again: see {@link PlannedCounts}. */
export type PlanPredicate = "missing" | "failed" | "stale";

/** One asset of a plan. */
export interface RunPlanAsset {
  readonly key: string;
  /** The partitions that will be made. Never empty. */
  readonly partitions: OrdinalRanges;
  readonly partitionsSpec: PartitionsSpec | null;
  readonly deps: readonly RunPlanDependency[];
  readonly retry: RetryPolicy;
  /** Of the asset's function when the plan was made. A plan of other code is another plan. */
  readonly codeVersion: string;
  /** How many partitions one call of the function makes: a number, or all that are free; `null`: one step for each. */
  readonly chunk: number | "range" | null;
  /** Pools that each step counts against; absent for none. */
  readonly pools?: readonly PoolUse[];
  /** Whether a partition that is up to date when its step would start is skipped. @default false */
  readonly reuse?: true;
  /** In a run of checks: the names of those that each step runs. */
  readonly checks?: readonly string[];
  /** What the function gets as its config; absent: nothing was stated. */
  readonly config?: JsonValue;
  /** How many of the partitions there were in each state when the plan was made. Together they are all of them. */
  readonly counts: PlannedCounts;
  /** How many of the partitions have a materialization, or are about to get one, which the new one will replace. */
  readonly overwrites: number;
}

/** Partitions of one asset of a plan by their state at planning. */
export interface PlannedCounts {
  /** Never materialized, and the newest step did not fail. */
  readonly missing: number;
  /** The newest step failed, whether or not an older materialization is current. */
  readonly failed: number;
  /** Materialized, but by other code or from other inputs than there are now; and the newest step did not fail. */
  readonly stale: number;
  /** Materialized and up to date. Where nobody asked what is stale, all that is materialized. */
  readonly fresh: number;
}

/** One dependency of an asset of a plan. */
export interface RunPlanDependency {
  readonly upstream: string;
  readonly mapping: MappingSpec;
  /** Whether the upstream asset is part of the run: only then do steps wait for it. */
  readonly inRun: boolean;
  /** How many of the partitions that are read must be there. @default all of them */
  readonly wait?: WaitPolicy;
}

/** What a person should know before launching a plan. */
export interface PlanWarning {
  readonly code:
    /** Upstream partitions that are read, are not part of the run, and were never materialized. */
    | "UPSTREAM_MISSING"
    /**
     * Partitions that read upstream partitions which do not exist: an error, or, where they were left out of the plan on
     * request, a warning.
     */
    | "UPSTREAM_NONEXISTENT"
    /** Partitions for which a custom mapping was not asked when the definitions were loaded. */
    | "MAPPING_OUTDATED"
    /** Config that an asset needs and did not get, or that it does not take. */
    | "CONFIG_INVALID"
    /** Steps of other runs that are not over hold the same partitions. */
    | "ALREADY_RUNNING"
    /** A selected asset that no mapping reaches from the partitions that were chosen. */
    | "NOT_REACHED"
    /** A selected asset that only others can make. */
    | "EXTERNAL_ASSET";
  /** A plan with an error cannot be launched. */
  readonly severity: "warning" | "error";
  /** The asset of the plan that it is about. */
  readonly asset: string;
  /** The asset that is read, if it is about one. */
  readonly upstream: string | null;
  /** Of `upstream` for `UPSTREAM_MISSING`, else of `asset`. */
  readonly partitions: OrdinalRanges;
  /** Of `UPSTREAM_NONEXISTENT`, how many partitions of `upstream` are read and do not exist. The message names the first. */
  readonly absent?: number;
  /** A sentence for people. */
  readonly message: string;
}
