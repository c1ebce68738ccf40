import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeInstantsIn } from "../../format/instants.ts";
import { joinTimeRange, resolveTimeRange, splitTimeRange } from "./time-range.ts";

beforeAll(() => writeInstantsIn("Europe/Berlin"));
afterAll(() => writeInstantsIn(undefined));

const NOW = Date.UTC(2026, 2, 15, 10, 30);
const DAY = 86_400_000;

describe("a stretch of time in words", () => {
  test.each([
    ["last 7d", { from: NOW - 7 * DAY }],
    ["24h", { from: NOW - DAY }],
    ["2w", { from: NOW - 14 * DAY }],
    ["2026-01-15", { from: Date.UTC(2026, 0, 14, 23), to: Date.UTC(2026, 0, 15, 23) }],
    ["2026-01", { from: Date.UTC(2025, 11, 31, 23), to: Date.UTC(2026, 0, 31, 23) }],
    ["2026-01..2026-03", { from: Date.UTC(2025, 11, 31, 23), to: Date.UTC(2026, 2, 31, 22) }],
    ["2025", { from: Date.UTC(2024, 11, 31, 23), to: Date.UTC(2025, 11, 31, 23) }],
    ["2026-01-15 08:30..", { from: Date.UTC(2026, 0, 15, 7, 30) }],
    ["..2026-01-15", { to: Date.UTC(2026, 0, 15, 23) }],
    ["today", { from: Date.UTC(2026, 2, 14, 23), to: Date.UTC(2026, 2, 15, 23) }],
    ["yesterday", { from: Date.UTC(2026, 2, 13, 23), to: Date.UTC(2026, 2, 14, 23) }],
    ["", {}],
  ])("%s", (text, range) => {
    const split = splitTimeRange(text);
    expect(split).not.toBeNull();
    expect(resolveTimeRange(split ?? {}, NOW)).toEqual(range);
  });

  test.each(["soon", "2026-13", "2026-02-31", "..", "a..b..c", "2026-03..2026-01", "2026-01-01 25:00"])(
    "%s means nothing",
    (text) => expect(splitTimeRange(text)).toBeNull(),
  );

  test.each(["last 7d", "2026-01-15", "2026-01..2026-03", "2026-01..", "..2026-01", "today", ""])(
    "%s is written as it was read",
    (text) => expect(joinTimeRange(splitTimeRange(text) ?? {})).toBe(text),
  );

  test("a day in which clocks change has 23 hours", () => {
    const { from = 0, to = 0 } = resolveTimeRange({ from: "2026-03-29", to: "2026-03-29" }, NOW) ?? {};
    expect((to - from) / 3_600_000).toBe(23);
  });
});
