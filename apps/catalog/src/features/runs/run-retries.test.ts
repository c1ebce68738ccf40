import type { StepCounts } from "@heddle/api";
import { expect, test } from "vitest";
import { retriesOf } from "./run-retries.ts";

const NONE: StepCounts = {
  waiting: 0,
  ready: 0,
  running: 0,
  backoff: 0,
  success: 0,
  failed: 0,
  skipped: 0,
  canceled: 0,
};

test.each([
  [{ success: 5 }, ["all 5"]],
  [{ success: 4, failed: 1 }, ["failed 1", "all 5"]],
  [{ success: 2, failed: 1, skipped: 2 }, ["from_failure 3", "failed 1", "all 5"]],
  [{ success: 2, canceled: 3 }, ["unfinished 3", "all 5"]],
  [{ success: 1, failed: 1, skipped: 1, canceled: 2 }, ["unfinished 4", "from_failure 2", "failed 1", "all 5"]],
])("what can be done again of %o", (counts, expected) => {
  const run = { endedAt: 1, counts: { ...NONE, ...counts }, total: 5 };
  expect(retriesOf(run).map(({ only, count }) => `${only} ${count}`)).toEqual(expected);
});

test("a run that is not over is not done again", () => {
  expect(retriesOf({ endedAt: null, counts: { ...NONE, failed: 3 }, total: 5 })).toEqual([]);
});
