import type { RunStatus } from "@heddle/core";
import type { ConfigSnapshot, PlanOrder } from "@heddle/core/internal";
import type { AssetRef, Instant, Ranges } from "./common.ts";
import type { PlanNotice } from "./runs.ts";

/** One asset of a plan. */
export interface PlannedAsset {
  readonly asset: AssetRef;
  /**
   * The partitions that will be made: the first 5,000 ranges of them, and of all sets of an answer together no more than
   * 100,000. They are all when `rangeCount` is half the length; `count` and `text` always speak of all.
   */
  readonly partitions: Ranges;
  /** How many ranges the partitions have in all. */
  readonly rangeCount: number;
  /** The partitions for people, shortened. */
  readonly text: string;
  readonly count: number;
  /** Those that will be made by their state now: never made, newest step failed, made and out of date, up to date. */
  readonly missing: number;
  readonly failed: number;
  readonly stale: number;
  readonly fresh: number;
  /** Of those that are up to date now, how many are skipped if they still are when their step would start. */
  readonly reusable: number;
  /** Those that have a materialization, or are about to get one from another run, which a new one replaces. */
  readonly overwrites: number;
  /** Why it is part of the plan. */
  readonly reason: "selected" | "upstream" | "downstream";
  /** Partitions in one call of its function, or all that are free (`range`); `null`: one step for each. */
  readonly chunk: number | "range" | null;
  /** What its function takes as config; `null` for none. */
  readonly config: ConfigSnapshot | null;
  /** Dependencies that do not wait for all that they read, in words: "raw: at least 25". */
  readonly waits: readonly string[];
  /** How long its steps will take one after another, in milliseconds; `null` without a history to tell from. */
  readonly workMs: number | null;
}

/** How long a run will take, told from the past. */
export interface PlanEstimate {
  /** Of all steps one after another. */
  readonly workMs: number;
  /** From the first step to the last one with the workers that are there now. */
  readonly wallMs: number;
  /** The same as `wallMs` when every asset takes as long as in the middle one of its newest runs, and as in a slow one of ten. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  /** What it is told from, for people. */
  readonly basis: string;
}

/** A limit that steps of a plan count against, and how full it is now. */
export interface PlannedPool {
  readonly name: string;
  readonly slots: number;
  readonly used: number;
  /** Steps of other runs that could begin if there were slots. */
  readonly ready: number;
  /** Steps of the plan that count against it. */
  readonly steps: number;
}

/** A run that a plan has to do with. */
export interface RunRef {
  readonly id: number;
  readonly status: RunStatus;
}

/** `plan.preview` */
export interface PlanPreview {
  /** Names exactly this plan; `plan.launch` refuses when planning again gives another. */
  readonly hash: string;
  /** When partitions were resolved. */
  readonly at: Instant;
  /** Topological. */
  readonly assets: readonly PlannedAsset[];
  /** Steps in all; partitions where an asset makes several in one step. */
  readonly total: number;
  /** Errors first, 500 at most. */
  readonly warnings: readonly PlanNotice[];
  /** The effect in words: "Materialize 412 partitions of 3 assets". */
  readonly effect: string;
  /** Why there is nothing to do, in a sentence; `null` when there is. */
  readonly reason: string | null;
  /** Partitions that runs which are not over hold already: they are left out of the plan, or waited for. */
  readonly alreadyPlanned: number;
  /** Which partitions of an asset go first. */
  readonly order: PlanOrder;
  /** Runs that have to be over before this one begins: they make what it reads, or what it makes too. */
  readonly after: readonly RunRef[];
  /** Limits that its steps will contend for with others, 20 at most. */
  readonly pools: readonly PlannedPool[];
  /** `null` when nothing like it was ever made. */
  readonly estimate: PlanEstimate | null;
  /** Why `plan.launch` would refuse it, in a sentence; `null` when it would not. */
  readonly refused: string | null;
}

/** `plan.launch` */
export type LaunchResult =
  /** `created` is false when the idempotency key had made this run before. */
  | { readonly kind: "launched"; readonly runId: number; readonly created: boolean }
  /** The plan is not what was confirmed; nothing was launched. */
  | {
      readonly kind: "changed";
      readonly preview: PlanPreview;
      /** `null` when the server does not know the confirmed plan any more: compare with the preview that you hold. */
      readonly changes: readonly PlanChange[] | null;
    };

/** One difference between a plan and the one that was confirmed. */
export interface PlanChange {
  /** `null` when it is about the plan as a whole, such as its order. */
  readonly asset: AssetRef | null;
  /** Partitions that were added and removed; both empty when something else changed. The first ranges, as in a plan. */
  readonly added: Ranges;
  readonly removed: Ranges;
  /** For people, such as "added 2026-01-05 (1), removed 2026-01-01..2026-01-03 (3)" or "its code changed". */
  readonly text: string;
}
