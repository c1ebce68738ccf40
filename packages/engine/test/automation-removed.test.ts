import { asset, definitions, eager, missing, not, onMissing } from "@heddle/core";
import { PartitionSet, planRun } from "@heddle/core/internal";
import { createRun, getCurrentCode, wipePartitions } from "@heddle/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

test("what was removed is made again where a condition says so, and what was never made is not", async () => {
  const keptFresh = eager().without("latest window").and(not(missing()));
  const raw = asset({ key: "raw", materialize: () => 1 });
  const there = asset({ key: "there", deps: { raw }, automation: keptFresh.or(onMissing()), materialize: () => 1 });
  const fresh = asset({ key: "fresh", deps: { raw }, automation: keptFresh, materialize: () => 1 });
  await world.load(definitions({ assets: [raw, there, fresh] }));
  await world.settle();
  const code = await getCurrentCode(world.db, "world");
  const { EMPTY } = PartitionSet;
  const keys = ["raw", "there", "fresh"];
  const plan = planRun({
    assets: code?.snapshot?.assets ?? [],
    selected: keys,
    targets: { kind: "each", partitions: new Map(keys.map((key) => [key, PartitionSet.of([0])])) },
    at: world.now,
    stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
  });
  await createRun(world.db, { plan, origin: { kind: "manual" }, environment: "production" });
  await world.settle();
  await world.work();
  await world.settle();
  expect(await world.automated()).toEqual([]);
  for (const assetKey of ["there", "fresh"]) {
    const [row] = await world.db.read(
      "asset",
      ({ sql }) => sql<{ id: number }[]>`select id from asset where key = ${assetKey}`,
    );
    await wipePartitions(world.db, {
      environmentId: 1,
      assetId: row?.id ?? 0,
      assetKey,
      partitions: PartitionSet.of([0]),
      reason: null,
      originKey: `wipe ${assetKey}`,
    });
  }
  await world.settle();
  expect((await world.automated()).map((made) => Object.keys(made))).toEqual([["there"]]);
});
