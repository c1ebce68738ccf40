import type { StepTime, StepTimes } from "@heddle/storage";
import type { RunLane, RunTimeline } from "../contract.ts";

/** Buckets of time that a timeline is cut into. */
export const BUCKETS = 120;
/** Assets whose activity is told bucket by bucket. */
const MAX_ACTIVE = 200;

/** A failed attempt, for a timeline. */
export interface FailedTime {
  readonly assetId: number;
  /** Epoch milliseconds; `null` when it was lost before it began. */
  readonly startedAt: number | null;
  readonly endedAt: number;
}

export interface LanesInput {
  readonly times: StepTimes;
  readonly failed: readonly FailedTime[];
  /** Ids of the assets in topological order. */
  readonly assetIds: readonly number[];
  /** Until when a run that goes on is told; `null` for one that is over. */
  readonly now: number | null;
}

/** Sums up when steps ran: per asset and bucket of time. */
export function sumUpLanes({ times, failed, assetIds, now }: LanesInput): Omit<RunTimeline, "runId" | "steps"> {
  const { start, end } = spanOf(times.times, failed, now);
  const bucketMs = Math.max(1, (end - start) / BUCKETS);
  const bucketOf = (at: number): number => Math.min(BUCKETS - 1, Math.max(0, Math.floor((at - start) / bucketMs)));
  const byAsset = Map.groupBy(times.times, ({ assetId }) => assetId);
  const made = Array.from({ length: BUCKETS }, () => 0);
  for (const { endedAt } of times.times) add(made, bucketOf(endedAt), times.weight);
  const fails = Array.from({ length: BUCKETS }, () => 0);
  for (const { endedAt } of failed) add(fails, bucketOf(endedAt), 1);
  const failedByAsset = Map.groupBy(failed, ({ assetId }) => assetId);
  const lanes = assetIds.flatMap((assetId, i): RunLane[] => {
    const own = byAsset.get(assetId) ?? [];
    const lost = failedByAsset.get(assetId) ?? [];
    if (own.length + lost.length === 0) return [];
    const span = spanOf(own, lost, null);
    const workMs = Math.round(own.reduce((sum, { durationMs }) => sum + durationMs, 0) * times.weight);
    const active = i < MAX_ACTIVE ? activity(own, { start, bucketMs, weight: times.weight }) : [];
    return [{ assetId, start: span.start, end: span.end, workMs, active }];
  });
  return { start, end, weight: times.weight, lanes, bucketMs, made: made.map(Math.round), failed: fails };
}

function spanOf(
  times: readonly StepTime[],
  failed: readonly FailedTime[],
  now: number | null,
): { readonly start: number; readonly end: number } {
  let start = Number.POSITIVE_INFINITY;
  let end = now ?? Number.NEGATIVE_INFINITY;
  for (const { startedAt, endedAt } of [...times, ...failed]) {
    start = Math.min(start, startedAt ?? endedAt);
    end = Math.max(end, endedAt);
  }
  if (!Number.isFinite(start)) start = now ?? 0;
  return { start: Math.floor(start), end: Math.ceil(Math.max(start, Number.isFinite(end) ? end : start)) };
}

/** How many steps ran at once in each bucket, on average. */
function activity(
  times: readonly StepTime[],
  scale: { readonly start: number; readonly bucketMs: number; readonly weight: number },
): number[] {
  const { start, bucketMs, weight } = scale;
  const busyMs = Array.from({ length: BUCKETS }, () => 0);
  for (const { startedAt, durationMs } of times) {
    const endedAt = startedAt + Math.max(1, durationMs);
    const first = Math.max(0, Math.floor((startedAt - start) / bucketMs));
    for (let bucket = first; bucket < BUCKETS && start + bucket * bucketMs < endedAt; bucket++) {
      const from = Math.max(startedAt, start + bucket * bucketMs);
      add(busyMs, bucket, Math.max(0, Math.min(endedAt, start + (bucket + 1) * bucketMs) - from));
    }
  }
  return busyMs.map((ms) => Math.round((ms * weight * 100) / bucketMs) / 100);
}

function add(list: number[], at: number, amount: number): void {
  list[at] = (list[at] ?? 0) + amount;
}
