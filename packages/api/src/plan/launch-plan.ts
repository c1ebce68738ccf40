import { HeddleError, isHeddleError } from "@heddle/core";
import { createRunGraph } from "@heddle/core/internal";
import { freezeDefinitions, makePlan } from "@heddle/engine/planning";
import { admitAtOnce, insertRun, lockLaunches, readRunIdByOriginKey, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { LaunchResult } from "../contract.ts";
import type { PlanLaunchInput } from "../inputs/plan.ts";
import { comparePlans } from "./compare-plans.ts";
import { describePlan } from "./preview-plan.ts";

/** A preview that is older than this is not what anybody is looking at. */
const MAX_PREVIEW_AGE_MS = 24 * 3_600_000;
/** Previews and launches go by the same clock, the server's; this allows for its being set back. */
const MAX_CLOCK_STEP_MS = 60_000;
/** Differences that are told; more of them say the same. */
const MAX_CHANGES = 1_000;
/** Keys that a run's origin names; the plan has them all. */
const MAX_ORIGIN_KEYS = 20;

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
  await lockLaunches(tx.sql);
  // The same launch again must find its own run, before planning finds that this run holds the partitions.
  const known = await readRunIdByOriginKey(tx, originKey);
  if (known !== null) return { kind: "launched", runId: known, created: false };
  const made = await makePlan(freezeDefinitions(state), tx, { input, at: input.at, counts: false });
  // Whoever refuses to share wants to know with whom he would have to, although that is a change of the plan as well.
  const isHeld = isHeddleError(made.refusal, "PLAN_OVERLAPS");
  const { planHash } = input;
  if (planHash !== undefined && made.hash !== planHash && !isHeld) {
    return describeChange(state, tx, { ...input, planHash });
  }
  if (made.refusal !== null) throw made.refusal;
  const { runId, created } = await insertRun(tx.sql, createRunGraph(made.plan), {
    plan: made.plan,
    origin: { kind: "manual", selection: input.selection ?? null, keys: (input.keys ?? []).slice(0, MAX_ORIGIN_KEYS) },
    originKey,
    priority: input.priority,
    tags: input.tags,
    limits: input.limits ?? null,
    maxConcurrency: input.maxConcurrency ?? null,
    environment: state.environment,
    after: made.overlaps.after.map(({ id }) => id),
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

/** Tells the plan as it is now, and how it differs from the one that was confirmed. */
async function describeChange(
  state: ApiState,
  tx: Transaction,
  input: PlanLaunchInput & { readonly planHash: string },
): Promise<LaunchResult> {
  const confirmed = state.previews.recall(input.planHash);
  const made = await makePlan(state, tx, { input, at: input.at, counts: true });
  state.previews.remember(made.hash, made.plan);
  const refOf = (key: string) => ({ id: made.index.byKey(key)?.id ?? -1, key });
  const names = { refOf, spaces: made.spaces };
  return {
    kind: "changed",
    preview: await describePlan(tx, made, input),
    changes: confirmed === undefined ? null : comparePlans(confirmed, made.plan, names).slice(0, MAX_CHANGES),
  };
}
