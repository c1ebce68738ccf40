import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ticksBetween } from "../cron/ticks.ts";
import type { PartitionSpace } from "./partition-space.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";
import { validatePartitionsSpec } from "./validate-partitions-spec.ts";

const HOUR = 3_600_000;
const resolve = ({ spec }: PartitionsDefinition, now: string): PartitionSpace =>
  resolvePartitions(spec, { now: Date.parse(now) });
const keysOf = (space: PartitionSpace): (string | null)[] => [...space.all].map((ordinal) => space.keyOf(ordinal));
const hoursOf = (space: PartitionSpace): number[] =>
  [...space.all].map((ordinal) => {
    const { start, end } = space.windowOf(ordinal)!;
    return (end - start) / HOUR;
  });

describe("clock changes", () => {
  test("days of 23 and 25 hours", () => {
    const spring = resolve(dailyPartitions({ start: "2024-03-09", timeZone: "America/New_York" }), "2024-03-12T05:00Z");
    expect(hoursOf(spring)).toEqual([24, 23, 24]);
    const autumn = resolve(dailyPartitions({ start: "2024-11-02", timeZone: "America/New_York" }), "2024-11-05T05:00Z");
    expect(hoursOf(autumn)).toEqual([24, 25, 24]);
  });

  test("a day whose midnight does not exist keeps its date and begins after the gap", () => {
    const paulo = resolve(dailyPartitions({ start: "2018-11-03", timeZone: "America/Sao_Paulo" }), "2018-11-06T12:00Z");
    expect(keysOf(paulo)).toEqual(["2018-11-03", "2018-11-04", "2018-11-05"]);
    expect(hoursOf(paulo)).toEqual([24, 23, 24]);
    expect(new Date(paulo.windowOf(paulo.ordinalOf("2018-11-04")!)!.start).toISOString()).toBe(
      "2018-11-04T03:00:00.000Z",
    );
    const beirut = resolve(dailyPartitions({ start: "2023-03-25", timeZone: "Asia/Beirut" }), "2023-03-28T12:00Z");
    expect(keysOf(beirut)).toEqual(["2023-03-25", "2023-03-26", "2023-03-27"]);
    expect(hoursOf(beirut)).toEqual([24, 23, 24]);
  });

  test("a day that never was is no partition", () => {
    const apia = resolve(dailyPartitions({ start: "2011-12-28", timeZone: "Pacific/Apia" }), "2012-01-02T12:00Z");
    expect(keysOf(apia)).toEqual(["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01", "2012-01-02"]);
    expect(hoursOf(apia)).toEqual([24, 24, 24, 24, 24]);
    expect(apia.ordinalOf("2011-12-30")).toBeNull();
    const missing = apia.ordinalOf("2011-12-29")! + 1;
    expect([apia.keyOf(missing), apia.windowOf(missing)]).toEqual([null, null]);
    expect(apia.format(apia.all)).toBe("2011-12-28..2012-01-02 (5)");
    // An end offset counts windows, and the day that never was is none.
    const ahead = dailyPartitions({ start: "2011-12-28", timeZone: "Pacific/Apia", endOffset: 2 });
    expect(keysOf(resolve(ahead, "2011-12-29T12:00Z"))).toEqual(["2011-12-28", "2011-12-29", "2011-12-31"]);
    const behind = dailyPartitions({ start: "2011-12-28", timeZone: "Pacific/Apia", endOffset: -1 });
    expect(keysOf(resolve(behind, "2012-01-01T12:00Z"))).toEqual(["2011-12-28", "2011-12-29", "2011-12-31"]);
  });

  test("the repeated hour has a key of its own, and the skipped one has none", () => {
    const autumn = resolve(
      hourlyPartitions({ start: "2023-11-05", timeZone: "America/Los_Angeles" }),
      "2023-11-05T11:00Z",
    );
    expect(keysOf(autumn)).toEqual([
      "2023-11-05-00:00",
      "2023-11-05-01:00",
      "2023-11-05-01:00-0800",
      "2023-11-05-02:00",
    ]);
    expect(new Set(hoursOf(autumn))).toEqual(new Set([1]));
    expect(autumn.ordinalOf("2023-11-05-01:00-0700")).toBeNull();
    const spring = resolve(
      hourlyPartitions({ start: "2023-03-12", timeZone: "America/Los_Angeles" }),
      "2023-03-12T12:00Z",
    );
    expect(keysOf(spring).slice(0, 4)).toEqual([
      "2023-03-12-00:00",
      "2023-03-12-01:00",
      "2023-03-12-03:00",
      "2023-03-12-04:00",
    ]);
    expect(spring.ordinalOf("2023-03-12-02:00")).toBeNull();
  });

  test("half an hour in Lord Howe", () => {
    const spring = resolve(
      hourlyPartitions({ start: "2023-10-01T00:00", timeZone: "Australia/Lord_Howe" }),
      "2023-09-30T18:00Z",
    );
    expect(hoursOf(spring)).toEqual([1, 1, 0.5, 1, 1]);
    const autumn = resolve(
      hourlyPartitions({ start: "2023-04-02T00:00", timeZone: "Australia/Lord_Howe" }),
      "2023-04-01T17:30Z",
    );
    expect(hoursOf(autumn)).toEqual([1, 1.5, 1, 1]);
    const days = resolve(
      dailyPartitions({ start: "2023-09-30", timeZone: "Australia/Lord_Howe" }),
      "2023-10-03T00:00Z",
    );
    expect(hoursOf(days)).toEqual([24, 23.5, 24]);
  });

  test("a start that the clock moved into the next day keeps the date that it stands for", () => {
    const nuuk = dailyPartitions({ start: "2024-03-29", hourOffset: 23, minuteOffset: 30, timeZone: "America/Nuuk" });
    expect(keysOf(resolve(nuuk, "2024-04-02T12:00Z"))).toEqual(["2024-03-29", "2024-03-30", "2024-03-31"]);
  });
});

describe("around every clock change, whenever windows begin", () => {
  const changes = [
    ["America/Sao_Paulo", "2018-11-04"],
    ["America/Sao_Paulo", "2018-02-18"],
    ["Asia/Beirut", "2023-03-26"],
    ["Asia/Beirut", "2023-10-29"],
    ["Pacific/Apia", "2011-12-30"],
    ["Pacific/Apia", "2012-04-01"],
    ["Pacific/Kwajalein", "1993-08-21"],
    ["America/New_York", "2024-11-03"],
    ["Australia/Lord_Howe", "2024-10-06"],
    ["America/Nuuk", "2024-03-30"],
    ["Europe/Dublin", "2024-10-27"],
  ] as const;
  test.each(changes)("%s %s", (timeZone, date) => {
    const at = Date.parse(`${date}T00:00Z`);
    const start = new Date(at - 9 * 24 * HOUR).toISOString().slice(0, 10);
    const now = new Date(at + 9 * 24 * HOUR).toISOString();
    for (const hourOffset of [0, 1, 2, 6, 23]) {
      for (const minuteOffset of [0, 30]) {
        const options = { start, timeZone, hourOffset, minuteOffset };
        const definitions = [
          dailyPartitions(options),
          hourlyPartitions(options),
          cronPartitions({ ...options, cron: `${minuteOffset} */2 * * *` }),
          cronPartitions({ ...options, cron: "*/20 0-3 * * *" }),
        ];
        for (const definition of definitions) {
          const space = resolve(definition, now);
          const ordinals = [...space.all];
          const keys = ordinals.map((ordinal) => space.keyOf(ordinal)!);
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.map((key) => space.ordinalOf(key))).toEqual(ordinals);
          const windows = ordinals.map((ordinal) => space.windowOf(ordinal)!);
          expect(windows.slice(1).map((window) => window.start)).toEqual(windows.slice(0, -1).map(({ end }) => end));
          expect(windows.filter((window) => window.end <= window.start)).toEqual([]);
        }
      }
    }
  });

  test("two keys for a repeated hour find their own ordinals, also as ends of a range", () => {
    const hours = resolve(
      hourlyPartitions({ start: "2018-02-17", timeZone: "America/Sao_Paulo" }),
      "2018-02-18T12:00Z",
    );
    const [first, second] = ["2018-02-17-23:00", "2018-02-17-23:00-0300"].map((key) => hours.ordinalOf(key)!);
    expect(second).toBe(first! + 1);
    expect(hours.parseRange("2018-02-17-23:00..2018-02-17-23:00-0300").size).toBe(2);
    expect(hours.windowOf(second!)!.start - hours.windowOf(first!)!.start).toBe(HOUR);
  });
});

describe("bounds", () => {
  test("end, end offset and open end", () => {
    const fixed = dailyPartitions({ start: "2024-01-01", end: "2024-01-04" });
    expect(keysOf(resolve(fixed, "2030-01-01T00:00Z"))).toEqual(["2024-01-01", "2024-01-02", "2024-01-03"]);
    expect(keysOf(resolve(fixed, "2024-01-02T23:59Z"))).toEqual(["2024-01-01"]);
    const ahead = dailyPartitions({ start: "2024-01-01", endOffset: 1 });
    expect(keysOf(resolve(ahead, "2024-01-02T12:00Z"))).toEqual(["2024-01-01", "2024-01-02"]);
    const behind = dailyPartitions({ start: "2024-01-01", endOffset: -1 });
    expect(keysOf(resolve(behind, "2024-01-03T12:00Z"))).toEqual(["2024-01-01"]);
    expect(resolve(behind, "1970-01-01T00:00Z").all.isEmpty).toBe(true);
  });

  test("moving the start never gives an ordinal to another partition", () => {
    const factories = [hourlyPartitions, dailyPartitions, weeklyPartitions, monthlyPartitions];
    for (const factory of factories) {
      const [early, late] = ["1985-01-01", "2020-06-15"].map((start) =>
        resolve(factory({ start, timeZone: "Europe/Berlin" }), "2024-01-01T00:00Z"),
      );
      const last = late!.all.last!;
      expect(early!.keyOf(last)).toBe(late!.keyOf(last));
      expect(late!.all.isSubsetOf(early!.all)).toBe(true);
    }
    expect(resolve(dailyPartitions({ start: "1970-01-01" }), "1970-01-02T00:00Z").all.ranges).toEqual([0, 1]);
    expect(resolve(monthlyPartitions({ start: "1969-12" }), "1970-02-01T00:00Z").all.ranges).toEqual([-1, 1]);
  });

  test("a million partitions are one range", () => {
    const hours = resolve(hourlyPartitions({ start: "1900-01-01", timeZone: "Europe/Berlin" }), "2025-12-31T23:00Z");
    expect(hours.all.size).toBeGreaterThan(1_000_000);
    expect(hours.all.ranges).toHaveLength(2);
    expect(hours.format(hours.all)).toMatch(/^1900-01-01-00:00\.\.2025-12-31-/);
  });
});

describe("exclusions", () => {
  const weekdays = dailyPartitions({ start: "2024-12-20", exclusions: ["0 0 * * 0,6", "2024-12-25"] });
  test("a cron expression and a date", () => {
    const space = resolve(weekdays, "2024-12-31T00:00Z");
    expect(keysOf(space)).toEqual(["2024-12-20", "2024-12-23", "2024-12-24", "2024-12-26", "2024-12-27", "2024-12-30"]);
    expect(space.ordinalOf("2024-12-25")).toBeNull();
    expect(space.ordinalOf("2024-12-26")).toBe(space.ordinalOf("2024-12-24")! + 2);
    expect(space.format(space.all)).toBe("2024-12-20..2024-12-30 (6)");
    expect(hoursOf(space)).toEqual([24, 24, 24, 24, 24, 24]);
  });

  test("dates with both ends, months and years", () => {
    const left = (...exclusions: string[]) =>
      keysOf(resolve(dailyPartitions({ start: "2024-12-22", exclusions }), "2025-01-05T00:00Z"));
    expect(left("2024-12-24..2025-01-01")).toEqual([
      "2024-12-22",
      "2024-12-23",
      "2025-01-02",
      "2025-01-03",
      "2025-01-04",
    ]);
    expect(left("2024-12-24 .. 2025-01", "2024-12-22")).toEqual(["2024-12-23"]);
    expect(left("2024-12")).toEqual(["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]);
    expect(left("2024")).toHaveLength(4);
    const hours = hourlyPartitions({ start: "2024-12-20", exclusions: ["2024-12-20T02:00..2024-12-20T04:00"] });
    expect(keysOf(resolve(hours, "2024-12-20T06:00Z"))).toEqual([
      "2024-12-20-00:00",
      "2024-12-20-01:00",
      "2024-12-20-05:00",
    ]);
  });

  test("of hours: a whole day, one hour, every minute of a weekday", () => {
    const hours = hourlyPartitions({
      start: "2024-12-20",
      exclusions: ["2024-12-21", "2024-12-22T05:00", "* * * * 1", "0 12 * * *"],
    });
    const keys = keysOf(resolve(hours, "2024-12-24T02:00Z"));
    expect(keys).toHaveLength(23 + 0 + 22 + 0 + 2);
    for (const left of ["2024-12-20-12:00", "2024-12-21-00:00", "2024-12-22-05:00", "2024-12-23-00:00"]) {
      expect(keys).not.toContain(left);
    }
  });

  test("what is left out is the same for one ordinal and for a range", () => {
    const cron = cronPartitions({
      start: "2023-10-20",
      cron: "*/30 * * * *",
      timeZone: "Europe/Berlin",
      exclusions: ["0 */3 * * *", "30 2 * * *", "* * * * 0", "2023-10-24"],
    });
    const space = resolve(cron, "2023-11-01T00:00Z");
    for (let ordinal = space.all.first!; ordinal <= space.all.last!; ordinal += 1) {
      const key = space.keyOf(ordinal)!;
      expect([key, space.ordinalOf(key)]).toEqual([key, space.all.has(ordinal) ? ordinal : null]);
    }
  });
});

const definitions = fc
  .record({
    factory: fc.constantFrom(hourlyPartitions, dailyPartitions, weeklyPartitions, monthlyPartitions),
    timeZone: fc.constantFrom(
      "UTC",
      "America/New_York",
      "Australia/Lord_Howe",
      "America/Sao_Paulo",
      "Pacific/Apia",
      "Asia/Beirut",
      "Africa/Casablanca",
      "America/Nuuk",
      "Asia/Kathmandu",
    ),
    year: fc.integer({ min: 1965, max: 2030 }),
    minuteOffset: fc.constantFrom(0, 0, 15, 45),
    hourOffset: fc.integer({ min: 0, max: 23 }),
    dayOffset: fc.integer({ min: 1, max: 6 }),
    endOffset: fc.integer({ min: -3, max: 3 }),
  })
  .map(({ factory, year, ...options }) => factory({ start: `${year}-02-03T04:05`, ...options }));
const crons = fc
  .tuple(
    fc.constantFrom(
      "0 0 * * *",
      "30 2 * * *",
      "*/15 * * * *",
      "0 9-17 * * 1-5",
      "0 0 L * *",
      "15 23 * * 0",
      "0 2,3 * * *",
    ),
    fc.constantFrom("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "America/Nuuk"),
    fc.integer({ min: 1990, max: 2024 }),
  )
  .map(([cron, timeZone, year]) => cronPartitions({ cron, timeZone, start: `${year}-09-25` }));

test("key and ordinal find each other, windows lie side by side, and all of it is what the cron expression says", () => {
  fc.assert(
    fc.property(fc.oneof(definitions, crons), fc.integer({ min: 1, max: 900 }), fc.nat(), (definition, days, seed) => {
      const { spec } = definition;
      expect(validatePartitionsSpec(spec)).toEqual([]);
      if (spec.kind !== "time-window") throw new Error("every definition here is by time");
      const start = Date.parse(`${spec.start.slice(0, 10)}T00:00Z`) - 24 * HOUR;
      const space = resolvePartitions(spec, { now: start + days * 24 * HOUR });
      const { size, first } = space.all;
      if (first === undefined) return;
      const offset = seed % size;
      const some = space.all.clip(first + offset, first + offset + 40);
      let end: number | undefined;
      for (const ordinal of some) {
        const key = space.keyOf(ordinal)!;
        expect([key, space.ordinalOf(key)]).toEqual([key, ordinal]);
        const window = space.windowOf(ordinal)!;
        expect(window.start).toBe(end ?? window.start);
        ({ end } = window);
      }
      if (some.isEmpty) return;
      const from = space.windowOf(some.first!)!.start;
      const starts = [...some].map((ordinal) => space.windowOf(ordinal)!.start);
      const clock = { cron: spec.cron, timeZone: spec.timeZone };
      expect(ticksBetween(clock, { after: from - 1, until: from + 10_000 * 24 * HOUR }, some.size)).toEqual(starts);
    }),
    { numRuns: 400 },
  );
});

test("formats", () => {
  const of = (format: string) => dailyPartitions({ start: "2024-01-01", format });
  expect(keysOf(resolve(of("%d.%m.%Y"), "2024-01-03T00:00Z"))).toEqual(["01.01.2024", "02.01.2024"]);
  expect(keysOf(resolve(of("%Y/%j"), "2024-03-01T00:00Z")).at(-1)).toBe("2024/060");
  expect(keysOf(resolve(of("%d%b%Y 100%%"), "2024-01-02T00:00Z"))).toEqual(["01Jan2024 100%"]);
  const weeks = weeklyPartitions({ start: "2020-12-20", dayOffset: 3, format: "%G-W%V" });
  const space = resolve(weeks, "2021-01-20T00:00Z");
  expect(keysOf(space)).toEqual(["2020-W52", "2020-W53", "2021-W01", "2021-W02"]);
  expect(space.ordinalOf("2021-W01")).toBe(space.all.first! + 2);
  for (const key of ["2021-W54", "2021-W1", "2021-W01 ", "", "2021"]) expect(space.ordinalOf(key)).toBeNull();
  const days = resolve(dailyPartitions({ start: "2024-01-01" }), "2024-03-01T00:00Z");
  for (const key of ["2024-02-30", "2024-2-1", "2023-12-31", "9999-01-01", "x"]) expect(days.ordinalOf(key)).toBeNull();
});
