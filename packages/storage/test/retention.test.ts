import { createTestDatabase } from "./support/index.ts";
import { expect, test } from "vitest";
import { lt } from "drizzle-orm";
import type { Database } from "../src/database.ts";
import { admitRun, createRun } from "../src/index.ts";
import { readRunPlan } from "../src/read/run-plan.ts";
import { runRetention } from "../src/retention.ts";
import { worker } from "../src/schema/index.ts";
import { launch, launchAndClaim, settle, type LaunchedRun } from "./fixtures/launched-run.ts";
import { declare, fail, snapshotAsset, succeed } from "./fixtures/run-fixtures.ts";
import { addClaim } from "./rows.ts";

const NOTHING = {
  events: 0,
  logChunks: 0,
  workers: 0,
  runs: 0,
  wipes: 0,
  evaluations: 0,
  freshnessChanges: 0,
  checkResults: 0,
  formerDefinitions: 0,
  ticks: 0,
  codeVersions: 0,
  messages: 0,
  receipts: 0,
  audit: 0,
};

async function fill(db: Database): Promise<void> {
  await db.transaction("fill", async ({ sql }) => {
    // From 40 days ago until now, one a day, the oldest first.
    await sql`
      insert into event (kind, at)
      select 'old', now() - (40 - day) * interval '1 day' from generate_series(0, 40) as day`;
    await sql`
      insert into log_chunk (run_id, asset_id, first_ordinal, last_ordinal, line_count, lines, at)
      select 1, 1, 0, 0, 1, '{}', now() - (40 - day) * interval '1 day' from generate_series(0, 40) as day`;
    await sql`
      insert into worker (id, host, pid, slots, lease_until, ended_at)
      select gen_random_uuid(), 'host', 1, 1, now(), ended
      from unnest(array[now() - interval '2 days', now() - interval '3 days', now() - interval '1 hour', null]) as ended`;
  });
  const longEnded = await db.drizzle
    .select({ workerId: worker.id })
    .from(worker)
    .where(lt(worker.endedAt, new Date(Date.now() - 60 * 3_600_000)));
  for (const { workerId } of longEnded) await addClaim(db, { runId: 1, workerId });
}

async function count(db: Database): Promise<unknown> {
  const [row] = await db.read(
    "count",
    ({ sql }) => sql`
    select (select count(*)::integer from event) as events, (select count(*)::integer from log_chunk) as "logChunks",
      (select count(*)::integer from worker) as workers`,
  );
  return row;
}

test("what is too old goes, in batches of any size, and the rest stays", async () => {
  await using database = await createTestDatabase();
  for (const batchSize of [1, 3, 1_000]) {
    await fill(database.db);
    // The worker with a claim stays until the sweep has taken the claim back.
    expect(await runRetention(database.db, { batchSize })).toEqual({
      ...NOTHING,
      events: 11,
      logChunks: 11,
      workers: 1,
    });
    expect(await count(database.db)).toEqual({ events: 30, logChunks: 30, workers: 3 });
    expect(await runRetention(database.db, { batchSize })).toEqual(NOTHING);
    await database.db.drizzle.execute("truncate event, log_chunk, worker, claim");
  }
});

test("a policy says how long, and a call does no more than its batches", async () => {
  await using database = await createTestDatabase();
  await fill(database.db);
  const policy = { eventDays: 5.5, logDays: 100, workerDays: 0, batchSize: 4, maxBatches: 2 };
  expect(await runRetention(database.db, policy)).toEqual({ ...NOTHING, events: 8, workers: 2 });
});

test("several processes may do it at once", async () => {
  await using database = await createTestDatabase();
  await fill(database.db);
  const results = await Promise.all([1, 2, 3].map(() => runRetention(database.db, { batchSize: 2 })));
  expect(results.reduce((sum, { events }) => sum + events, 0)).toBe(11);
  expect(await count(database.db)).toEqual({ events: 30, logChunks: 30, workers: 3 });
});

/** What keeps each table from growing for ever. */
const BOUNDS: Readonly<Record<string, string>> = {
  asset: "one row for each asset that was ever declared",
  asset_chunk: "one row for 8,192 partitions of an asset in an environment",
  asset_partition: "one row for each partition in an environment",
  asset_staleness: "one row for each declared asset in an environment",
  attempt: "runDays",
  attention_note: "as many as people make",
  audit: "auditDays",
  automation_condition: "one row for each different condition",
  automation_evaluation: "evaluationDays, idleEvaluationDays",
  automation_round: "one row for each environment",
  automation_state: "one row for each condition in force",
  automation_switch: "one row for each condition that somebody has switched",
  check_result: "checkResultDays",
  check_silence: "one row for each check that somebody has silenced",
  claim: "gone when its steps have ended",
  code_location: "one row for each project",
  code_version: "codeVersionDays",
  collection: "one row for each project",
  daemon_loop: "one row for each loop",
  deployment: "one row",
  dynamic_definition: "one row for each that was ever declared",
  dynamic_partition: "at most a million keys for each definition: their ordinals are never given out again",
  environment: "as many as people make",
  event: "eventDays",
  favourite: "as many as people make",
  fresh_chunk: "runDays",
  freshness: "one row for each policy in force",
  freshness_change: "evaluationDays",
  lease: "one row for each kind of leader",
  log_chunk: "logDays",
  materialization: "runDays, those that are not current",
  notification: "one row for each that was ever declared",
  notification_message: "messageDays",
  pool: "as many as people name",
  preview_request: "an hour",
  run: "runDays",
  run_asset: "runDays",
  run_chunk: "runDays",
  saved_view: "as many as people make",
  schedule: "one row for each that was ever declared",
  sensor: "one row for each that was ever declared",
  staleness_round: "one row for each environment",
  step: "runDays",
  sub_step: "runDays",
  tick: "tickDays, skippedTickDays",
  tick_change: "as many as people make",
  tick_request: "a day",
  webhook_receipt: "receiptDays",
  wipe: "runDays",
  worker: "workerDays",
};

test("evaluations and changes of freshness go when they are old; the newest evaluation of each condition stays", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  await db.transaction("fill", async ({ sql }) => {
    // Every 10 days until now, the oldest first; every second one asked for something.
    await sql`
      insert into automation_evaluation (environment_id, asset, check_name, at, cursor, condition_hash, requested,
        requested_count, stopped, held_count, tree, recorded_at)
      select 1, asset, '', 0, '0.0', 'hash', '', day / 10 % 2, '', 0, '[]', now() - (205 - day) * interval '1 day'
      from generate_series(0, 200, 10) as day, unnest(array['a', 'b']) as asset where asset = 'a' or day < 10`;
    await sql`
      insert into freshness_change (environment_id, asset, to_state, at)
      select 1, 'a', 'pass', (extract(epoch from now()) * 1000)::bigint - (205 - day) * 86400000::bigint
      from generate_series(0, 200, 10) as day`;
  });
  expect(await runRetention(db, { batchSize: 3 })).toEqual({ ...NOTHING, evaluations: 11, freshnessChanges: 3 });
  const rows = await db.read(
    "left",
    ({ sql }) => sql<{ asset: string; count: number }[]>`
      select asset, count(*)::integer as count from automation_evaluation group by asset order by asset`,
  );
  // Of `a` nine that asked for something, and the newest; of `b` the only one there ever was.
  expect([...rows]).toEqual([
    { asset: "a", count: 10 },
    { asset: "b", count: 1 },
  ]);
  expect(await runRetention(db)).toEqual(NOTHING);
});

test("a wipe goes with the runs of its time, and not before its values are removed", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  await db.transaction("fill", async ({ sql }) => {
    await sql`
      insert into wipe (environment_id, asset_id, partitions, size, origin_key, wiped_at, collected_at)
      select 1, 1, '', 1, key, now() - days * interval '1 day', case when collected then now() end
      from (values ('old', 200, true), ('held', 200, false), ('new', 100, true)) as w (key, days, collected)`;
  });
  expect(await runRetention(db)).toEqual({ ...NOTHING, wipes: 1 });
  expect(await runRetention(db)).toEqual(NOTHING);
  // Where nothing is ever removed from stores, nothing is waited for.
  expect(await runRetention(db, { awaitsCollection: false })).toEqual({ ...NOTHING, wipes: 1 });
});

test("every table has something that keeps it from growing for ever", async () => {
  await using database = await createTestDatabase();
  const tables = await database.db.read(
    "tables",
    ({ sql }) =>
      sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  expect(tables.map(({ name }) => name).filter((name) => !name.includes("migration"))).toEqual(Object.keys(BOUNDS));
});

async function countOfRun(db: Database, runId: number): Promise<unknown> {
  const [row] = await db.read(
    "count of run",
    ({ sql }) => sql`
    select (select count(*)::integer from run where id = ${runId}) as runs,
      (select count(*)::integer from run_asset where run_id = ${runId}) as assets,
      (select count(*)::integer from run_chunk where run_id = ${runId}) as chunks,
      (select count(*)::integer from step where run_id = ${runId}) as steps,
      (select count(*)::integer from attempt where run_id = ${runId}) as attempts,
      (select array_agg(ordinal order by ordinal) from materialization where run_id = ${runId}) as made,
      (select array_agg(ordinal order by ordinal) from check_result where run_id = ${runId}) as checked`,
  );
  return row;
}

/** Lets everything of runs and checks have happened a year earlier, and what they replaced be collected. */
async function age(db: Database, { areCollected = true } = {}): Promise<void> {
  await db.transaction("age", async ({ sql }) => {
    await sql`
      update run set ended_at = ended_at - interval '1 year',
        collected_at = case when ${areCollected} then ended_at end
      where ended_at is not null`;
    await sql`update check_result set at = at - interval '1 year'`;
    await sql`update code_version set created_at = created_at - interval '1 year'`;
  });
}

/** Runs a plan once more and publishes some of its partitions; the others fail. */
async function runAgain(
  db: Database,
  run: LaunchedRun & { workerId: string },
  published: readonly number[],
): Promise<number> {
  const plan = await readRunPlan(db, run.runId);
  const { runId } = await createRun(db, { plan, origin: { kind: "manual" }, environment: "production" });
  await admitRun(db, runId, 100);
  for (const held of await run.claim(run.workerId)) {
    const rest = [...held.partitions].filter((ordinal) => !published.includes(ordinal));
    await settle(db, run.workerId, [...checked(held, published), ...fail(held, { ordinals: rest })]);
  }
  return runId;
}

function checked(held: Parameters<typeof succeed>[0], ordinals: Iterable<number>) {
  const check = {
    name: "rows",
    passed: true,
    severity: "error",
    blocking: true,
    description: null,
    metadata: null,
  } as const;
  return succeed(held, ordinals).map((outcome) =>
    outcome.kind === "success" ? { ...outcome, checks: [check] } : outcome,
  );
}

test("a run goes with all that is its own, and what is current of it stays, with its checks", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const first = await launchAndClaim(db, { a: { partitions: 4 } });
  await settle(db, first.workerId, [...checked(first.held, [0, 1, 2]), ...fail(first.held, { ordinals: [3] })]);
  await runAgain(db, first, [1]);
  await age(db);
  const open = await launch(db, { b: { partitions: 2 } });
  expect(await runRetention(db, { batchSize: 1 })).toEqual({ ...NOTHING, runs: 2, checkResults: 1 });
  expect(await countOfRun(db, first.runId)).toEqual({
    runs: 0,
    assets: 0,
    chunks: 0,
    steps: 0,
    attempts: 0,
    made: [0, 2],
    checked: [0, 2],
  });
  expect(await countOfRun(db, open.runId)).toMatchObject({ runs: 1, chunks: 1 });
  const [lost] = await db.read(
    "pointers",
    ({ sql }) => sql`
    select count(*)::integer as pointers, count(m.run_id)::integer as made
    from asset_partition p left join materialization m using (asset_id, ordinal, run_id)`,
  );
  expect(lost).toEqual({ pointers: 3, made: 3 });
});

test("runs that are not over, or have ended not long ago, are kept", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const open = await launchAndClaim(db, { a: { partitions: 2 } });
  await age(db);
  await db.transaction("age", ({ sql }) => sql`update run set created_at = created_at - interval '2 years'`);
  const young = await launchAndClaim(db, { a: {} });
  await settle(db, young.workerId, succeed(young.held));
  expect(await runRetention(db)).toEqual(NOTHING);
  expect(await countOfRun(db, open.runId)).toMatchObject({ runs: 1, chunks: 1 });
});

test("code that nothing refers to goes, and what is in force or of a run that is kept stays", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const unused = await declare(db, [snapshotAsset("c")], "c");
  const run = await launch(db, { a: {} });
  await declare(db, [snapshotAsset("c", { partitions: 2 })], "c");
  expect(await runRetention(db)).toEqual(NOTHING);
  await age(db);
  // The former definition of "c", which holds its code, has no history.
  await db.transaction(
    "age",
    ({ sql }) => sql`
    update asset set superseded_at = superseded_at - interval '200 days' where superseded_at is not null`,
  );
  expect(await runRetention(db)).toEqual({ ...NOTHING, formerDefinitions: 1, codeVersions: 1 });
  const kept = await db.read("kept", ({ sql }) => sql<{ id: number }[]>`select id from code_version`);
  expect(kept.map(({ id }) => id)).not.toContain(unused);
  expect(kept.map(({ id }) => id)).toContain(run.codeVersionId);
});

test("a former definition stays as long as anything is known of it", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const run = await launchAndClaim(db, { a: { partitions: 2 } });
  await settle(db, run.workerId, succeed(run.held));
  await declare(db, [snapshotAsset(run.keyOf("a"))], run.keyOf("a").split("/")[0]);
  await age(db);
  await db.transaction(
    "age",
    ({ sql }) => sql`
    update asset set superseded_at = superseded_at - interval '200 days' where superseded_at is not null`,
  );
  const former = () =>
    db.read("former", ({ sql }) => sql<{ id: number }[]>`select id from asset where superseded_at is not null`);
  await runRetention(db);
  // The run is gone by now; what it made is current, and stays.
  expect(await former()).toHaveLength(1);
  await db.transaction("lose", async ({ sql }) => {
    await sql`delete from asset_partition`;
    await sql`delete from materialization`;
  });
  expect((await runRetention(db)).formerDefinitions).toBe(1);
  expect(await former()).toEqual([]);
});

test("a run waits until what it replaced is removed, and the row of a value that is not outlives its run", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const first = await launchAndClaim(db, { a: { partitions: 3 } });
  await settle(db, first.workerId, succeed(first.held));
  const second = await runAgain(db, first, [0, 1, 2]);
  await db.transaction("store", async ({ sql }) => {
    await sql`update materialization set stored = '{"objects": []}' where run_id = ${first.runId} and ordinal <= 1`;
    await sql`update materialization set collected_at = now() where run_id = ${first.runId} and ordinal = 0`;
  });
  await age(db, { areCollected: false });
  expect((await runRetention(db)).runs).toBe(0);
  await age(db);
  expect((await runRetention(db)).runs).toBe(2);
  expect(await countOfRun(db, first.runId)).toMatchObject({ runs: 0, made: [1] });
  expect(await countOfRun(db, second)).toMatchObject({ runs: 0, made: [0, 1, 2] });
});

test("where nothing is ever removed from the stores, runs go all the same", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const first = await launchAndClaim(db, { a: { partitions: 1 } });
  await settle(db, first.workerId, succeed(first.held));
  await runAgain(db, first, [0]);
  await db.transaction("store", ({ sql }) => sql`update materialization set stored = '{"objects": []}'`);
  await age(db, { areCollected: false });
  expect((await runRetention(db, { awaitsCollection: false })).runs).toBe(2);
  expect(await countOfRun(db, first.runId)).toMatchObject({ runs: 0, made: null });
});
