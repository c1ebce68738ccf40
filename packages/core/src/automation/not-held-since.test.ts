import { expect, test } from "vitest";
import { automated } from "../../test/automated.ts";
import { AutomationWorld } from "../../test/automation-world.ts";
import { staticPartitions } from "../partitions/key-partitions.ts";
import type { AutomationCondition } from "./automation-condition.ts";
import type { AutomationExplanation } from "./automation-explanation.ts";
import { explainNow } from "./explain-now.ts";
import { findNotHeldSince } from "./not-held-since.ts";
import { executionFailed, inProgress, missing, newlyUpdated } from "./operands.ts";
import { not } from "./operators.ts";

const START = Date.parse("2026-03-10T10:00:00Z");
const MINUTE = 60_000;
const letters = staticPartitions(["a", "b"]).spec;

/** An asset with a condition, evaluated each minute; each evaluation is kept, the newest first. */
function observed(when: AutomationCondition) {
  const world = new AutomationWorld(START, [automated("x", { when, partitions: letters })]);
  const kept: AutomationExplanation[] = [];
  const look = (): AutomationExplanation => {
    const found = explainNow(
      { automation: world.compiled, view: world.view(), state: world.state },
      { asset: "x", check: null },
    );
    if (found === null) throw new Error("nothing was explained");
    return found;
  };
  return {
    world,
    evaluate() {
      kept.unshift(look());
      world.evaluate();
      world.advance(MINUTE);
    },
    /** In minutes from the start. */
    since(ordinal = 0) {
      const found = findNotHeldSince(look(), ordinal, kept);
      return found === null ? null : [(found.at - START) / MINUTE, found.isExact];
    },
    kept,
  };
}

test("it is the first evaluation after the last one in which the part held", () => {
  const { world, evaluate, since } = observed(missing());
  evaluate();
  expect(since()).toBeNull();
  world.materialize("x", ["a"]);
  evaluate();
  evaluate();
  evaluate();
  expect(since(0)).toEqual([1, true]);
  // The other partition is still missing.
  expect(since(1)).toBeNull();
  world.wipe("x", "a");
  evaluate();
  world.materialize("x", ["a"]);
  evaluate();
  evaluate();
  expect(since(0)).toEqual([5, true]);
});

test("what has changed since the newest evaluation has been so since now", () => {
  const { world, evaluate, since } = observed(missing());
  evaluate();
  world.materialize("x", ["a"]);
  expect(since()).toEqual([1, true]);
});

test("it is about the first part that does not hold, and of those inside of it about the first one", () => {
  const condition = not(missing()).and(executionFailed().and(newlyUpdated(), not(inProgress())));
  const { world, evaluate, since } = observed(condition);
  evaluate();
  evaluate();
  world.materialize("x", ["a"]);
  evaluate();
  evaluate();
  // Not missing any more; that it has not failed has always been so.
  expect(since(0)).toEqual([0, false]);
  expect(since(1)).toEqual([0, false]);
  world.fail("x", ["a"]);
  evaluate();
  evaluate();
  // That it was updated was told once, in the third evaluation.
  expect(since(0)).toEqual([3, true]);
});

test("evaluations of another condition say nothing about it", () => {
  const { world, evaluate, since, kept } = observed(missing());
  evaluate();
  world.materialize("x", ["a"]);
  evaluate();
  const other = observed(missing().label("other"));
  other.evaluate();
  kept.splice(1, 0, ...other.kept);
  expect(since()).toEqual([1, false]);
  kept.length = 0;
  expect(since()).toBeNull();
});
