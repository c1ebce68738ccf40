import { describe, expect, test } from "vitest";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import {
  allPartitions,
  firstPartition,
  fromDimension,
  identityMapping,
  lastPartition,
  multiMapping,
  specificPartitions,
  staticMapping,
  timeWindowMapping,
} from "./partition-mapping.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { one } from "../../test/expect-relation.ts";
import { resolve } from "../../test/resolve-definition.ts";
import { resolveMapping } from "./resolve-mapping.ts";
import { cronPartitions, dailyPartitions, monthlyPartitions } from "./time-partitions.ts";

interface Read {
  readonly keys: readonly (string | null)[];
  readonly waiting: readonly (string | null)[];
}

function read(
  mapping: MappingSpec,
  [upstream, downstream]: readonly [PartitionsDefinition | null, PartitionsDefinition | null],
  text: string,
): Read {
  const ends = { upstream: resolve(upstream), downstream: resolve(downstream) };
  const set = text === "" ? ends.downstream.all : ends.downstream.parseRange(text);
  const { partitions, nonexistent } = resolveMapping(mapping, ends).upstreamOf(set);
  return {
    keys: [...partitions].map((ordinal) => ends.upstream.keyOf(ordinal)),
    waiting: [...nonexistent].map((ordinal) => ends.downstream.keyOf(ordinal)),
  };
}

/** What of an upstream the downstream partitions need and does not exist, as far as it is named, and how much that is. */
function absent(
  mapping: MappingSpec,
  [upstream, downstream]: readonly [PartitionsDefinition | null, PartitionsDefinition | null],
  text: string,
): { readonly keys: readonly string[]; readonly count: number } {
  const ends = { upstream: resolve(upstream), downstream: resolve(downstream) };
  const resolved = resolveMapping(mapping, ends);
  const { nonexistent } = resolved.upstreamOf(ends.downstream.parseRange(text));
  const { ordinals, keys, count } = resolved.absentOf(nonexistent);
  return { keys: [...Array.from(ordinals, (ordinal) => ends.upstream.keyOf(ordinal) ?? "?"), ...keys], count };
}

const days = dailyPartitions({ start: "2024-02-20" });
const regions = staticPartitions(["eu", "us"]);

describe("what is needed and does not exist is named", () => {
  const ahead = timeWindowMapping({ endOffset: 2 }).spec;
  const users = dynamicPartitions({ name: "users" });
  const both = multiPartitions({ day: days, region: regions });
  const lessOf = multiPartitions({ day: days, region: staticPartitions(["us"]) });
  test.for<
    [title: string, MappingSpec, [PartitionsDefinition | null, PartitionsDefinition | null], string, string[], number]
  >([
    ["days to come", ahead, [days, days], "2024-02-28..", ["2024-03-01", "2024-03-02"], 2],
    [
      "days before the first",
      identityMapping().spec,
      [days, dailyPartitions({ start: "2024-02-18" })],
      "all",
      ["2024-02-18", "2024-02-19"],
      2,
    ],
    [
      "keys of a list",
      identityMapping().spec,
      [regions, staticPartitions(["asia", "us", "x"])],
      "all",
      ["asia", "x"],
      2,
    ],
    ["keys that were never added", specificPartitions(["ann", "zoe"]).spec, [users, days], "2024-02-20", ["zoe"], 1],
    ["listed ones", staticMapping({ eu: ["bob", "zoe"], us: ["zed"] }).spec, [users, regions], "eu", ["zoe"], 1],
    ["the last of none", lastPartition().spec, [dynamicPartitions({ name: "none" }), regions], "eu", [], 0],
    [
      "combinations",
      identityMapping().spec,
      [lessOf, both],
      "2024-02-20..2024-02-21|*",
      ["2024-02-20|eu", "2024-02-21|eu"],
      2,
    ],
    [
      "more than three keys",
      identityMapping().spec,
      [lessOf, both],
      "*|eu",
      ["2024-02-20|eu", "2024-02-21|eu", "2024-02-22|eu"],
      10,
    ],
    [
      "dimensions apart",
      multiMapping({ day: { dimension: "day", mapping: timeWindowMapping({ endOffset: 1 }) } }).spec,
      [both, both],
      "2024-02-29|eu",
      ["2024-03-01|eu", "2024-03-01|us"],
      2,
    ],
  ])("%s", ([, mapping, ends, text, keys, count]) => {
    expect(absent(mapping, ends, text)).toEqual({ keys, count });
  });
});

describe("each kind", () => {
  test("all, first, last", () => {
    expect(read(allPartitions().spec, [regions, days], "2024-02-20")).toEqual({ keys: ["eu", "us"], waiting: [] });
    expect(read(firstPartition().spec, [days, regions], "")).toEqual({ keys: ["2024-02-20"], waiting: [] });
    expect(read(lastPartition().spec, [days, regions], "")).toEqual({ keys: ["2024-02-29"], waiting: [] });
    expect(read(allPartitions().spec, [days, null], "").keys).toHaveLength(10);
    expect(read({ kind: "unpartitioned" }, [null, regions], "us")).toEqual({ keys: [""], waiting: [] });
    const later = dailyPartitions({ start: "2030-01-01" });
    expect(read(lastPartition().spec, [later, regions], "us")).toEqual({ keys: [], waiting: ["us"] });
    expect(read(firstPartition().spec, [later, regions], "us")).toEqual({ keys: [], waiting: ["us"] });
    expect(read(allPartitions().spec, [later, regions], "us")).toEqual({ keys: [], waiting: [] });
  });

  test("specific and static", () => {
    expect(read(specificPartitions(["us"]).spec, [regions, days], "2024-02-21")).toEqual({ keys: ["us"], waiting: [] });
    expect(read(specificPartitions(["2024-02-21", "2024-03-09"]).spec, [days, regions], "eu")).toEqual({
      keys: ["2024-02-21"],
      waiting: ["eu"],
    });
    expect(
      read(specificPartitions(["ann", "zoe"]).spec, [dynamicPartitions({ name: "users" }), regions], "eu"),
    ).toEqual({
      keys: ["ann"],
      waiting: ["eu"],
    });
    const mapping = staticMapping({ eu: ["de", "fr"], us: [] }).spec;
    const countries = staticPartitions(["de", "fr", "it"]);
    expect(read(mapping, [countries, regions], "")).toEqual({ keys: ["de", "fr"], waiting: [] });
    expect(read(mapping, [countries, regions], "us")).toEqual({ keys: [], waiting: [] });
    const ends = { upstream: resolve(countries), downstream: resolve(regions) };
    expect([...resolveMapping(mapping, ends).downstreamOf(one(1))]).toEqual([0]);
    expect([...resolveMapping(mapping, ends).downstreamOf(one(2))]).toEqual([]);
  });

  test("identity by key where the ordinals differ", () => {
    const turned = staticPartitions(["us", "eu", "apac"]);
    expect(read(identityMapping().spec, [regions, turned], "")).toEqual({ keys: ["eu", "us"], waiting: ["apac"] });
    const [users, teams] = [dynamicPartitions({ name: "users" }), dynamicPartitions({ name: "teams" })];
    expect(read(identityMapping().spec, [users, teams], "")).toEqual({ keys: ["ann"], waiting: ["eve"] });
    const [early, late] = ["2024-02-01", "2024-02-25"].map((start) => cronPartitions({ start, cron: "0 6 * * *" }));
    expect(read(identityMapping().spec, [early!, late!], "2024-02-26")).toEqual({ keys: ["2024-02-26"], waiting: [] });
    expect(read(identityMapping().spec, [late!, early!], "2024-02-03..2024-02-25")).toMatchObject({
      keys: ["2024-02-25"],
    });
    expect(read(identityMapping().spec, [late!, early!], "2024-02-23..2024-02-25").waiting).toEqual([
      "2024-02-23",
      "2024-02-24",
    ]);
  });

  test("the window before, a week of windows, and the edge", () => {
    const lag = timeWindowMapping({ startOffset: -1, endOffset: -1 }).spec;
    expect(read(lag, [days, days], "2024-02-22")).toEqual({ keys: ["2024-02-21"], waiting: [] });
    expect(read(lag, [days, days], "2024-02-20")).toEqual({ keys: [], waiting: [] });
    const week = timeWindowMapping({ startOffset: -6 }).spec;
    expect(read(week, [days, days], "2024-02-22").keys).toEqual(["2024-02-20", "2024-02-21", "2024-02-22"]);
    const lead = timeWindowMapping({ startOffset: 1, endOffset: 1 }).spec;
    expect(read(lead, [days, days], "2024-02-28..2024-02-29")).toEqual({
      keys: ["2024-02-29"],
      waiting: ["2024-02-29"],
    });
    const fixed = dailyPartitions({ start: "2024-02-20", end: "2024-02-25" });
    expect(read(lead, [fixed, fixed], "2024-02-24")).toEqual({ keys: [], waiting: [] });
    expect(read(timeWindowMapping().spec, [fixed, days], "2024-02-24..2024-02-26")).toEqual({
      keys: ["2024-02-24"],
      waiting: ["2024-02-25", "2024-02-26"],
    });
    const allowed = timeWindowMapping({ allowNonexistent: true }).spec;
    expect(read(allowed, [fixed, days], "2024-02-24..2024-02-26")).toEqual({ keys: ["2024-02-24"], waiting: [] });
  });

  test("a month that the upstream begins in reads the days there are; one that is not over waits", () => {
    const months = monthlyPartitions({ start: "2024-01", endOffset: 1 });
    const result = read(timeWindowMapping().spec, [days, months], "2024-01..2024-03");
    expect(result).toMatchObject({ waiting: ["2024-01", "2024-03"] });
    expect(result.keys).toHaveLength(10);
  });

  test("the partition before a Monday is a Friday's", () => {
    const trading = dailyPartitions({ start: "2024-02-01", exclusions: ["0 0 * * 0,6"] });
    const lag = timeWindowMapping({ startOffset: -1, endOffset: -1 }).spec;
    expect(read(lag, [trading, trading], "2024-02-26")).toEqual({ keys: ["2024-02-23"], waiting: [] });
    const week = timeWindowMapping({ startOffset: -4 }).spec;
    expect(read(week, [trading, trading], "2024-02-27").keys).toEqual([
      "2024-02-21",
      "2024-02-22",
      "2024-02-23",
      "2024-02-26",
      "2024-02-27",
    ]);
  });

  test("by dimension", () => {
    const both = multiPartitions({ day: days, region: regions });
    const months = multiPartitions({ month: monthlyPartitions({ start: "2024-02" }), area: regions });
    const mapping = multiMapping({
      day: { dimension: "month", mapping: timeWindowMapping() },
      region: { dimension: "area" },
    });
    expect(read(mapping.spec, [both, months], "2024-02|us").keys).toHaveLength(10);
    expect(
      read(multiMapping({ day: { dimension: "month", mapping: lastPartition() } }).spec, [both, months], "2024-02|us")
        .keys,
    ).toEqual(["2024-02-29|eu", "2024-02-29|us"]);
    expect(read(fromDimension("day").spec, [days, both], "2024-02-22|us")).toEqual({
      keys: ["2024-02-22"],
      waiting: [],
    });
    const late = dailyPartitions({ start: "2024-02-25" });
    expect(read(fromDimension("day").spec, [late, both], "2024-02-24..2024-02-25|us")).toEqual({
      keys: ["2024-02-25"],
      waiting: ["2024-02-24|us"],
    });
    expect(
      read(
        identityMapping().spec,
        [multiPartitions({ region: staticPartitions(["us", "eu", "x"]), day: days }), both],
        "2024-02-22|us",
      ).keys,
    ).toEqual(["us|2024-02-22"]);
  });
});

describe("what does not fit is refused", () => {
  const both = multiPartitions({ day: days, region: regions });
  test.each<readonly [string, MappingSpec, PartitionsDefinition | null, PartitionsDefinition | null, string]>([
    ["windows of keys", timeWindowMapping().spec, regions, days, "the upstream is not partitioned by time"],
    ["windows for keys", timeWindowMapping().spec, days, regions, "the downstream is not partitioned by time"],
    ["offsets that cross", timeWindowMapping({ startOffset: 1 }).spec, days, days, "offsets 1 and 0"],
    ["half offsets", timeWindowMapping({ startOffset: -0.5 }).spec, days, days, "offsets -0.5 and 0"],
    ["an unknown key", specificPartitions(["mars"]).spec, regions, days, 'no partition "mars"'],
    ["an unknown upstream key", staticMapping({ eu: ["mars"] }).spec, regions, regions, 'no partition "mars"'],
    ["an unknown downstream key", staticMapping({ mars: ["eu"] }).spec, regions, regions, 'no partition "mars"'],
    ["identity with nothing", identityMapping().spec, null, days, "the upstream has no partitions"],
    ["identity for nothing", identityMapping().spec, days, null, "the downstream has no partitions"],
    ["one value of many", { kind: "unpartitioned" }, days, days, "the upstream has partitions"],
    ["an unknown dimension", multiMapping({ hour: { dimension: "day" } }).spec, both, both, 'no dimension "hour"'],
    ["a missing dimension", multiMapping({ day: {} }).spec, both, both, "does not say which dimension"],
    ["a dimension of none", fromDimension("day").spec, days, regions, 'no dimension "day"'],
    [
      "a dimension twice",
      multiMapping({ day: { dimension: "day" }, region: { dimension: "day", mapping: allPartitions() } }).spec,
      both,
      both,
      "named twice",
    ],
  ])("%s", (...[, mapping, upstream, downstream, message]) => {
    const attempt = () => resolveMapping(mapping, { upstream: resolve(upstream), downstream: resolve(downstream) });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: "MAPPING_INVALID", hint: expect.stringMatching(/\.$/) }));
  });
});
