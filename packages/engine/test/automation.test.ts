import {
  anyDepsUpdated,
  asset,
  dailyPartitions,
  definitions,
  eager,
  fail,
  onCron,
  type Definitions,
} from "@heddle/core";
import { readExplanation } from "@heddle/core/internal";
import { readAutomationEvaluation } from "@heddle/storage";
import { countStatements } from "@heddle/test-support";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";
import { chain } from "./support/chain.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

describe("what follows from a change", () => {
  test("a deployment requests nothing; a change upstream becomes one run, and its end is no change", async () => {
    await world.load(chain());
    await world.settle();
    expect(await world.runs()).toEqual([]);
    await world.launch("raw");
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
    await world.work();
    await world.settle();
    expect(await world.automated()).toHaveLength(1);
  });

  test("the same data again is none", async () => {
    await world.load(chain());
    await world.settle();
    for (const dataVersion of ["a", "a", "b"]) {
      await world.launch("raw");
      await world.work((key) => (key === "raw" ? { dataVersion } : {}));
      await world.settle();
      await world.work();
    }
    expect(await world.automated()).toHaveLength(2);
  });

  test("what changes while a step reads is handled afterwards, and what a run holds is not requested a second time", async () => {
    await world.load(chain());
    await world.settle();
    await world.launch("raw");
    await world.work();
    await world.settle();
    // It has asked for clean and report, which wait for their turn; now there is other data.
    await world.launch("raw");
    await world.work();
    await world.settle();
    await world.work();
    await world.settle();
    await world.work();
    await world.settle();
    const made = (await world.runs()).filter(({ status }) => status === "success");
    expect(made).toHaveLength((await world.runs()).length);
    const before = await world.runs();
    await world.settle();
    expect(await world.runs()).toEqual(before);
  });

  test("an evaluation is kept with its tree, and the run names it", async () => {
    await world.load(chain());
    await world.settle();
    await world.launch("raw");
    await world.work();
    await world.settle();
    const [newest] = (await world.evaluationsOf("clean")).filter(({ requested }) => !requested.isEmpty);
    const run = (await world.runs()).find(({ origin }) => origin.kind === "condition");
    expect(newest).toMatchObject({ runId: run?.id, heldCount: 1, problem: null });
    expect(run?.origin).toMatchObject({ kind: "condition", evaluations: { clean: newest?.id }, generations: {} });
    const stored = await world.db.read("evaluation", (tx) => readAutomationEvaluation(tx, newest?.id ?? 0));
    if (stored === null) throw new Error("it is not kept");
    const { root, requested } = readExplanation(stored.explanation);
    expect(requested.size).toBe(1);
    expect(root.spec).toEqual(eager().spec);
    expect(root.parts.map(({ held }) => held.size)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("a blocking check that fails holds downstream back until it passes", async () => {
    const raw = asset({
      key: "raw",
      materialize: () => 1,
      checks: { good: { blocking: true, check: () => fail() } },
    });
    const clean = asset({ key: "clean", deps: { raw }, automation: eager(), materialize: () => 1 });
    await world.load(definitions({ assets: [raw, clean] }));
    await world.settle();
    const result = (passed: boolean) => [
      { name: "good", passed, severity: "error", blocking: true, description: null, metadata: null } as const,
    ];
    await world.launch("raw");
    await world.work(() => ({ checks: result(true) }));
    await world.launch("raw");
    await world.work(() => ({ fails: true, checks: result(false) }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
    world.restart();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await world.launch("raw");
    await world.work(() => ({ checks: result(true) }));
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""] }]);
  });
});

describe("time", () => {
  const days = dailyPartitions({ start: "2026-03-01", timeZone: "Europe/Berlin" });
  const daily = () =>
    definitions({
      assets: [
        asset({
          key: "daily",
          partitions: days,
          automation: onCron("0 6 * * *", { timeZone: "Europe/Berlin" }),
          materialize: () => 1,
        }),
      ],
    });

  test("a tick is one run, whenever it is seen; missed ones are one", async () => {
    world.moveTo("2026-03-27T12:00:00Z");
    await world.load(daily());
    await world.settle();
    // Clocks change on the 29th: six o'clock is an hour earlier then.
    world.moveTo("2026-03-29T03:59:00Z");
    await world.settle();
    expect(await world.automated()).toEqual([{ daily: ["2026-03-28"] }]);
    await world.work();
    expect(await world.round()).toBeLessThanOrEqual(60_000);
    world.moveTo("2026-03-29T04:00:01Z");
    await world.settle();
    await world.settle();
    expect(await world.automated()).toEqual([{ daily: ["2026-03-28"] }, { daily: ["2026-03-28"] }]);
    await world.work();
    // Nobody looks for days.
    world.restart();
    world.moveTo("2026-04-02T10:00:00Z");
    await world.settle();
    expect((await world.automated()).slice(2)).toEqual([{ daily: ["2026-04-01"] }]);
  });

  test("a clock that jumps an hour either way repeats no tick and loses none", async () => {
    world.moveTo("2026-03-10T04:50:00Z");
    await world.load(daily());
    await world.settle();
    world.moveTo("2026-03-10T05:50:00Z");
    await world.settle();
    await world.work();
    expect(await world.automated()).toHaveLength(1);
    for (const instant of ["2026-03-10T04:50:00Z", "2026-03-10T05:00:30Z", "2026-03-10T06:50:00Z"]) {
      world.moveTo(instant);
      await world.settle();
      world.restart();
      await world.settle();
    }
    expect(await world.automated()).toHaveLength(1);
    world.moveTo("2026-03-11T05:00:01Z");
    await world.settle();
    expect(await world.automated()).toHaveLength(2);
  });

  test("it says when a clock matters next", async () => {
    world.moveTo("2026-03-10T04:59:58Z");
    await world.load(daily());
    await world.settle();
    expect(await world.round()).toBeLessThanOrEqual(2_000);
  });
});

describe("steps that are skipped because their partition is up to date", () => {
  const automation = onCron("0 6 * * *", { timeZone: "UTC" });
  const cached = asset({ key: "cached", cache: true, automation, materialize: () => 1 });
  const manual = asset({ key: "manual", materialize: () => 1 });
  const report = asset({ key: "report", deps: { cached, manual }, automation, materialize: () => 1 });
  const behave = (key: string) => ({ isFresh: key === "cached" });

  test("let go on what waits for them, as if they had been made again", async () => {
    world.moveTo("2026-03-10T05:00:00Z");
    await world.load(definitions({ assets: [cached, manual, report] }));
    await world.launch("cached", "manual", "report");
    await world.work();
    await world.settle();
    world.moveTo("2026-03-10T06:00:01Z");
    await world.settle();
    expect(await world.automated()).toEqual([{ cached: [""] }]);
    await world.work(behave);
    await world.settle();
    // It was asked for once, and is not asked for again although nothing was made.
    expect(await world.automated()).toEqual([{ cached: [""] }]);
    await world.launch("manual");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ cached: [""] }, { report: [""] }]);
    await world.work();
    await world.settle();
    expect(await world.automated()).toHaveLength(2);
  });

  test("change nothing for what is made when data change", async () => {
    const raw = asset({ key: "raw", cache: true, materialize: () => 1 });
    const clean = asset({ key: "clean", deps: { raw }, automation: eager(), materialize: () => 1 });
    await world.load(definitions({ assets: [raw, clean] }));
    await world.launch("raw", "clean");
    await world.work();
    await world.settle();
    await world.launch("raw");
    await world.work(() => ({ isFresh: true }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
  });
});

describe("many causes at once", () => {
  /** Each of them is read by one that is made whenever it changes, and which reads something of its own besides. */
  const wide = (count: number): Definitions => {
    const assets = Array.from({ length: count }, (_, index) => {
      const source = asset({ key: `source${index}`, materialize: () => 1 });
      const other = asset({ key: `other${index}`, materialize: () => 1 });
      const automation = anyDepsUpdated();
      return [
        source,
        other,
        asset({ key: `reader${index}`, deps: { source, other }, automation, materialize: () => 1 }),
      ];
    });
    return definitions({ assets: assets.flat() });
  };

  test("are as many runs, each after the runs that make what it reads, and cost no more statements than one", async () => {
    await world.load(wide(12));
    await world.settle();
    const { db, statementsOf } = countStatements(world.db);
    const loop = world.loop(db);
    await loop.round();
    const costs: number[] = [];
    for (const places of [[0], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]]) {
      await world.launch(...places.map((place) => `source${place}`));
      await world.work();
      const others = await Promise.all(places.map((place) => world.launch(`other${place}`)));
      const before = await world.runs();
      costs.push(await statementsOf(() => loop.round()));
      const made = (await world.runs()).slice(before.length);
      expect(new Map(made.map((run) => [Object.keys(run.made).join(), run.after]))).toEqual(
        new Map(places.map((place, index) => [`reader${place}`, [others[index]]])),
      );
      await world.work();
      await loop.round();
      await world.work();
      for (let rounds = 0; rounds < 5; rounds += 1) await loop.round();
      await world.work();
    }
    expect(world.complaints).toEqual([]);
    expect(costs[1]).toBeLessThanOrEqual(costs[0] ?? 0);
  });
});
