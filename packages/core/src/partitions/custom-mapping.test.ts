import { describe, expect, test } from "vitest";
import { HeddleError } from "../errors.ts";
import { CUSTOM_WINDOWS_AHEAD, customMapping, type CustomMappingFunction } from "./custom-mapping.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { fromDimension, multiMapping } from "./partition-mapping.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { resolveMapping } from "./resolve-mapping.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { dailyPartitions, hourlyPartitions, monthlyPartitions } from "./time-partitions.ts";

const NOW = Date.parse("2024-03-05T00:00Z");
const days = dailyPartitions({ start: "2024-01-01" });
const months = monthlyPartitions({ start: "2024-01" });
const regions = staticPartitions(["eu", "us"]);
const users = dynamicPartitions({ name: "users" });

function ask(
  answer: CustomMappingFunction,
  [upstream, downstream]: readonly [PartitionsDefinition, PartitionsDefinition],
): MappingSpec & { kind: "custom" } {
  const spec = customMapping(answer).complete!({ upstream: upstream.spec, downstream: downstream.spec, now: NOW });
  if (spec.kind !== "custom") throw new Error(spec.kind);
  return spec;
}
const resolve = ({ spec }: PartitionsDefinition, now = NOW) =>
  resolvePartitions(spec, { now, dynamicKeys: () => ["ann"] });
const firstDay = (month: string) => [`${month}-01`];

describe("a function is asked when the definitions are loaded", () => {
  test("for what exists and for the windows that come next", () => {
    const spec = ask(firstDay, [days, months]);
    expect(Object.keys(spec.keys).slice(0, 3)).toEqual(["2024-01", "2024-02", "2024-03"]);
    expect(Object.keys(spec.keys)).toHaveLength(2 + CUSTOM_WINDOWS_AHEAD);
    expect(spec.until).toBe(Object.keys(spec.keys).at(-1));
    const closed = monthlyPartitions({ start: "2024-01", end: "2025-01" });
    expect(ask(firstDay, [days, closed])).toMatchObject({ until: null, keys: { "2024-12": ["2024-12-01"] } });
    expect(ask(() => ["2024-01-07"], [days, regions])).toEqual({
      kind: "custom",
      keys: { eu: ["2024-01-07"], us: ["2024-01-07"] },
      until: null,
    });
  });

  test("with the window and the key of each dimension", () => {
    const seen: unknown[] = [];
    ask(
      (key, { window, dimensions }) => {
        if (seen.length < 3) seen.push([key, window?.start.toISOString(), dimensions]);
        return [];
      },
      [days, multiPartitions({ region: regions, month: monthlyPartitions({ start: "2024-01", end: "2024-03" }) })],
    );
    expect(seen).toEqual([
      ["eu|2024-01", "2024-01-01T00:00:00.000Z", { region: "eu", month: "2024-01" }],
      ["eu|2024-01", "2024-01-01T00:00:00.000Z", { region: "eu", month: "2024-01" }],
      ["us|2024-01", "2024-01-01T00:00:00.000Z", { region: "us", month: "2024-01" }],
    ]);
  });

  test("and what it answered is the mapping, in both directions", () => {
    const ends = { upstream: resolve(days), downstream: resolve(months) };
    const mapping = resolveMapping(
      ask((month) => [`${month}-01`, `${month}-03`], [days, months]),
      ends,
    );
    const february = ends.downstream.parseRange("2024-02");
    expect(ends.upstream.format(mapping.upstreamOf(february).partitions)).toBe("2024-02-01, 2024-02-03 (2)");
    expect(mapping.downstreamOf(ends.upstream.parseRange("2024-02-03")).equals(february)).toBe(true);
    expect(mapping.downstreamOf(ends.upstream.parseRange("2024-02-02")).isEmpty).toBe(true);
  });

  test("a partition that it was not asked for is told apart", () => {
    const spec = ask(firstDay, [days, months]);
    const later = Date.parse("2120-01-01T00:00Z");
    const ends = { upstream: resolve(days, later), downstream: resolve(months, later) };
    const found = resolveMapping(spec, ends).upstreamOf(ends.downstream.all);
    expect(ends.downstream.keyOf(found.unasked!.first! - 1)).toBe(spec.until);
    expect(found.nonexistent.ranges).toEqual(found.unasked!.ranges);
    expect(resolveMapping(spec, ends).upstreamOf(ends.downstream.parseRange("2024-02")).unasked).toBeUndefined();
  });

  test("for one dimension of several", () => {
    const both = multiPartitions({ month: months, region: regions });
    const mapping = fromDimension("month", customMapping(firstDay));
    const spec = mapping.complete!({ upstream: days.spec, downstream: both.spec, now: NOW });
    const ends = { upstream: resolve(days), downstream: resolve(both) };
    const read = resolveMapping(spec, ends).upstreamOf(ends.downstream.parseRange("2024-02|us"));
    expect(ends.upstream.format(read.partitions)).toBe("2024-02-01");
    const later = Date.parse("2120-01-01T00:00Z");
    const far = { upstream: resolve(days, later), downstream: resolve(both, later) };
    const { unasked } = resolveMapping(spec, far).upstreamOf(far.downstream.all);
    expect(far.downstream.keyOf(unasked!.first!)).toMatch(/^2107-07\|eu$/);
    expect(unasked!.size % 2).toBe(0);
    const named = multiMapping({ day: { dimension: "mnth", mapping: customMapping(firstDay) } });
    expect(named.complete!({ upstream: both.spec, downstream: both.spec, now: NOW }).kind).toBe("multi");
  });
});

describe("what a function must not do", () => {
  let calls = 0;
  test.each<readonly [string, unknown, readonly [PartitionsDefinition, PartitionsDefinition], string]>([
    [
      "give two answers",
      () => [`2024-01-0${(calls += 1) % 2 === 0 ? 1 : 2}`],
      [days, regions],
      'asked twice for "eu" it gave two answers',
    ],
    ["name no partition", () => ["2023-12-31"], [days, regions], '"2023-12-31", which is no partition of the upstream'],
    ["name an unknown key", () => ["ue"], [regions, regions], '"ue", which is no partition of the upstream'],
    [
      "throw",
      () => {
        throw new Error("no");
      },
      [days, regions],
      'it threw for "eu": Error: no',
    ],
    ["promise", async () => [], [days, regions], "returned a Promise and no list of keys"],
    ["return a text", () => "eu", [regions, regions], "returned a string and no list of keys"],
    ["return numbers", () => [1], [regions, regions], "returned a list with a number in it and no list of keys"],
    ["be something else", ["eu"], [regions, regions], "it is an array and no function"],
    ["answer for keys that come and go", () => ["eu"], [regions, users], "the downstream has dynamic partitions"],
    [
      "answer for too many",
      () => ["eu"],
      [regions, hourlyPartitions({ start: "2004-01-01" })],
      "asked for 100000 at most",
    ],
    ["name too many", () => Array.from({ length: 5000 }, () => "eu"), [regions, days], "more than 500000 keys"],
  ])("%s", (...[, answer, ends, message]) => {
    const attempt = () => ask(answer as CustomMappingFunction, ends);
    expect(attempt).toThrow(HeddleError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(
      expect.objectContaining({ code: "MAPPING_INVALID", hint: expect.stringMatching(/\.$|\?$/) }),
    );
  });

  test("keys of dynamic partitions may come later", () => {
    expect(ask(() => ["zoe"], [users, regions]).keys).toEqual({ eu: ["zoe"], us: ["zoe"] });
  });

  test("no key is lost because of its name", () => {
    const odd = staticPartitions(["__proto__", "constructor"]);
    const spec = ask((key) => [key], [odd, odd]);
    expect(Object.keys(spec.keys)).toEqual(["__proto__", "constructor"]);
    const again: MappingSpec = JSON.parse(JSON.stringify(spec));
    const ends = { upstream: resolve(odd), downstream: resolve(odd) };
    expect(resolveMapping(again, ends).upstreamOf(ends.downstream.all).partitions.size).toBe(2);
  });
});
