import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { parseCronFields } from "./cron-expression.ts";
import { countTicks, nextTick, previousTick, ticksBetween } from "./ticks.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Clock changes of every kind: whole hours, half hours, at midnight, over the end of a day, and a whole day. */
const CHANGES: readonly (readonly [timeZone: string, change: string])[] = [
  ["UTC", "2026-03-29T01:00Z"],
  ["America/New_York", "2026-03-08T07:00Z"],
  ["America/New_York", "2026-11-01T06:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00Z"],
  ["Europe/Berlin", "2026-10-25T01:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30Z"],
  ["America/Sao_Paulo", "2018-11-04T03:00Z"],
  ["America/Sao_Paulo", "2018-02-18T02:00Z"],
  ["Asia/Beirut", "2023-03-29T22:00Z"],
  ["Asia/Beirut", "2022-10-29T21:00Z"],
  ["America/Nuuk", "2024-03-31T01:00Z"],
  ["America/Nuuk", "2024-10-27T01:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00Z"],
  ["Asia/Kathmandu", "1985-12-31T18:30Z"],
];
const EXPRESSIONS = [
  "0 0 * * *",
  "30 1 * * *",
  "15 2 * * *",
  "45 23 * * *",
  "*/20 1-3 * * *",
  "0 0,2,3 * * *",
  "30 */2 * * *",
  "0 * * * *",
  "45 * * * *",
  "*/7 * * * *",
  "30 2 * * sun",
  "10 * * * sat,sun",
  "0 2 L * *",
];

/** The rule, minute by minute: what the clock shows, what it skipped, and what it has shown before. */
function naiveTicks(cron: string, minutes: readonly { readonly instant: number; readonly local: number }[]): number[] {
  const fields = parseCronFields(cron);
  const everyHour = fields.hours.length === 24;
  const matches = (local: number): boolean => {
    const date = new Date(local);
    const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    const byDay =
      (fields.daysOfMonth & (1 << date.getUTCDate())) !== 0 || fields.daysFromEnd.includes(lastDay - date.getUTCDate());
    return (
      fields.minutes.includes(date.getUTCMinutes()) &&
      fields.hours.includes(date.getUTCHours()) &&
      byDay &&
      (fields.daysOfWeek & (1 << date.getUTCDay())) !== 0
    );
  };
  const ticks: number[] = [];
  let latest = -Infinity;
  for (const [index, { instant, local }] of minutes.entries()) {
    const before = minutes[index - 1]?.local ?? local - MINUTE;
    const skipped = Math.max(0, Math.round((local - before) / MINUTE) - 1);
    const lost = Array.from({ length: skipped }, (_, step) => before + (step + 1) * MINUTE).some(matches);
    const isMadeUp = lost && !(everyHour && skipped % 60 === 0);
    if ((matches(local) && (everyHour || local > latest)) || isMadeUp) ticks.push(instant);
    latest = Math.max(latest, local);
  }
  return ticks;
}

describe.each(CHANGES)("%s at %s", (timeZone, change) => {
  const from = Date.parse(change) - 2 * DAY;
  const minutes = Array.from({ length: (4 * DAY) / MINUTE }, (_, index) => {
    const instant = from + index * MINUTE;
    const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
    return { instant, local: instant + zoned.offsetNanoseconds / 1e6 };
  });
  const range = { after: from - 1, until: from + 4 * DAY - 1 };

  test.each(EXPRESSIONS)("%s follows the rule, from any restart, in both directions", (cron) => {
    const expected = naiveTicks(cron, minutes);
    expect(ticksBetween({ cron, timeZone }, range, 10_000)).toEqual(expected);
    expect(countTicks({ cron, timeZone }, range)).toBe(expected.length);
    fc.assert(
      fc.property(fc.integer({ min: range.after, max: range.until }), (at) => {
        // Where the four days hold no more tick, the next one lies outside of them.
        const next = expected.find((tick) => tick > at) ?? nextTick(cron, timeZone, range.until);
        const previous = expected.findLast((tick) => tick < at) ?? previousTick(cron, timeZone, from);
        expect([previousTick(cron, timeZone, at), nextTick(cron, timeZone, at)]).toEqual([previous, next]);
      }),
      { numRuns: 30 },
    );
    // Exactly at, right before and right after each tick, where a chain is restarted.
    expect(expected.map((tick) => nextTick(cron, timeZone, tick - 1))).toEqual(expected);
    expect(expected.slice(0, -1).map((tick) => nextTick(cron, timeZone, tick))).toEqual(expected.slice(1));
    expect(expected.slice(1).map((tick) => previousTick(cron, timeZone, tick))).toEqual(expected.slice(0, -1));
  });
});

const ZONES = [...new Set(CHANGES.map(([timeZone]) => timeZone))];

test("a chain that is restarted anywhere in a year is the chain from the start", () => {
  expect(ZONES.length).toBeGreaterThanOrEqual(9);
  const year = { after: Date.UTC(2026, 0, 1) - 1, until: Date.UTC(2027, 0, 1) - 1 };
  for (const timeZone of ZONES) {
    for (const cron of ["30 1 * * *", "0 * * * *", "*/15 * * * *", "0 0 * * 1-5"]) {
      const chain = ticksBetween({ cron, timeZone }, year, 100_000);
      fc.assert(
        fc.property(fc.nat({ max: chain.length - 4 }), fc.nat({ max: 3 }), (index, ahead) => {
          let at = chain[index]!;
          for (let step = 0; step < ahead; step += 1) at = nextTick(cron, timeZone, at);
          expect(at).toBe(chain[index + ahead]);
        }),
        { numRuns: 40 },
      );
      expect(chain.every((tick, index) => index === 0 || tick > chain[index - 1]!)).toBe(true);
    }
  }
});

test("counting takes no longer for a century of minutes", () => {
  const century = { after: Date.UTC(2000, 0, 1) - 1, until: Date.UTC(2100, 0, 1) - 1 };
  expect(countTicks({ cron: "* * * * *", timeZone: "Europe/Berlin" }, century)).toBe(
    (century.until - century.after) / MINUTE,
  );
  expect(ticksBetween({ cron: "* * * * *", timeZone: "Europe/Berlin" }, century, 3)).toHaveLength(3);
  expect(ticksBetween({ cron: "0 0 1 1 *", timeZone: "UTC" }, { after: 5, until: 4 }, 3)).toEqual([]);
});
