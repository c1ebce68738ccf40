import type { RunTimeline } from "@heddle/api";
import { expect, test } from "vitest";
import { throughputOf } from "./throughput.ts";

function timeline(made: readonly number[], failed: readonly number[], bucketMs: number): RunTimeline {
  return { runId: 1, start: 1_000, end: 2_000, steps: null, weight: 1, lanes: [], bucketMs, made, failed };
}

test("few steps are told in few stretches of time, so that chance does not look like a pace", () => {
  const { at, series } = throughputOf(
    timeline(
      Array.from({ length: 120 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
      [],
      100,
    ),
  );
  expect(at).toHaveLength(12);
  expect(series).toHaveLength(1);
  expect(series[0]?.values.every((value) => value !== null && value >= 2 && value <= 3)).toBe(true);
  expect(series[0]?.unit).toBe("a second");
});

test("many steps are told as finely as they were counted, slow ones by the minute, and failures beside them", () => {
  const made = Array.from({ length: 120 }, () => 20);
  const { at, series } = throughputOf(
    timeline(
      made,
      made.map((_, i) => (i === 3 ? 2 : 0)),
      60_000,
    ),
  );
  expect(at).toHaveLength(120);
  expect(series.map(({ name, unit, values }) => [name, unit, values[3]])).toEqual([
    ["made", "a minute", 20],
    ["failed", "a minute", 2],
  ]);
});
