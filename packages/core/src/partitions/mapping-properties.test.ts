import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHeddleError } from "../errors.ts";
import { deriveMapping } from "./derive-mapping.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "./key-partitions.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { expectRelation, one, spread } from "../../test/expect-relation.ts";
import { resolve } from "../../test/resolve-definition.ts";
import { resolveMapping } from "./resolve-mapping.ts";
import {
  cronPartitions,
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  weeklyPartitions,
} from "./time-partitions.ts";

const regions = staticPartitions(["eu", "us"]);

const zone = fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Beirut");
const time = fc
  .record({
    factory: fc.constantFrom(
      hourlyPartitions,
      dailyPartitions,
      dailyPartitions,
      weeklyPartitions,
      monthlyPartitions,
      null,
    ),
    timeZone: zone,
    minuteOffset: fc.constantFrom(0, 0, 30),
    hourOffset: fc.constantFrom(0, 0, 2, 23),
    start: fc.constantFrom("2011-12-20", "2011-12-25", "2012-01-03T05:00"),
    end: fc.constantFrom(undefined, "2012-01-09", "2012-02-11T02:30"),
    endOffset: fc.integer({ min: -1, max: 2 }),
    exclusions: fc.constantFrom([], [], ["0 0 * * 0,6"], ["* * * * 6,0", "2011-12-27"], ["2012-01-05"]),
    cron: fc.constantFrom("0 0 */2 * *", "0 6,18 * * *", "*/90 3 * * *", "0 9 * * 1-5"),
  })
  .map(({ factory, end, cron, ...options }) => {
    const all = { ...options, ...(end !== undefined && { end }), dayOffset: 1 };
    return factory === null ? cronPartitions({ ...all, cron: cron.replace("*/90 3", "*/45 3-7") }) : factory(all);
  });
const offsets = fc
  .tuple(fc.integer({ min: -3, max: 2 }), fc.nat({ max: 3 }))
  .map(([start, length]) => ({ startOffset: start, endOffset: start + length }));
const now = fc
  .constantFrom("2011-12-31T05:00Z", "2012-01-04T23:00Z", "2012-02-20T00:00Z")
  .map((text) => Date.parse(text));

describe("properties", () => {
  test("mappings by time are what overlap says, for sets as for members, in both directions", () => {
    fc.assert(
      fc.property(time, time, offsets, now, (...[up, down, moved, at]) => {
        const ends = { upstream: resolve(up, at), downstream: resolve(down, at) };
        const mapping = resolveMapping({ kind: "time-window", ...moved }, ends);
        expectRelation(mapping, ends);
        const existing = [...ends.downstream.all.take(400)];
        for (const [place, ordinal] of existing.entries()) {
          // Inside the definition the windows around a member are its neighbours.
          const around = existing.slice(Math.max(0, place + moved.startOffset), place + moved.endOffset + 1);
          if (place + moved.startOffset < 0 || place + moved.endOffset >= existing.length || place > 40) continue;
          const windows = around.map((each) => ends.downstream.windowOf(each)!);
          const expected = [...ends.upstream.all].filter((each) => {
            const window = ends.upstream.windowOf(each)!;
            return windows.some(({ start, end }) => window.start < end && window.end > start);
          });
          expect([...mapping.upstreamOf(one(ordinal)).partitions]).toEqual(expected);
        }
      }),
      { numRuns: 80 },
    );
  });

  test("other mappings are relations too", () => {
    const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 });
    const definition = fc.oneof(
      keys.map((list) => staticPartitions(list)),
      fc.constantFrom(dynamicPartitions({ name: "users" }), dynamicPartitions({ name: "teams" })),
      fc.tuple(keys, keys).map(([x, y]) => multiPartitions({ x: staticPartitions(x), y: staticPartitions(y) })),
      fc.tuple(keys, time).map(([x, y]) => multiPartitions({ x: staticPartitions(x), y })),
    );
    const kinds: MappingSpec[] = [
      { kind: "identity" },
      { kind: "all" },
      { kind: "first" },
      { kind: "last" },
      { kind: "multi", dimensions: [] },
      { kind: "multi", dimensions: [{ upstream: "x", downstream: "x", mapping: { kind: "identity" } }] },
      { kind: "multi", dimensions: [{ upstream: "x", downstream: "y", mapping: { kind: "last" } }] },
    ];
    let checked = 0;
    fc.assert(
      fc.property(definition, definition, fc.constantFrom(...kinds), now, (...[up, down, mapping, at]) => {
        const ends = { upstream: resolve(up, at), downstream: resolve(down, at) };
        const named = mapping.kind === "multi" && mapping.dimensions.length > 0;
        if (named && (up.spec.kind !== "multi" || down.spec.kind !== "multi")) return;
        if (mapping.kind === "multi" && ends.upstream.all.isEmpty) return;
        expectRelation(resolveMapping(mapping, ends), ends);
        checked += 1;
      }),
      { numRuns: 400 },
    );
    expect(checked).toBeGreaterThan(200);
  });

  test("a derived mapping that is said to read one reads one", () => {
    const definition = fc.oneof(
      time,
      time.map((day) => multiPartitions({ day, region: regions })),
      fc.constantFrom(regions, staticPartitions(["us"]), dynamicPartitions({ name: "users" }), null),
    );
    let ones = 0;
    fc.assert(
      fc.property(definition, definition, now, (up, down, at) => {
        const derived = attempt(() => deriveMapping(up?.spec ?? null, down?.spec ?? null));
        if (derived === null) return;
        const ends = { upstream: resolve(up, at), downstream: resolve(down, at) };
        const mapping = resolveMapping(derived.mapping, ends);
        if (derived.multiplicity === "many") return;
        ones += 1;
        for (const ordinal of spread(ends.downstream.all, 60)) {
          const { partitions, nonexistent } = mapping.upstreamOf(one(ordinal));
          expect(partitions.size + nonexistent.size).toBe(1);
        }
      }),
      { numRuns: 1000 },
    );
    expect(ones).toBeGreaterThan(30);
  });
});

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (isHeddleError(error, "MAPPING_NOT_DERIVABLE")) return null;
    throw error;
  }
}
