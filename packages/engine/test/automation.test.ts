import { asset, definitions, eager, PartitionSet, planRun, type Definitions } from "@heddle/core";
import { createRun, getCurrentCode } from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

/** raw → clean → report, and something beside it. */
function chain(): Definitions {
  const raw = asset({ key: "raw", materialize: () => 1 });
  const clean = asset({ key: "clean", deps: { raw }, automation: eager(), materialize: () => 1 });
  const report = asset({ key: "report", deps: { clean }, automation: eager(), materialize: () => 1 });
  const beside = asset({ key: "beside", automation: eager(), materialize: () => 1 });
  return definitions({ assets: [raw, clean, report, beside] });
}

/** Makes assets without partitions by hand. */
async function launch(...keys: string[]): Promise<number> {
  const code = await getCurrentCode(world.db, "world");
  if (code?.snapshot == null) throw new Error("no code is loaded");
  const nothing = { materialized: PartitionSet.EMPTY, failed: PartitionSet.EMPTY, stale: PartitionSet.EMPTY };
  const plan = planRun({
    assets: code.snapshot.assets,
    selected: keys,
    targets: { kind: "each", partitions: new Map(keys.map((key) => [key, PartitionSet.of([0])])) },
    at: world.now,
    stateOf: () => ({ ...nothing, running: PartitionSet.EMPTY }),
  });
  const { runId } = await createRun(world.db, { plan, origin: { kind: "manual" }, environment: "production" });
  return runId;
}

describe("conditions", () => {
  test("a deployment requests nothing; what follows from a change becomes one run", async () => {
    await world.load(chain());
    await world.settle();
    expect(await world.runs()).toEqual([]);
    await launch("raw");
    await world.settle();
    // It is not there yet.
    expect(await world.automated()).toEqual([]);
    await world.work();
    await world.settle();
    expect(await world.automated()).toEqual([{ clean: [""], report: [""] }]);
    await world.work();
    await world.settle();
    expect(await world.automated()).toHaveLength(1);
  });
});
