import { expect, test } from "vitest";
import type { TimeWindowPartitionsSpec } from "../partitions/partitions-spec.ts";
import { nextAutomationInstant } from "./next-automation-instant.ts";

const at = (text: string): number => Date.parse(text);
const clock = { kind: "cron" as const, cron: "30 2 * * *", timeZone: "Europe/Berlin" };
const days: TimeWindowPartitionsSpec = {
  kind: "time-window",
  cadence: "daily",
  cron: "0 0 * * *",
  timeZone: "America/New_York",
  start: "2026-01-01",
  end: null,
  endOffset: 0,
  format: "%Y-%m-%d",
};

test("the earliest of ticks and ends of windows counts, in their own zones", () => {
  const automation = {
    clocks: [{ clock, targets: [0] }],
    timelines: [{ spec: days, targets: [1] }],
  };
  expect(nextAutomationInstant(automation, at("2026-03-08T02:00:00Z"))).toBe(at("2026-03-08T05:00:00Z"));
  expect(nextAutomationInstant(automation, at("2026-03-08T02:00:00Z"), 0)).toBe(at("2026-03-09T01:30:00Z"));
  // The day of the change is 23 hours long in New York.
  expect(nextAutomationInstant(automation, at("2026-03-08T05:00:00Z"), 1)).toBe(at("2026-03-09T04:00:00Z"));
});

test("a definition that has ended is not waited for", () => {
  const automation = { clocks: [], timelines: [{ spec: { ...days, end: "2026-02-01" }, targets: [0] }] };
  expect(nextAutomationInstant(automation, at("2026-01-31T12:00:00Z"))).toBe(at("2026-02-01T05:00:00Z"));
  expect(nextAutomationInstant(automation, at("2026-03-08T05:00:00Z"))).toBeNull();
});

test("nothing is waited for where no clock matters", () => {
  expect(nextAutomationInstant({ clocks: [], timelines: [] }, 0)).toBeNull();
  expect(nextAutomationInstant({ clocks: [{ clock, targets: [0] }], timelines: [] }, 0, 1)).toBeNull();
});
