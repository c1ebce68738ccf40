import {
  asset,
  assetCheck,
  cronTickPassed,
  definitions,
  eager,
  inProgress,
  missing,
  not,
  pass,
  type Definitions,
} from "@heddle/core";
import { PartitionSet, planRun } from "@heddle/core/internal";
import { createRun, getCurrentCode } from "@heddle/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AutomationTestWorld, type WorldStep } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

const raw = asset({ key: "raw", materialize: () => 1 });
const other = asset({ key: "other", materialize: () => 1 });
const report = asset({ key: "report", deps: { raw, other }, automation: eager(), materialize: () => 1 });

/** Makes an asset by hand. */
async function make(key: string, behave?: (asset: string) => WorldStep): Promise<void> {
  const code = await getCurrentCode(world.db, "world");
  if (code?.snapshot == null) throw new Error("no code is loaded");
  const { EMPTY } = PartitionSet;
  const plan = planRun({
    assets: code.snapshot.assets,
    selected: [key],
    targets: { kind: "each", partitions: new Map([[key, PartitionSet.of([0])]]) },
    at: world.now,
    stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
  });
  await createRun(world.db, { plan, origin: { kind: "manual" }, environment: "production" });
  await world.work(behave);
}

/** Runs of checks that conditions asked for. */
async function checkRuns(): Promise<unknown[]> {
  const runs = await world.runs();
  return runs.flatMap(({ origin }) => (origin.kind === "condition" && "checks" in origin ? [origin["checks"]] : []));
}

const notPassing = {
  name: "fresh",
  passed: false,
  severity: "error",
  blocking: true,
  description: "it is old",
  metadata: null,
} as const;

test("a check that is declared later is run on what is there, once, and not while it is run", async () => {
  const declare = (...names: string[]): Definitions =>
    definitions({
      assets: [raw, other],
      checks: names.map((name) =>
        assetCheck({ asset: raw, name, automation: missing().and(not(inProgress())), check: () => pass() }),
      ),
    });
  await world.load(declare());
  await make("raw");
  await world.settle();
  await world.load(declare("a", "b"));
  await world.settle();
  expect(await checkRuns()).toEqual([{ raw: ["a", "b"] }]);
  await world.settle();
  world.restart();
  await world.settle();
  expect(await checkRuns()).toHaveLength(1);
  await world.work();
  await world.settle();
  world.restart();
  await world.settle();
  expect(await checkRuns()).toHaveLength(1);
  expect((await world.runs()).map(({ status }) => status)).toEqual(["success", "success"]);

  // What is made again is checked when it is made where its worker runs checks; here it leaves no result.
  await make("raw");
  await world.settle();
  expect(await checkRuns()).toHaveLength(2);
});

test("a check by a clock is run at each tick, and what reads its asset is held back while it fails", async () => {
  const check = assetCheck({
    asset: raw,
    name: "fresh",
    blocking: true,
    automation: cronTickPassed("0 6 * * *", { timeZone: "UTC" }),
    check: () => pass(),
  });
  await world.load(definitions({ assets: [raw, other, report], checks: [check] }));
  world.moveTo("2026-03-01T05:00:00Z");
  await world.settle();
  await make("raw");
  await make("other");
  await world.settle();
  await world.work();
  await world.settle();
  const reports = async () => (await world.automated()).filter((made) => "report" in made).length;
  expect(await reports()).toBe(1);

  world.moveTo("2026-03-01T06:00:01Z");
  await world.settle();
  expect(await checkRuns()).toEqual([{ raw: ["fresh"] }]);
  await world.work(() => ({ checks: [notPassing] }));
  await world.settle();
  await make("other");
  await world.settle();
  expect(await reports()).toBe(1);
  // A process that begins anew sees the same.
  world.restart();
  await world.settle();
  expect(await reports()).toBe(1);

  world.moveTo("2026-03-02T06:00:01Z");
  await world.settle();
  expect(await checkRuns()).toHaveLength(2);
  await world.work();
  await world.settle();
  expect(await reports()).toBe(2);
});
