import { countScheduleTicks, lastScheduleTicks, nextScheduleTick, type ScheduleClock } from "./schedule-clock.ts";

/**
 * What becomes of ticks that were due while nothing ran, as data. `latest`: the newest one is evaluated. `all`: the newest
 * `most` are, one after the other. `none`: a tick that is more than a minute late is not. Every other one is recorded as
 * missed.
 */
export type CatchUp =
  | { readonly kind: "latest" }
  | { readonly kind: "all"; readonly most: number }
  | { readonly kind: "none" };

/** With `none`, a tick that is later than this is missed. */
export const LATE_AFTER_MS = 60_000;
/** Missed ticks that are recorded one by one; those before them are recorded as a stretch of time. */
export const MAX_MISSED_TICKS = 1_000;

/** Ticks that are passed over. */
export interface MissedTicks {
  /** The newest of them, in order; 1,000 at most. */
  readonly instants: readonly number[];
  /** Those before: from the first one to the last one, both included. */
  readonly earlier: { readonly from: number; readonly until: number; readonly count: number } | null;
}

/** Where a schedule stands. Instants are epoch milliseconds by the database's clock. */
export interface ScheduleState {
  readonly clock: ScheduleClock;
  readonly catchUp: CatchUp;
  /** The last tick with an outcome, or when the chain of ticks began: the next one comes after it. */
  readonly after: number;
  /** The tick that failed and is tried again: how often it failed, and not before when. */
  readonly retry: { readonly at: number; readonly attempts: number; readonly notBefore: number } | null;
}

/** What to do about a schedule now. */
export type ScheduleDecision =
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "miss"; readonly missed: MissedTicks; readonly last: number }
  /** `attempt` is 1 for the first. */
  | { readonly kind: "evaluate"; readonly at: number; readonly attempt: number };

/**
 * Says what to do about a schedule at `now`. Ticks follow from the last one and not from the present, so every one of
 * them comes up, however long nothing ran; each is evaluated or missed before the next one.
 * @throws CRON_INVALID, TIME_ZONE_INVALID
 */
export function decideSchedule(state: ScheduleState, now: number): ScheduleDecision {
  const { clock, after, retry } = state;
  // A tick that failed has its outcome before anything is said of later ones.
  if (retry !== null && retry.at > after) {
    if (retry.notBefore > now) return { kind: "wait", until: retry.notBefore };
    return { kind: "evaluate", at: retry.at, attempt: retry.attempts + 1 };
  }
  const next = nextScheduleTick(clock, after);
  if (next > now) return { kind: "wait", until: next };
  const [first] = keptTicks(state, now);
  if (first === next) return { kind: "evaluate", at: first, attempt: 1 };
  const until = first === undefined ? now : first - 1;
  const missed = missedTicks(clock, { after, until });
  return { kind: "miss", missed, last: missed.instants.at(-1) ?? now };
}

/** The due ticks that are to be evaluated, in order. */
function keptTicks({ clock, catchUp, after }: ScheduleState, now: number): number[] {
  if (catchUp.kind === "all") return lastScheduleTicks(clock, { after, until: now }, catchUp.most);
  const newest = lastScheduleTicks(clock, { after, until: now }, 1);
  return catchUp.kind === "latest" ? newest : newest.filter((tick) => now - tick <= LATE_AFTER_MS);
}

function missedTicks(clock: ScheduleClock, range: { readonly after: number; readonly until: number }): MissedTicks {
  const instants = lastScheduleTicks(clock, range, MAX_MISSED_TICKS);
  const [first = range.until] = instants;
  const before = { after: range.after, until: first - 1 };
  const count = countScheduleTicks(clock, before);
  if (count === 0) return { instants, earlier: null };
  const [until = first] = lastScheduleTicks(clock, before, 1);
  return { instants, earlier: { from: nextScheduleTick(clock, range.after), until, count } };
}
