import {
  anyDeps,
  asset,
  assetCheck,
  definitions,
  eager,
  inProgress,
  missing,
  newlyUpdated,
  not,
  pass,
} from "@heddle/core";
import { PartitionSet, planRun } from "@heddle/core/internal";
import { createRun, getCurrentCode } from "@heddle/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AutomationTestWorld } from "./support/automation-world.ts";

let world: AutomationTestWorld;

beforeEach(async () => {
  world = await AutomationTestWorld.create();
});
afterEach(() => world[Symbol.asyncDispose]());

const raw = asset({ key: "raw", materialize: () => 1 });

/** Makes assets by hand. */
async function make(...keys: string[]): Promise<void> {
  const code = await getCurrentCode(world.db, "world");
  if (code?.snapshot == null) throw new Error("no code is loaded");
  const { EMPTY } = PartitionSet;
  const plan = planRun({
    assets: code.snapshot.assets,
    selected: keys,
    targets: { kind: "each", partitions: new Map(keys.map((key) => [key, PartitionSet.of([0])])) },
    at: world.now,
    stateOf: () => ({ materialized: EMPTY, failed: EMPTY, stale: EMPTY, running: EMPTY }),
  });
  await createRun(world.db, { plan, origin: { kind: "manual" }, environment: "production" });
  await world.work();
}

interface MadeRun {
  readonly assets: readonly string[];
  readonly priority: number;
  readonly tags: unknown;
  readonly limits: unknown;
  readonly after: number;
  readonly reuse: readonly boolean[];
}

const automatedRuns = (): Promise<MadeRun[]> =>
  world.db.read("runs", async ({ sql }) => [
    ...(await sql<MadeRun[]>`
      select jsonb_path_query_array(plan, '$.assets[*].key') as assets, priority, tags, limits,
        cardinality(after) as after, jsonb_path_query_array(plan, '$.assets[*].reuse') as reuse
      from run where origin ->> 'kind' = 'condition' order by id`),
  ]);

test("what belongs together is one run where assets agree in what their runs are like, else one after the other", async () => {
  const urgent = { priority: 7, tags: { team: "a" }, limits: { startWithinMs: 60_000 }, reuse: "fresh" } as const;
  const left = asset({ key: "left", deps: { raw }, automation: eager(), automationRuns: urgent, materialize: () => 1 });
  const right = asset({
    key: "right",
    deps: { raw },
    automation: eager(),
    // In another order it is the same.
    automationRuns: { reuse: "fresh", limits: { startWithinMs: 60_000 }, tags: { team: "a" }, priority: 7 },
    materialize: () => 1,
  });
  const both = asset({ key: "both", deps: { left, right }, automation: eager(), materialize: () => 1 });
  const last = asset({
    key: "last",
    deps: { both },
    automation: eager(),
    automationRuns: urgent,
    materialize: () => 1,
  });
  await world.load(definitions({ assets: [raw, left, right, both, last] }));
  await make("raw", "left", "right", "both", "last");
  await world.settle();
  expect(await automatedRuns()).toEqual([]);
  await make("raw");
  await world.settle();
  const own = { priority: 7, tags: { team: "a" }, limits: { startWithinMs: 60_000 } };
  expect(await automatedRuns()).toEqual([
    { assets: ["left", "right"], ...own, after: 0, reuse: [true, true] },
    { assets: ["both"], priority: 0, tags: {}, limits: null, after: 1, reuse: [true] },
    { assets: ["last"], ...own, after: 1, reuse: [true] },
  ]);
  await world.work();
  await world.settle();
  // All of it is made, once, by these.
  expect((await world.runs()).map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "success"));
});

test("what is asked for because something that it reads may come out different is skipped where it does not", async () => {
  const reading = { materialize: () => 1, deps: { raw } };
  const follows = asset({ key: "follows", ...reading, automation: eager() });
  const behind = asset({ key: "behind", deps: { follows }, automation: eager(), materialize: () => 1 });
  const always = asset({ key: "always", ...reading, automation: newlyUpdated().or(anyDeps(newlyUpdated())) });
  const never = { automation: eager(), automationRuns: { reuse: "never" } } as const;
  const again = asset({ key: "again", ...reading, ...never });
  await world.load(definitions({ assets: [raw, follows, behind, always, again] }));
  await make("raw", "follows", "behind", "always", "again");
  await world.settle();
  await make("raw");
  await world.settle();
  const plans = await world.db.read("plans", async ({ sql }) => [
    ...(await sql<{ key: string; reuse: boolean | null }[]>`
      select one ->> 'key' as key, (one ->> 'reuse')::boolean as reuse
      from run, jsonb_array_elements(plan -> 'assets') one where origin ->> 'kind' = 'condition'`),
  ]);
  expect(Object.fromEntries(plans.map(({ key, reuse }) => [key, reuse]))).toEqual({
    follows: true,
    behind: true,
    always: null,
    again: null,
  });
});

test("runs of checks that conditions ask for have what their checks say", async () => {
  const automation = missing().and(not(inProgress()));
  await world.load(definitions({ assets: [raw] }));
  await make("raw");
  await world.settle();
  const checkOf = (name: string, priority: number) =>
    assetCheck({ asset: raw, name, automation, automationRuns: { priority }, check: () => pass() });
  const checks = [checkOf("a", 3), checkOf("b", 3), checkOf("c", -3)];
  await world.load(definitions({ assets: [raw], checks }));
  await world.settle();
  const runs = await world.db.read("runs", async ({ sql }) => [
    ...(await sql`select priority, plan -> 'assets' -> 0 -> 'checks' as checks from run where purpose = 'check' order by id`),
  ]);
  expect(runs).toEqual([
    { priority: 3, checks: ["a", "b"] },
    { priority: -3, checks: ["c"] },
  ]);
});
