import { agePriorities } from "./aged-priority.ts";
import { judgeLimits, type LimitedRun, type RunLimitName } from "./run-limits.ts";

/** A run that waits to be admitted. */
export interface QueuedRun {
  readonly runId: number;
  /** Higher goes first. */
  readonly priority: number;
  /** How long ago it was launched, in milliseconds of database time. */
  readonly waitedMs: number;
  /** What launched it, such as `schedule:nightly`: runs of one origin share a place in the queue. */
  readonly origin: string;
}

/** A run that was asked to stop and whose steps still run. */
export interface CancelingRun {
  readonly runId: number;
  /** How long ago it was asked, in milliseconds of database time. */
  readonly ageMs: number;
}

/** What the daemon's decisions are made from: one consistent look at the database. */
export interface DaemonSnapshot {
  /** How many runs of each origin are admitted. */
  readonly admitted: ReadonlyMap<string, number>;
  /** The first of the queue, for each origin as many as could be admitted. */
  readonly queued: readonly QueuedRun[];
  /** Workers whose lease is over, or who stopped and left steps behind. */
  readonly lostWorkers: readonly string[];
  /** Whether steps are in back-off whose time has come. */
  readonly hasDueSteps: boolean;
  readonly canceling: readonly CancelingRun[];
  /** Runs of which a limit in time may be exceeded by now. */
  readonly limited: readonly LimitedRun[];
  /** Open runs without an open step. There are none while every transaction ends the runs that it finishes. */
  readonly finished: readonly number[];
  /**
   * How long until a back-off, a worker's lease or a limit of a run is over, in milliseconds of database time: after that a new look finds
   * something to do. 0 when something is due already, null when nothing is awaited.
   */
  readonly nextDueMs: number | null;
}

/** Limits that the daemon keeps. */
export interface DaemonLimits {
  /** Runs that are admitted at once, of all origins together. @default 50 */
  readonly maxAdmittedRuns: number;
}

export const DEFAULT_DAEMON_LIMITS: DaemonLimits = { maxAdmittedRuns: 50 };

/** What the daemon does about a snapshot. Each is a transaction of its own that looks again before it acts. */
export type DaemonCommand =
  | { readonly kind: "admit_run"; readonly runId: number; readonly maxAdmittedRuns: number }
  /** The worker's steps go back, or fail. */
  | { readonly kind: "expire_worker"; readonly workerId: string }
  | { readonly kind: "release_backoff" }
  /** Tells workers again that a run was asked to stop: the first word may have been lost. */
  | { readonly kind: "repeat_cancel"; readonly runId: number }
  /** Takes a canceled run's steps away from workers that did not confirm in time. */
  | { readonly kind: "revoke_steps"; readonly runId: number }
  | { readonly kind: "end_run"; readonly runId: number }
  /** The run began or ended too late, or takes too long: that is told, and it is canceled where that was wanted. */
  | { readonly kind: "exceed_limits"; readonly runId: number; readonly limits: readonly RunLimitName[] }
  /** Its limits are kept up to now: the daemon looks again when the next one could be exceeded. */
  | { readonly kind: "await_limit"; readonly runId: number };

/** After this time a run that was asked to stop is announced again, in milliseconds. */
export const REPEAT_CANCEL_AFTER_MS = 5_000;

/**
 * After this time steps of a canceled run are taken away from their workers, in milliseconds. A worker ends a step that
 * does not obey within 30 s, so whoever has not confirmed by now never will; what it publishes later is refused.
 */
export const REVOKE_STEPS_AFTER_MS = 40_000;

/**
 * Decides what the daemon does next. Pure. What it returns is safe to carry out by several daemons at once: losses come
 * first, so that their steps are free for whoever is admitted.
 */
export function decide(snapshot: DaemonSnapshot, limits: DaemonLimits = DEFAULT_DAEMON_LIMITS): DaemonCommand[] {
  const commands: DaemonCommand[] = [];
  for (const workerId of snapshot.lostWorkers) commands.push({ kind: "expire_worker", workerId });
  for (const { runId, ageMs } of snapshot.canceling) {
    if (ageMs >= REVOKE_STEPS_AFTER_MS) commands.push({ kind: "revoke_steps", runId });
    else if (ageMs >= REPEAT_CANCEL_AFTER_MS) commands.push({ kind: "repeat_cancel", runId });
  }
  for (const run of snapshot.limited) commands.push(keepLimits(run));
  if (snapshot.hasDueSteps) commands.push({ kind: "release_backoff" });
  for (const runId of snapshot.finished) commands.push({ kind: "end_run", runId });
  commands.push(...admitRuns(snapshot, limits));
  return commands;
}

function keepLimits(run: LimitedRun): DaemonCommand {
  const { runId } = run;
  const limits = judgeLimits(run).exceeded.map(({ limit }) => limit);
  return limits.length > 0 ? { kind: "exceed_limits", runId, limits } : { kind: "await_limit", runId };
}

/**
 * Fills the free places: by priority, which rises with the time that a run waits, and among equals the origin with the fewest admitted runs first, so that no
 * schedule can keep a backfill out by firing more often; then the oldest.
 */
function admitRuns(snapshot: DaemonSnapshot, { maxAdmittedRuns }: DaemonLimits): DaemonCommand[] {
  const admitted = new Map(snapshot.admitted);
  let free = maxAdmittedRuns - [...admitted.values()].reduce((sum, count) => sum + count, 0);
  const waiting = agePriorities(snapshot.queued);
  const commands: DaemonCommand[] = [];
  for (; free > 0 && waiting.length > 0; free -= 1) {
    const next = waiting.reduce((best, run) => (goesBefore(run, best, admitted) ? run : best));
    waiting.splice(waiting.indexOf(next), 1);
    admitted.set(next.origin, (admitted.get(next.origin) ?? 0) + 1);
    commands.push({ kind: "admit_run", runId: next.runId, maxAdmittedRuns });
  }
  return commands;
}

function goesBefore(run: QueuedRun, other: QueuedRun, admitted: ReadonlyMap<string, number>): boolean {
  if (run.priority !== other.priority) return run.priority > other.priority;
  const [mine, theirs] = [admitted.get(run.origin) ?? 0, admitted.get(other.origin) ?? 0];
  return mine === theirs ? run.runId < other.runId : mine < theirs;
}
