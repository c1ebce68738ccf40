import { describe, expect, test } from "vitest";
import { multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { PartitionsSpec } from "./partitions-spec.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { dailyPartitions, hourlyPartitions, weeklyPartitions } from "./time-partitions.ts";

describe("texts that are no keys", () => {
  const now = Date.UTC(2024, 2, 20);
  const at = (definition: PartitionsSpec, text: string) => {
    const space = resolvePartitions(definition, { now });
    return space.format(space.parseRange(text));
  };
  const daily = dailyPartitions({ start: "2023-12-30", exclusions: ["0 0 * * 0,6", "2024-02-05..2024-02-09"] }).spec;
  const hourly = hourlyPartitions({ start: "2023-01-01", timeZone: "America/Los_Angeles" }).spec;
  const weekly = weeklyPartitions({ start: "2024-01-01", dayOffset: 1 }).spec;

  test.for<[what: string, definition: PartitionsSpec, text: string, expected: string]>([
    ["a month", daily, "2024-02", "2024-02-01..2024-02-29 (16)"],
    ["a year", daily, "2024", "2024-01-01..2024-03-19 (52)"],
    ["a day of hours", hourly, "2023-11-05", "2023-11-05-00:00..2023-11-05-23:00 (25)"],
    ["a day without an hour", hourly, "2023-03-12", "2023-03-12-00:00..2023-03-12-23:00 (23)"],
    ["both hours of one time", hourly, "2023-11-05T01:00", "2023-11-05-01:00..2023-11-05-01:00-0800 (2)"],
    ["a month of weeks", weekly, "2024-02", "2024-02-05..2024-02-26 (4)"],
    ["months", daily, "2024-01..2024-02", "2024-01-01..2024-02-29 (39)"],
    ["days on which no week begins as ends", weekly, "2024-02-06..2024-02-20", "2024-02-12..2024-02-19 (2)"],
    ["up to a month", daily, "..2024-01", "2024-01-01..2024-01-31 (23)"],
    ["a list", weekly, "2024-01, 2024-03-04", "2024-01-01..2024-01-29, 2024-03-04 (6)"],
    ["a cron expression", daily, "0 0 * * 1 & 2024-02", "2024-02-12, 2024-02-19, 2024-02-26 (3)"],
    ["what lies in both", weekly, "2024-01..2024-02 & last 5", "2024-02-12..2024-02-26 (3)"],
  ])("%s", ([, definition, text, expected]) => {
    expect(at(definition, text)).toBe(expected);
  });

  test("a range in which all is left out is none", () => {
    expect(() => at(daily, "2024-02-03..2024-02-11")).toThrow('no partition lies in "2024-02-03..2024-02-11"');
    expect(() => at(daily, "2024-02-05..2024-02-09")).toThrow("no partition lies in");
    expect(() => at(daily, "2024-04..2024-05")).toThrow('no partition of "2024-04..2024-05" exists yet');
  });

  test("patterns stand for the keys that fit, and keys for themselves", () => {
    const listed = staticPartitions(["eu-west", "eu-east", "us-west", "*", "e*", "a & b"]).spec;
    expect(at(listed, "eu-*")).toBe("eu-west..eu-east (2)");
    expect(at(listed, "*-west")).toBe("eu-west, us-west (2)");
    expect(at(listed, "*e*w*t")).toBe("eu-west");
    expect(at(listed, "eu-* & *-west")).toBe("eu-west");
    expect(at(listed, "e*")).toBe("e*");
    expect(at(listed, "*")).toBe('"*"');
    expect(at(listed, "a & b")).toBe("a & b");
    expect(() => at(listed, "asia-*")).toThrow('no partition lies in "asia-*"');
    expect(() => at(listed, '"eu-*"')).toThrow('there is no partition "eu-*"');
  });

  test("they may name parts of a combination", () => {
    const both = multiPartitions({
      day: dailyPartitions({ start: "2024-01-01" }),
      region: staticPartitions(["eu-1", "eu-2", "us"]),
    });
    expect(at(both.spec, "2024-02|eu-*")).toBe("2024-02-01..2024-02-29|eu-1..eu-2 (58)");
  });

  test.for<[what: string, definition: PartitionsSpec, key: string, why: string, hint: string]>([
    ["left out", daily, "2024-02-06", "the definition leaves it out", 'Next to it: "2024-02-02" and "2024-02-12".'],
    ["before the start", daily, "2023-12-01", "the first one is of 2023-12-30", 'Next to it: "2024-01-01".'],
    [
      "skipped by the clock",
      hourly,
      "2023-03-12-02:00",
      "never showed this time",
      '"2023-03-12-01:00" and "2023-03-12-03:00"',
    ],
    [
      "no window's beginning",
      weekly,
      "2024-02-06",
      "no window begins then",
      'Next to it: "2024-02-05" and "2024-02-12".',
    ],
    [
      "a day that never was",
      dailyPartitions({ start: "2011-12-01", timeZone: "Pacific/Apia" }).spec,
      "2011-12-30",
      "never showed",
      '"2011-12-29" and "2011-12-31"',
    ],
    [
      "after the end",
      dailyPartitions({ start: "2024-01-01", end: "2024-02-01" }).spec,
      "2024-03-01",
      "the definition ends at 2024-02-01",
      '"2024-01-31"',
    ],
    ["yet to come", daily, "2027", "it is yet to come", '"2024-03-19"'],
    [
      "the end of a range before the start",
      daily,
      "2022-01..2024-02",
      "the first one is of 2023-12-30",
      '"2024-01-01"',
    ],
  ])("a key that is %s says so", ([, definition, key, why, hint]) => {
    expect(() => at(definition, key)).toThrow(why);
    expect(() => at(definition, key)).toThrow(
      expect.objectContaining({ code: "PARTITION_UNKNOWN", hint: expect.stringContaining(hint) }),
    );
  });
});
