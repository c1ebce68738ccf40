import { describe, expect, test } from "vitest";
import { dailyPartitions } from "../partitions/time-partitions.ts";
import { multiPartitions, staticPartitions } from "../partitions/key-partitions.ts";
import {
  clockOfPartitions,
  countScheduleTicks,
  isSameClock,
  lastScheduleTicks,
  nextScheduleTicks,
  type ScheduleClock,
} from "./schedule-clock.ts";

const iso = (instants: readonly number[]): string[] => instants.map((at) => new Date(at).toISOString().slice(0, 16));
const at = (text: string): number => Date.parse(`${text}Z`);
const utc = (...crons: string[]): ScheduleClock => ({ crons, timeZone: "UTC" });

describe("several cron expressions", () => {
  const clock = utc("0 2 * * *", "0 14 * * mon", "0 2 1 * *");

  test("tick in one order, and an instant that two of them name is one tick", () => {
    expect(iso(nextScheduleTicks(clock, at("2026-05-31T12:00"), 4))).toEqual([
      "2026-06-01T02:00",
      "2026-06-01T14:00",
      "2026-06-02T02:00",
      "2026-06-03T02:00",
    ]);
    expect(countScheduleTicks(clock, { after: at("2026-05-31T12:00"), until: at("2026-06-03T02:00") })).toBe(4);
  });

  test("backwards they are the same", () => {
    const range = { after: at("2026-05-31T12:00"), until: at("2026-06-03T02:00") };
    expect(lastScheduleTicks(clock, range, 100)).toEqual(nextScheduleTicks(clock, range.after, 4));
    expect(iso(lastScheduleTicks(clock, range, 2))).toEqual(["2026-06-02T02:00", "2026-06-03T02:00"]);
  });
});

test("the order of the expressions makes no other clock; a zone does", () => {
  expect(isSameClock(utc("0 1 * * *", "0 2 * * *"), utc("0 2 * * *", "0 1 * * *"))).toBe(true);
  expect(isSameClock(utc("0 1 * * *"), utc("0 2 * * *"))).toBe(false);
  expect(isSameClock(utc("0 1 * * *"), { crons: ["0 1 * * *"], timeZone: "Europe/Berlin" })).toBe(false);
});

test("partitions by time tick when their windows end", () => {
  const days = dailyPartitions({ start: "2024-01-01", timeZone: "Europe/Berlin" });
  const clock = clockOfPartitions(days.spec);
  expect(clock).toEqual({ crons: [expect.any(String)], timeZone: "Europe/Berlin" });
  expect(iso(nextScheduleTicks(clock!, at("2024-07-01T00:00"), 2))).toEqual(["2024-07-01T22:00", "2024-07-02T22:00"]);
  const both = multiPartitions({ region: staticPartitions(["eu", "us"]), day: days });
  expect(clockOfPartitions(both.spec)).toEqual(clock);
  expect(clockOfPartitions(staticPartitions(["eu"]).spec)).toBeNull();
  expect(clockOfPartitions(null)).toBeNull();
});
