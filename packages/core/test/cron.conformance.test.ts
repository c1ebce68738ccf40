import { describe, expect, test } from "vitest";
import { isHeddleError } from "../src/index.ts";
import { countTicks, nextTick, previousTick, ticksBetween } from "../src/internal.ts";
import facts from "./conformance/cron.json" with { type: "json" };

const iso = (instant: number): string => new Date(instant).toISOString().replace(".000Z", "Z");

describe("next ticks", () => {
  test.each(facts.cases.map((each) => [each.id, each] as const))("%s", (_, { input, expected }) => {
    const { cron, timezone, start, count } = input;
    const ticks: string[] = [];
    // A tick at exactly the start counts.
    for (let at = Date.parse(start) - 1; ticks.length < count;) {
      at = nextTick(cron, timezone, at);
      ticks.push(iso(at));
    }
    expect(ticks).toHaveLength(expected.length);
    for (const [index, tick] of ticks.entries()) expect(expected[index]).toContain(tick);

    const range = { after: Date.parse(start) - 1, until: Date.parse(ticks.at(-1)!) };
    expect(ticksBetween({ cron, timeZone: timezone }, range, 1000).map(iso)).toEqual(ticks);
    expect(countTicks({ cron, timeZone: timezone }, range)).toBe(count);
    const back: string[] = [];
    for (let at = range.until + 1; back.length < count;) {
      at = previousTick(cron, timezone, at);
      back.unshift(iso(at));
    }
    expect(back).toEqual(ticks);
  });
});

describe("validity", () => {
  test.each(facts.validity.map(({ cron, valid }) => [cron, valid] as const))("%s: %s", (cron, valid) => {
    const read = (): boolean => {
      try {
        return nextTick(cron, "UTC", 0) > 0;
      } catch (error) {
        if (isHeddleError(error, "CRON_INVALID")) return false;
        throw error;
      }
    };
    expect(read()).toBe(valid);
  });
});

describe("smallest interval", () => {
  test.each(facts.smallestInterval.map(({ cron, minutes }) => [cron, minutes] as const))("%s", (cron, minutes) => {
    const ticks = ticksBetween({ cron, timeZone: "UTC" }, { after: 0, until: 86_400_000 * 2 }, 10_000);
    const gaps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
    expect(Math.min(...gaps)).toBe(minutes * 60_000);
  });
});
