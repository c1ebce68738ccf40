import { createRunGraph, HeddleError, PartitionSet } from "@heddle/core";
import { admitAtOnce, insertRun, readRunIdByOriginKey, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { LaunchResult, PlanChange, PlannedAsset } from "../contract.ts";
import type { PlanLaunchInput } from "../inputs.ts";
import { makePlan, type MadePlan } from "./make-plan.ts";
import { describePlan } from "./preview-plan.ts";

/** A preview that is older than this is not what anybody is looking at. */
const MAX_PREVIEW_AGE_MS = 24 * 3_600_000;
/** Previews and launches go by the same clock, the server's; this allows for its being set back. */
const MAX_CLOCK_STEP_MS = 60_000;
/** Ranges that are written out for people. */
const SHOWN_RANGES = 5;
/** Keys that a run's origin names; the plan has them all. */
const MAX_ORIGIN_KEYS = 20;

/** Names the lock under which launches are planned. Any constant would do. */
const LAUNCH_LOCK_ID = 1_274_505_216;
/** A run of a million partitions of many assets takes its time to write. */
const DEADLINE_MS = 60_000;

/**
 * Answers `plan.launch`: plans again, and launches only what was confirmed. Launches go one after another, and each is
 * planned and written in one transaction: so the next one sees what this one holds, and no partition is queued twice.
 */
export async function launchPlan(state: ApiState, input: PlanLaunchInput): Promise<LaunchResult> {
  checkAge(input.at);
  return state.db.transaction("launch plan", (tx) => launch(state, tx, input), { deadlineMs: DEADLINE_MS });
}

async function launch(state: ApiState, tx: Transaction, input: PlanLaunchInput): Promise<LaunchResult> {
  const originKey = `launch:${input.idempotencyKey}`;
  await tx.sql`select pg_advisory_xact_lock(${LAUNCH_LOCK_ID}::bigint)`;
  // The same launch again must find its own run, before planning finds that this run holds the partitions.
  const known = await readRunIdByOriginKey(tx, originKey);
  if (known !== null) return { kind: "launched", runId: known, created: false };
  const made = await makePlan(state, tx, { input, at: input.at });
  if (made.hash !== input.planHash) return describeChange(state.previews.recall(input.planHash), made);
  const { runId, created } = await insertRun(tx.sql, createRunGraph(made.plan), {
    plan: made.plan,
    origin: { kind: "manual", selection: input.selection ?? null, keys: (input.keys ?? []).slice(0, MAX_ORIGIN_KEYS) },
    originKey,
    priority: input.priority,
    tags: input.tags,
    maxConcurrency: input.maxConcurrency ?? null,
    environment: state.environment,
  });
  if (created) await admitAtOnce(tx.sql, runId);
  return { kind: "launched", runId, created };
}

function checkAge(at: number): void {
  const ageMs = Date.now() - at;
  if (ageMs <= MAX_PREVIEW_AGE_MS && ageMs >= -MAX_CLOCK_STEP_MS) return;
  throw new HeddleError("API_INPUT_INVALID", "the confirmed plan is not of the last 24 hours", {
    hint: "Preview the plan again and confirm that.",
    details: { at },
  });
}

function describeChange(confirmed: readonly PlannedAsset[] | undefined, made: MadePlan): LaunchResult {
  const preview = describePlan(made);
  return {
    kind: "changed",
    preview,
    changes: confirmed === undefined ? null : compare(confirmed, preview.assets, made),
  };
}

function compare(before: readonly PlannedAsset[], after: readonly PlannedAsset[], made: MadePlan): PlanChange[] {
  const byKey = (assets: readonly PlannedAsset[]) => new Map(assets.map((planned) => [planned.asset.key, planned]));
  const [confirmed, current] = [byKey(before), byKey(after)];
  return [...new Map([...confirmed, ...current]).values()].flatMap(({ asset }): PlanChange[] => {
    const old = PartitionSet.fromRanges(confirmed.get(asset.key)?.partitions ?? []);
    const now = PartitionSet.fromRanges(current.get(asset.key)?.partitions ?? []);
    const added = now.subtract(old);
    const removed = old.subtract(now);
    if (added.isEmpty && removed.isEmpty) return [];
    const space = made.spaces.resolve(made.index.byKey(asset.key)?.definition.partitions ?? null);
    const parts = [
      ...(added.isEmpty ? [] : [`added ${space.format(added, SHOWN_RANGES)}`]),
      ...(removed.isEmpty ? [] : [`removed ${space.format(removed, SHOWN_RANGES)}`]),
    ];
    return [{ asset, added: added.ranges, removed: removed.ranges, text: parts.join(", ") }];
  });
}
