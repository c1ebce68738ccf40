import { randomUUID } from "node:crypto";
import type { TickPreview } from "@heddle/core/internal";
import { readTickAnswer, readTicks, requestTick, setTickPaused, type TickKind, type TickRow } from "@heddle/storage";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

/** Nothing here ticks by itself within a test. */
const PROJECT = {
  "src/definitions.ts": `
import { asset, assetCheck, definitions, fail, pass, schedule, sensor, staticPartitions } from "@heddle/core";

const regions = staticPartitions(["eu", "us", "asia"]);
const sales = asset({ key: "sales", group: "shop", partitions: regions, materialize: ({ partition }) => partition.key });
const report = asset({ key: "report", group: "shop", materialize: () => 1 });
const bare = asset({ key: "bare", group: "shop", materialize: () => 1 });
const known = assetCheck({ asset: sales, name: "known", check: ({ value }) => (value === "us" ? fail() : pass()) });
const short = assetCheck({ asset: sales, name: "short", check: () => pass() });
const whole = assetCheck({ asset: report, name: "whole", check: () => pass() });

const yearly = "0 0 1 1 *";
export default definitions({
  assets: [sales, report, bare],
  checks: [known, short, whole],
  schedules: [
    schedule({ name: "quality", cron: yearly, selection: "group:shop", runChecks: "all", tags: { team: "a" }, priority: 3 }),
    schedule({ name: "one", cron: yearly, runChecks: [known], partitions: ["us"] }),
    schedule({
      name: "function", cron: yearly,
      evaluate: () => [
        { runChecks: [known], partitions: ["eu"] },
        { runChecks: [known], partitions: ["us", "asia"] },
        { runChecks: [whole, short], runKey: "once", limits: { runTimeoutMs: 60_000 } },
        { selection: [report] },
      ],
    }),
    schedule({ name: "narrowed", cron: yearly, runChecks: "all", selection: "*", evaluate: () => ({ selection: [report] }) }),
    schedule({ name: "unlike", cron: yearly, runChecks: [known], evaluate: () => ({ selection: [report] }) }),
    schedule({ name: "nowhere", cron: yearly, runChecks: [known], partitions: ["mars"] }),
  ],
  sensors: [
    sensor({
      name: "arrivals", runChecks: [known], intervalMs: 1_000, enabledByDefault: false,
      evaluate: () => ({ requests: [{ partitions: ["eu"], runKey: "eu" }], cursor: "1" }),
    }),
  ],
});
`,
};

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(PROJECT);
  await deployment.startDaemon();
});
afterEach(() => deployment[Symbol.asyncDispose]());

const ticksOf = (kind: TickKind, name: string): Promise<TickRow[]> =>
  deployment.db.read("ticks", (tx) => readTicks(tx, { kind, name, limit: 100 }));

/** Lets a schedule tick. */
async function tick(name: string): Promise<TickRow | undefined> {
  await deployment.db.transaction("make due", async (tx) => {
    await tx.sql`update schedule set after = ${Date.UTC(new Date().getUTCFullYear() - 1, 5)} where name = ${name}`;
    await tx.notify("heddle_tick");
  });
  await until(`${name} has ticked`, async () => (await ticksOf("schedule", name)).length > 0);
  return (await ticksOf("schedule", name))[0];
}

async function ask(name: string, isDryRun: boolean): Promise<TickPreview> {
  const id = randomUUID();
  await requestTick(deployment.db, { id, kind: "schedule", name, isDryRun });
  let answer: unknown;
  await until("it was answered", async () => {
    answer = await readTickAnswer(deployment.db, id);
    return answer !== undefined;
  });
  // The answer of the daemon, as it was written.
  return answer as TickPreview;
}

interface RunOf {
  readonly id: number;
  readonly purpose: string;
  readonly total: number;
  readonly priority: number;
  readonly tags: unknown;
  readonly limits: unknown;
  readonly originKey: string;
  readonly checks: unknown;
}

const runsOf = (name: string): Promise<RunOf[]> =>
  deployment.db.read("runs", async ({ sql }) => [
    ...(await sql<RunOf[]>`
      select id, purpose, total, priority, tags, limits, origin_key as "originKey",
        jsonb_path_query_array(plan, '$.assets[*].checks') as checks
      from run where origin ->> 'name' = ${name} order by id`),
  ]);

const makeAll = async (): Promise<void> => {
  await deployment.startWorker();
  expect(await deployment.ended(await deployment.launch(["sales"], "eu,us"))).toBe("success");
  expect(await deployment.ended(await deployment.launch(["report"]))).toBe("success");
};

test("a schedule of checks runs those of what is stored in one run, which makes nothing", async () => {
  await makeAll();
  const materialized = await deployment.db.read("count", ({ sql }) => sql`select count(*) from materialization`);
  expect(await ask("quality", true)).toMatchObject({
    outcome: "requested",
    requests: [
      {
        total: 3,
        assets: [
          { key: "sales", count: 2, checks: ["known", "short"] },
          { key: "report", count: 1, checks: ["whole"] },
        ].toSorted((a, b) => a.key.localeCompare(b.key)),
      },
    ],
  });
  const ticked = await tick("quality");
  expect(ticked).toMatchObject({ outcome: "requested", runIds: [expect.any(Number)] });
  expect(await runsOf("quality")).toMatchObject([
    { id: ticked?.runIds[0], purpose: "check", total: 3, priority: 3, tags: { team: "a" } },
  ]);
  expect(await deployment.ended(ticked?.runIds[0] ?? 0)).toBe("success");
  expect(await deployment.db.read("count", ({ sql }) => sql`select count(*) from materialization`)).toEqual(
    materialized,
  );
  const results = await deployment.db.read(
    "results",
    ({ sql }) => sql`
    select name, count(*)::integer as count from check_result where run_id = ${ticked?.runIds[0] ?? 0}
    group by name order by name`,
  );
  expect([...results]).toEqual([
    { name: "known", count: 2 },
    { name: "short", count: 2 },
    { name: "whole", count: 1 },
  ]);
});

test("a function asks for checks beside materializations; requests that differ in partitions are one run", async () => {
  await makeAll();
  expect(await tick("function")).toMatchObject({ outcome: "requested", runIds: [3, 4, 5] });
  expect(await runsOf("function")).toMatchObject([
    { purpose: "check", total: 2, checks: [["known"]] },
    {
      purpose: "check",
      total: 3,
      originKey: "schedule:function:once",
      limits: { runTimeoutMs: 60_000 },
      checks: expect.arrayContaining([["short"], ["whole"]]),
    },
    { purpose: "materialize", total: 1 },
  ]);
});

test("what a request says narrows a schedule of checks, and never makes it materialize", async () => {
  await makeAll();
  expect(await tick("narrowed")).toMatchObject({ outcome: "requested" });
  expect(await runsOf("narrowed")).toMatchObject([{ purpose: "check", total: 1, checks: [["whole"]] }]);
  expect(await tick("unlike")).toMatchObject({
    outcome: "failed",
    error: { code: "TICK_RESULT_INVALID", message: expect.stringContaining("runs checks alone") },
  });
  expect(await tick("nowhere")).toMatchObject({ outcome: "failed", error: { code: "PARTITION_UNKNOWN" } });
});

test("where nothing is stored, or another run runs the checks, a tick is skipped and says so", async () => {
  expect(await tick("one")).toMatchObject({
    outcome: "skipped",
    reason: "nothing of sales is materialized that was asked for",
  });
  const worker = await deployment.startWorker();
  expect(await deployment.ended(await deployment.launch(["sales"], "eu,us"))).toBe("success");
  await worker.stop();
  expect(await ask("one", false)).toMatchObject({ outcome: "requested", runIds: [2] });
  expect(await ask("one", false)).toMatchObject({ outcome: "skipped", reason: "run 2 runs them already" });
});

test("a run key of a sensor makes one run of checks", async () => {
  await makeAll();
  await setTickPaused(deployment.db, { kind: "sensor", name: "arrivals", paused: false });
  await until("it was evaluated twice", async () => {
    const ticks = await ticksOf("sensor", "arrivals");
    return ticks.reduce((sum, { count }) => sum + count, 0) >= 2;
  });
  expect((await ticksOf("sensor", "arrivals"))[0]).toMatchObject({ reason: "all of it was asked for before" });
  expect(await runsOf("arrivals")).toMatchObject([
    { purpose: "check", total: 1, originKey: "sensor:arrivals:eu", checks: [["known"]] },
  ]);
});
