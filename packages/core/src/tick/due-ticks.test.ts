import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextTick, ticksBetween } from "../cron/ticks.ts";
import { decideSchedule, MAX_MISSED_TICKS, type CatchUp, type ScheduleState } from "./due-ticks.ts";
import type { ScheduleClock } from "./schedule-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(`${text}Z`);
const daily: ScheduleClock = { crons: ["0 2 * * *"], timeZone: "UTC" };

interface Played {
  readonly evaluated: readonly number[];
  readonly missed: readonly number[];
  readonly folded: number;
}

/** Time goes on, and nothing is decided before it is due. */
function requireAfter(later: number, earlier: number): void {
  if (later <= earlier)
    throw new Error(`${new Date(later).toISOString()} is not after ${new Date(earlier).toISOString()}`);
}

/** Looks at a schedule at each of these instants, and does what is decided until nothing is left to do. */
function play(first: ScheduleState, looks: readonly number[]): Played {
  const evaluated: number[] = [];
  const missed: number[] = [];
  let folded = 0;
  let state = first;
  for (const now of looks) {
    for (;;) {
      const decision = decideSchedule(state, now);
      if (decision.kind === "wait") {
        requireAfter(decision.until, now);
        break;
      }
      if (decision.kind === "evaluate") {
        requireAfter(now + 1, decision.at);
        requireAfter(decision.at, state.after);
        evaluated.push(decision.at);
        state = { ...state, after: decision.at };
      } else {
        missed.push(...decision.missed.instants);
        folded += decision.missed.earlier?.count ?? 0;
        requireAfter(decision.last, state.after);
        state = { ...state, after: decision.last };
      }
    }
  }
  return { evaluated, missed, folded };
}

const stateOf = (clock: ScheduleClock, after: number, catchUp: CatchUp = { kind: "latest" }): ScheduleState => ({
  clock,
  catchUp,
  after,
  retry: null,
});

describe("after three days without a daemon", () => {
  const after = at("2026-03-02T02:00");
  const now = at("2026-03-05T12:00");

  test("latest: the newest tick is evaluated, the others are missed", () => {
    expect(play(stateOf(daily, after), [now])).toEqual({
      evaluated: [at("2026-03-05T02:00")],
      missed: [at("2026-03-03T02:00"), at("2026-03-04T02:00")],
      folded: 0,
    });
  });

  test("all up to two: the newest two, in order", () => {
    expect(play(stateOf(daily, after, { kind: "all", most: 2 }), [now])).toEqual({
      evaluated: [at("2026-03-04T02:00"), at("2026-03-05T02:00")],
      missed: [at("2026-03-03T02:00")],
      folded: 0,
    });
  });

  test("none: all are missed, and the next one that comes up in time is evaluated", () => {
    const played = play(stateOf(daily, after, { kind: "none" }), [now, at("2026-03-06T02:00") + 300]);
    expect(played.missed).toEqual([3, 4, 5].map((day) => at(`2026-03-0${day}T02:00`)));
    expect(played.evaluated).toEqual([at("2026-03-06T02:00")]);
  });
});

test("a tick at the very instant is due, and once it has an outcome it is not", () => {
  const tick = at("2026-03-05T02:00");
  expect(decideSchedule(stateOf(daily, tick - DAY), tick)).toEqual({ kind: "evaluate", at: tick, attempt: 1 });
  expect(decideSchedule(stateOf(daily, tick - DAY), tick - 1)).toEqual({ kind: "wait", until: tick });
  expect(decideSchedule(stateOf(daily, tick), tick)).toEqual({ kind: "wait", until: tick + DAY });
});

test("a clock that is set back repeats nothing", () => {
  const tick = at("2026-03-05T02:00");
  expect(decideSchedule(stateOf(daily, tick), tick - HOUR)).toEqual({ kind: "wait", until: tick + DAY });
});

test("a tick that failed is tried again before later ones are looked at, and not before its time", () => {
  const tick = at("2026-03-05T02:00");
  const state = { ...stateOf(daily, tick - DAY), retry: { at: tick, attempts: 1, notBefore: tick + 5_000 } };
  expect(decideSchedule(state, tick + 1_000)).toEqual({ kind: "wait", until: tick + 5_000 });
  expect(decideSchedule(state, tick + 3 * DAY)).toEqual({ kind: "evaluate", at: tick, attempt: 2 });
  // Of a chain that has gone on, it says nothing.
  expect(decideSchedule({ ...state, after: tick }, tick + 6_000)).toEqual({ kind: "wait", until: tick + DAY });
});

test("a year of minutes is missed in one step: the newest one by one, those before as a stretch of time", () => {
  const clock: ScheduleClock = { crons: ["* * * * *"], timeZone: "UTC" };
  const after = at("2025-01-01T00:00");
  const now = at("2026-01-01T00:00");
  const decision = decideSchedule(stateOf(clock, after), now);
  if (decision.kind !== "miss") throw new Error("they were not missed");
  const { instants, earlier } = decision.missed;
  expect(instants).toHaveLength(MAX_MISSED_TICKS);
  expect(instants.at(-1)).toBe(now - MINUTE);
  expect(earlier).toEqual({
    from: after + MINUTE,
    until: (instants[0] ?? 0) - MINUTE,
    count: 365 * 24 * 60 - 1 - MAX_MISSED_TICKS,
  });
});

/** Clock changes in nine zones: whole hours and half hours, at midnight, before Greenwich and behind it. */
const ZONES: readonly (readonly [timeZone: string, around: string])[] = [
  ["UTC", "2026-03-29T01:00"],
  ["America/New_York", "2026-03-08T07:00"],
  ["America/New_York", "2026-11-01T06:00"],
  ["Europe/Berlin", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-10-25T01:00"],
  ["Europe/London", "2026-10-25T01:00"],
  ["Australia/Lord_Howe", "2026-04-04T15:00"],
  ["Australia/Lord_Howe", "2026-10-03T15:30"],
  ["America/Sao_Paulo", "2018-11-04T03:00"],
  ["Asia/Beirut", "2022-10-29T21:00"],
  ["America/Nuuk", "2024-03-31T01:00"],
  ["Pacific/Apia", "2011-12-30T10:00"],
];
const CRONS = ["30 1 * * *", "30 2 * * *", "0 0 * * *", "0 * * * *", "*/20 * * * *", "15 2 * * sun", "0 */6 * * *"];

describe("around a change of the clock a chain of ticks is the line of ticks, wherever daemons end and begin", () => {
  test.each(ZONES)("%s, %s", (timeZone, around) => {
    for (const cron of CRONS) {
      const change = at(around);
      const range = { after: change - DAY, until: change + DAY };
      const oracle = ticksBetween({ cron, timeZone }, range, 1_000);
      const clock = { crons: [cron], timeZone };
      for (let offset = -3 * HOUR; offset <= 3 * HOUR; offset += 30 * MINUTE) {
        const looks = [change + offset, range.until];
        const state = stateOf(clock, range.after, { kind: "all", most: 1_000 });
        expect(play(state, looks).evaluated).toEqual(oracle);
        const { evaluated, missed } = play(stateOf(clock, range.after), looks);
        expect([...evaluated, ...missed].toSorted((a, b) => a - b)).toEqual(oracle);
      }
    }
  });

  test("a time that does not exist ticks once; one that comes twice ticks once for a fixed hour, twice for every hour", () => {
    const gap = ticksBetween(
      { cron: "30 2 * * *", timeZone: "America/New_York" },
      { after: at("2026-03-08T00:00"), until: at("2026-03-09T04:00") },
      9,
    );
    expect(gap).toEqual([at("2026-03-08T07:00")]);
    const range = { after: at("2026-11-01T04:30"), until: at("2026-11-01T07:00") };
    expect(ticksBetween({ cron: "30 1 * * *", timeZone: "America/New_York" }, range, 9)).toEqual([
      at("2026-11-01T05:30"),
    ]);
    expect(ticksBetween({ cron: "30 * * * *", timeZone: "America/New_York" }, range, 9)).toEqual([
      at("2026-11-01T05:30"),
      at("2026-11-01T06:30"),
    ]);
  });
});

test("whatever the expression, the zone, the policy and the pauses: every tick has exactly one outcome", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 12 * HOUR }), { minLength: 1, maxLength: 12 });
  const policies = fc.oneof(
    fc.constant<CatchUp>({ kind: "latest" }),
    fc.constant<CatchUp>({ kind: "none" }),
    fc.integer({ min: 1, max: 5 }).map((most): CatchUp => ({ kind: "all", most })),
  );
  const zones = fc.constantFrom(...ZONES);
  const crons = fc.subarray([...CRONS], { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.record({ zone: zones, expressions: crons, catchUp: policies, steps: pauses }), (given) => {
      const { expressions, catchUp, steps } = given;
      const [timeZone, around] = given.zone;
      const after = at(around) - DAY;
      const looks: number[] = [];
      for (const step of steps) looks.push((looks.at(-1) ?? after) + step);
      const until = looks.at(-1) ?? after;
      const clock = { crons: expressions, timeZone };
      const oracle = new Set(expressions.flatMap((cron) => ticksBetween({ cron, timeZone }, { after, until }, 10_000)));
      const { evaluated, missed, folded } = play(stateOf(clock, after, catchUp), looks);
      expect([...evaluated, ...missed].toSorted((a, b) => a - b)).toEqual([...oracle].toSorted((a, b) => a - b));
      expect(folded).toBe(0);
      expect(nextTick(expressions[0] ?? "", timeZone, until)).toBeGreaterThan(until);
    }),
    { numRuns: 200 },
  );
});
