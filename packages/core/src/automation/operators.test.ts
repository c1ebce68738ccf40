import { describe, expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import { staticPartitions } from "../partitions/key-partitions.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import type { AutomationCondition } from "./automation-condition.ts";
import { checkFailed, cronTickPassed, executionFailed, inProgress, missing, newlyUpdated, stale } from "./operands.ts";
import { allDeps, anyDeps, anyDownstream, assetMatches, not } from "./operators.ts";
import { anyDepsMissing } from "./presets.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-03-10T10:30:00Z");
const letters = staticPartitions(["a", "b", "c"]).spec;
const days = dailyPartitions({ start: "2026-02-01" }).spec;
const months = monthlyPartitions({ start: "2026-02" }).spec;
const IDENTITY: MappingSpec = { kind: "identity" };
const WINDOWS: MappingSpec = { kind: "time-window", startOffset: 0, endOffset: 0 };

/** Two statuses that nothing else here has a meaning for: which partitions have the first, which the second. */
class Flags {
  readonly world: AutomationWorld;

  constructor(when: AutomationCondition) {
    this.world = new AutomationWorld(START, [automated("x", { when, partitions: letters })]);
    this.world.evaluate();
  }

  set(first: string, second = ""): string {
    this.world.advance(1_000);
    this.world.setStale("x", this.world.set("x", first.split("")));
    this.world.setFailed("x", this.world.set("x", second.split("")));
    return (this.world.evaluate()["x"] ?? []).join("");
  }
}

const [first, second] = [stale(), executionFailed()];

describe("on the partition itself", () => {
  test("and, or, not", () => {
    expect(new Flags(first.and(second)).set("ab", "bc")).toBe("b");
    expect(new Flags(first.or(second)).set("a", "b")).toBe("ab");
    expect(new Flags(not(first)).set("a")).toBe("bc");
    expect(new Flags(not(first.or(second))).set("a", "b")).toBe("c");
    expect(new Flags(first.and(not(second), not(missing().and(second)))).set("ab", "b")).toBe("a");
  });

  test("newlyTrue: in the evaluation in which it begins, and not in the first one", () => {
    const made = new AutomationWorld(START, [automated("x", { when: missing().newlyTrue(), partitions: letters })]);
    expect(made.evaluate()).toEqual({});
    const flags = new Flags(first.newlyTrue());
    expect([flags.set("a"), flags.set("ab"), flags.set("b"), flags.set("ab"), flags.set("ab")]).toEqual([
      "a",
      "b",
      "",
      "a",
      "",
    ]);
  });

  test("since: from the trigger until the reset; of both at once the reset counts", () => {
    const flags = new Flags(first.since(second));
    expect([flags.set("ab"), flags.set(""), flags.set("", "a"), flags.set("a", "a"), flags.set("a")]).toEqual([
      "ab",
      "ab",
      "b",
      "b",
      "ab",
    ]);
  });

  test("since an event: a status that is seen together with it begins after it", () => {
    const made = new AutomationWorld(START, [
      automated("x", { when: stale().since(newlyUpdated()), partitions: letters }),
    ]);
    made.evaluate();
    made.materialize("x", ["a", "b"]);
    made.advance(1_000);
    made.setStale("x", made.set("x", ["a", "c"]));
    made.advance(1_000);
    expect(made.evaluate()).toEqual({ x: ["c"] });
    made.advance(1_000);
    expect(made.evaluate()).toEqual({ x: ["a", "c"] });
  });

  test("since two events says which of them came last, whether they are seen together or apart", () => {
    for (const isSeenBetween of [false, true]) {
      const when = newlyUpdated().since(cronTickPassed("0 11 * * *"));
      const made = new AutomationWorld(START, [automated("x", { when, partitions: letters })]);
      made.evaluate();
      made.materialize("x", ["a", "b"]);
      if (isSeenBetween) made.evaluate();
      made.advance(31 * MINUTE);
      if (isSeenBetween) made.evaluate();
      made.materialize("x", "b");
      made.advance(1_000);
      expect(made.evaluate()).toEqual({ x: ["b"] });
    }
  });

  test("sinceLastHandled: until it is requested, or updated by a step that began later", () => {
    const made = new AutomationWorld(START, [
      automated("up", { partitions: letters }),
      automated("x", {
        when: anyDeps(newlyUpdated()).sinceLastHandled().and(not(inProgress())),
        partitions: letters,
        deps: { up: IDENTITY },
      }),
    ]);
    const evaluate = () => {
      made.advance(1_000);
      return (made.evaluate()["x"] ?? []).join("");
    };
    made.evaluate();
    made.materialize("up", "a");
    expect(evaluate()).toBe("a");
    expect(evaluate()).toBe("");

    // The step reads before the update, and ends after it: what it made is out of date.
    made.startRun("r", { x: ["a"] });
    const readAt = made.now;
    made.advance(1_000);
    made.materialize("up", "a");
    expect(evaluate()).toBe("");
    made.materialize("x", "a", { run: "r", readAt });
    expect(evaluate()).toBe("a");
    expect(evaluate()).toBe("");

    // The same where the update comes between the request and the evaluation after it.
    made.materialize("up", "b");
    expect(evaluate()).toBe("b");
    made.advance(10);
    made.materialize("up", "b");
    expect(evaluate()).toBe("b");

    // A step that began after the update has read it.
    made.startRun("r2", { x: ["c"] });
    made.materialize("up", "c");
    expect(evaluate()).toBe("");
    made.materialize("x", "c", { run: "r2", readAt: made.now });
    expect(evaluate()).toBe("");
  });
});

describe("on dependencies", () => {
  const graph = (when: AutomationCondition, wait?: { readonly kind: "at-most-missing"; readonly count: number }) => {
    const month = automated("month", { when, partitions: months, deps: { day: WINDOWS, other: WINDOWS } });
    const deps = month.deps.map((dep) => (wait === undefined ? dep : { ...dep, wait }));
    const made = new AutomationWorld(START + 30 * 24 * 60 * MINUTE, [
      automated("day", { partitions: days }),
      automated("other", { partitions: months }),
      { ...month, deps },
    ]);
    return made;
  };

  test("anyDeps: some partition that is read, of some dependency", () => {
    const made = graph(anyDeps(executionFailed()));
    made.fail("day", "2026-02-07");
    expect(made.evaluate()).toEqual({ month: ["2026-02"] });
    made.fail("other", "2026-03");
    made.advance(1_000);
    expect(made.evaluate()).toEqual({ month: ["2026-02", "2026-03"] });
  });

  test("allDeps: some partition that is read, of every dependency; and where there is none", () => {
    const made = graph(allDeps(executionFailed()));
    made.fail("day", "2026-02-07");
    expect(made.evaluate()).toEqual({});
    made.advance(1_000);
    made.fail("other", ["2026-02", "2026-03"]);
    expect(made.evaluate()).toEqual({ month: ["2026-02"] });
    const root = new AutomationWorld(START, [automated("x", { when: allDeps(executionFailed()) })]);
    expect(root.evaluate()).toEqual({ x: [""] });
  });

  test("allDeps of every partition", () => {
    const made = graph(allDeps(executionFailed(), { partitions: "every" }));
    made.fail("other");
    made.fail("day", "2026-02-02..2026-02-28");
    expect(made.evaluate()).toEqual({});
    made.advance(1_000);
    made.fail("day", "2026-02-01");
    expect(made.evaluate()).toEqual({ month: ["2026-02"] });
  });

  test("what is read and does not exist is missing, and nothing else", () => {
    const ahead: MappingSpec = { kind: "time-window", startOffset: 0, endOffset: 1 };
    const made = (when: AutomationCondition) =>
      new AutomationWorld(START, [
        automated("day", { partitions: days }),
        automated("x", { when, partitions: days, deps: { day: ahead } }),
      ]);
    const present = made(not(anyDeps(missing())));
    present.materialize("day");
    expect(present.evaluate()["x"]?.at(-1)).toBe("2026-03-08");
    const failed = made(anyDeps(executionFailed()));
    expect(failed.evaluate()).toEqual({});
    const notFailed = made(allDeps(not(executionFailed()), { partitions: "every" }));
    expect(notFailed.evaluate()["x"]?.at(-1)).toBe("2026-03-09");
  });

  test("as many as the wait policy tolerates are not missing", () => {
    const missingOf = (wait?: { readonly kind: "at-most-missing"; readonly count: number }) => {
      const made = graph(not(anyDepsMissing()), wait);
      made.materialize("other");
      made.materialize("day", "2026-02-01..2026-02-26");
      made.materialize("day", "2026-03-01..2026-03-28");
      return made.evaluate()["month"] ?? [];
    };
    expect(missingOf()).toEqual([]);
    expect(missingOf({ kind: "at-most-missing", count: 2 })).toEqual(["2026-02"]);
    expect(missingOf({ kind: "at-most-missing", count: 3 })).toEqual(["2026-02", "2026-03"]);
  });

  test("what is tolerated is remembered of every partition, also where another part settles the matter", () => {
    const anyMissing = anyDeps(missing(), { tolerant: true });
    const anyFailed = anyDeps(executionFailed(), { tolerant: true });
    const made = graph(stale().and(not(anyFailed), anyMissing.newlyTrue()), { kind: "at-most-missing", count: 2 });
    made.materialize("other");
    made.materialize("day");
    made.evaluate();
    const evaluate = () => {
      made.advance(1_000);
      return made.evaluate()["month"] ?? [];
    };
    made.wipe("day", "2026-02-01..2026-02-03");
    expect(evaluate()).toEqual([]);
    // It has been missing before it was stale: that is no news.
    made.setStale("month", made.set("month"));
    expect(evaluate()).toEqual([]);
    made.wipe("day", "2026-03-01..2026-03-03");
    expect(evaluate()).toEqual(["2026-03"]);
  });

  test("allow and ignore choose dependencies, everywhere in the condition and one after the other", () => {
    const failed = anyDeps(executionFailed()).or(anyDeps(stale()));
    const requestedOf = (when: AutomationCondition) => {
      const made = graph(when);
      made.fail("day", "2026-02-07");
      made.setStale("other", made.set("other", ["2026-03"]));
      return made.evaluate()["month"] ?? [];
    };
    expect(requestedOf(failed)).toEqual(["2026-02", "2026-03"]);
    expect(requestedOf(failed.allow("key:day"))).toEqual(["2026-02"]);
    expect(requestedOf(failed.ignore("day"))).toEqual(["2026-03"]);
    expect(requestedOf(failed.ignore("day").ignore("other"))).toEqual([]);
    expect(requestedOf(failed.allow("day or other").ignore("other"))).toEqual(["2026-02"]);
  });

  test("a condition on dependencies of dependencies", () => {
    const made = new AutomationWorld(START, [
      automated("a", { partitions: days }),
      automated("b", { partitions: days, deps: { a: IDENTITY } }),
      automated("c", { when: anyDeps(anyDeps(executionFailed())), partitions: months, deps: { b: WINDOWS } }),
    ]);
    made.fail("a", "2026-02-11");
    expect(made.evaluate()).toEqual({ c: ["2026-02"] });
  });

  test("assetMatches: the partition that corresponds, of any asset", () => {
    const made = (when: AutomationCondition) =>
      new AutomationWorld(START, [
        automated("day", { partitions: days }),
        automated("letter", { partitions: letters }),
        automated("month", { when, partitions: months }),
        automated("later", { deps: ["whole"] }),
        automated("whole", { when }),
      ]);
    const byTime = made(assetMatches("day", executionFailed()));
    byTime.fail("day", "2026-02-11");
    expect(byTime.evaluate()).toEqual({ month: ["2026-02"], whole: [""] });
    const byKey = made(assetMatches("letter", executionFailed()));
    byKey.fail("letter", "a");
    expect(byKey.evaluate()).toEqual({ whole: [""] });
    const downstream = made(assetMatches("later", executionFailed()));
    downstream.fail("later");
    expect(downstream.evaluate()).toEqual({ month: ["2026-02"], whole: [""] });
  });

  test("anyDownstream: an asset is made for what needs it", () => {
    const made = new AutomationWorld(START, [
      automated("a", { when: anyDownstream() }),
      automated("b", { when: anyDownstream(), deps: ["a"] }),
      automated("c", { when: executionFailed(), deps: ["b"] }),
      automated("d", { when: stale(), deps: ["b"] }),
      automated("alone", { when: anyDownstream() }),
    ]);
    made.evaluate();
    made.advance(1_000);
    // The condition of c, applied to a and b.
    made.fail("a");
    made.setStale("b", made.set("b"));
    expect(made.evaluate()).toEqual({ a: [""], b: [""] });
  });
});

describe("checks", () => {
  test("have conditions of their own, and their asset as their only dependency", () => {
    const made = new AutomationWorld(START, [
      automated("x", {
        partitions: letters,
        checks: {
          unseen: missing(),
          updated: anyDeps(newlyUpdated()).sinceLastHandled(),
          failing: checkFailed().newlyTrue(),
          plain: null,
        },
      }),
    ]);
    made.evaluate();
    made.advance(1_000);
    made.materialize("x", ["a", "b"]);
    expect(made.evaluate()).toEqual({ "x:unseen": ["a", "b"], "x:updated": ["a", "b"] });
    made.advance(1_000);
    made.runCheck("x", "unseen", { passed: true, partitions: "a" });
    made.runCheck("x", "updated", { passed: true, partitions: "a" });
    made.runCheck("x", "failing", { passed: false, partitions: "a" });
    expect(made.evaluate()).toEqual({ "x:unseen": ["b"], "x:failing": ["a"] });
  });

  test("are asked for by name from downstream", () => {
    const made = new AutomationWorld(START, [
      automated("x", { partitions: letters, checks: { one: null } }),
      automated("y", { when: anyDeps(checkFailed("one")), partitions: letters, deps: { x: IDENTITY } }),
    ]);
    made.runCheck("x", "one", { passed: false, partitions: "b" });
    expect(made.evaluate()).toEqual({ y: ["b"] });
  });
});
