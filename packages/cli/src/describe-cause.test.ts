import { expect, test } from "vitest";
import { describeCause } from "./describe-cause.ts";

const createdAt = Date.UTC(2026, 2, 1, 6, 0, 1);

test.each([
  [{ kind: "manual" }, "by hand"],
  [
    { kind: "schedule", name: "nightly", scheduledAt: createdAt - 1_000 },
    "by the schedule nightly, whose tick was 2026-03-01 06:00:00 UTC",
  ],
  [{ kind: "sensor", name: "files", runKey: "a.csv" }, 'by the sensor files, for "a.csv"'],
  [{ kind: "retry", runId: 7 }, "to do steps of run 7 again"],
  [{ kind: "condition", evaluations: { a: 1 } }, "by the condition of a"],
  [{ kind: "condition", evaluations: { a: 1, b: 2, c: 3, d: 4 } }, "by the conditions of a, b, c and 1 more"],
  [{ kind: "condition", evaluations: {} }, "by a condition"],
  [{ kind: "first_run" }, "by first run"],
])("a run with the origin %j", (origin, said) => {
  expect(describeCause({ origin, createdAt })).toBe(`launched 2026-03-01 06:00:01 UTC ${said}`);
});
