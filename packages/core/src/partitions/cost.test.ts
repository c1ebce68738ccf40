import { afterEach, describe, expect, test, vi } from "vitest";
import { CalendarTicks } from "../cron/calendar-ticks.ts";
import { CronTicks } from "../cron/tick-line.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { identityMapping, multiMapping, timeWindowMapping } from "./partition-mapping.ts";
import type { PartitionSpace } from "./partition-space.ts";
import { PartitionSet } from "./partition-set.ts";
import type { PartitionsDefinition } from "./partitions-definition.ts";
import { resolveMapping } from "./resolve-mapping.ts";
import { resolvePartitions } from "./resolve-partitions.ts";
import { cronPartitions, dailyPartitions, hourlyPartitions, monthlyPartitions } from "./time-partitions.ts";

/*
 * A million partitions cost what a thousand cost. Work is counted and not timed: ticks that are computed, keys that are
 * looked up, ranges that come out.
 */

const NOW = Date.parse("2024-01-01T00:00Z");
const HOUR = 3_600_000;
const resolve = ({ spec }: PartitionsDefinition): PartitionSpace =>
  resolvePartitions(spec, { now: NOW, dynamicKeys: () => [] });
const hoursBack = (count: number): string => new Date(NOW - count * HOUR).toISOString().slice(0, 16);

afterEach(() => void vi.restoreAllMocks());

function counted(work: () => unknown): number {
  const spies = [CronTicks, CalendarTicks].flatMap(({ prototype }) => [
    vi.spyOn(prototype, "tickAt"),
    vi.spyOn(prototype, "ceiling"),
  ]);
  work();
  const count = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  vi.restoreAllMocks();
  return count;
}

describe("time", () => {
  const SIZES = [5000, 30_000, 1_000_000];
  const fine: { readonly [name: string]: (count: number) => PartitionsDefinition } = {
    hourly: (count) => hourlyPartitions({ start: hoursBack(count), timeZone: "America/New_York" }),
    cron: (count) => cronPartitions({ start: hoursBack(count), cron: "0 * * * *", timeZone: "America/New_York" }),
  };
  const coarse: { readonly [name: string]: (count: number) => PartitionsDefinition } = {
    daily: (count) => dailyPartitions({ start: hoursBack(count), timeZone: "America/New_York" }),
    monthly: (count) => monthlyPartitions({ start: hoursBack(count), timeZone: "America/New_York" }),
    cron: (count) => cronPartitions({ start: hoursBack(count), cron: "0 6,18 * * *" }),
  };

  test.each(Object.keys(fine))("keys and ordinals of %s partitions", (name) => {
    const [small, ...larger] = SIZES.map((count) => {
      const space = resolve(fine[name]!(count));
      const at = space.all.first! + Math.floor(space.all.size / 2);
      return counted(() => space.ordinalOf(space.keyOf(at)!));
    });
    expect(small).toBeLessThan(25);
    expect(larger).toEqual([small, small]);
  });

  test.each(Object.keys(fine).flatMap((from) => Object.keys(coarse).map((to) => [from, to] as const)))(
    "mapping %s to %s partitions, and back",
    (from, to) => {
      const counts = SIZES.map((count) => {
        const ends = { upstream: resolve(fine[from]!(count)), downstream: resolve(coarse[to]!(count)) };
        const mapping = resolveMapping({ kind: "time-window", startOffset: -2, endOffset: 0 }, ends);
        let found = PartitionSet.EMPTY;
        const work = counted(() => {
          found = mapping.upstreamOf(ends.downstream.all).partitions;
          found = found.union(mapping.upstreamOf(ends.downstream.all.take(3)).partitions);
          expect(mapping.downstreamOf(ends.upstream.all).ranges.length).toBe(2);
        });
        expect(found.size).toBeGreaterThan(count * 0.8);
        expect(found.ranges).toHaveLength(2);
        return work;
      });
      expect(Math.max(...counts)).toBeLessThan(150);
    },
  );

  test("a set of many ranges costs by them", () => {
    const ends = { upstream: resolve(fine["hourly"]!(1_000_000)), downstream: resolve(coarse["daily"]!(1_000_000)) };
    const mapping = resolveMapping(timeWindowMapping().spec, ends);
    const work = [10, 100, 1000].map((ranges) => {
      const starts = Array.from({ length: ranges }, (_, index) => ends.downstream.all.first! + index * 40);
      const set = PartitionSet.fromRanges(starts.flatMap((start) => [start, start + 30]));
      return counted(() => expect(mapping.upstreamOf(set).partitions.ranges.length).toBe(2 * ranges));
    });
    expect(work[2]! / 1000).toBeLessThan((1.5 * work[1]!) / 100);
    expect(work[2]).toBeLessThan(1000 * 30);
  });
});

describe("lists of keys", () => {
  const COUNT = 100_000;
  const keys = Array.from({ length: COUNT }, (_, index) => `k${index}`);

  /** A space that counts how often it is asked for a key or an ordinal. */
  function counting(space: PartitionSpace): { space: PartitionSpace; asked: () => number } {
    let asked = 0;
    const count = <T extends readonly unknown[], R>(ask: (...given: T) => R) => {
      return (...given: T): R => {
        asked += 1;
        return ask(...given);
      };
    };
    return { space: { ...space, keyOf: count(space.keyOf), ordinalOf: count(space.ordinalOf) }, asked: () => asked };
  }

  test("in another order are looked up once, and mapped by stretches", () => {
    const [up, down] = [
      counting(resolve(staticPartitions([...keys.slice(COUNT / 2), ...keys.slice(0, COUNT / 2)]))),
      counting(resolve(staticPartitions(keys))),
    ];
    const mapping = resolveMapping(identityMapping().spec, { upstream: up.space, downstream: down.space });
    expect(mapping.upstreamOf(down.space.all).partitions.ranges).toEqual([0, COUNT]);
    const before = up.asked() + down.asked();
    expect(before).toBe(2 * COUNT);
    const parts = PartitionSet.fromRanges([10, 20, COUNT / 2 - 5, COUNT / 2 + 5]);
    const read = mapping.upstreamOf(parts).partitions.ranges;
    expect(read).toEqual([0, 5, COUNT / 2 + 10, COUNT / 2 + 20, COUNT - 5, COUNT]);
    expect(up.asked() + down.asked()).toBe(before);
  });

  test("of equal lists, dates written otherwise and the same dynamic names, no key is looked up", () => {
    const pairs: readonly (readonly [PartitionsDefinition, PartitionsDefinition])[] = [
      [staticPartitions(keys), staticPartitions(keys)],
      [dailyPartitions({ start: "1900" }), dailyPartitions({ start: "1950", format: "%Y%m%d" })],
      [dynamicPartitions({ name: "users" }), dynamicPartitions({ name: "users" })],
      [
        multiPartitions({ day: dailyPartitions({ start: "2000" }), key: staticPartitions(["a", "b"]) }),
        multiPartitions({
          day: dailyPartitions({ start: "2010", format: "%Y/%j" }),
          key: staticPartitions(["a", "b"]),
        }),
      ],
    ];
    for (const [from, to] of pairs) {
      const [up, down] = [counting(resolve(from)), counting(resolve(to))];
      const mapping = resolveMapping(identityMapping().spec, { upstream: up.space, downstream: down.space });
      const read = mapping.upstreamOf(down.space.all);
      expect([read.partitions.size, read.nonexistent.size]).toEqual([down.space.all.size, 0]);
      expect(mapping.downstreamOf(up.space.all).equals(down.space.all)).toBe(true);
      expect(up.asked() + down.asked()).toBe(0);
    }
  });
});

test("with a million combinations, boxes and ranges are as many as rows, not as partitions", () => {
  const tenants = staticPartitions(Array.from({ length: 50 }, (_, index) => `t${index}`));
  const both = (start: string) => resolve(multiPartitions({ hour: hourlyPartitions({ start }), tenant: tenants }));
  const space = both(hoursBack(20_000));
  expect(space.all.size).toBe(1_000_000);
  expect(space.all.ranges).toHaveLength(2 * 20_000);
  const days = resolve(multiPartitions({ day: dailyPartitions({ start: hoursBack(20_000) }), tenant: tenants }));
  const mapping: MappingSpec = multiMapping({
    hour: { dimension: "day", mapping: timeWindowMapping() },
    tenant: { dimension: "tenant" },
  }).spec;
  const resolved = resolveMapping(mapping, { upstream: space, downstream: days });
  const boxes = vi.spyOn(space.dimensions!.radix, "boxes");
  const products = vi.spyOn(space.dimensions!.radix, "product");
  const read = resolved.upstreamOf(days.all);
  expect(read.partitions.size).toBeGreaterThan(990_000);
  resolved.downstreamOf(space.all);
  // All days have the same tenants, so that all of it is one box.
  expect(boxes.mock.results.map(({ value }) => (Array.isArray(value) ? value.length : 0))).toEqual([1]);
  expect(products.mock.calls.length).toBeLessThan(5);
});

test("ten million partitions asked for at once are a handful of ranges", () => {
  const minutes = resolve(cronPartitions({ start: "2004-12-01", cron: "* * * * *", timeZone: "Europe/Berlin" }));
  expect(minutes.all.size).toBeGreaterThan(10_000_000);
  expect(minutes.parseRange("all").ranges).toHaveLength(2);
  expect(minutes.parseRange("2005-01-01-00:00..2023-12-31-23:59").size).toBeGreaterThan(9_000_000);
  expect(minutes.parseRange("last 9000000").size).toBe(9_000_000);
  expect(minutes.format(minutes.all)).toMatch(/^2004-12-01-00:00\.\..* \(10\d{6}\)$/);
  expect(minutes.all.encode().length).toBeLessThan(32);
  const days = resolve(dailyPartitions({ start: "2004-12-01", timeZone: "Europe/Berlin" }));
  const mapping = resolveMapping(timeWindowMapping().spec, { upstream: minutes, downstream: days });
  expect(mapping.upstreamOf(days.all).partitions.size).toBeGreaterThan(10_000_000);
  expect(mapping.downstreamOf(minutes.all).equals(days.all)).toBe(true);
});
