import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UNPARTITIONED } from "../partitions/key-space.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { resolvePartitions } from "../partitions/resolve-partitions.ts";
import { dailyPartitions } from "../partitions/time-partitions.ts";
import { evaluateFreshness, type Freshness } from "./evaluate-freshness.ts";
import { freshnessChanges } from "./freshness-changes.ts";
import { freshBy, freshWithin, type FreshnessPolicy } from "./freshness-policy.ts";

const HOUR = 3_600_000;
const time = (text: string) => Date.parse(`${text}Z`);
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString().slice(0, 16));

const days = dailyPartitions({ start: "2026-03-01", timeZone: "Europe/Berlin" });
const spaceAt = (now: number) => resolvePartitions(days.spec, { now });

/** Of an asset without partitions. */
function whole(policy: FreshnessPolicy, materializedAt: string | null, at: string): Freshness {
  return evaluateFreshness({
    policy: policy.spec,
    space: UNPARTITIONED,
    at: time(at),
    materialized: materializedAt === null ? PartitionSet.EMPTY : PartitionSet.of([0]),
    materializedAt: materializedAt === null ? null : time(materializedAt),
  });
}

/** Of an asset by days of which those up to one are there. */
function daily(policy: FreshnessPolicy, newest: string | null, at: string): Freshness {
  const space = spaceAt(time(at));
  const last = newest === null ? null : space.ordinalOf(newest);
  const materialized = last === null ? PartitionSet.EMPTY : PartitionSet.range(space.all.first ?? 0, last + 1);
  return evaluateFreshness({ policy: policy.spec, space, at: time(at), materialized, materializedAt: 0 });
}

const shown = ({ state, changesAt }: Freshness) => [state, iso(changesAt)];

describe("within an age", () => {
  const policy = freshWithin({ failMs: 26 * HOUR, warnMs: 24 * HOUR });

  test("warns and fails by the age of the newest materialization, and says when it will", () => {
    expect(shown(whole(policy, null, "2026-03-10T00:00"))).toEqual(["unknown", null]);
    expect(shown(whole(policy, "2026-03-10T06:00", "2026-03-10T07:00"))).toEqual(["pass", "2026-03-11T06:00"]);
    expect(shown(whole(policy, "2026-03-10T06:00", "2026-03-11T06:00"))).toEqual(["warn", "2026-03-11T08:00"]);
    expect(shown(whole(policy, "2026-03-10T06:00", "2026-03-11T08:00"))).toEqual(["fail", null]);
  });

  test("without a warning goes straight to failure", () => {
    const strict = freshWithin({ failMs: HOUR });
    expect(shown(whole(strict, "2026-03-10T06:00", "2026-03-10T06:59"))).toEqual(["pass", "2026-03-10T07:00"]);
    expect(shown(whole(strict, "2026-03-10T06:00", "2026-03-10T07:00"))).toEqual(["fail", null]);
  });

  test("by time judges the first window that is not there, from its end", () => {
    // The 9th ended at midnight in Berlin, which is 23:00 the day before in UTC.
    expect(shown(daily(policy, "2026-03-08", "2026-03-10T01:00"))).toEqual(["pass", "2026-03-10T23:00"]);
    expect(shown(daily(policy, "2026-03-08", "2026-03-11T00:30"))).toEqual(["warn", "2026-03-11T01:00"]);
    expect(shown(daily(policy, "2026-03-08", "2026-03-11T01:00"))).toEqual(["fail", null]);
    // All that has ended is there: the window that goes on is the next that will be due.
    expect(shown(daily(policy, "2026-03-09", "2026-03-10T12:00"))).toEqual(["pass", "2026-03-11T23:00"]);
    expect(shown(daily(policy, null, "2026-03-10T12:00"))).toEqual(["unknown", null]);
  });

  test("by time does not mind that a day has 23 hours", () => {
    // Clocks went forward on the 29th: it ended an hour sooner.
    expect(shown(daily(policy, "2026-03-28", "2026-03-30T12:00"))).toEqual(["pass", "2026-03-30T22:00"]);
  });

  test("by time passes for good when the definition has ended and all of it is there", () => {
    const ended = dailyPartitions({ start: "2026-03-01", end: "2026-03-05" });
    const space = resolvePartitions(ended.spec, { now: time("2026-05-01T00:00") });
    const input = { policy: policy.spec, space, at: time("2026-05-01T00:00"), materializedAt: 0 };
    expect(shown(evaluateFreshness({ ...input, materialized: space.all }))).toEqual(["pass", null]);
    expect(shown(evaluateFreshness({ ...input, materialized: space.all.take(3) }))).toEqual(["fail", null]);
  });
});

describe("by a deadline", () => {
  const policy = freshBy({ cron: "0 9 * * *", timeZone: "Europe/Berlin", lowerBoundMs: 3 * HOUR });

  test("wants a materialization in the time before each deadline, or after the last one", () => {
    // 9 in Berlin is 8 in UTC.
    expect(shown(whole(policy, "2026-03-10T07:00", "2026-03-10T07:30"))).toEqual(["pass", "2026-03-11T08:00"]);
    expect(shown(whole(policy, "2026-03-10T07:00", "2026-03-11T07:59"))).toEqual(["pass", "2026-03-11T08:00"]);
    expect(shown(whole(policy, "2026-03-10T07:00", "2026-03-11T08:00"))).toEqual(["fail", null]);
    // Late is better than never.
    expect(shown(whole(policy, "2026-03-11T10:00", "2026-03-11T10:01"))).toEqual(["pass", "2026-03-12T08:00"]);
    // Too early for the deadline.
    expect(shown(whole(policy, "2026-03-11T04:59", "2026-03-11T08:00"))).toEqual(["fail", null]);
    expect(shown(whole(policy, null, "2026-03-11T08:00"))).toEqual(["unknown", null]);
  });

  test("keeps to the clock of its zone", () => {
    // From the 29th on 9 in Berlin is 7 in UTC.
    expect(shown(whole(policy, "2026-03-28T07:00", "2026-03-28T09:00"))).toEqual(["pass", "2026-03-29T07:00"]);
  });

  test("by time wants the newest window that had ended before", () => {
    expect(shown(daily(policy, "2026-03-09", "2026-03-10T12:00"))).toEqual(["pass", "2026-03-11T08:00"]);
    expect(shown(daily(policy, "2026-03-08", "2026-03-10T07:59"))).toEqual(["pass", "2026-03-10T08:00"]);
    expect(shown(daily(policy, "2026-03-08", "2026-03-10T08:00"))).toEqual(["fail", null]);
  });
});

describe("history", () => {
  test("has every change at its instant, however late it is looked at", () => {
    const policy = freshWithin({ failMs: 26 * HOUR, warnMs: 24 * HOUR }).spec;
    const since = time("2026-03-10T06:00");
    const input = { policy, materialized: PartitionSet.of([0]), materializedAt: since, spaceAt: () => UNPARTITIONED };
    const until = time("2026-03-20T00:00");
    expect(
      freshnessChanges({ ...input, state: "fail", since, until }).map(({ from, to, at }) => [from, to, iso(at)]),
    ).toEqual([
      ["fail", "pass", "2026-03-10T06:00"],
      ["pass", "warn", "2026-03-11T06:00"],
      ["warn", "fail", "2026-03-11T08:00"],
    ]);
    expect(freshnessChanges({ ...input, state: "pass", since, until: since + HOUR })).toEqual([]);
  });

  test("is the same in one look and in many, and no state changes before it says so", () => {
    const policies = fc.oneof(
      fc
        .record({ warn: fc.integer({ min: 1, max: 40 }), more: fc.integer({ min: 1, max: 40 }) })
        .map(({ warn, more }) => freshWithin({ warnMs: warn * HOUR, failMs: (warn + more) * HOUR })),
      fc
        .tuple(fc.constantFrom("0 9 * * *", "30 2 * * *", "0 */7 * * 1-5"), fc.integer({ min: 1, max: 60 }))
        .map(([cron, hours]) => freshBy({ cron, timeZone: "Europe/Berlin", lowerBoundMs: hours * HOUR })),
    );
    const looks = fc.array(fc.integer({ min: 1, max: 40 * HOUR }), { maxLength: 8 });
    const cases = fc.record({ policy: policies, isByTime: fc.boolean(), made: fc.integer({ min: 2, max: 20 }), looks });
    fc.assert(
      fc.property(cases, ({ policy, isByTime, made, looks: pauses }) => {
        const since = time("2026-03-22T00:00") + made * 5 * HOUR;
        const at = isByTime ? spaceAt : () => UNPARTITIONED;
        const materialized = at(since).all;
        const input = { policy: policy.spec, materialized, materializedAt: since, spaceAt: at, state: null };
        const until = since + pauses.reduce((sum, pause) => sum + pause, 0);
        const once = freshnessChanges({ ...input, since, until });
        const judge = (instant: number) => evaluateFreshness({ ...input, space: at(instant), at: instant });
        let looked = since;
        for (const pause of [0, ...pauses]) {
          looked += pause;
          const known = once.filter((change) => change.at <= looked).at(-1)?.to;
          const { changesAt, state } = judge(looked);
          expect(state).toBe(known);
          expect(changesAt ?? Infinity).toBeGreaterThan(looked);
          expect(judge((changesAt ?? looked + 1) - 1).state).toBe(state);
        }
      }),
      { numRuns: 200 },
    );
  });
});
