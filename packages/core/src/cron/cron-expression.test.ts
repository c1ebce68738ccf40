import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCronFields } from "./cron-expression.ts";
import { nextTick, ticksBetween } from "./ticks.ts";

const ticksOf = (cron: string, from: string, count: number): string[] => {
  const after = Date.parse(`${from}Z`) - 1;
  const ticks = ticksBetween({ cron, timeZone: "UTC" }, { after, until: after + 400 * 366 * 86_400_000 }, count);
  return ticks.map((tick) => new Date(tick).toISOString().slice(0, 16));
};

describe("fields", () => {
  test("names, lists, ranges and steps", () => {
    expect(parseCronFields("0,30 8-10 1,15 jan-mar MON-fri")).toMatchObject({
      minutes: [0, 30],
      hours: [8, 9, 10],
      daysOfMonth: (1 << 1) | (1 << 15),
      months: 0b1110,
      daysOfWeek: 0b11_1110,
    });
    expect(parseCronFields("*/20 6-18/6 * * *")).toMatchObject({ minutes: [0, 20, 40], hours: [6, 12, 18] });
    expect(parseCronFields("5/15 * * nov-feb 5-7")).toMatchObject({
      minutes: [5, 20, 35, 50],
      months: (1 << 11) | (1 << 12) | (1 << 1) | (1 << 2),
      daysOfWeek: (1 << 5) | (1 << 6) | 1,
    });
    expect(parseCronFields("0 0 ? * fri-mon").daysOfWeek).toBe((1 << 5) | (1 << 6) | 1 | (1 << 1));
  });

  test("aliases", () => {
    expect(parseCronFields(" @Daily ").text).toBe("0 0 * * *");
    expect(ticksOf("@weekly", "2024-01-01T00:00", 1)).toEqual(["2024-01-07T00:00"]);
    expect(ticksOf("@yearly", "2024-01-02T00:00", 1)).toEqual(["2025-01-01T00:00"]);
    expect(ticksOf("@hourly", "2024-01-02T00:01", 1)).toEqual(["2024-01-02T01:00"]);
  });

  test("the last day, the last but two, the second Tuesday, the last Friday", () => {
    expect(ticksOf("0 0 L * *", "2024-01-31T00:01", 2)).toEqual(["2024-02-29T00:00", "2024-03-31T00:00"]);
    expect(ticksOf("0 0 L-2 2 *", "2023-01-01T00:00", 2)).toEqual(["2023-02-26T00:00", "2024-02-27T00:00"]);
    expect(ticksOf("0 0 * * TUE#2", "2024-01-01T00:00", 2)).toEqual(["2024-01-09T00:00", "2024-02-13T00:00"]);
    expect(ticksOf("0 0 * * 5L", "2024-01-01T00:00", 2)).toEqual(["2024-01-26T00:00", "2024-02-23T00:00"]);
    expect(ticksOf("0 0 * * L5", "2024-01-01T00:00", 1)).toEqual(["2024-01-26T00:00"]);
    // Leap years whose February 29 is the fifth Monday: 28 years apart, and 40 over a century that is no leap year.
    expect(ticksOf("0 0 * 2 1#5", "2024-01-01T00:00", 3)).toEqual([
      "2044-02-29T00:00",
      "2072-02-29T00:00",
      "2112-02-29T00:00",
    ]);
  });

  test("a day of the month and a day of the week are alternatives, unless one of them is every day", () => {
    expect(ticksOf("0 0 13 * 5", "2024-09-01T00:00", 4)).toEqual([
      "2024-09-06T00:00",
      "2024-09-13T00:00",
      "2024-09-20T00:00",
      "2024-09-27T00:00",
    ]);
    expect(ticksOf("0 0 1-31 * 5", "2024-09-01T00:00", 1)).toEqual(["2024-09-06T00:00"]);
    expect(ticksOf("0 0 13 * 0-6", "2024-09-01T00:00", 1)).toEqual(["2024-09-13T00:00"]);
  });
});

describe("what cannot be read names its field", () => {
  test.each([
    ["", "0 fields"],
    ["0 0 * *", "4 fields"],
    ["0 0 0 * * *", "6 fields"],
    ["60 * * * *", 'the minute "60"'],
    ["0 24 * * *", 'the hour "24"'],
    ["0 -24 * * *", 'the hour "-24"'],
    ["0 0 0 * *", 'the day of month "0"'],
    ["0 0 32 * *", 'the day of month "32"'],
    ["0 0 * 13 *", 'the month "13"'],
    ["0 0 * * 8", 'the day of week "8"'],
    ["0 0 * * mno", 'the day of week "mno"'],
    ["0 0 * * 5#6", 'the day of week "5#6"'],
    ["0 0 15W * *", 'the day of month "15W"'],
    ["0 10-8 * * *", 'the hour "10-8"'],
    ["*/0 * * * *", "no usable step"],
    ["*/90 * * * *", "no usable step"],
    ["1,,2 * * * *", 'the minute ""'],
    ["1.5 * * * *", 'the minute "1.5"'],
    ["@reboot", "the alias @reboot"],
    ["0 0 30 2 *", "no date ever matches"],
    ["0 0 31 4,6,9,11 *", "no date ever matches"],
    ["0 0 L-29 2 *", "no date ever matches"],
  ])("%s", (cron, message) => {
    expect(() => nextTick(cron, "UTC", 0)).toThrow(message);
    expect(() => nextTick(cron, "UTC", 0)).toThrow(
      expect.objectContaining({ code: "CRON_INVALID", hint: expect.stringMatching(/\.$/) }),
    );
  });
});

test("random expressions tick when a naive matcher says so", () => {
  const list = (min: number, max: number) =>
    fc.option(fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }), { nil: null, freq: 2 });
  const fields = fc.record({
    minute: list(0, 59),
    hour: list(0, 23),
    day: list(1, 28),
    month: list(1, 12),
    weekday: list(0, 7),
  });
  fc.assert(
    fc.property(fields, fc.integer({ min: 0, max: 60_000 }), ({ minute, hour, day, month, weekday }, startDay) => {
      const cron = [minute, hour, day, month, weekday].map((values) => values?.join(",") ?? "*").join(" ");
      const matches = (date: Date): boolean => {
        const byDay = day === null || day.includes(date.getUTCDate());
        const byWeekday = weekday === null || weekday.some((each) => each % 7 === date.getUTCDay());
        const isDay = day !== null && weekday !== null ? byDay || byWeekday : byDay && byWeekday;
        return isDay && (month === null || month.includes(date.getUTCMonth() + 1));
      };
      const start = startDay * 86_400_000;
      let at = start;
      while (!matches(new Date(at))) at += 86_400_000;
      const first = at + (Math.min(...(hour ?? [0])) * 60 + Math.min(...(minute ?? [0]))) * 60_000;
      expect(nextTick(cron, "UTC", start - 1)).toBe(first);
    }),
    { numRuns: 500 },
  );
});
