import { describe, expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import { staticPartitions } from "../partitions/key-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import { inLatestTimeWindow } from "./operands.ts";
import { eager, onCron, onFreshness, onMissing } from "./presets.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse("2026-03-10T10:30:00Z");
const letters = staticPartitions(["a", "b", "c"]).spec;
const days = dailyPartitions({ start: "2026-02-01" }).spec;
const months = monthlyPartitions({ start: "2026-02" }).spec;
const IDENTITY: MappingSpec = { kind: "identity" };
const WINDOWS: MappingSpec = { kind: "time-window", startOffset: 0, endOffset: 0 };

function evaluate(world: AutomationWorld): Record<string, string[]> {
  world.advance(1_000);
  return world.evaluate();
}

describe("eager", () => {
  /** A source and two assets after it, everything materialized and evaluated once. */
  function chain(): AutomationWorld {
    const world = new AutomationWorld(START, [
      automated("raw", { partitions: days, checks: { "ok!": null } }),
      automated("clean", { when: eager(), partitions: days, deps: { raw: IDENTITY } }),
      automated("report", { when: eager(), partitions: days, deps: { clean: IDENTITY } }),
    ]);
    for (const key of ["raw", "clean", "report"]) world.materialize(key);
    world.evaluate();
    return world;
  }

  test("leaves alone what is missing when it is deployed", () => {
    const world = new AutomationWorld(START, [
      automated("raw", { partitions: letters }),
      automated("clean", { when: eager(), partitions: letters, deps: { raw: IDENTITY } }),
    ]);
    world.materialize("raw");
    expect(world.evaluate()).toEqual({});
    expect(evaluate(world)).toEqual({});
  });

  test("makes all that follows in one go, and nothing a second time", () => {
    const world = chain();
    world.materialize("raw", "2026-03-09");
    expect(evaluate(world)).toEqual({ clean: ["2026-03-09"], report: ["2026-03-09"] });
    expect(evaluate(world)).toEqual({});
    const readAt = world.now;
    world.startRun("r", { clean: "2026-03-09", report: "2026-03-09" });
    expect(evaluate(world)).toEqual({});
    world.materialize("clean", "2026-03-09", { run: "r", generation: 1, readAt });
    expect(evaluate(world)).toEqual({});
    world.advance(1_000);
    world.materialize("report", "2026-03-09", { run: "r", generation: 1, readAt: world.now - 500 });
    expect(evaluate(world)).toEqual({});
  });

  test("ends the cascade where the data is the same as before", () => {
    const world = chain();
    world.materialize("clean", "2026-03-09", { version: "1" });
    expect(evaluate(world)).toEqual({ report: ["2026-03-09"] });
    world.materialize("report", "2026-03-09");
    expect(evaluate(world)).toEqual({});
    world.materialize("clean", "2026-03-09", { version: "1" });
    expect(evaluate(world)).toEqual({});
  });

  test("minds the latest window only, and as many as it is told to", () => {
    const world = chain();
    // A backfill of everything.
    world.materialize("raw");
    expect(evaluate(world)).toEqual({ clean: ["2026-03-09"], report: ["2026-03-09"] });
    const wide = eager().replace("latest window", inLatestTimeWindow({ lookbackMs: 3 * DAY }));
    const all = eager().without("latest window");
    for (const [when, count] of [
      [wide, 3],
      [all, 37],
    ] as const) {
      const other = new AutomationWorld(START, [
        automated("raw", { partitions: days }),
        automated("clean", { when, partitions: days, deps: { raw: IDENTITY } }),
      ]);
      other.materialize("raw");
      other.evaluate();
      other.materialize("raw");
      expect(evaluate(other)["clean"]).toHaveLength(count);
    }
  });

  test("makes a new window as soon as all that it reads is there", () => {
    const world = chain();
    world.advance(DAY);
    expect(evaluate(world)).toEqual({});
    world.materialize("raw", "2026-03-10");
    expect(evaluate(world)).toEqual({ clean: ["2026-03-10"], report: ["2026-03-10"] });
  });

  test("waits for what is being made upstream, and for all of a roll-up", () => {
    const world = new AutomationWorld(Date.parse("2026-03-01T01:00:00Z"), [
      automated("day", { partitions: days }),
      automated("month", { when: eager(), partitions: months, deps: { day: WINDOWS } }),
    ]);
    world.evaluate();
    world.materialize("day", "2026-02-01..2026-02-27");
    expect(evaluate(world)).toEqual({});
    world.startRun("r", { day: ["2026-02-03", "2026-02-28"] });
    world.materialize("day", "2026-02-28", { run: "r" });
    expect(evaluate(world)).toEqual({});
    world.materialize("day", "2026-02-03", { run: "r" });
    expect(evaluate(world)).toEqual({ month: ["2026-02"] });
  });

  test("does not wait for more of a roll-up than its wait policy asks for", () => {
    const month = automated("month", { when: eager(), partitions: months, deps: { day: WINDOWS } });
    const wait = { kind: "at-most-missing", count: 2 } as const;
    const world = new AutomationWorld(Date.parse("2026-03-01T01:00:00Z"), [
      automated("day", { partitions: days }),
      { ...month, deps: month.deps.map((dep) => ({ ...dep, wait })) },
    ]);
    world.evaluate();
    world.materialize("day", "2026-02-01..2026-02-25");
    expect(evaluate(world)).toEqual({});
    world.materialize("day", "2026-02-26");
    expect(evaluate(world)).toEqual({ month: ["2026-02"] });
    // The rest comes late, and is other data.
    world.materialize("day", "2026-02-28");
    expect(evaluate(world)).toEqual({ month: ["2026-02"] });
  });

  test("is held back by a blocking check that failed upstream", () => {
    const world = new AutomationWorld(START, [
      automated("a", { checks: { "ok!": null } }),
      automated("b"),
      automated("x", { when: eager(), deps: ["a", "b"] }),
    ]);
    for (const key of ["a", "b", "x"]) world.materialize(key);
    world.evaluate();
    world.runCheck("a", "ok", { passed: false });
    world.materialize("b");
    expect(evaluate(world)).toEqual({});
    world.runCheck("a", "ok", { passed: true });
    expect(evaluate(world)).toEqual({ x: [""] });
  });

  test("does not try again what failed, until something changes", () => {
    const world = chain();
    world.materialize("raw", "2026-03-09");
    evaluate(world);
    world.fail("clean", "2026-03-09");
    expect(evaluate(world)).toEqual({});
    world.materialize("raw", "2026-03-09");
    expect(evaluate(world)).toEqual({ clean: ["2026-03-09"], report: ["2026-03-09"] });
  });
});

describe("onCron and external assets", () => {
  const worldOf = (observed: boolean) =>
    new AutomationWorld(START, [
      automated("outside", { kind: "external", isObserved: observed }),
      automated("x", { when: onCron("0 * * * *"), deps: ["outside"] }),
    ]);

  test("one that nobody observes is not waited for", () => {
    const world = worldOf(false);
    world.evaluate();
    world.advance(HOUR);
    expect(world.evaluate()).toEqual({ x: [""] });
  });

  test("one that is observed is waited for until somebody has looked, whatever was seen", () => {
    const world = worldOf(true);
    world.evaluate();
    world.advance(1_000);
    world.observe("outside", undefined, "1");
    expect(world.evaluate()).toEqual({});
    world.advance(HOUR);
    expect(world.evaluate()).toEqual({});
    world.advance(1_000);
    world.observe("outside", undefined, "1");
    expect(world.evaluate()).toEqual({ x: [""] });
  });
});

describe("onCron", () => {
  test("makes the latest window once for each tick, when all that it reads was updated after it", () => {
    const world = new AutomationWorld(START, [
      automated("raw", { partitions: days }),
      automated("x", {
        when: onCron("0 6 * * *", { timeZone: "Europe/Berlin" }),
        partitions: days,
        deps: { raw: IDENTITY },
      }),
    ]);
    world.materialize("raw");
    world.evaluate();
    world.now = Date.parse("2026-03-11T04:59:00Z");
    world.materialize("raw", "2026-03-10");
    expect(evaluate(world)).toEqual({});
    world.now = Date.parse("2026-03-11T05:00:30Z");
    // Before the tick does not count.
    expect(evaluate(world)).toEqual({});
    world.materialize("raw", "2026-03-10");
    expect(evaluate(world)).toEqual({ x: ["2026-03-10"] });
    world.materialize("raw", "2026-03-10");
    expect(evaluate(world)).toEqual({});
  });

  test("without anything to read makes it at the tick", () => {
    const world = new AutomationWorld(START, [automated("x", { when: onCron("0 * * * *") })]);
    world.evaluate();
    world.advance(HOUR);
    expect(evaluate(world)).toEqual({ x: [""] });
    expect(evaluate(world)).toEqual({});
  });
});

describe("onMissing", () => {
  test("makes what newly is missing once, when all that it reads is there", () => {
    const world = new AutomationWorld(START, [
      automated("raw", { partitions: letters }),
      automated("x", { when: onMissing(), partitions: letters, deps: { raw: IDENTITY } }),
    ]);
    world.materialize("x", ["a", "b"]);
    world.evaluate();
    world.wipe("x", "a");
    expect(evaluate(world)).toEqual({});
    world.materialize("raw");
    expect(evaluate(world)).toEqual({ x: ["a"] });
    world.fail("x", "a");
    expect(evaluate(world)).toEqual({});
  });
});

describe("onFreshness", () => {
  test("makes it when it begins to be overdue, and once more when it fails", () => {
    const world = new AutomationWorld(START, [automated("x", { when: onFreshness() })]);
    world.materialize("x");
    world.setFreshness("x", "pass");
    world.evaluate();
    world.setFreshness("x", "warn");
    expect(evaluate(world)).toEqual({ x: [""] });
    expect(evaluate(world)).toEqual({});
    world.setFreshness("x", "fail");
    expect(evaluate(world)).toEqual({ x: [""] });
    expect(evaluate(world)).toEqual({});
    world.materialize("x");
    world.setFreshness("x", "pass");
    expect(evaluate(world)).toEqual({});
    world.setFreshness("x", "warn");
    expect(evaluate(world)).toEqual({ x: [""] });
  });

  test("heals what is overdue when it is deployed", () => {
    const world = new AutomationWorld(START, [automated("x", { when: onFreshness() })]);
    world.materialize("x");
    world.setFreshness("x", "fail");
    expect(world.evaluate()).toEqual({ x: [""] });
    expect(evaluate(world)).toEqual({});
  });
});
