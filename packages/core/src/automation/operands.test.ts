import { describe, expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import { dynamicPartitions, multiPartitions, staticPartitions } from "../partitions/key-partitions.ts";
import { dailyPartitions, hourlyPartitions } from "../partitions/time-partitions.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import {
  blockingChecksFailed,
  checkFailed,
  checkPassed,
  codeVersionChanged,
  cronTickPassed,
  dataVersionChanged,
  executionFailed,
  freshnessIs,
  initialEvaluation,
  inLatestTimeWindow,
  inProgress,
  missing,
  newlyRequested,
  newlyUpdated,
  stale,
  willBeRequested,
} from "./operands.ts";
import { anyDeps } from "./operators.ts";
import type { AutomationCondition } from "./automation-condition.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse("2026-03-10T10:30:00Z");
const letters = staticPartitions(["a", "b", "c"]).spec;
const days = dailyPartitions({ start: "2026-03-01" }).spec;

/** One asset cut by letters, with a condition that has been evaluated once. */
function world(when: AutomationCondition, checks: Readonly<Record<string, null>> = {}): AutomationWorld {
  const made = new AutomationWorld(START, [automated("x", { when, partitions: letters, checks })]);
  made.evaluate();
  made.advance(1_000);
  return made;
}

/** What is requested of it after something has happened. */
function after(made: AutomationWorld, happen: (world: AutomationWorld) => void): string {
  happen(made);
  const requested = made.evaluate()["x"] ?? [];
  made.advance(1_000);
  return requested.join("");
}

const nothing = () => {};

describe("status operands", () => {
  test("missing", () => {
    const made = world(missing());
    expect(after(made, nothing)).toBe("abc");
    expect(after(made, () => made.materialize("x", ["a", "c"]))).toBe("b");
    expect(after(made, () => made.wipe("x", "a"))).toBe("ab");
  });

  test("inProgress", () => {
    const made = world(inProgress());
    expect(after(made, () => made.startRun("r", { x: ["a", "b"] }))).toBe("ab");
    expect(after(made, () => made.materialize("x", "a", { run: "r" }))).toBe("b");
    expect(after(made, () => made.endRuns())).toBe("");
  });

  test("executionFailed", () => {
    const made = world(executionFailed());
    expect(after(made, () => made.fail("x", "b"))).toBe("b");
    expect(after(made, () => made.materialize("x", "b"))).toBe("");
  });

  test("stale", () => {
    const made = world(stale());
    expect(after(made, () => made.setStale("x", made.set("x", ["a"])))).toBe("a");
    expect(after(made, () => made.materialize("x", "a"))).toBe("");
  });

  test("checkPassed and checkFailed, of one check and of all", () => {
    const results = (made: AutomationWorld) => {
      made.runCheck("x", "one", { passed: true, partitions: "a" });
      made.runCheck("x", "two", { passed: true, partitions: "a" });
      made.runCheck("x", "one", { passed: true, partitions: "b" });
      made.runCheck("x", "two", { passed: false, partitions: "b" });
    };
    const checks = { one: null, two: null };
    expect(after(world(checkPassed(), checks), results)).toBe("a");
    expect(after(world(checkFailed(), checks), results)).toBe("b");
    expect(after(world(checkPassed("one"), checks), results)).toBe("ab");
    expect(after(world(checkPassed("two"), checks), results)).toBe("a");
    expect(after(world(checkFailed("one"), checks), results)).toBe("");
    const made = world(checkFailed("two"), checks);
    results(made);
    // Other data has no results yet.
    expect(after(made, () => made.materialize("x", "b"))).toBe("");
  });

  test("blockingChecksFailed", () => {
    const made = world(blockingChecksFailed(), { "hard!": null, soft: null });
    expect(after(made, () => made.runCheck("x", "soft", { passed: false, partitions: "a" }))).toBe("");
    expect(after(made, () => made.runCheck("x", "hard", { passed: false, partitions: "b" }))).toBe("b");
    expect(after(made, () => made.runCheck("x", "hard", { passed: true, partitions: "b" }))).toBe("");
  });

  test("freshnessIs", () => {
    const made = world(freshnessIs("warn", "fail"));
    expect(after(made, () => made.setFreshness("x", "pass"))).toBe("");
    expect(after(made, () => made.setFreshness("x", "warn"))).toBe("abc");
    expect(after(made, () => made.setFreshness("x", "fail"))).toBe("abc");
    expect(after(made, () => made.setFreshness("x", null))).toBe("");
  });

  test("willBeRequested: of what is upstream, and of what others request at this moment", () => {
    const made = new AutomationWorld(START, [
      automated("up", { when: executionFailed(), partitions: letters }),
      automated("by hand", { partitions: letters }),
      automated("x", {
        when: anyDeps(willBeRequested()),
        partitions: letters,
        deps: { up: { kind: "identity" }, "by hand": { kind: "identity" } },
      }),
    ]);
    expect(made.evaluate()).toEqual({});
    made.advance(1_000);
    made.fail("up", "b");
    expect(made.evaluate(new Map([["by hand", made.set("by hand", "c")]]))).toEqual({ up: ["b"], x: ["b", "c"] });
    made.advance(1_000);
    expect(made.evaluate()).toEqual({ up: ["b"], x: ["b"] });
    made.advance(1_000);
    made.materialize("up", "b");
    expect(made.evaluate()).toEqual({});
  });
});

describe("inLatestTimeWindow", () => {
  const latest = (partitions: Parameters<typeof automated>[1], now: number) => {
    const made = new AutomationWorld(now, [automated("x", partitions)]);
    return made.evaluate()["x"] ?? [];
  };

  test("is the last window that has ended, and moves with the clock", () => {
    const made = new AutomationWorld(START, [automated("x", { when: inLatestTimeWindow(), partitions: days })]);
    expect(made.evaluate()).toEqual({ x: ["2026-03-09"] });
    made.advance(DAY);
    expect(made.evaluate()).toEqual({ x: ["2026-03-10"] });
  });

  test("looks back by the ends of windows", () => {
    const of = (lookbackMs: number) => latest({ when: inLatestTimeWindow({ lookbackMs }), partitions: days }, START);
    expect(of(DAY - 1)).toEqual(["2026-03-09"]);
    expect(of(DAY)).toEqual(["2026-03-09"]);
    expect(of(DAY + 1)).toEqual(["2026-03-08", "2026-03-09"]);
    expect(of(3 * DAY)).toEqual(["2026-03-07", "2026-03-08", "2026-03-09"]);
    expect(of(400 * DAY)).toHaveLength(9);
  });

  test("is every partition of what is not cut by time, and nothing before the first window", () => {
    expect(latest({ when: inLatestTimeWindow() }, START)).toEqual([""]);
    expect(latest({ when: inLatestTimeWindow(), partitions: letters }, START)).toEqual(["a", "b", "c"]);
    expect(latest({ when: inLatestTimeWindow(), partitions: days }, Date.parse("2026-03-01T12:00:00Z"))).toEqual([]);
  });

  test("with several dimensions is the latest window of the one by time", () => {
    const both = multiPartitions({ day: dailyPartitions({ start: "2026-03-01" }), part: staticPartitions(["a", "b"]) });
    expect(latest({ when: inLatestTimeWindow(), partitions: both.spec }, START)).toEqual([
      "2026-03-09|a",
      "2026-03-09|b",
    ]);
  });

  test("is new in a day of 23 hours after 23 hours", () => {
    const partitions = dailyPartitions({ start: "2026-03-25", timeZone: "Europe/Berlin" }).spec;
    const made = new AutomationWorld(Date.parse("2026-03-28T23:00:00Z"), [
      automated("x", { when: inLatestTimeWindow(), partitions }),
    ]);
    expect(made.evaluate()).toEqual({ x: ["2026-03-28"] });
    made.advance(23 * HOUR - 1);
    expect(made.evaluate()).toEqual({ x: ["2026-03-28"] });
    made.advance(1);
    expect(made.evaluate()).toEqual({ x: ["2026-03-29"] });
  });
});

describe("event operands", () => {
  test("newlyUpdated, for one evaluation", () => {
    const made = world(newlyUpdated());
    expect(after(made, () => made.materialize("x", ["a", "b"], { version: "1" }))).toBe("ab");
    expect(after(made, nothing)).toBe("");
    expect(after(made, () => made.materialize("x", "a", { version: "1" }))).toBe("a");
  });

  test("dataVersionChanged: the same data again is no change", () => {
    const made = world(dataVersionChanged());
    expect(after(made, () => made.materialize("x", ["a", "b"], { version: "1" }))).toBe("ab");
    expect(after(made, () => made.materialize("x", "a", { version: "1" }))).toBe("");
    expect(after(made, () => made.materialize("x", "b", { version: "2" }))).toBe("b");
  });

  test("an observation of the same data is no update", () => {
    const made = new AutomationWorld(START, [
      automated("source", { kind: "external", partitions: letters }),
      automated("x", { when: anyDeps(newlyUpdated()), partitions: letters, deps: { source: { kind: "identity" } } }),
    ]);
    made.evaluate();
    made.advance(1_000);
    expect(after(made, () => made.observe("source", "a", "1"))).toBe("a");
    expect(after(made, () => made.observe("source", "a", "1"))).toBe("");
    expect(after(made, () => made.observe("source", ["a", "b"], "1"))).toBe("b");
  });

  test("updates by a run that makes the asset, too, do not count outside of it, partition by partition", () => {
    const made = new AutomationWorld(START, [
      automated("up", { partitions: letters }),
      automated("x", {
        when: anyDeps(newlyUpdated({ outsideOwnRuns: true })),
        partitions: letters,
        deps: { up: { kind: "identity" } },
      }),
    ]);
    made.evaluate();
    made.advance(1_000);
    made.startRun("both", { up: ["a", "b"], x: ["a"] });
    expect(after(made, () => made.materialize("up", ["a", "b"], { run: "both" }))).toBe("b");
    expect(after(made, () => made.materialize("up", "a", { run: "other" }))).toBe("a");
  });

  test("newlyRequested, in the evaluation after the request", () => {
    const made = new AutomationWorld(START, [
      automated("up", { when: newlyUpdated() }),
      automated("x", { when: anyDeps(newlyRequested()), deps: ["up"] }),
    ]);
    made.evaluate();
    const step = () => {
      made.advance(1_000);
      return Object.keys(made.evaluate());
    };
    made.advance(1_000);
    made.materialize("up");
    expect(step()).toEqual(["up"]);
    expect(step()).toEqual(["x"]);
    expect(step()).toEqual([]);
  });

  test("codeVersionChanged, back to an older one, too", () => {
    const made = new AutomationWorld(START, [automated("x", { when: codeVersionChanged() })]);
    const load = (codeVersion: string) => {
      made.advance(1_000);
      made.define([automated("x", { when: codeVersionChanged(), codeVersion })]);
      return Object.keys(made.evaluate());
    };
    expect(made.evaluate()).toEqual({});
    expect(load("v1")).toEqual([]);
    expect(load("v2")).toEqual(["x"]);
    expect(load("v2")).toEqual([]);
    expect(load("v1")).toEqual(["x"]);
  });

  test("initialEvaluation, and again when the asset is cut in another way", () => {
    const made = new AutomationWorld(START, [automated("x", { when: initialEvaluation() })]);
    expect(made.evaluate()).toEqual({ x: [""] });
    const load = (partitions: typeof days | null) => {
      made.advance(1_000);
      made.define([automated("x", { when: initialEvaluation(), partitions })]);
      return made.evaluate()["x"]?.length ?? 0;
    };
    expect(load(null)).toBe(0);
    expect(load(days)).toBe(9);
    // More days are no other numbering.
    expect(load(dailyPartitions({ start: "2026-02-01" }).spec)).toBe(0);
    expect(load(hourlyPartitions({ start: "2026-03-10" }).spec)).toBe(10);
  });

  test("keys that are added are evaluated when they are there", () => {
    const made = new AutomationWorld(START, [
      automated("x", { when: missing().newlyTrue(), partitions: dynamicPartitions({ name: "customers" }).spec }),
    ]);
    made.addKey("customers", "ana");
    expect(made.evaluate()).toEqual({});
    made.advance(1_000);
    made.addKey("customers", "bo");
    expect(made.evaluate()).toEqual({ x: ["bo"] });
  });
});

describe("cronTickPassed", () => {
  const ticks = (timeZone: string, cron: string, { from, hours }: { from: string; hours: number }) => {
    const made = new AutomationWorld(Date.parse(from), [automated("x", { when: cronTickPassed(cron, { timeZone }) })]);
    made.evaluate();
    const seen: string[] = [];
    for (let step = 0; step < hours * 4; step += 1) {
      made.advance(HOUR / 4);
      if ("x" in made.evaluate()) seen.push(new Date(made.now).toISOString().slice(5, 16));
    }
    return seen;
  };

  test("once for each tick, in the clock of its zone", () => {
    expect(ticks("Asia/Kolkata", "0 9 * * *", { from: "2026-03-10T00:00:00Z", hours: 48 })).toEqual([
      "03-10T03:30",
      "03-11T03:30",
    ]);
  });

  test("at the first instant after a gap for a time that the clock skips", () => {
    // Berlin goes from 2:00 to 3:00 on March 29, at 1:00 UTC.
    expect(ticks("Europe/Berlin", "30 2 * * *", { from: "2026-03-28T00:00:00Z", hours: 54 })).toEqual([
      "03-28T01:30",
      "03-29T01:00",
      "03-30T00:30",
    ]);
  });

  test("once for a time that comes twice, in every hour for one that ticks every hour", () => {
    // New York goes from 2:00 back to 1:00 on November 1, at 6:00 UTC.
    const from = "2026-11-01T04:15:00Z";
    expect(ticks("America/New_York", "30 1 * * *", { from, hours: 4 })).toEqual(["11-01T05:30"]);
    expect(ticks("America/New_York", "30 * * * *", { from, hours: 4 })).toEqual([
      "11-01T04:30",
      "11-01T05:30",
      "11-01T06:30",
      "11-01T07:30",
    ]);
  });

  test("once for ticks that were missed together, and never in the first evaluation", () => {
    const made = new AutomationWorld(START, [automated("x", { when: cronTickPassed("0 * * * *") })]);
    expect(made.evaluate()).toEqual({});
    made.advance(5 * HOUR);
    expect(made.evaluate()).toEqual({ x: [""] });
    made.advance(1_000);
    expect(made.evaluate()).toEqual({});
  });

  test("not again when the clock jumps back, and at once when it jumps forward", () => {
    const made = new AutomationWorld(START, [automated("x", { when: cronTickPassed("0 * * * *") })]);
    const seen = (ms: number) => {
      made.advance(ms);
      return "x" in made.evaluate();
    };
    made.evaluate();
    const hours = () => [seen(HOUR), seen(-HOUR), seen(HOUR / 2 + 1), seen(HOUR / 2), seen(HOUR)];
    expect(hours()).toEqual([true, false, false, false, true]);
    // The same with events that have to be evaluated while the clock is behind.
    const behind = (ms: number) => {
      made.setStale("x", PartitionSet.EMPTY);
      return seen(ms);
    };
    expect([behind(-HOUR), behind(HOUR / 2 + 1), behind(HOUR / 2), behind(HOUR)]).toEqual([false, false, false, true]);
  });
});

test("an evaluation costs nothing where nothing has changed", () => {
  const made = new AutomationWorld(START, [automated("x", { when: missing(), partitions: letters })]);
  made.materialize("x");
  made.evaluate();
  made.advance(1_000);
  made.evaluate();
  made.advance(1_000);
  made.evaluate();
  expect(made.last?.evaluated).toBe(0);
  made.setStale("x", PartitionSet.EMPTY);
  made.evaluate();
  expect(made.last?.evaluated).toBe(1);
});
