import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RUN_STATUSES, STEP_STATUSES } from "../statuses.ts";
import {
  countOpenSteps,
  deriveFinalStatus,
  emptyStepCounts,
  isOpenRun,
  OPEN_STEP_STATUSES,
  sumStepCounts,
} from "./run-status.ts";
import { nextRunStatus, nextStepStatus, RUN_EVENTS, STEP_EVENTS } from "./step-transitions.ts";

const anyCounts = fc
  .array(fc.nat(3), { minLength: STEP_STATUSES.length, maxLength: STEP_STATUSES.length })
  .map((numbers) => {
    const counts = emptyStepCounts();
    for (const [index, status] of STEP_STATUSES.entries()) counts[status] = numbers[index] ?? 0;
    return counts;
  });

describe("deriveFinalStatus", () => {
  test("a run is over when no step is open, and a success when all of them are", () => {
    fc.assert(
      fc.property(anyCounts, fc.constantFrom(...RUN_STATUSES.filter(isOpenRun)), (counts, status) => {
        const final = deriveFinalStatus(status, counts);
        const isOpen = countOpenSteps(counts) > 0;
        const isWhole = counts.failed + counts.skipped + counts.canceled === 0;
        const ended = status === "canceling" ? "canceled" : isWhole ? "success" : "failed";
        expect(final).toBe(isOpen ? undefined : ended);
      }),
    );
  });

  test("a run that is over does not end again", () => {
    for (const status of ["success", "failed", "canceled"] as const)
      expect(deriveFinalStatus(status, emptyStepCounts())).toBeUndefined();
  });
});

test("counts add up", () => {
  fc.assert(
    fc.property(fc.array(anyCounts), (all) => {
      const sum = sumStepCounts(all);
      for (const status of STEP_STATUSES) expect(sum[status]).toBe(all.reduce((n, counts) => n + counts[status], 0));
    }),
  );
});

describe("transitions", () => {
  test("nothing leads out of a final state, and something out of every other", () => {
    for (const status of STEP_STATUSES) {
      const isOpen = OPEN_STEP_STATUSES.some((open) => open === status);
      expect(STEP_EVENTS.some((event) => nextStepStatus(status, event) !== undefined)).toBe(isOpen);
    }
    for (const status of RUN_STATUSES)
      expect(RUN_EVENTS.some((event) => nextRunStatus(status, event) !== undefined)).toBe(isOpenRun(status));
  });

  test("every open step and run can be canceled", () => {
    for (const status of OPEN_STEP_STATUSES) expect(nextStepStatus(status, "cancel")).toBe("canceled");
    for (const status of ["queued", "running", "paused"] as const)
      expect(nextRunStatus(status, "cancel")).toBe("canceling");
    expect(nextRunStatus("canceling", "cancel")).toBeUndefined();
  });

  test("only a success leads to a materialization: from running, and from nowhere else", () => {
    expect(STEP_STATUSES.filter((status) => nextStepStatus(status, "succeed") === "success")).toEqual(["running"]);
  });
});
