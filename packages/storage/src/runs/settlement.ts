import { HeddleError } from "@heddle/core";
import { judgeFailure, PartitionSet, type RetryPolicy, type StepEvent } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { SettledRun } from "./advance-steps.ts";
import type { RunDynamicChanges } from "./settle-dynamic.ts";
import { updateAssetChunks, type AssetChunks, type PartitionRecord } from "./asset-chunks.ts";
import { judgedKey, type JudgedPartition } from "./judged-partitions.ts";
import type { RunEventKind } from "./run-events.ts";
import type { StaticRun } from "./run-graphs.ts";
import type { StepRow } from "./run-rows.ts";
import type { RunAssetPlace, RunWork } from "./run-work.ts";
import {
  insertAttempts,
  insertCheckResults,
  insertMaterializations,
  movePointers,
  upsertSteps,
  type CheckedAttempt,
  type FailedAttemptRow,
  type Publication,
  type StepWrite,
} from "./settlement-rows.ts";
import type {
  AttemptPlace,
  OutcomeResult,
  StepChecked,
  StepFailure,
  StepOutcome,
  StepSuccess,
} from "./step-outcome.ts";

/** What a settlement needs besides the outcomes. */
export interface SettlementContext {
  readonly work: RunWork;
  readonly workerId: string;
  readonly graphs: ReadonlyMap<number, StaticRun>;
  /** Rows of the steps that had failed before. */
  readonly steps: readonly StepRow[];
  /** Rows of the partitions that the outcomes are about, locked. */
  readonly assetChunks: AssetChunks;
  /** How the partitions stand that checks judged by themselves, read under the locks of `assetChunks`. @default none */
  readonly judged?: Map<string, JudgedPartition>;
  /** How many steps were lost at once; matters for `worker_lost` alone. */
  readonly lostTogether: number;
  /** Draws from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** What an outcome does to its step. */
type Effect =
  | "succeed"
  | "check"
  | "check_held"
  | "reuse"
  | "replace"
  | "fail"
  | "fail_check"
  | "fail_alone"
  | "back_off"
  | "retry"
  | "release"
  | "cancel";

interface EffectRule {
  /** What happens to the step, by the table of transitions. */
  readonly event: StepEvent;
  readonly result: OutcomeResult;
  readonly told: RunEventKind;
  /** What it says of the partition. */
  readonly record?: PartitionRecord;
  /** Whether what waits for the step goes on, or is given up. */
  readonly settles?: "succeeded" | "stopped";
}

const EFFECTS: { readonly [effect in Effect]: EffectRule } = {
  succeed: {
    event: "succeed",
    result: "published",
    told: "materialized",
    record: "materialized",
    settles: "succeeded",
  },
  check: { event: "succeed", result: "checked", told: "checks_run", record: "check_passed", settles: "succeeded" },
  /** Another check that blocks still fails. */
  check_held: { event: "succeed", result: "checked", told: "checks_run", settles: "succeeded" },
  reuse: { event: "reuse", result: "reused", told: "steps_skipped", settles: "succeeded" },
  /** What was judged is not current any more. */
  replace: { event: "reuse", result: "replaced", told: "steps_skipped", settles: "succeeded" },
  fail: { event: "fail", result: "failed", told: "steps_failed", record: "failed", settles: "stopped" },
  /** A check that blocks failed on what is current. */
  fail_check: { event: "fail", result: "failed", told: "steps_failed", record: "check_failed", settles: "stopped" },
  /** A step that was to make nothing failed, and what is current may be as good as ever. */
  fail_alone: { event: "fail", result: "failed", told: "steps_failed", settles: "stopped" },
  back_off: { event: "back_off", result: "retrying", told: "steps_retrying" },
  retry: { event: "retry", result: "retrying", told: "steps_retrying" },
  release: { event: "release", result: "released", told: "steps_released" },
  cancel: { event: "cancel", result: "canceled", told: "steps_canceled" },
};

/**
 * Settles outcomes of steps by the one who owns them: `accept` judges them one by one, `apply` moves whole sets, `write`
 * sends a number of statements that does not depend on how many outcomes there are. What was accepted is applied before
 * that whose upstream it is.
 */
export class Settlement {
  readonly #context: SettlementContext;
  readonly #spent = new Map<string, StepRow>();
  readonly #ordinals = new Map<
    string,
    { readonly place: RunAssetPlace; readonly effect: Effect; ordinals: number[] }
  >();
  readonly #publications: Publication[] = [];
  readonly #attempts: FailedAttemptRow[] = [];
  readonly #steps: StepWrite[] = [];
  readonly #checked: CheckedAttempt[] = [];
  readonly #draws = new Map<number, number>();
  readonly #dynamicChanges: RunDynamicChanges[] = [];

  constructor(context: SettlementContext) {
    this.#context = context;
    for (const step of context.steps) this.#spent.set(stepKey(step), step);
  }

  /** Takes one outcome of a running step. What its run is asked to stop for does not become visible. */
  accept(outcome: StepOutcome): OutcomeResult {
    const effect = this.#effectOf(outcome);
    const key = `${outcome.runId}/${outcome.assetId}/${effect}`;
    const known = this.#ordinals.get(key);
    if (known === undefined) this.#ordinals.set(key, { place: outcome, effect, ordinals: [outcome.ordinal] });
    else known.ordinals.push(outcome.ordinal);
    return EFFECTS[effect].result;
  }

  /** Moves the steps that were accepted since the last time. Says what others may be waiting for. */
  apply(): SettledRun[] {
    const { work, graphs, assetChunks } = this.#context;
    const settled = new Map<
      number,
      SettledRun & { settled: Record<"succeeded" | "stopped", Map<number, PartitionSet>> }
    >();
    for (const { place, effect, ordinals } of this.#ordinals.values()) {
      const { runId, assetId } = place;
      const set = PartitionSet.of(ordinals);
      const { event, told, record, settles } = EFFECTS[effect];
      const moved = work.move(event, place, set);
      if (moved.size !== set.size) throw notRunning(place, set.subtract(moved));
      if (event === "reuse") work.tellFresh(place, set, effect === "replace" ? "replaced" : "fresh");
      else work.tell(told, place, set);
      if (effect === "retry" || effect === "release") work.notify("heddle_work");
      // The daemon has to know for how long it may sleep.
      if (effect === "back_off") work.notify("heddle_run");
      if (settles === undefined) continue;
      const run = staticRun(graphs, runId);
      if (event === "reuse") work.fresh.add(place, set);
      if (record !== undefined) assetChunks.record({ environmentId: run.environmentId, assetId }, record, set);
      let entry = settled.get(runId);
      if (entry === undefined) {
        settled.set(runId, (entry = { runId, run, settled: { succeeded: new Map(), stopped: new Map() } }));
      }
      const sets = entry.settled[settles];
      const position = run.positions.get(assetId) ?? -1;
      sets.set(position, set.union(sets.get(position) ?? PartitionSet.EMPTY));
    }
    this.#ordinals.clear();
    return [...settled.values()];
  }

  /** What the rows of steps that failed will be. */
  get changedSteps(): readonly StepRow[] {
    return this.#steps;
  }

  /** What the accepted steps want of dynamic definitions, in their order. */
  get dynamicChanges(): readonly RunDynamicChanges[] {
    return this.#dynamicChanges;
  }

  /** Sends what is to be written about attempts and partitions. */
  write(sql: TransactionSql): Promise<unknown>[] {
    const chunks = this.#context.assetChunks.changed;
    return [
      ...(this.#publications.length > 0
        ? [insertMaterializations(sql, this.#publications), movePointers(sql, this.#publications)]
        : []),
      ...(chunks.length > 0 ? [updateAssetChunks(sql, chunks)] : []),
      ...(this.#checked.length > 0 ? [insertCheckResults(sql, this.#checked)] : []),
      ...(this.#steps.length > 0 ? [upsertSteps(sql, this.#steps)] : []),
      ...(this.#attempts.length > 0 ? [insertAttempts(sql, this.#attempts)] : []),
    ];
  }

  #effectOf(outcome: StepOutcome): Effect {
    const { status, letsFinish } = this.#context.work.run(outcome.runId);
    if (status !== "canceling") return this.#judge(outcome);
    if (!letsFinish) return "cancel";
    // What ends is taken as in any other run. Nothing begins anew.
    const effect = this.#judge(outcome);
    return effect === "retry" || effect === "back_off" || effect === "release" ? "cancel" : effect;
  }

  #judge(outcome: StepOutcome): Effect {
    switch (outcome.kind) {
      case "success":
        return this.#publish(outcome);
      case "checked":
        return this.#check(outcome);
      case "failure":
        return this.#fail(outcome);
      case "fresh":
        return "reuse";
      case "released":
      case "canceled":
        // A worker that stopped a step of a run that goes on, whatever made it think so: the step is free again.
        return "release";
    }
  }

  #publish(outcome: AttemptPlace & StepSuccess): Effect {
    const { environmentId } = staticRun(this.#context.graphs, outcome.runId);
    const { codeVersionId } = this.#context.work.run(outcome.runId);
    const attempt = (this.#spentBy(outcome)?.attempts ?? 0) + 1;
    this.#publications.push({ ...pickPlace(outcome), environmentId, codeVersionId, attempt, outcome });
    const { checks } = outcome;
    if (checks.length > 0) this.#checked.push({ ...pickPlace(outcome), environmentId, checks, judgedRunId: null });
    // Checks of what was current until now, which are settled after it, come too late.
    const judged = this.#judgedOf(outcome);
    if (judged !== undefined) judged.currentRunId = outcome.runId;
    const { dynamicPartitions } = outcome;
    if (dynamicPartitions !== undefined)
      this.#dynamicChanges.push({ runId: outcome.runId, requests: dynamicPartitions });
    this.#context.work.addDuration(outcome, outcome.durationMs);
    return "succeed";
  }

  /** Takes results of checks that ran by themselves, unless what they judged is not current any more. */
  #check(outcome: AttemptPlace & StepChecked): Effect {
    const { judgedRunId, checks } = outcome;
    const standing = this.#judgedOf(outcome);
    if (standing?.currentRunId !== judgedRunId) return "replace";
    const { environmentId } = staticRun(this.#context.graphs, outcome.runId);
    this.#checked.push({ ...pickPlace(outcome), environmentId, checks, judgedRunId });
    this.#context.work.addDuration(outcome, outcome.durationMs);
    const isHeld = standing.failing.some((name) => !checks.some((check) => check.name === name));
    return isHeld ? "check_held" : "check";
  }

  #judgedOf(place: AttemptPlace): JudgedPartition | undefined {
    const { judged, graphs } = this.#context;
    if (judged === undefined || judged.size === 0) return undefined;
    return judged.get(judgedKey({ ...place, environmentId: staticRun(graphs, place.runId).environmentId }));
  }

  #fail(outcome: AttemptPlace & StepFailure): Effect {
    const { graphs, workerId, lostTogether, random } = this.#context;
    const { cause, error, startedAt, checks, judgedRunId, ...rest } = outcome;
    const place = pickPlace(rest);
    const run = staticRun(graphs, place.runId);
    if (judgedRunId !== undefined && this.#judgedOf(place)?.currentRunId !== judgedRunId) return "replace";
    const spent = this.#spentBy(place) ?? { errors: 0, losses: 0, attempts: 0 };
    const verdict = judgeFailure({ cause, lostTogether, error }, spent, {
      policy: retryPolicy(run, place),
      random: isChunked(run, place) ? () => this.#drawOf(place.claimId) : random,
    });
    const attempts = spent.attempts + 1;
    this.#attempts.push({ ...place, number: attempts, workerId, cause, error, startedAt });
    const isAlone = run.graph.plan.purpose !== undefined;
    // Checks that ran by themselves are run again with the step, and what they find then is what they found.
    if (checks.length > 0 && !(isAlone && verdict.kind === "retry")) {
      this.#checked.push({ ...place, environmentId: run.environmentId, checks, judgedRunId: judgedRunId ?? null });
    }
    const goesOn = this.#context.work.run(place.runId).status !== "canceling";
    const delayMs = goesOn && verdict.kind === "retry" && verdict.delayMs > 0 ? verdict.delayMs : null;
    const { errors, losses } = verdict;
    this.#steps.push({
      ...place,
      errors,
      losses,
      attempts,
      delayMs,
      cause: verdict.kind === "fail" ? verdict.cause : null,
    });
    if (verdict.kind === "fail") {
      if (!isAlone) return "fail";
      return checks.some((check) => check.blocking && !check.passed) ? "fail_check" : "fail_alone";
    }
    return delayMs === null ? "retry" : "back_off";
  }

  /** One draw for all steps of a chunk: what was to be made by one execution is made by one the next time, too. */
  #drawOf(claimId: number): number {
    const draw = this.#draws.get(claimId) ?? this.#context.random();
    this.#draws.set(claimId, draw);
    return draw;
  }

  #spentBy(place: AttemptPlace): StepRow | undefined {
    // Rows are rare, and a key is not built for every step of a batch in which nothing ever failed.
    return this.#spent.size === 0 ? undefined : this.#spent.get(stepKey(place));
  }
}

function retryPolicy(run: StaticRun, { assetId }: RunAssetPlace): RetryPolicy {
  return run.graph.asset(run.positions.get(assetId) ?? -1).retry;
}

function isChunked(run: StaticRun, { assetId }: RunAssetPlace): boolean {
  return run.graph.asset(run.positions.get(assetId) ?? -1).chunk !== null;
}

function staticRun(graphs: ReadonlyMap<number, StaticRun>, runId: number): StaticRun {
  const run = graphs.get(runId);
  if (run === undefined) throw new HeddleError("INTERNAL", `the plan of run ${runId} was not read`);
  return run;
}

function pickPlace({ runId, assetId, claimId, ordinal }: AttemptPlace): AttemptPlace {
  return { runId, assetId, claimId, ordinal };
}

function stepKey({ runId, assetId, ordinal }: { runId: number; assetId: number; ordinal: number }): string {
  return `${runId}/${assetId}/${ordinal}`;
}

/** A claim and the sets of its run disagree: nothing may be written then. */
function notRunning({ runId, assetId }: RunAssetPlace, set: PartitionSet): HeddleError {
  return new HeddleError(
    "INTERNAL",
    `${set.size} steps of asset ${assetId} of run ${runId} are claimed and not running`,
    {
      details: { runId, assetId, partitions: set.ranges.slice(0, 20) },
    },
  );
}
