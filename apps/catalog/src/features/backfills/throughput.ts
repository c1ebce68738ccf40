import type { RunTimeline } from "@heddle/api";
import type { ChartData } from "../../ui/charts/chart-data.ts";

/** From this many steps a second on, the chart counts by the second. */
const FAST = 1;

/** Stretches of time with fewer steps than this on average show chance and no pace. */
const LEAST_STEPS = 8;
const LEAST_BUCKETS = 12;

/** How many steps ended in each stretch of time, as a rate; failed attempts beside them where there are any. */
export function throughputOf({ start, bucketMs: finestMs, made, failed }: RunTimeline): ChartData {
  const total = sum(made) + sum(failed);
  const wanted = Math.max(LEAST_BUCKETS, Math.floor(total / LEAST_STEPS));
  const merged = Math.max(1, Math.ceil(made.length / wanted));
  const bucketMs = finestMs * merged;
  const merge = (counts: readonly number[]): number[] =>
    Array.from({ length: Math.floor(counts.length / merged) }, (_, i) =>
      sum(counts.slice(i * merged, (i + 1) * merged)),
    );
  const [madeIn, failedIn] = [merge(made), merge(failed)];
  const most = Math.max(0, ...madeIn, ...failedIn);
  const isFast = (most * 1_000) / bucketMs >= FAST;
  const scale = (isFast ? 1_000 : 60_000) / bucketMs;
  const unit = isFast ? "a second" : "a minute";
  const rates = (counts: readonly number[]): readonly number[] =>
    counts.map((count) => Math.round(count * scale * 10) / 10);
  return {
    axis: { kind: "time" },
    at: madeIn.map((_, i) => start + (i + 0.5) * bucketMs),
    series: [
      { name: "made", unit, values: rates(madeIn), tone: "fresh" },
      ...(sum(failedIn) > 0 ? [{ name: "failed", unit, values: rates(failedIn), tone: "failed" as const }] : []),
    ],
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
