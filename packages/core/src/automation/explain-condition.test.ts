import { describe, expect, test } from "vitest";
import { AutomationWorld } from "../../test/automation-world.ts";
import { assetOf } from "../../test/random-plans.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { dailyPartitions, monthlyPartitions } from "../partitions/time-partitions.ts";
import type { AutomationCondition } from "./automation-condition.ts";
import { explainNow } from "./explain-now.ts";
import { explainCondition, type ConditionStory } from "./explain-condition.ts";
import { checkFailed, executionFailed, freshnessIs, newlyUpdated, stale } from "./operands.ts";
import { allDeps, anyDeps } from "./operators.ts";
import { eager, onCron, onFreshness } from "./presets.ts";

const raw = assetOf("weather/raw", { partitions: dailyPartitions({ start: "2026-01-01" }).spec });
const stations = assetOf("weather/stations");

/** The months of some weather, made by a condition. */
function summary(condition: AutomationCondition): AssetSnapshot {
  return {
    ...assetOf("weather/summary", {
      partitions: monthlyPartitions({ start: "2026-01" }).spec,
      deps: {
        "weather/raw": { kind: "time-window", startOffset: 0, endOffset: 0 },
        "weather/stations": { kind: "unpartitioned" },
      },
    }),
    automation: { version: 1, condition: condition.spec },
  };
}

const NOON = Date.parse("2026-03-15T12:00:00Z");

function weather(condition: AutomationCondition): AutomationWorld {
  const world = new AutomationWorld(NOON, [raw, stations, summary(condition)]);
  world.materialize("weather/raw");
  world.materialize("weather/stations");
  world.materialize("weather/summary");
  world.evaluate();
  world.advance(60_000);
  return world;
}

/** What an evaluation says now; nothing is decided by it. */
function explain(world: AutomationWorld, partition = "2026-02"): ConditionStory {
  const input = { automation: world.compiled, view: world.view(), state: world.state };
  const found = explainNow(input, { asset: "weather/summary", check: null });
  if (found === null) throw new Error("nothing was explained");
  return explainCondition(found, { partition, assets: world.assets, dynamicKeys: {} });
}

/** The decision, and what would have to change. */
function told(world: AutomationWorld, partition?: string): readonly string[] {
  const { summary, changes } = explain(world, partition);
  return [summary, ...changes.map((change) => `It will be when ${change}.`)];
}

const COULD_BE = "It will be when it is removed or reads something that gets other data or is requested.";

describe("eager", () => {
  test("says what set it off, and when", () => {
    const world = weather(eager());
    world.materialize("weather/raw", ["2026-02-10", "2026-02-11"]);
    expect(explain(world).verdict).toBe("requested");
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was requested because weather/raw 2026-02-10..2026-02-11 (2) got other data at 2026-03-15 12:01:00 UTC.",
    ]);
  });

  test("says that nothing has happened", () => {
    expect(told(weather(eager()))).toEqual([
      "weather/summary 2026-02 was not requested because it is not newly missing and reads nothing that got other data or is requested at the same time since it was last handled.",
      COULD_BE,
    ]);
  });

  test("says what stands in the way, and nothing else", () => {
    const world = weather(eager());
    world.materialize("weather/raw", ["2026-02-10", "2026-02-11"]);
    world.wipe("weather/raw", "2026-02-10");
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was not requested because weather/raw 2026-02-10 is missing.",
      "It will be when weather/raw 2026-02-10 is materialized.",
    ]);
    world.startRun("r", { "weather/raw": ["2026-02-10"] });
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was not requested because weather/raw 2026-02-10 is missing, and because weather/raw 2026-02-10 is being made.",
      "It will be when weather/raw 2026-02-10 is materialized.",
      "It will be when weather/raw 2026-02-10 is made, or fails.",
    ]);
  });

  test("says that it minds the latest window only", () => {
    expect(told(weather(eager()), "2026-01")).toEqual([
      "weather/summary 2026-01 was not requested because it is not in the latest time window, which is 2026-02, and because it is not newly missing and reads nothing that got other data or is requested at the same time since it was last handled.",
      "It will be when it is launched by hand: the condition makes the latest time window only.",
    ]);
  });

  test("knows which partitions there were", () => {
    const story = explain(weather(eager()), "2031-01");
    expect([story.verdict, story.summary]).toEqual([
      "not there",
      "weather/summary 2031-01 did not exist when the condition was evaluated.",
    ]);
  });
});

describe("onCron", () => {
  const tick = '"0 13 * * *" (UTC)';
  const ofRaw = `none of weather/raw 2026-02-01..2026-02-28 (28) was updated since the last tick of ${tick} or is requested at the same time`;
  const ofStations = `weather/stations was not updated since the last tick of ${tick} and is not requested at the same time`;

  test("waits for its tick, then for everything that it reads, and says so", () => {
    const world = weather(onCron("0 13 * * *"));
    expect(told(world)).toEqual([
      `weather/summary 2026-02 was not requested because it saw no tick of ${tick} since it was last handled, and because ${ofRaw}, and because ${ofStations}.`,
      `It will be when it sees the next tick of ${tick}.`,
      "It will be when one of weather/raw 2026-02-01..2026-02-28 (28) is updated or is requested.",
      "It will be when weather/stations is updated or is requested.",
    ]);
    world.advance(3_600_000);
    world.materialize("weather/raw", "2026-02-28");
    expect(told(world)).toEqual([
      `weather/summary 2026-02 was not requested because ${ofStations}.`,
      "It will be when weather/stations is updated or is requested.",
    ]);
    world.materialize("weather/stations");
    expect(told(world)).toEqual([
      `weather/summary 2026-02 was requested because it saw a tick of ${tick} at 2026-03-15 13:00:00 UTC, and because weather/raw 2026-02-28 was updated at 2026-03-15 13:01:00 UTC, and because weather/stations was updated at 2026-03-15 13:01:00 UTC.`,
    ]);
  });
});

describe("other conditions", () => {
  test("onFreshness", () => {
    const world = weather(onFreshness());
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was not requested because it is neither nearly overdue nor overdue.",
      "It will be when it becomes nearly overdue or overdue.",
    ]);
    world.setFreshness("weather/summary", "fail");
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was requested because it is newly overdue at 2026-03-15 12:01:00 UTC.",
    ]);
  });

  test("what is asked of every partition that is read", () => {
    const world = weather(executionFailed().and(allDeps(newlyUpdated(), { partitions: "every" })));
    world.materialize("weather/stations");
    world.materialize("weather/raw", "2026-02-02..2026-02-28");
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was not requested because it did not fail last time, and because weather/raw 2026-02-01 was not updated.",
      "It will be when it fails.",
      "It will be when weather/raw 2026-02-01 is updated.",
    ]);
  });

  test("either of two", () => {
    expect(told(weather(freshnessIs("warn", "fail").or(checkFailed(), anyDeps(stale()))))).toEqual([
      "weather/summary 2026-02 was not requested because it is neither nearly overdue nor overdue and failed no check and reads nothing that is stale.",
      "It will be when it becomes nearly overdue or overdue or fails a check or reads something that becomes stale.",
    ]);
  });

  test("a loop that was stopped", () => {
    const world = weather(executionFailed());
    for (let failure = 0; failure < 12; failure += 1) {
      world.advance(60_000);
      world.fail("weather/summary", "2026-02");
      world.evaluate();
    }
    expect(told(world)).toEqual([
      "weather/summary 2026-02 was not requested, although its condition holds: its requests only led to the next ones.",
      "It will be when something else sets it off, when it is made by hand, or when other definitions are loaded.",
    ]);
  });
});

test("what has no condition has nothing to explain", () => {
  const world = weather(eager());
  const input = { automation: world.compiled, view: world.view(), state: world.state };
  expect(explainNow(input, { asset: "weather/raw", check: null })).toBeNull();
  // Nor is anything decided by it.
  expect(world.evaluate()).toEqual({});
});
