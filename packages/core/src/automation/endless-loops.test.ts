import { describe, expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import { cronTickPassed, executionFailed, missing, newlyRequested, newlyUpdated } from "./operands.ts";
import { anyDeps, assetMatches } from "./operators.ts";

const START = Date.parse("2026-03-10T10:30:00Z");

describe("endless loops", () => {
  /** Runs what is requested, time and again: how often that was, and the loops that were reported. */
  function play(made: AutomationWorld, finish: (key: string, generation: number) => void) {
    let rounds = 0;
    const loops: string[] = [];
    for (let round = 0; round < 60; round += 1) {
      made.advance(60_000);
      const requested = Object.keys(made.evaluate());
      if (requested.length > 0) rounds += 1;
      loops.push(...(made.last?.loops ?? []).map(({ asset, partitions }) => `${asset}: ${partitions.size}`));
      made.advance(1_000);
      for (const key of requested) finish(key, made.last?.generations.get(key) ?? 0);
    }
    return { rounds, loops };
  }

  test("of an asset that is set off by its own updates end, and are reported once", () => {
    const made = new AutomationWorld(START, [automated("x", { when: newlyUpdated() })]);
    const finish = (key: string, generation: number) => made.materialize(key, undefined, { generation });
    made.evaluate();
    made.materialize("x");
    expect(play(made, finish)).toEqual({ rounds: 5, loops: ["x: 1"] });
    // What the outside world causes sets it off again.
    made.materialize("x");
    expect(play(made, finish)).toEqual({ rounds: 5, loops: ["x: 1"] });
  });

  test("are explained request by request, also where an evaluation finds what the one before it found", () => {
    const made = new AutomationWorld(START, [automated("x", { when: newlyUpdated() })]);
    made.evaluate();
    made.materialize("x");
    const explained: number[] = [];
    for (let round = 1; round <= 3; round += 1) {
      made.advance(1_000);
      expect(made.evaluate()).toHaveProperty("x");
      explained.push(made.last?.explanations.length ?? 0);
      made.materialize("x", undefined, { generation: made.last?.generations.get("x") ?? 0 });
    }
    expect(explained).toEqual([1, 1, 1]);
  });

  test("of two assets that set off each other end", () => {
    const made = new AutomationWorld(START, [
      automated("a", { when: assetMatches("b", newlyUpdated()).sinceLastHandled() }),
      automated("b", { when: anyDeps(newlyUpdated()).sinceLastHandled(), deps: ["a"] }),
    ]);
    const finish = (key: string, generation: number) => made.materialize(key, undefined, { generation });
    made.evaluate();
    made.advance(1_000);
    made.materialize("a");
    expect(play(made, finish)).toEqual({ rounds: 6, loops: ["b: 1"] });
    made.advance(1_000);
    made.materialize("a");
    expect(play(made, finish)).toEqual({ rounds: 6, loops: ["b: 1"] });
  });

  test("of a condition that holds after every failure end after ten tries", () => {
    const made = new AutomationWorld(START, [automated("x", { when: executionFailed() })]);
    made.evaluate();
    made.fail("x");
    expect(play(made, (key) => made.fail(key))).toEqual({ rounds: 10, loops: ["x: 1"] });
    // That it is being tried is no success.
    const other = new AutomationWorld(START, [automated("x", { when: executionFailed() })]);
    other.evaluate();
    other.fail("x");
    const retry = (key: string) => {
      other.startRun("r", { [key]: undefined });
      other.setFailed(key, PartitionSet.EMPTY);
      other.advance(1_000);
      other.evaluate();
      other.fail(key, undefined, "r");
    };
    expect(play(other, retry)).toEqual({ rounds: 10, loops: ["x: 1"] });
    // Made at last, it may fail and be tried again; so may it with other definitions.
    made.materialize("x");
    made.advance(1_000);
    made.evaluate();
    made.fail("x");
    expect(play(made, (key) => made.fail(key)).rounds).toBe(10);
    made.define(made.assets);
    expect(play(made, (key) => made.fail(key)).rounds).toBe(10);
  });

  test("of a cause that lasts longer than what it causes end, too", () => {
    const lasting = () => {
      const made = new AutomationWorld(START, [
        automated("x", { when: newlyUpdated().since(cronTickPassed("@yearly")) }),
      ]);
      made.evaluate();
      made.materialize("x");
      return made;
    };
    const failing = lasting();
    expect(play(failing, (key) => failing.fail(key))).toEqual({ rounds: 10, loops: ["x: 1"] });
    const made = lasting();
    const finish = (key: string, generation: number) => made.materialize(key, undefined, { generation });
    expect(play(made, finish)).toEqual({ rounds: 5, loops: ["x: 1"] });
  });

  test("are no loops: a long chain, and an asset that follows one that is updated time and again", () => {
    const keys = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const made = new AutomationWorld(
      START,
      keys.map((key, index) =>
        automated(key, {
          ...(index > 0 && { when: anyDeps(newlyUpdated()).sinceLastHandled(), deps: [`n${index - 1}`] }),
        }),
      ),
    );
    made.evaluate();
    let last = 0;
    for (let round = 0; round < 60; round += 1) {
      made.advance(1_000);
      made.materialize("n0");
      const requested = Object.keys(made.evaluate());
      expect(made.last?.loops).toEqual([]);
      for (const key of requested) {
        made.materialize(key, undefined, { generation: made.last?.generations.get(key) ?? 0 });
        if (key === "n29") last += 1;
      }
    }
    expect(last).toBeGreaterThan(20);
  });

  test("a request that a run holds is no try", () => {
    const made = new AutomationWorld(START, [automated("x", { when: missing() })]);
    made.evaluate();
    made.startRun("r", { x: undefined });
    expect(play(made, () => {})).toEqual({ rounds: 60, loops: [] });
    expect(made.state.targets.get("x")?.stopped.isEmpty).toBe(true);
  });

  test("newlyRequested reports the generation of the request", () => {
    const made = new AutomationWorld(START, [
      automated("a", { when: newlyUpdated() }),
      automated("b", { when: anyDeps(newlyRequested()), deps: ["a"] }),
    ]);
    made.evaluate();
    made.advance(1_000);
    made.materialize("a", undefined, { generation: 3 });
    made.evaluate();
    made.advance(1_000);
    made.evaluate();
    expect([...(made.last?.generations ?? [])]).toEqual([["b", 5]]);
  });
});
