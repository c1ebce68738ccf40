import type { RunStatus } from "../statuses.ts";

/** Limits of a run in time, in the order in which they are judged. */
export const RUN_LIMITS = ["start", "timeout", "deadline"] as const;
/** One of {@link RUN_LIMITS}. */
export type RunLimitName = (typeof RUN_LIMITS)[number];

/** What becomes of a run that exceeds a limit: it is canceled, or goes on; the event that tells of it comes either way. */
export type LimitAction = "cancel" | "alert";

/**
 * By when a run has to begin and to end. Times are those of the database. What is left out limits nothing; a launch
 * states what it wants, and there is no limit by default.
 */
export interface RunLimits {
  /** Its first step has to begin so many milliseconds after the launch: what waits for longer is no use any more. */
  readonly startWithinMs?: number | undefined;
  /** @default "cancel" */
  readonly onLateStart?: LimitAction | undefined;
  /** Longest that it may take from the moment at which it was let in, in milliseconds; the time of a pause counts. */
  readonly runTimeoutMs?: number | undefined;
  /** @default "cancel" */
  readonly onRunTimeout?: LimitAction | undefined;
  /** It has to be over by this instant, in epoch milliseconds. */
  readonly deadline?: number | undefined;
  /** It has to be over so many milliseconds after the launch. With `deadline`, the earlier of both counts. */
  readonly withinMs?: number | undefined;
  /** @default "alert" */
  readonly onDeadline?: LimitAction | undefined;
}

/** {@link RunLimits} as user code states them. */
export interface RunLimitsOptions extends Omit<RunLimits, "deadline"> {
  /** It has to be over by this instant: a `Date`, or epoch milliseconds. */
  readonly deadline?: Date | number | undefined;
}

/** Writes limits as data. */
export function runLimitsData({ deadline, ...rest }: RunLimitsOptions): RunLimits {
  return { ...rest, ...(deadline !== undefined && { deadline: Number(deadline) }) };
}

const NAMES: readonly string[] = [
  "startWithinMs",
  "onLateStart",
  "runTimeoutMs",
  "onRunTimeout",
  "deadline",
  "withinMs",
  "onDeadline",
] satisfies (keyof RunLimits)[];

/** Says what of stated limits cannot be; null when they can. */
export function findLimitsProblem(limits: unknown): string | null {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) return "must be an object";
  for (const [name, value] of Object.entries(limits)) {
    if (!NAMES.includes(name)) return `has ${JSON.stringify(name)}, which means nothing; there are ${NAMES.join(", ")}`;
    if (value === undefined) continue;
    if (name.startsWith("on")) {
      if (value !== "cancel" && value !== "alert")
        return `has ${name}: ${String(value)}; it must be "cancel" or "alert"`;
    } else if (name === "deadline") {
      if (!Number.isFinite(Number(value)) || (typeof value !== "number" && !(value instanceof Date)))
        return `has deadline: ${String(value)}; it must be a Date or epoch milliseconds`;
    } else if (typeof value !== "number" || !(value >= 1 && value <= MAX_RUN_LIMIT_MS)) {
      return `has ${name}: ${String(value)}; it must be from 1 to ${MAX_RUN_LIMIT_MS} milliseconds (a year)`;
    }
  }
  return null;
}

/** A limit that a run exceeded. */
export interface ExceededLimit {
  readonly limit: RunLimitName;
  readonly action: LimitAction;
  /** The instant that was exceeded, in epoch milliseconds. */
  readonly at: number;
}

/** A run whose limits are judged, and what counts for them. Instants are epoch milliseconds of database time. */
export interface LimitedRun {
  readonly runId: number;
  readonly status: RunStatus;
  readonly limits: RunLimits;
  readonly createdAt: number;
  /** When it was first let in; null before. */
  readonly startedAt: number | null;
  /** Whether one of its steps has begun. */
  readonly hasBegun: boolean;
  /** The limits that were exceeded before. */
  readonly exceeded: readonly ExceededLimit[];
  /** The present. */
  readonly now: number;
}

/** What follows for a run at one moment. */
export interface LimitVerdict {
  /** The limits that it has exceeded now and not before. */
  readonly exceeded: readonly ExceededLimit[];
  /** When to look again, at the latest; null when no limit is left. */
  readonly nextAt: number | null;
}

/** Longest limit, in milliseconds: a year. */
export const MAX_RUN_LIMIT_MS = 365 * 24 * 3_600_000;

/**
 * Judges the limits of a run. Pure: the daemon decides with it what is due, and the transaction that carries it out
 * judges again what it has locked.
 */
export function judgeLimits(run: LimitedRun): LimitVerdict {
  const isOpen = run.status === "queued" || run.status === "running" || run.status === "paused";
  const known = new Set(run.exceeded.map(({ limit }) => limit));
  // Nothing worse can happen to a run that was asked to stop.
  if (!isOpen || run.exceeded.some(({ action }) => action === "cancel")) return { exceeded: [], nextAt: null };
  const exceeded: ExceededLimit[] = [];
  let nextAt = Infinity;
  for (const limit of RUN_LIMITS) {
    const at = known.has(limit) ? null : limitInstant(run, limit);
    if (at === null) continue;
    if (at <= run.now && isCertain(run, limit)) exceeded.push({ limit, action: limitAction(run.limits, limit), at });
    else nextAt = Math.min(nextAt, at);
  }
  const isOver = exceeded.some(({ action }) => action === "cancel") || nextAt === Infinity;
  return { exceeded, nextAt: isOver ? null : nextAt };
}

/** Milliseconds after its launch until which no limit can be exceeded, but for `deadline`; null without such limits. */
export function firstLimitMs({ startWithinMs, runTimeoutMs, withinMs }: RunLimits): number | null {
  const first = Math.min(startWithinMs ?? Infinity, runTimeoutMs ?? Infinity, withinMs ?? Infinity);
  return first === Infinity ? null : first;
}

/** What becomes of a run that exceeds this limit. */
export function limitAction(limits: RunLimits, limit: RunLimitName): LimitAction {
  switch (limit) {
    case "start":
      return limits.onLateStart ?? "cancel";
    case "timeout":
      return limits.onRunTimeout ?? "cancel";
    case "deadline":
      return limits.onDeadline ?? "alert";
  }
}

/** When a limit is exceeded, in epoch milliseconds; of a time-out that has not begun to run, the earliest moment. */
export function limitInstant(
  run: Pick<LimitedRun, "limits" | "createdAt" | "startedAt" | "hasBegun" | "now">,
  limit: RunLimitName,
): number | null {
  const { startWithinMs, runTimeoutMs, deadline = Infinity, withinMs = Infinity } = run.limits;
  switch (limit) {
    case "start":
      return startWithinMs === undefined || run.hasBegun ? null : run.createdAt + startWithinMs;
    case "timeout":
      return runTimeoutMs === undefined ? null : (run.startedAt ?? run.now) + runTimeoutMs;
    case "deadline": {
      const at = Math.min(deadline, run.createdAt + withinMs);
      return at === Infinity ? null : at;
    }
  }
}

/** Whether the instant is that of the limit, and not only the earliest one that it could be. */
function isCertain({ startedAt }: LimitedRun, limit: RunLimitName): boolean {
  return limit !== "timeout" || startedAt !== null;
}

/** Whether any limit is stated. */
export function hasLimits({ startWithinMs, runTimeoutMs, deadline, withinMs }: RunLimits): boolean {
  return [startWithinMs, runTimeoutMs, deadline, withinMs].some((value) => value !== undefined);
}

/** The limits of a run that does the work of another one again: those that count from its own launch and start. */
export function limitsOfRetry({ startWithinMs, onLateStart, runTimeoutMs, onRunTimeout }: RunLimits): RunLimits | null {
  const limits = { startWithinMs, onLateStart, runTimeoutMs, onRunTimeout };
  return hasLimits(limits) ? limits : null;
}
