import { describe, expect, test } from "vitest";
import { deriveMapping } from "./derive-mapping.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";

const start = "2024-01-01";
const hourly = hourlyPartitions({ start });
const daily = dailyPartitions({ start });
const weekly = weeklyPartitions({ start });
const monthly = monthlyPartitions({ start });
const cron = cronPartitions({ start, cron: "0 9 * * 1-5" });
const losAngeles = dailyPartitions({ start, timeZone: "America/Los_Angeles" });
const atFive = dailyPartitions({ start, hourOffset: 5 });
const trading = dailyPartitions({ start, exclusions: ["0 0 * * 0,6"] });
const regions = staticPartitions(["eu", "us"]);
const users = dynamicPartitions({ name: "users" });
const dayByRegion = multiPartitions({ day: daily, region: regions });

type Side = PartitionsDefinition | null;

describe("derived", () => {
  test.each<readonly [upstream: Side, downstream: Side, kind: string, multiplicity: string, rule: string]>([
    [null, null, "unpartitioned", "one", "The upstream has no partitions: its one value is read."],
    [null, daily, "unpartitioned", "one", "The upstream has no partitions: its one value is read."],
    [daily, null, "all", "many", "The downstream has no partitions: all partitions of the upstream are read."],
    [daily, daily, "identity", "one", "Each day reads the same day."],
    [daily, dailyPartitions({ start: "2020-05-05", endOffset: 2 }), "identity", "one", "Each day reads the same day."],
    [daily, trading, "identity", "one", "Each day reads the same day."],
    [daily, monthly, "time-window", "many", "Each month reads the days that overlap it."],
    [monthly, daily, "time-window", "one", "Each day reads the month that it lies in."],
    [weekly, hourly, "time-window", "one", "Each hour reads the week that it lies in."],
    [weekly, monthly, "time-window", "many", "Each month reads the weeks that overlap it."],
    [monthly, weekly, "time-window", "many", "Each week reads the months that overlap it."],
    [losAngeles, monthly, "time-window", "many", "Each month reads the days that overlap it."],
    [cron, cron, "time-window", "many", "Each window reads the windows that overlap it."],
    [daily, cron, "time-window", "many", "Each window reads the days that overlap it."],
    [regions, regions, "identity", "one", "Each key reads the partition with the same key."],
    [regions, staticPartitions(["us"]), "identity", "one", "Each key reads the partition with the same key."],
    [users, users, "identity", "one", "Each key of users reads the partition with the same key."],
    [daily, dayByRegion, "multi", "one", "day: Each day reads the same day."],
    [
      dayByRegion,
      monthly,
      "multi",
      "many",
      "day: Each month reads the days that overlap it. All of the other dimensions is read.",
    ],
    [
      dayByRegion,
      dayByRegion,
      "multi",
      "one",
      "day: Each day reads the same day. region: Each key reads the partition with the same key.",
    ],
    [
      dayByRegion,
      multiPartitions({ day: daily, user: users }),
      "multi",
      "many",
      "day: Each day reads the same day. region: All of it is read.",
    ],
  ])("%#", (...[upstream, downstream, kind, multiplicity, rule]) => {
    const derived = deriveMapping(upstream?.spec ?? null, downstream?.spec ?? null);
    expect(derived).toMatchObject({ mapping: { kind }, multiplicity, rule });
  });
});

describe("not derivable", () => {
  test.each<readonly [upstream: PartitionsDefinition, downstream: PartitionsDefinition, why: string]>([
    [daily, losAngeles, "different time zones (UTC and America/Los_Angeles)"],
    [daily, atFive, "begin at different times (0 0 * * * and 0 5 * * *)"],
    [monthly, losAngeles, "different time zones"],
    [monthly, atFive, "begin at different times"],
    [atFive, hourlyPartitions({ start, minuteOffset: 30 }), "begin at different times"],
    [trading, daily, 'the upstream leaves out "0 0 * * 0,6"'],
    [trading, hourlyPartitions({ start, exclusions: ["0 0 * * 0,6"] }), 'the upstream leaves out "0 0 * * 0,6"'],
    [trading, hourly, 'the upstream leaves out "0 0 * * 0,6"'],
    [staticPartitions(["us"]), regions, 'the upstream has no partition "eu"'],
    [users, dynamicPartitions({ name: "teams" }), "users and teams are different"],
    [regions, daily, "the upstream is partitioned by fixed keys and the downstream is partitioned by time (daily)"],
    [daily, users, "the downstream is partitioned by the dynamic users"],
    [users, dayByRegion, "no dimension corresponds"],
    [regions, multiPartitions({ from: regions, to: regions }), "more than one dimension could correspond: from, to"],
    [dayByRegion, multiPartitions({ user: users }), "no dimension of the same name"],
    [dayByRegion, multiPartitions({ day: losAngeles, region: regions }), "different time zones"],
  ])("%#", ({ spec: upstream }, { spec: downstream }, why) => {
    expect(() => deriveMapping(upstream, downstream)).toThrow(why);
    expect(() => deriveMapping(upstream, downstream)).toThrow(
      expect.objectContaining({
        code: "MAPPING_NOT_DERIVABLE",
        hint: expect.stringContaining("dep(asset, { mapping:"),
      }),
    );
  });
});
