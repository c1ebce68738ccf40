import { fork } from "node:child_process";
import { once } from "node:events";
import { asset, definitions, hourlyPartitions } from "@heddle/core";
import { PartitionSet, snapshotDefinitions } from "@heddle/core/internal";
import type { AppRouter } from "@heddle/api";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import type { TRPCClient } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "./launch.ts";
import { readStream } from "./event-source.ts";
import { send } from "./raw-request.ts";
import { StepRunner } from "./step-runner.ts";
import { createClient, register } from "./test-server.ts";

const SERVER = new URL("../../../apps/server/src/main.ts", import.meta.url);
/** Beside some 40 MB of modules, too little for a million objects, or for a list of a million keys. */
const HEAP_MB = 96;
const CHUNK = 8_192;
const MAX_RUNS = 100_000;

const hours = hourlyPartitions({ start: "1900-01-01", end: "2014-02-01" });
const big = asset({ key: "big", partitions: hours, materialize: () => 1 });
const copy = asset({ key: "copy", partitions: hours, deps: { big }, materialize: () => 1 });

let database: TestDatabase;
let client: TRPCClient<AppRouter>;
let address: string;
let stop: () => Promise<unknown>;

// A server in a process of its own, with a small heap: what is kept for each partition would not fit.
beforeAll(async () => {
  database = await createTestDatabase();
  await register(
    database.db,
    snapshotDefinitions(definitions({ assets: [big, copy] }), { codeVersionOf: () => "v", projectDirectory: "/" }),
  );
  const child = fork(SERVER, {
    execArgv: ["--conditions=@heddle/source", `--max-old-space-size=${HEAP_MB}`],
    env: { PATH: process.env["PATH"], DATABASE_URL: database.url, HEDDLE_PORT: "0" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [ready] = (await once(child, "message")) as [{ address: string }];
  ({ address } = ready);
  client = createClient(address);
  stop = async () => {
    child.kill();
    await once(child, "exit");
  };
});

afterAll(async () => {
  await stop();
  await database[Symbol.asyncDispose]();
});

/** Bytes of an answer before compression. */
async function weigh(path: string, input: unknown): Promise<number> {
  const { status, body } = await send(address, {
    path: `/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`,
  });
  expect(status).toBe(200);
  return body.length;
}

/** Puts `materialized` in force for every chunk of `big`, as settlements would. */
async function materialize(setOf: (first: number) => PartitionSet): Promise<void> {
  await database.db.transaction("materialize", async ({ sql }) => {
    const [{ id } = { id: 0 }] = await sql<{ id: number }[]>`select id from asset where key = 'big'`;
    for (let chunk = -75; chunk <= 47; chunk += 1) {
      const set = setOf(chunk * CHUNK).encode();
      const none = PartitionSet.EMPTY.encode();
      await sql`
        insert into asset_chunk (environment_id, asset_id, chunk, materialized, failed)
        select id, ${id}, ${chunk}, ${set}, ${none} from environment where name = 'production'
        on conflict (environment_id, asset_id, chunk) do update set materialized = excluded.materialized`;
    }
  });
}

function everySecond(first: number): PartitionSet {
  return PartitionSet.of(Array.from({ length: CHUNK / 2 }, (_, i) => first + i * 2));
}

describe("an asset with a million partitions", () => {
  it("is planned and launched as ranges: two million steps in a small heap and a few hundred rows", async () => {
    const plan = { keys: ["big", "copy"] };
    const preview = await client.plan.preview.query(plan);
    expect(preview.total).toBe(2_000_112);
    expect(preview.assets.map(({ partitions }) => partitions.length)).toEqual([2, 2]);
    expect(await weigh("plan.preview", plan)).toBeLessThan(2_000);
    const runId = await launch(client, plan);
    const [rows] = await database.db.read(
      "rows",
      ({ sql }) => sql<{ chunks: number; steps: number }[]>`
        select (select count(*)::integer from run_chunk where run_id = ${runId}) as chunks,
          (select count(*)::integer from step where run_id = ${runId}) as steps`,
    );
    expect(rows).toEqual({ chunks: 2 * 123, steps: 0 });
    expect(await client.runs.get.query({ runId })).toMatchObject({ total: 2_000_112, counts: { ready: 1_000_056 } });
    expect(await weigh("runs.get", { runId })).toBeLessThan(5_000);
    const steps = await client.runs.steps.query({ runId, limit: 500 });
    expect(steps.items).toHaveLength(500);
    await client.runs.cancel.mutate({ runId });
  });

  it("tells its statuses by runs of equal ones", async () => {
    await materialize((first) => PartitionSet.range(first, first + CHUNK - 100));
    const status = await client.partitions.status.query({ key: "big" });
    expect(status).toMatchObject({ total: 1_000_056, resolution: 1 });
    expect(status.counts.fresh + status.counts.missing).toBe(1_000_056);
    expect(status.runs.length / 3).toBeLessThanOrEqual(2 * 123);
    expect(await weigh("partitions.status", { key: "big" })).toBeLessThan(10_000);
    expect(await weigh("assets.status", {})).toBeLessThan(1_000);
  });

  it("is paged through by place, by status and by what is recorded", async () => {
    await materialize((first) => (first === 0 ? PartitionSet.range(0, 8_000) : PartitionSet.EMPTY));
    await database.db.transaction("pointers", async ({ sql }) => {
      await sql`insert into asset_partition (environment_id, asset_id, ordinal, run_id)
        select environment.id, asset.id, ordinal, 1
        from environment, asset, generate_series(0, 7999) as ordinal
        where asset.key = 'big' and environment.name = 'production'`;
      await sql`insert into materialization
          (asset_id, ordinal, run_id, claim_id, started_at, code_version_id, duration_ms, attempt, stored)
        select asset.id, ordinal, 1, 1, now(), 1, 1 + ordinal % 1000, 1,
          jsonb_build_object('rows', ordinal, 'objects', jsonb_build_array(jsonb_build_object('bytes', ordinal * 2)))
        from asset, generate_series(0, 7999) as ordinal where asset.key = 'big'`;
    });
    const page = (input: object) => client.partitions.table.query({ key: "big", limit: 2, ...input });
    const last = await page({ descending: true });
    expect(last).toMatchObject({ total: 1_000_056, reachable: 1_000_056 });
    const end = last.rows[0]?.ordinal ?? 0;
    expect(last.rows.map(({ ordinal }) => ordinal)).toEqual([end, end - 1]);
    const deep = await page({ offset: 900_001 });
    expect(deep.rows.map(({ ordinal }) => ordinal - (end - 1_000_055))).toEqual([900_001, 900_002]);
    const fresh = await page({ partitions: "status:fresh" });
    const rest = await page({ partitions: "status:fresh", offset: fresh.total - 1 });
    expect(rest.rows).toHaveLength(1);
    expect(fresh.total + (await page({ partitions: "status:missing" })).total).toBe(1_000_056);
    const most = await page({ sort: "rows", descending: true });
    expect(most).toMatchObject({ total: 1_000_056, reachable: 10_000 });
    expect(most.rows.map(({ made }) => [made?.rows, made?.bytes])).toEqual([
      [7_999, 15_998],
      [7_998, 15_996],
    ]);
    const narrow = await page({ sort: "bytes", partitions: "1970-11-30", offset: 7, limit: 3 });
    expect(narrow.total).toBe(24);
    // What was never made has no size: it comes after everything that has one.
    expect(narrow.rows.map(({ ordinal, made }) => [ordinal, made?.bytes])).toEqual([
      [7_999, 15_998],
      [8_000, undefined],
      [8_001, undefined],
    ]);
    expect(await weigh("partitions.table", { key: "big", limit: 500 })).toBeLessThan(100_000);
  });

  it("stays within bounds where every partition differs from the next, and is exact on demand", async () => {
    await materialize(everySecond);
    const status = await client.partitions.status.query({ key: "big" });
    expect(status.resolution).toBeGreaterThan(1);
    expect(status.runs.length / 3).toBeLessThanOrEqual(MAX_RUNS);
    // Counts are exact, however coarse the rest is.
    expect(status.counts).toMatchObject({ fresh: 500_028, missing: 500_028 });
    expect(await weigh("partitions.status", { key: "big", maxRuns: 5_000 })).toBeLessThan(150_000);
    const exact = await client.partitions.status.query({ key: "big", within: { start: 0, end: 4 } });
    const [missing, fresh] = [0, 1];
    expect(exact).toMatchObject({
      resolution: 1,
      runs: [fresh, 0, 1, missing, 1, 2, fresh, 2, 3, missing, 3, 4],
    });
  });

  it("tells a scattered plan in part, with how much there is of it", async () => {
    const isScattered = (first: number) => first === 0 || first === CHUNK;
    await materialize((first) => (isScattered(first) ? everySecond(first) : PartitionSet.range(first, first + CHUNK)));
    const plan = { keys: ["big"], only: ["missing" as const] };
    const preview = await client.plan.preview.query(plan);
    expect(preview.assets[0]).toMatchObject({ count: CHUNK, rangeCount: CHUNK, partitions: { length: 10_000 } });
    expect(await weigh("plan.preview", plan)).toBeLessThan(100_000);
  });

  it("tells of a scattered change as one range", async () => {
    await materialize((first) => (first === 0 ? everySecond(first) : PartitionSet.range(first, first + CHUNK)));
    const { cursor } = await client.assets.status.query({});
    const runId = await launch(client, { keys: ["big"], only: ["missing"] });
    const runner = await StepRunner.start(database.db);
    await runner.admit(runId);
    await runner.claim(4_000);
    const stream = readStream(address, "events.stream", { lastEventId: cursor });
    const { value } = await stream.next();
    const changes = value?.data as { partitions: { partitions: number[] }[] };
    expect(changes.partitions[0]?.partitions).toHaveLength(2);
    expect(JSON.stringify(changes).length).toBeLessThan(5_000);
    await stream.return(undefined);
  });
});
