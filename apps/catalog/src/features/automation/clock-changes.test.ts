import { nextScheduleTicks } from "@heddle/core/internal";
import { describe, expect, test } from "vitest";
import { describeClockChange, offsetMs } from "./clock-changes.ts";

/** Notes of the first ticks after an instant, as the page writes them. */
function notesOf(cron: string, timeZone: string, { from, ticks }: { readonly from: string; readonly ticks: number }) {
  const after = Date.parse(from);
  const crons = [cron];
  const next = nextScheduleTicks({ crons, timeZone }, after, ticks);
  return next.map((at, i) => [
    new Date(at).toISOString().slice(0, 16),
    describeClockChange(at, { before: next[i - 1] ?? after, crons, timeZone }),
  ]);
}

describe("describeClockChange", () => {
  test("a time that the clocks skip ticks when they have gone forward", () => {
    expect(notesOf("30 2 * * *", "Europe/Berlin", { from: "2026-03-27T12:00Z", ticks: 3 })).toEqual([
      ["2026-03-28T01:30", null],
      ["2026-03-29T01:00", "02:30 does not exist on this day: it ticks when the clocks have gone forward"],
      ["2026-03-30T00:30", null],
    ]);
  });

  test("a tick at the very instant of the change is its own", () => {
    expect(notesOf("0 3 * * *", "Europe/Berlin", { from: "2026-03-28T12:00Z", ticks: 1 })).toEqual([
      ["2026-03-29T01:00", "the clocks go forward before it: UTC+01:00 → UTC+02:00"],
    ]);
  });

  test("a time that comes twice says which one it is", () => {
    expect(notesOf("30 2 * * *", "Europe/Berlin", { from: "2026-10-24T12:00Z", ticks: 1 })).toEqual([
      ["2026-10-25T00:30", "02:30 comes twice on this day: this is the first time"],
    ]);
    expect(notesOf("30 * * * *", "America/New_York", { from: "2026-11-01T05:00Z", ticks: 3 })).toEqual([
      ["2026-11-01T05:30", "01:30 comes twice on this day: this is the first time"],
      ["2026-11-01T06:30", "01:30 comes twice on this day: this is the second time"],
      ["2026-11-01T07:30", null],
    ]);
  });

  test("the first tick after a change says that it was, also where clocks move by half an hour", () => {
    expect(notesOf("0 12 * * *", "Australia/Lord_Howe", { from: "2026-04-04T03:00Z", ticks: 2 })).toEqual([
      ["2026-04-05T01:30", "the clocks go back before it: UTC+11:00 → UTC+10:30"],
      ["2026-04-06T01:30", null],
    ]);
  });

  test.each(["UTC", "Asia/Kolkata", "Asia/Tokyo"])("nothing is to be said of %s", (zone) => {
    const notes = notesOf("30 2 * * *", zone, { from: "2026-01-01T00:00Z", ticks: 365 });
    expect(notes.filter(([, note]) => note !== null)).toEqual([]);
  });
});

test("offsets of zones before and after UTC, and between the hours", () => {
  const at = Date.parse("2026-01-01T00:00Z");
  expect(offsetMs(at, "UTC")).toBe(0);
  expect(offsetMs(at, "Asia/Kathmandu")).toBe(5.75 * 3_600_000);
  expect(offsetMs(at, "America/St_Johns")).toBe(-3.5 * 3_600_000);
});
