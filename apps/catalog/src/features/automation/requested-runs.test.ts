import { expect, it } from "vitest";
import { describeRequestedRuns } from "./requested-runs.ts";

it("says what is declared, and what becomes of a run that exceeds a limit", () => {
  expect(describeRequestedRuns({ limits: { runTimeoutMs: 600_000 } })).toBe("take at most 10 m or are canceled");
  expect(
    describeRequestedRuns({
      limits: { startWithinMs: 60_000, onLateStart: "alert", withinMs: 3_600_000 },
      reuse: "never",
      priority: -3,
      tags: { team: "a", tier: "1" },
    }),
  ).toBe(
    "have the priority -3, make again what is up to date, begin within 1 m or it is told, are over within 1 h or it is told, are tagged team=a, tier=1",
  );
  expect(describeRequestedRuns({ reuse: "declared" })).toBe("");
  expect(describeRequestedRuns({ reuse: "fresh" })).toBe("skip what is up to date");
});
