import {
  anyDepsUpdated,
  asset,
  dailyPartitions,
  definitions,
  eager,
  executionFailed,
  fail,
  freshWithin,
  inProgress,
  not,
  onCron,
  onFreshness,
  type Definitions,
} from "@heddle/core";
import { PartitionSet, planRun, readExplanation } from "@heddle/core/internal";
import {
  createRun,
  getCurrentCode,
  readAutomationEvaluation,
  readAutomationEvaluations,
  readAutomationRound,
  switchAutomation,
  switchAutomations,
  type AutomationEvaluationRow,
  type Database,
} from "@heddle/storage";
import { countStatements } from "@heddle/test-support";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

const HOUR_MS = 3_600_000;

/** raw → clean → report, and something beside it. */
function chain(): Definitions {
  const raw = asset({ key: "raw", materialize: () => 1 });
  const clean = asset({ key: "clean", deps: { raw }, automation: eager(), materialize: () => 1 });
  const report = asset({ key: "report", deps: { clean }, automation: eager(), materialize: () => 1 });
  const beside = asset({ key: "beside", automation: eager(), materialize: () => 1 });
  return definitions({ assets: [raw, clean, report, beside] });
}

/** Makes assets by hand: partitions by key, the one of assets that have none. */
async function launch(...keys: string[]): Promise<number> {
  return launchOf(new Map(keys.map((key) => [key, PartitionSet.of([0])])));
}

async function launchOf(partitions: ReadonlyMap<string, PartitionSet>): Promise<number> {
  const code = await getCurrentCode(world.db, "world");
  if (code?.snapshot == null) throw new Error("no code is loaded");
  const { EMPTY } = PartitionSet;
  const plan = planRun({
    assets: code.snapshot.assets,
    selected: [...partitions.keys()],
    targets: { kind: "each", partitions },
    at: world.now,
    stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
  });
  const { runId } = await createRun(world.db, { plan, origin: { kind: "manual" }, environment: "production" });
  return runId;
}

const evaluationsOf = (key: string): Promise<readonly AutomationEvaluationRow[]> =>
  world.db.read("evaluations", (tx) =>
    readAutomationEvaluations(tx, { environmentId: 1, asset: key, check: null, limit: 100 }),
  );

describe("what follows from a change", () => {
  test("a deployment requests nothing; a change upstream becomes one run, and its end is no change", async () => {
    await world.load(chain());
    await world.settle();
    expect(await world.runs()).toEqual([]);
    await launch("raw");
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
      await launch("raw");
      await world.work((key) => (key === "raw" ? { dataVersion } : {}));
      await world.settle();
      await world.work();
    }
    expect(await world.automated()).toHaveLength(2);
  });

  test("what changes while a step reads is handled afterwards, and what a run holds is not requested a second time", async () => {
    await world.load(chain());
    await world.settle();
    await launch("raw");
    await world.work();
    await world.settle();
    // It has asked for clean and report, which wait for their turn; now there is other data.
    await launch("raw");
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
    await launch("raw");
    await world.work();
    await world.settle();
    const [newest] = (await evaluationsOf("clean")).filter(({ requested }) => !requested.isEmpty);
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
    await launch("raw");
    await world.work(() => ({ checks: result(true) }));
    await launch("raw");
    await world.work(() => ({ fails: true, checks: result(false) }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
    world.restart();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await launch("raw");
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
    await launch("cached", "manual", "report");
    await world.work();
    await world.settle();
    world.moveTo("2026-03-10T06:00:01Z");
    await world.settle();
    expect(await world.automated()).toEqual([{ cached: [""] }]);
    await world.work(behave);
    await world.settle();
    // It was asked for once, and is not asked for again although nothing was made.
    expect(await world.automated()).toEqual([{ cached: [""] }]);
    await launch("manual");
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
    await launch("raw", "clean");
    await world.work();
    await world.settle();
    await launch("raw");
    await world.work(() => ({ isFresh: true }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
  });
});

describe("freshness", () => {
  const kept = () =>
    definitions({
      assets: [
        asset({
          key: "kept",
          freshness: freshWithin({ failMs: 3 * HOUR_MS, warnMs: 2 * HOUR_MS }),
          automation: onFreshness(),
          materialize: () => 1,
        }),
      ],
    });

  test("changes are stored with their instants, however late anybody looks, and set off conditions", async () => {
    await world.load(kept());
    await world.settle();
    expect(await world.freshness("kept")).toBe("unknown");
    await launch("kept");
    await world.work();
    await world.settle();
    const made = Date.now();
    expect(await world.freshness("kept")).toBe("pass");
    world.moveTo(made + 2.5 * HOUR_MS);
    await world.settle();
    expect(await world.freshness("kept")).toBe("warn");
    expect(await world.automated()).toHaveLength(1);
    // Its run is not done in time.
    world.restart();
    world.moveTo(made + 10 * HOUR_MS);
    await world.settle();
    const history = await world.freshnessHistory("kept");
    expect(history.map(([from, to]) => [from, to])).toEqual([
      [null, "unknown"],
      ["unknown", "pass"],
      ["pass", "warn"],
      ["warn", "fail"],
    ]);
    const [, , [, , warnAt] = [null, "", 0], [, , failAt] = [null, "", 0]] = history;
    expect(failAt - warnAt).toBe(HOUR_MS);
    expect(await world.events("freshness_changed")).toMatchObject([
      { payload: { from: "unknown", to: "pass" } },
      { payload: { from: "pass", to: "warn", at: warnAt } },
      { payload: { from: "warn", to: "fail", at: failAt } },
    ]);
  });

  test("what is found up to date is as fresh as if it had been made again, so that it is asked for once", async () => {
    await world.load(kept());
    await launch("kept");
    await world.work();
    await world.settle();
    // It was made two and a half hours ago.
    await world.db.transaction("age", async ({ sql }) => {
      await sql`update asset_chunk set updated_at = updated_at - interval '150 minutes'`;
      await sql`update freshness set materialized_at = materialized_at - 9000000, changes_at = 0`;
    });
    world.restart();
    await world.settle();
    expect(await world.freshness("kept")).toBe("warn");
    expect(await world.automated()).toHaveLength(1);
    await world.work(() => ({ isFresh: true }));
    await world.settle();
    expect(await world.freshness("kept")).toBe("pass");
    world.restart();
    await world.settle();
    expect(await world.freshness("kept")).toBe("pass");
    expect(await world.automated()).toHaveLength(1);
  });

  test("a policy that is gone is forgotten, and its history stays", async () => {
    await world.load(kept());
    await launch("kept");
    await world.work();
    await world.settle();
    await world.load(definitions({ assets: [asset({ key: "kept", materialize: () => 1 })] }));
    await world.settle();
    expect(await world.freshness("kept")).toBeUndefined();
    expect(await world.freshnessHistory("kept")).not.toEqual([]);
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
      await launch(...places.map((place) => `source${place}`));
      await world.work();
      const others = await Promise.all(places.map((place) => launch(`other${place}`)));
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

describe("two daemons, crashes and edits", () => {
  test("two at once never double anything", async () => {
    await world.load(chain());
    await world.settle();
    for (let times = 0; times < 3; times += 1) {
      await launch("raw");
      await world.work();
      const loops = [world.loop(), world.loop(), world.loop()];
      for (let rounds = 0; rounds < 4; rounds += 1) await Promise.all(loops.map((loop) => loop.round()));
      await world.work();
    }
    expect(world.complaints).toEqual([]);
    expect(await world.automated()).toEqual([
      { clean: [""], report: [""] },
      { clean: [""], report: [""] },
      { clean: [""], report: [""] },
    ]);
  });

  test("one that dies between evaluation and commit leaves nothing behind, and the next one does it once", async () => {
    await world.load(chain());
    await world.settle();
    await launch("raw");
    await world.work();
    const dying: Database = {
      ...world.db,
      transaction: (name, fn, options) =>
        world.db.transaction(
          name,
          async (tx) => {
            await fn(tx);
            throw new Error("killed");
          },
          options,
        ),
    };
    const before = await world.db.read("round", (tx) => readAutomationRound(tx, 1));
    await world.loop(dying).round();
    expect(world.complaints).toEqual([expect.stringContaining("killed")]);
    world.complaints.length = 0;
    expect(await world.db.read("round", (tx) => readAutomationRound(tx, 1))).toEqual(before);
    expect(await world.automated()).toEqual([]);
    world.restart();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
  });

  test("one whose evaluation was overtaken takes no effect, and goes on from what the other wrote", async () => {
    await world.load(chain());
    const slow = world.loop();
    await slow.round();
    await world.settle();
    await launch("raw");
    await world.work();
    await world.settle();
    await slow.round();
    await slow.round();
    await slow.round();
    expect(await world.automated()).toHaveLength(1);
  });

  test("while assets go, come and are cut in another way, nothing is requested that is not there", async () => {
    world.moveTo("2026-05-05T12:00:00Z");
    await world.load(chain());
    await world.settle();
    await launch("raw");
    await world.work();
    const days = dailyPartitions({ start: "2026-01-01" });
    const raw = asset({ key: "raw", materialize: () => 1 });
    const clean = asset({ key: "clean", partitions: days, deps: { raw }, automation: eager(), materialize: () => 1 });
    await world.load(definitions({ assets: [raw, clean] }));
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: ["2026-05-04"] }]);
    await world.load(definitions({ assets: [raw] }));
    await launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toHaveLength(1);
  });
});

describe("off and on", () => {
  test("what is off asks for nothing, and what it missed is not made up for", async () => {
    await world.load(chain());
    await world.settle();
    const change = { asset: "clean", check: null, reason: "a holiday", actor: "ana" };
    expect(await switchAutomation(world.db, { ...change, isOff: true })).toBe(true);
    expect(await switchAutomation(world.db, { ...change, isOff: true })).toBe(false);
    await launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    expect(await switchAutomation(world.db, { ...change, isOff: false })).toBe(true);
    await world.settle();
    expect(await world.automated()).toEqual([]);
    await launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
    expect(await world.events("automation_off")).toMatchObject([{ payload: { reason: "a holiday", actor: "ana" } }]);
  });

  test("several are switched at once, and those that were so already keep who switched them", async () => {
    await world.load(chain());
    await world.settle();
    await switchAutomation(world.db, { asset: "clean", check: null, isOff: true, reason: "mine", actor: "ana" });
    const change = { assets: ["report", "clean", "nowhere"], reason: "a holiday", actor: "ben" };
    expect(await switchAutomations(world.db, { ...change, isOff: true })).toEqual(["nowhere", "report"]);
    await launch("raw");
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([]);
    expect((await world.events("automation_off")).map(({ payload }) => payload)).toEqual([
      { check: null, reason: "mine", actor: "ana" },
      { check: null, reason: "a holiday", actor: "ben" },
      { check: null, reason: "a holiday", actor: "ben" },
    ]);
    expect(await switchAutomations(world.db, { ...change, isOff: false })).toEqual(["clean", "nowhere", "report"]);
    expect(await switchAutomations(world.db, { ...change, isOff: false })).toEqual([]);
  });
});

describe("endless loops", () => {
  test("a condition that holds after every failure is stopped and told of", async () => {
    const poor = asset({
      key: "poor",
      automation: executionFailed().and(not(inProgress())),
      retry: { attempts: 1 },
      materialize: () => 1,
    });
    await world.load(definitions({ assets: [poor] }));
    await world.settle();
    await launch("poor");
    for (let times = 0; times < 12; times += 1) {
      await world.work(() => ({ fails: true }));
      await world.settleLooping();
    }
    expect(await world.automated()).toHaveLength(10);
    expect(await world.events("automation_stopped")).toHaveLength(1);
  });
});
