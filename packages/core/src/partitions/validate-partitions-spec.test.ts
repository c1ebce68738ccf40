import { describe, expect, test } from "vitest";
import { ERROR_CATALOGUE } from "../error-catalogue.ts";
import { isHeddleError } from "../errors.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
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

const days = dailyPartitions({ start: "2024-01-01" });

const GOOD: readonly PartitionsDefinition[] = [
  days,
  dailyPartitions({ start: "2024", end: "2025", timeZone: "US/Pacific", exclusions: ["2024-12-25", "@weekly"] }),
  hourlyPartitions({ start: "2024-01-01T05:00", minuteOffset: 30 }),
  hourlyPartitions({ start: "2024-01-01", format: "%Y%m%dT%H" }),
  weeklyPartitions({ start: "2024-01-01", dayOffset: 1, format: "%G-W%V" }),
  monthlyPartitions({ start: "2024-01" }),
  monthlyPartitions({ start: "2024-01", dayOffset: 28 }),
  cronPartitions({ start: "2024-01-01", cron: "0 0 1 1 *", format: "%Y" }),
  cronPartitions({ start: "2024-01-01", cron: "0 0 L * *", format: "%Y-%m" }),
  cronPartitions({ start: "2024-01-01", cron: "0 0 * * 5#2", format: "%Y-%m-%d" }),
  cronPartitions({ start: "2024-01-01", cron: "0 9 * * 1", format: "%G%V" }),
  cronPartitions({ start: "2024-01-01", cron: "*/15 9-17 * * 1-5" }),
  staticPartitions(["a", "b c", "ä/ö"]),
  dynamicPartitions({ name: "users" }),
  multiPartitions({ day: days, region: staticPartitions(["eu"]) }),
];

test.each(GOOD.map(({ spec }) => [JSON.stringify(spec), spec] as const))("%s is fine", (_, spec) => {
  expect(validatePartitionsSpec(spec)).toEqual([]);
  expect(() => resolvePartitions(spec, { now: 0 })).not.toThrow();
});

const BAD: readonly (readonly [what: string, definition: PartitionsDefinition, message: string, hint: string])[] = [
  ["no keys", staticPartitions([]), "has no keys", "at least one"],
  ["an empty key", staticPartitions(["a", ""]), 'partition key "" is empty', "visible"],
  ["a repeated key", staticPartitions(["a", "b", "a"]), '"a" is given twice', "once"],
  ["keys that look the same", staticPartitions(["\u00e9", "e\u0301"]), "is given twice", "look the same"],
  ["a control character", staticPartitions(["a\u0000b"]), '"a\\u0000b" has a control character', "visible"],
  ["half a character", staticPartitions(["a\ud800"]), "has half of a surrogate pair", "visible"],
  ["a blank at the end", staticPartitions(["a "]), "begins or ends with white space", "visible"],
  ["a long key", staticPartitions(["x".repeat(513)]), "has 513 bytes", "512 bytes at most"],
  ["no name", dynamicPartitions({ name: "" }), "the name of the dynamic partitions is empty", "visible"],
  [
    "end before start",
    dailyPartitions({ start: "2024-02-01", end: "2024-01-01" }),
    "is not after the start",
    "Exchange",
  ],
  [
    "end at the start",
    dailyPartitions({ start: "2024-02-01", end: "2024-02-01" }),
    "is not after the start",
    "open end",
  ],
  ["no window", monthlyPartitions({ start: "2024-02-02", end: "2024-03-31" }), "no window lies between", "finer"],
  ["no date", dailyPartitions({ start: "01/02/2024" }), 'the start "01/02/2024" is no date', "2024-01-31"],
  [
    "no such date",
    dailyPartitions({ start: "2024-01-01", end: "2024-02-30" }),
    'the end "2024-02-30" is no date',
    "2024-01-31",
  ],
  ["too far off", dailyPartitions({ start: "9999-01-01" }), "between 1800 and 2200", "2024-01-31"],
  [
    "an unknown zone",
    dailyPartitions({ start: "2024", timeZone: "America/Los_Angles" }),
    "no time zone",
    "America/Los_Angeles",
  ],
  ["a bad hour", dailyPartitions({ start: "2024", hourOffset: 24 }), 'the hour "24"', "0 to 23"],
  ["a bad weekday", weeklyPartitions({ start: "2024", dayOffset: 9 }), 'the day of week "9"', "sun to sat"],
  ["the 29th", monthlyPartitions({ start: "2024", dayOffset: 29 }), "is not monthly", "cronPartitions"],
  [
    "a bad cron",
    cronPartitions({ start: "2024", cron: "0 0 30 2 *" }),
    "no date ever matches",
    "some months are shorter",
  ],
  ["an end offset", dailyPartitions({ start: "2024", endOffset: 0.5 }), "the endOffset 0.5", "whole number"],
  ["an unknown field", dailyPartitions({ start: "2024", format: "%Y-%Q" }), 'unknown field "%Q"', "%j"],
  ["a lonely percent", dailyPartitions({ start: "2024", format: "%Y%m%d%" }), 'unknown field "%"', "%%"],
  ["days by month", dailyPartitions({ start: "2024", format: "%Y-%m" }), "several windows the same key", "%Y-%m-%d"],
  ["hours by day", hourlyPartitions({ start: "2024", format: "%Y-%m-%d" }), "several windows the same key", "%H"],
  ["minutes by hour", cronPartitions({ start: "2024", cron: "*/5 * * * *", format: "%Y-%m-%dT%H" }), "same key", "%M"],
  [
    "a bad exclusion",
    dailyPartitions({ start: "2024", exclusions: ["christmas"] }),
    'the exclusion "christmas"',
    "cron",
  ],
  [
    "a range that ends before it begins",
    dailyPartitions({ start: "2024", exclusions: ["2025-01-01..2024-12-24"] }),
    'the exclusion "2025-01-01..2024-12-24"',
    "2024-12-24..2025-01-01",
  ],
  [
    "a range of three",
    dailyPartitions({ start: "2024", exclusions: ["2024..2025..2026"] }),
    'the exclusion "2024..2025..2026"',
    "2024-12-24..2025-01-01",
  ],
  ["a bad cron exclusion", dailyPartitions({ start: "2024", exclusions: ["0 0 * * 9"] }), 'day of week "9"', "sun"],
  [
    "a bad dimension",
    multiPartitions({ day: days, x: staticPartitions([]) }),
    'dimension "x": the partitions',
    "at least one",
  ],
  ["no dimension", multiPartitions({}), "has no dimensions", "at least one"],
  [
    "dimensions of dimensions",
    multiPartitions({ a: multiPartitions({ day: days }) }),
    "dimensions of its own",
    "side by side",
  ],
  ["three that grow", multiPartitions({ a: days, b: days, c: days }), "too many combinations", "two or three"],
];

describe("what is wrong is said, with a remedy", () => {
  test.each(BAD)("%s", (...[, { spec }, message, hint]) => {
    const problems = validatePartitionsSpec(spec);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.message).toContain(message);
    expect(problems[0]!.hint).toContain(hint);
    expect(ERROR_CATALOGUE).toHaveProperty(problems[0]!.code);
  });

  test("all problems at once", () => {
    const all = dailyPartitions({
      start: "x",
      end: "y",
      timeZone: "Mars/Olympus",
      hourOffset: 99,
      endOffset: Number.NaN,
    });
    expect(validatePartitionsSpec(all.spec)).toHaveLength(5);
  });

  test("nothing that is refused can be resolved into something else", () => {
    const byTime = BAD.flatMap(([, { spec }]) => (spec.kind === "time-window" ? [spec] : []));
    expect(byTime.length).toBeGreaterThan(10);
    for (const spec of byTime) {
      const resolved = (): number => {
        try {
          return resolvePartitions(spec, { now: 0 }).all.size;
        } catch (error) {
          const codes = ["PARTITIONS_INVALID", "CRON_INVALID", "TIME_ZONE_INVALID"] as const;
          if (codes.some((code) => isHeddleError(error, code))) return 0;
          throw error;
        }
      };
      expect(resolved()).toBe(0);
    }
  });
});

test("a dimension's name is given once", () => {
  const partitions = days.spec;
  const spec = {
    kind: "multi",
    dimensions: [
      { name: "a", partitions },
      { name: "a", partitions: staticPartitions(["x"]).spec },
    ],
  } as const;
  expect(validatePartitionsSpec(spec).map(({ message }) => message)).toEqual(['the dimension "a" is given twice']);
});
