import type { CheckResult, FailedAttempt, Materialization } from "@heddle/api";
import { expect, test } from "vitest";
import { attemptHistory } from "./attempt-history.ts";

function made(runId: number, attempt: number, publishedAt: number): Materialization {
  return {
    ordinal: 0,
    partitionKey: "a",
    runId,
    attempt,
    attemptId: `${runId}-1`,
    codeVersion: null,
    startedAt: publishedAt - 5,
    durationMs: 5,
    publishedAt,
    dataVersion: null,
    stored: null,
    metadata: {},
    inputs: [],
    collectedAt: null,
    current: false,
  };
}

function failed(runId: number, number: number, endedAt: number): FailedAttempt {
  return {
    runId,
    number,
    attemptId: `${runId}-${number}`,
    workerId: "w",
    cause: "error",
    error: null,
    fingerprint: null,
    startedAt: endedAt - 5,
    endedAt,
  };
}

function checked(id: number, runId: number, name: string): CheckResult {
  return {
    id,
    name,
    ordinal: 0,
    partitionKey: "a",
    runId,
    passed: true,
    severity: "error",
    blocking: true,
    description: null,
    metadata: {},
    at: id,
  };
}

test("what was made, what failed and what was stopped is one history, with the checks of a run at its last attempt", () => {
  const history = attemptHistory({
    materializations: [made(7, 3, 300), made(2, 1, 20)],
    failedAttempts: [failed(7, 2, 200), failed(7, 1, 100), failed(5, 1, 50)],
    stoppedSteps: [{ runId: 6, status: "canceled", endedAt: 70, skippedBecause: null }],
    checks: [checked(9, 7, "rows"), checked(8, 7, "rows"), checked(4, 5, "rows")],
  });
  expect(history.map(({ runId, number, outcome }) => [runId, number, outcome])).toEqual([
    [7, 3, "made"],
    [7, 2, "failed"],
    [7, 1, "failed"],
    [6, null, "stopped"],
    [5, 1, "failed"],
    [2, 1, "made"],
  ]);
  expect(history.map(({ checks }) => checks.map(({ id }) => id))).toEqual([[9], [], [], [], [4], []]);
});
