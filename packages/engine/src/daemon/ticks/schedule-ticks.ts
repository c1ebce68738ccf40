import { isHeddleError } from "@heddle/core";
import {
  decideSchedule,
  previousScheduleTick,
  serializeError,
  type ScheduleDecision,
  type TickAnswer,
} from "@heddle/core/internal";
import {
  recordMissedTicks,
  recordScheduleTick,
  type ActiveSchedule,
  type Database,
  type ScheduleTick,
} from "@heddle/storage";
import type { Evaluators } from "../../evaluator/evaluators.ts";
import type { EngineLog } from "../../ports.ts";
import type { PlanningState } from "../../planning/index.ts";
import { DECLARED_REQUEST, groupRequests } from "./group-requests.ts";
import { launchRequests, type LaunchScope } from "./launch-requests.ts";

/** What ticks are evaluated with. */
export interface TickScope {
  /** Every transaction makes sure that this daemon leads. */
  readonly db: Database;
  readonly state: PlanningState;
  readonly environment: string;
  readonly evaluators: Evaluators;
  readonly log: EngineLog;
}

/** Says what is to be done about a schedule; see `decideSchedule`. */
export function decideActive(schedule: ActiveSchedule, now: number): ScheduleDecision {
  const { definition, after, retryTick, retryAttempts, retryNotBefore } = schedule;
  const retry = retryTick === null ? null : { at: retryTick, attempts: retryAttempts, notBefore: retryNotBefore ?? 0 };
  return decideSchedule({ clock: definition.clock, catchUp: definition.catchUp, after, retry }, now);
}

/** Carries out what was decided about a schedule. @throws DATABASE_* */
export async function tickSchedule(
  schedule: ActiveSchedule,
  decision: Exclude<ScheduleDecision, { readonly kind: "wait" }>,
  scope: TickScope,
): Promise<void> {
  const { name, after } = schedule;
  if (decision.kind === "miss") {
    const { missed: ticks, last } = decision;
    await recordMissedTicks(scope.db, { name, expectedAfter: after, ticks, last, reason: missedReason(schedule) });
    return;
  }
  const { at } = decision;
  const called = await callSchedule(schedule, at, scope);
  const base = { name, expectedAfter: after, at, durationMs: called.durationMs, log: called.log };
  if ("error" in called) {
    scope.log.warn(`the schedule ${name} failed`, { at: new Date(at).toISOString(), attempt: decision.attempt });
    await recordScheduleTick(scope.db, {
      ...base,
      outcome: { kind: "failed", error: serializeError(called.error), mayRetry: true },
    });
    return;
  }
  await takeEffect(schedule, called.answer, { base, scope });
}

async function takeEffect(
  schedule: ActiveSchedule,
  answer: TickAnswer,
  { base, scope }: { readonly base: Omit<ScheduleTick, "outcome">; readonly scope: TickScope },
): Promise<void> {
  if (answer.kind === "skipped") {
    await recordScheduleTick(scope.db, { ...base, outcome: answer });
    return;
  }
  try {
    const launch = launchRequests(groupsOf(schedule, answer), scopeOf(schedule, base.at, scope));
    const result = await recordScheduleTick(scope.db, { ...base, outcome: { kind: "requested", launch } });
    if (result === "recorded")
      scope.log.info(`the schedule ${schedule.name} ticked`, { at: new Date(base.at).toISOString() });
  } catch (error) {
    if (!isOfPlan(error)) throw error;
    // The same request would be refused again.
    const outcome = { kind: "failed", error: serializeError(error), mayRetry: false } as const;
    await recordScheduleTick(scope.db, { ...base, outcome });
  }
}

/** Whether an error says that what was asked for cannot be launched, and not that the database is away. */
export function isOfPlan(error: unknown): boolean {
  return isHeddleError(error) && !error.code.startsWith("DATABASE_") && error.code !== "INTERNAL";
}

/** The runs that an answer of a schedule asks for. @throws TICK_ASSETS_MISSING, TICK_REQUESTS_LIMIT */
export function groupsOf({ name, definition }: ActiveSchedule, answer: Exclude<TickAnswer, { kind: "skipped" }>) {
  const requests = answer.kind === "declared" ? [DECLARED_REQUEST] : answer.requests;
  return groupRequests(requests, definition.run, `the schedule "${name}"`);
}

/** How the runs of a schedule's tick are launched. */
export function scopeOf(schedule: ActiveSchedule, at: number, { state, environment }: TickScope): LaunchScope {
  const { name, definition, coveredUntil } = schedule;
  const { overlap, only, reuse } = definition.run;
  return {
    state,
    environment,
    kind: "schedule",
    name,
    tick: String(at),
    at,
    since: coveredUntil,
    overlap,
    only,
    ...(reuse !== undefined && { reuse }),
    origin: { scheduledAt: at },
  };
}

/** Calls the function of a schedule for an instant; one without a function asks for the run that was declared. */
export async function callSchedule(schedule: ActiveSchedule, at: number, { evaluators }: TickScope) {
  const { name, definition } = schedule;
  if (!definition.isEvaluated) return { answer: { kind: "declared" } as const, durationMs: null, log: null };
  const previousAt = previousScheduleTick(definition.clock, at);
  const { timeoutMs } = definition;
  const tick = { kind: "schedule", scheduledAt: at, previousAt } as const;
  const called = await evaluators.evaluate(schedule, { type: "evaluate", name, timeoutMs, tick });
  return { ...called, durationMs: Math.round(called.durationMs) };
}

function missedReason({ definition: { catchUp } }: ActiveSchedule): string {
  switch (catchUp.kind) {
    case "latest":
      return "a later tick was due when a daemon came to it, and the newest one is made up for";
    case "all":
      return `more ticks were due when a daemon came to it than the ${catchUp.most} that are made up for`;
    case "none":
      return "no daemon came to it in time, and ticks are not made up for";
  }
}
