import type { MappingSpec } from "../partitions/mapping-spec.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { RetryPolicy } from "../snapshot.ts";

/** Flat half-open ranges of ordinals, as `PartitionSet.toJSON` gives them. */
export type OrdinalRanges = readonly number[];

/** Keys of the dynamic partitions that a plan uses, by definition; the ordinal is the index, `null` a removed key. */
export type DynamicKeys = { readonly [definition: string]: readonly (string | null)[] };

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
  readonly dynamicKeys: DynamicKeys;
}

/** One asset of a plan. */
export interface RunPlanAsset {
  readonly key: string;
  /** The partitions that will be made. Never empty. */
  readonly partitions: OrdinalRanges;
  readonly partitionsSpec: PartitionsSpec | null;
  readonly deps: readonly RunPlanDependency[];
  readonly retry: RetryPolicy;
  /** How many of the partitions there were in each state when the plan was made. Together they are all of them. */
  readonly counts: PlannedCounts;
  /** How many of the partitions have a materialization, which the new one will replace. */
  readonly overwrites: number;
}

/** Partitions of one asset of a plan by their state at planning. */
export interface PlannedCounts {
  /** Never materialized, and the newest step did not fail. */
  readonly missing: number;
  /** The newest step failed, whether or not an older materialization is current. */
  readonly failed: number;
  /** Materialized, and the newest step did not fail. */
  readonly fresh: number;
}

/** One dependency of an asset of a plan. */
export interface RunPlanDependency {
  readonly upstream: string;
  readonly mapping: MappingSpec;
  /** Whether the upstream asset is part of the run: only then do steps wait for it. */
  readonly inRun: boolean;
}

/** What a person should know before launching a plan. */
export interface PlanWarning {
  readonly code:
    /** Upstream partitions that are read, are not part of the run, and were never materialized. */
    | "UPSTREAM_MISSING"
    /** Upstream partitions that are read and do not exist at all. */
    | "UPSTREAM_NONEXISTENT"
    /** Steps of other runs that are not over hold the same partitions. */
    | "ALREADY_RUNNING"
    /** A selected asset that no mapping reaches from the partitions that were chosen. */
    | "NOT_REACHED"
    /** A selected asset that only others can make. */
    | "EXTERNAL_ASSET";
  /** The asset of the plan that it is about. */
  readonly asset: string;
  /** The asset that is read, if it is about one. */
  readonly upstream: string | null;
  /** Of `upstream` for `UPSTREAM_MISSING`, else of `asset`. */
  readonly partitions: OrdinalRanges;
  /** A sentence for people. */
  readonly message: string;
}
