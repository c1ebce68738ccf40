import { describe, expect, test } from "vitest";
import { describeMapping, describeWait } from "./describe-mapping.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import {
  allPartitions,
  firstPartition,
  fromDimension,
  identityMapping,
  lastPartition,
  multiMapping,
  previousPartition,
  specificPartitions,
  staticMapping,
  timeWindowMapping,
} from "./partition-mapping.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { cronPartitions, dailyPartitions, hourlyPartitions, monthlyPartitions } from "./time-partitions.ts";
import { atLeast, atMostMissing } from "./wait-policy.ts";

const start = "2024-01-01";
const days = dailyPartitions({ start });
const months = monthlyPartitions({ start });
const hours = hourlyPartitions({ start });
const regions = staticPartitions(["eu", "us"]);
const both = multiPartitions({ day: days, region: regions });
const monthly = multiPartitions({ month: months, region: regions });

type Side = PartitionsDefinition | null;

describe("every mapping is a sentence", () => {
  test.each<readonly [sentence: string, mapping: MappingSpec, upstream: Side, downstream: Side]>([
    ["The upstream has no partitions: its one value is read.", { kind: "unpartitioned" }, null, days],
    ["All partitions of the upstream are read.", allPartitions().spec, days, regions],
    ["The downstream has no partitions: all partitions of the upstream are read.", allPartitions().spec, days, null],
    ["The last partition of the upstream is read.", lastPartition().spec, days, regions],
    ["The first partition of the upstream is read.", firstPartition().spec, days, regions],
    ["eu of the upstream is read.", specificPartitions(["eu"]).spec, regions, days],
    ["a, b, c and 2 more of the upstream are read.", specificPartitions(["a", "b", "c", "d", "e"]).spec, regions, days],
    [
      "eu reads de, fr; us reads none. Keys that are not listed read none.",
      staticMapping({ eu: ["de", "fr"], us: [] }).spec,
      regions,
      regions,
    ],
    ["Nothing is read.", staticMapping({}).spec, regions, regions],
    ["Each day reads the same day.", identityMapping().spec, days, days],
    ["Each key reads the partition with the same key.", identityMapping().spec, regions, regions],
    [
      "Each key of u reads the partition with the same key.",
      identityMapping().spec,
      dynamicPartitions({ name: "u" }),
      dynamicPartitions({ name: "u" }),
    ],
    ["Each month reads the days that overlap it.", timeWindowMapping().spec, days, months],
    ["Each day reads the month that it lies in.", timeWindowMapping().spec, months, days],
    ["Each day reads the day before it.", previousPartition().spec, days, days],
    ["Each key reads the key before it.", previousPartition().spec, regions, regions],
    ["Each day reads itself and the 6 days before it.", timeWindowMapping({ startOffset: -6 }).spec, days, days],
    ["Each day reads itself and the day after it.", timeWindowMapping({ endOffset: 1 }).spec, days, days],
    ["Each day reads the day 7 before it.", timeWindowMapping({ startOffset: -7, endOffset: -7 }).spec, days, days],
    [
      "Each month reads the days that overlap the month before it.",
      timeWindowMapping({ startOffset: -1, endOffset: -1 }).spec,
      days,
      months,
    ],
    [
      "Each day reads the days from 3 before it to 1 after it.",
      timeWindowMapping({ startOffset: -3, endOffset: 1 }).spec,
      days,
      days,
    ],
    [
      "Each window reads the hours that overlap it. Those that do not exist are left out.",
      timeWindowMapping({ allowNonexistent: true }).spec,
      hours,
      cronPartitions({ start, cron: "0 9 * * 1-5" }),
    ],
    [
      "A function says which partitions are read; it was asked for 2, the last of them b.",
      { kind: "custom", keys: { a: [], b: [] }, until: "b" },
      days,
      regions,
    ],
    ["day: Each day reads the same day.", fromDimension("day").spec, days, both],
    [
      "day (from month): Each month reads the days that overlap it. region: All of it is read.",
      multiMapping({ day: { dimension: "month", mapping: timeWindowMapping() } }).spec,
      both,
      monthly,
    ],
    [
      "day: Each month reads the days that overlap it. All of the other dimensions is read.",
      multiMapping({ day: { mapping: timeWindowMapping() } }).spec,
      both,
      months,
    ],
  ])("%s", (...[sentence, mapping, upstream, downstream]) => {
    const ends = { upstream: upstream?.spec ?? null, downstream: downstream?.spec ?? null };
    expect(describeMapping(mapping, ends)).toBe(sentence);
  });

  test("and every wait policy", () => {
    expect([atLeast(3), atMostMissing(2), atMostMissing(0), { kind: "all" } as const].map(describeWait)).toEqual([
      "At least 3 of them must be there.",
      "At most 2 of them may be missing.",
      "None of them may be missing.",
      "All of them must be there.",
    ]);
  });
});
