import type { AssetRef, Instant, Ranges } from "./common.ts";
import type { PlanNotice } from "./runs.ts";

/** One asset of a plan. */
export interface PlannedAsset {
  readonly asset: AssetRef;
  readonly partitions: Ranges;
  /** `partitions` for people, shortened. */
  readonly text: string;
  readonly count: number;
  /** Those of `partitions` by their state now: never made, newest step failed, made. */
  readonly missing: number;
  readonly failed: number;
  readonly fresh: number;
  /** Those of `partitions` that have a materialization, which a new one replaces. */
  readonly overwrites: number;
  /** Why it is part of the plan. */
  readonly reason: "selected" | "upstream" | "downstream";
}

/** `plan.preview` */
export interface PlanPreview {
  /** Names exactly this plan; `plan.launch` refuses when planning again gives another. */
  readonly hash: string;
  /** When partitions were resolved. */
  readonly at: Instant;
  /** Topological. */
  readonly assets: readonly PlannedAsset[];
  /** Steps in all. */
  readonly total: number;
  readonly warnings: readonly PlanNotice[];
  /** The effect in words: "Materialize 412 partitions of 3 assets". */
  readonly effect: string;
  /** Steps that queued or running runs hold already: they are left out of the plan. */
  readonly alreadyPlanned: number;
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

/** How a plan differs from the one that was confirmed. */
export interface PlanChange {
  readonly asset: AssetRef;
  readonly added: Ranges;
  readonly removed: Ranges;
  /** For people, such as "added 2026-01-05 (1), removed 2026-01-01..2026-01-03 (3)". */
  readonly text: string;
}
