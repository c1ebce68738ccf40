import { afterAll, beforeAll, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";

const DEFINITIONS = `
import { asset, definitions, externalAsset, staticPartitions } from "@heddle/core";
import { z } from "zod";

const parts = staticPartitions(["a", "b", "c"]);
const outside = externalAsset({ key: "outside" });
const source = asset({ key: "source", partitions: parts, materialize: ({ partition }) => partition.key });
const cached = asset({ key: "cached", partitions: parts, deps: { source }, cache: true, materialize: ({ deps }) => deps.source });
const chunk = asset({ key: "chunk", partitions: parts, deps: { source }, cache: true, chunk: "range", async *materialize({ partitions }) {
  for (const { key } of partitions) yield [key, key] as const;
} });
const whole = asset({ key: "whole", deps: { cached }, cache: true, config: z.object({ factor: z.number().default(1) }), materialize: ({ config }) => config.factor });
const wet = asset({ key: "wet", deps: { outside }, cache: true, materialize: () => 1 });
export default definitions({ assets: [outside, source, cached, chunk, whole, wet] });
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker();
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

async function run(
  keys: readonly string[],
  options: { readonly partitions?: string; readonly config?: { [key: string]: object } } = {},
) {
  const { partitions = "all", config } = options;
  const id = await deployment.launch(keys, partitions, config === undefined ? {} : { config: config as never });
  const status = await deployment.ended(id);
  const counts = await query<{ key: string; success: number; skipped: number }>(
    `select a.key, r.success, r.skipped from run_asset r join asset a on a.id = r.asset_id where r.run_id = ${id} order by r.position`,
  );
  const lines = await query<{ lines: string }>(`select lines from log_chunk where run_id = ${id} order by id`);
  return {
    status,
    counts: Object.fromEntries(counts.map(({ key, success, skipped }) => [key, [success, skipped]])),
    log: lines.map((row) => row.lines).join("\n"),
  };
}

it("skips what is up to date, also in chunks, and makes what is behind it", async () => {
  const keys = ["source", "cached", "chunk", "whole"];
  expect((await run(keys)).counts).toEqual({ source: [3, 0], cached: [3, 0], chunk: [3, 0], whole: [1, 0] });
  // The source is made again, and comes out the same.
  const again = await run(keys);
  expect(again.status).toBe("success");
  expect(again.counts).toEqual({ source: [3, 0], cached: [0, 3], chunk: [0, 3], whole: [0, 1] });
});

it("makes in a chunk what is missing, and skips the others of it", async () => {
  await deployment.db.transaction(
    "lose",
    ({ sql }) => sql`
    update materialization set data_version = 'other' where asset_id = (select id from asset where key = 'source') and ordinal = 1`,
  );
  const { status, counts, log } = await run(["chunk"]);
  expect(status).toBe("success");
  expect(counts).toEqual({ chunk: [0, 3] });
  await run(["source"], { partitions: "b" });
  const { counts: changed, log: told } = await run(["chunk"]);
  expect([changed, log]).toEqual([{ chunk: [1, 2] }, ""]);
  expect(told).toContain("made again because the data of something that it reads have changed");
});

it("makes again what gets other config, and what reads an external asset, and says why", async () => {
  await run(["cached", "whole"]);
  const other = await run(["whole"], { config: { whole: { factor: 2 } } });
  expect(other.counts).toEqual({ whole: [1, 0] });
  expect(other.log).toContain("made again because it gets other config");
  expect((await run(["whole"], { config: { whole: { factor: 2 } } })).counts).toEqual({ whole: [0, 1] });
  await run(["wet"]);
  const wet = await run(["wet"]);
  expect(wet.counts).toEqual({ wet: [1, 0] });
  expect(wet.log).toContain("it reads an external asset");
});

it("leaves nothing behind that may not be", async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
});
