import type { PartitionsSpec } from "@heddle/core/internal";
import type { CheckStanding, CheckState } from "./assets.ts";
import type { AssetRef, Instant, Page } from "./common.ts";

/** Somebody does not want to be told of a check for some time. It blocks as before, and its results are kept. */
export interface CheckSilence {
  readonly at: Instant;
  readonly until: Instant;
  readonly reason: string;
  readonly actor: string | null;
  /** Since when it is lifted, before it ran out; `null` when it was not. */
  readonly liftedAt: Instant | null;
  readonly liftedBy: string | null;
}

/** One check in the list of all. */
export interface CheckSummary {
  readonly asset: AssetRef;
  readonly name: string;
  readonly severity: "warn" | "error";
  readonly blocking: boolean;
  /** Of the asset. */
  readonly owners: readonly string[];
  readonly state: CheckState;
  /** Partitions by their newest result. */
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
  /** The newest 24 results, the newest last: `p` passed, `w` warned, `f` failed. */
  readonly recent: string;
  /** Whether its outcome goes to and fro on one partition: three changes or more among these. */
  readonly isFlapping: boolean;
  readonly lastAt: Instant | null;
  /** When a partition's outcome last became another one; `null` when all have always passed. */
  readonly changedAt: Instant | null;
  /** What its result says on the last partition that stands worst; `null` while all pass. */
  readonly message: string | null;
  /** Equal for messages that differ in numbers and quoted text alone. */
  readonly fingerprint: string | null;
  /** The silence that is in force. */
  readonly silence: CheckSilence | null;
}

/** How many checks stand how, before `states` and `silenced` are applied. */
export interface CheckTotals {
  readonly failed: number;
  readonly warned: number;
  readonly passed: number;
  readonly never: number;
  /** Of all of these. */
  readonly silenced: number;
}

/** `checks.list` */
export interface CheckList extends Page<CheckSummary> {
  readonly now: Instant;
  readonly totals: CheckTotals;
}

/** `checks.get` */
export interface CheckDetail {
  readonly now: Instant;
  readonly summary: CheckSummary;
  readonly standing: CheckStanding;
  /** How the asset is cut; `null`: not at all. */
  readonly partitions: PartitionsSpec | null;
  /** The newest first, 20 at most. */
  readonly silences: readonly CheckSilence[];
}

/** `checks.plan`: what running checks on what is stored comes to. */
export interface CheckRunPlan {
  /** Epoch milliseconds at which partitions were resolved. */
  readonly at: Instant;
  /** Steps: each runs the checks of one partition of one asset. */
  readonly total: number;
  readonly assets: readonly CheckRunAsset[];
  /** Why there is nothing to do; `null` when there is. */
  readonly reason: string | null;
}

/** What is run of the checks of one asset. */
export interface CheckRunAsset {
  readonly asset: AssetRef;
  readonly checks: readonly string[];
  /** Partitions on which they run. */
  readonly partitions: number;
  /** In words, the first ranges; "" for an asset without partitions. */
  readonly text: string;
  /** Chosen partitions without a value, which are left out. */
  readonly missing: number;
  /** Chosen partitions that are left to other runs, which run these checks already. */
  readonly doubled: number;
}

/** `checks.run` */
export interface CheckRunResult {
  /** One for each code location. */
  readonly runs: readonly { readonly runId: number; readonly created: boolean; readonly total: number }[];
}

/** `checks.silence` */
export interface CheckSilenceChange {
  /** False when a silence was to be lifted and there is none. */
  readonly changed: boolean;
}
