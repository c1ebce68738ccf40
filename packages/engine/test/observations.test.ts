import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PartitionSet } from "@heddle/core/internal";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { until } from "./support/processes.ts";

const FILE = join(tmpdir(), `heddle-observed-${randomUUID()}.json`);

const DEFINITIONS = `
import { asset, definitions, eager, externalAsset, resource, staticPartitions } from "@heddle/core";
import { readFileSync } from "node:fs";

const bucket = resource({ key: "bucket", create: () => ({ read: () => JSON.parse(readFileSync(${JSON.stringify(FILE)}, "utf8")) }) });
const regions = staticPartitions(["eu", "us"]);
const feed = externalAsset({ key: "feed", partitions: regions, resources: { bucket }, observe({ partition, previous, resources, log }) {
  const version = resources.bucket.read()[partition.key];
  log.info("looked", { previous });
  if (version === "throw") throw new Error("the feed is away");
  return { dataVersion: version, metadata: { rows: 12 } };
} });
const silent = externalAsset({ key: "silent", observe: () => "" });
const table = asset({ key: "table", partitions: regions, deps: { feed }, automation: eager(), materialize: ({ partition }) => partition.key });
const cached = asset({ key: "cached", partitions: regions, deps: { feed }, cache: true, materialize: ({ partition }) => partition.key });
export default definitions({ assets: [feed, silent, table, cached] });
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker();
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  rmSync(FILE, { force: true });
});

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

const seen = (versions: { readonly eu: string; readonly us: string }): void =>
  writeFileSync(FILE, JSON.stringify(versions));

/** Runs an asset, and gives how many of its steps did something, and how many found that there was nothing to do. */
async function run(key: string) {
  const id = await deployment.launch([key]);
  const status = await deployment.ended(id);
  const [counts] = await query<{ success: number; skipped: number; failed: number }>(
    `select success, skipped, failed from run_asset where run_id = ${id}`,
  );
  return { id, status, counts: { ...counts } };
}

const versions = () =>
  query<{ ordinal: number; version: string; metadata: object | null; stored: object | null }>(`
    select p.ordinal, m.data_version as version, m.metadata, m.stored from asset_partition p
    join materialization m on m.asset_id = p.asset_id and m.ordinal = p.ordinal and m.run_id = p.run_id
    join asset a on a.id = p.asset_id where a.key = 'feed' order by 1`);

const automated = () =>
  query<{ id: number; partitions: unknown }>(`
    select id, plan -> 'assets' -> 0 -> 'partitions' as partitions from run where origin ->> 'kind' = 'condition' order by id`);

it("records what was seen first, and afterwards only what is another version", async () => {
  seen({ eu: "1", us: "1" });
  expect(await run("feed")).toMatchObject({ status: "success", counts: { success: 2, skipped: 0 } });
  expect(await versions()).toMatchObject([
    { ordinal: 0, version: "1", metadata: { rows: { value: 12 } }, stored: null },
    { ordinal: 1, version: "1" },
  ]);
  expect(await run("feed")).toMatchObject({ status: "success", counts: { success: 0, skipped: 2 } });
  seen({ eu: "2", us: "1" });
  expect(await run("feed")).toMatchObject({ status: "success", counts: { success: 1, skipped: 1 } });
  expect((await versions()).map(({ version }) => version)).toEqual(["2", "1"]);
});

it("is what makes exactly those partitions downstream that read it", async () => {
  await run("table");
  const before = await automated();
  seen({ eu: "2", us: "3" });
  await run("feed");
  await until("the condition has asked for a run", async () => (await automated()).length > before.length);
  const made = (await automated()).slice(before.length);
  expect(made.map(({ partitions }) => partitions)).toEqual([[1, 2]]);
  await deployment.ended(made[0]?.id ?? 0);
  // Looking again changes nothing: no further run begins until the next change, which is seen after it.
  await run("feed");
  seen({ eu: "4", us: "3" });
  await run("feed");
  await until("the condition has asked for a run", async () => (await automated()).length > before.length + 1);
  expect((await automated()).slice(before.length + 1).map(({ partitions }) => partitions)).toEqual([[0, 1]]);
});

it("lets what reads it be skipped as up to date", async () => {
  await run("cached");
  expect(await run("cached")).toMatchObject({ counts: { success: 0, skipped: 2 } });
  seen({ eu: "4", us: "5" });
  await run("feed");
  expect(await run("cached")).toMatchObject({ counts: { success: 1, skipped: 1 } });
});

it("keeps the last version when a look fails, and records the next one also when it is the same", async () => {
  seen({ eu: "throw", us: "5" });
  expect(await run("feed")).toMatchObject({ status: "failed", counts: { failed: 1, skipped: 1 } });
  expect((await versions()).map(({ version }) => version)).toEqual(["4", "5"]);
  seen({ eu: "4", us: "5" });
  expect(await run("feed")).toMatchObject({ status: "success", counts: { success: 1, skipped: 1 } });
  const [chunk] = await query<{ failed: Uint8Array }>(
    `select c.failed from asset_chunk c join asset a on a.id = c.asset_id where a.key = 'feed'`,
  );
  expect(PartitionSet.decode(chunk?.failed ?? new Uint8Array()).isEmpty).toBe(true);
});

it("fails with a clear error when no version is given back", async () => {
  const { id, status } = await run("silent");
  expect(status).toBe("failed");
  const [row] = await query<{ error: { code: string } }>(`select error from attempt where run_id = ${id}`);
  expect(row?.error.code).toBe("STEP_OBSERVATION_INVALID");
});

it("leaves nothing behind that may not be", async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
});
