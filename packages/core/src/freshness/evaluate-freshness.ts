import { nextTick, previousTick } from "../cron/ticks.ts";
import type { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import type { FreshnessSpec, FreshnessState } from "./freshness-spec.ts";

/** What freshness is judged by. */
export interface FreshnessInput {
  readonly policy: FreshnessSpec;
  /** The asset's partitions, resolved at `at`. */
  readonly space: PartitionSpace;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Partitions that have a materialization. */
  readonly materialized: PartitionSet;
  /** When the newest materialization was made, in epoch milliseconds; `null` for none. */
  readonly materializedAt: number | null;
}

/** How fresh an asset is. */
export interface Freshness {
  readonly state: FreshnessState;
  /**
   * When the state may be another one although nothing is materialized, in epoch milliseconds: whoever watches may sleep
   * until then, or until the asset is materialized. `null` for never.
   */
  readonly changesAt: number | null;
  /** When it became, or becomes, overdue by what is there now: epoch milliseconds; `null` where nothing is due. */
  readonly overdueAt: number | null;
}

const UNKNOWN: Freshness = { state: "unknown", changesAt: null, overdueAt: null };

/**
 * Judges how fresh an asset is. For an asset by time it is about its newest windows: they are due some time after their
 * end. For any other asset it is about its newest materialization, of whichever partition.
 */
export function evaluateFreshness(input: FreshnessInput): Freshness {
  const isByTime = input.space.timeline !== null;
  if (input.policy.kind === "within") {
    return isByTime ? windowsWithin(input, input.policy) : ageWithin(input, input.policy);
  }
  return isByTime ? windowsBy(input, input.policy) : madeBy(input, input.policy);
}

type Within = FreshnessSpec & { readonly kind: "within" };
type By = FreshnessSpec & { readonly kind: "by" };

/** Fresh until `failMs` after `from`, with a warning from `warnMs` on. */
function judgeAge(from: number, at: number, { failMs, warnMs }: Within): Freshness {
  const overdueAt = from + failMs;
  const warnAt = warnMs === null ? overdueAt : from + warnMs;
  if (at >= overdueAt) return { state: "fail", changesAt: null, overdueAt };
  if (at >= warnAt) return { state: "warn", changesAt: overdueAt, overdueAt };
  return { state: "pass", changesAt: warnAt, overdueAt };
}

function ageWithin({ materializedAt, at }: FreshnessInput, policy: Within): Freshness {
  return materializedAt === null ? UNKNOWN : judgeAge(materializedAt, at, policy);
}

/** The oldest window that is missing since the newest one that is there decides: it is the first that was due. */
function windowsWithin({ space, materialized, at }: FreshnessInput, policy: Within): Freshness {
  const { timeline, all } = space;
  const newest = materialized.intersect(all).last;
  if (timeline === null || newest === undefined) return UNKNOWN;
  const missing = all.clip(newest + 1, Infinity).first ?? nextWindow(space, newest);
  const end = missing === null ? null : (timeline.windowOf(missing)?.end ?? null);
  // A definition that has ended, and all of it there: nothing will ever be due again.
  if (end === null) return { state: "pass", changesAt: null, overdueAt: null };
  return judgeAge(end, at, policy);
}

/** The window after one that is the newest that exists; `null` when the definition has no more. */
function nextWindow({ timeline }: PartitionSpace, newest: number): number | null {
  if (timeline === null) return null;
  for (let ordinal = newest + 1; ordinal < timeline.end;) {
    if (timeline.has(ordinal)) return ordinal;
    const holes = timeline.holes(ordinal, ordinal + LOOKED_AHEAD);
    const next = timeline.within(ordinal, ordinal + LOOKED_AHEAD).first;
    if (next !== undefined) return next;
    if (holes.isEmpty || ordinal - newest > MAX_LOOKED_AHEAD) return null;
    ordinal += LOOKED_AHEAD;
  }
  return null;
}

/** Windows that are looked at together in search of one that is not left out. */
const LOOKED_AHEAD = 1_000;
/** A definition that leaves out more windows than these in a row counts as ended. */
const MAX_LOOKED_AHEAD = 100_000;

/** Whether it was made in the time before the last deadline, or after it. */
function madeBy({ materializedAt, at }: FreshnessInput, { cron, timeZone, lowerBoundMs }: By): Freshness {
  if (materializedAt === null) return UNKNOWN;
  const deadline = previousTick(cron, timeZone, at + 1);
  const next = nextTick(cron, timeZone, at);
  if (materializedAt < deadline - lowerBoundMs) return { state: "fail", changesAt: null, overdueAt: deadline };
  // What was made in the time before the next deadline counts for that one, too.
  const due = materializedAt >= next - lowerBoundMs ? nextTick(cron, timeZone, next) : next;
  return { state: "pass", changesAt: due, overdueAt: due };
}

/** Whether the newest window that had ended when the time for the last deadline began, plus its length, is there. */
function windowsBy({ space, materialized, at }: FreshnessInput, { cron, timeZone, lowerBoundMs }: By): Freshness {
  const { timeline, all } = space;
  const newest = materialized.intersect(all).last;
  if (timeline === null || newest === undefined) return UNKNOWN;
  const isThereBy = (deadline: number): boolean => {
    const wanted = timeline.within(-Infinity, timeline.floor(deadline - lowerBoundMs)).last;
    return wanted === undefined || newest >= wanted;
  };
  const deadline = previousTick(cron, timeZone, at + 1);
  if (!isThereBy(deadline)) return { state: "fail", changesAt: null, overdueAt: deadline };
  let due = nextTick(cron, timeZone, at);
  for (let looked = 0; looked < MAX_DEADLINES && isThereBy(due); looked += 1) due = nextTick(cron, timeZone, due);
  return { state: "pass", changesAt: due, overdueAt: due };
}

/** Deadlines that are looked at in search of one that is not met yet; the next evaluation looks on from there. */
const MAX_DEADLINES = 100;
