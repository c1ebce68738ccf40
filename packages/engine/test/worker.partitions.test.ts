import { addDynamicPartitions, readDynamicKeys } from "@heddle/storage";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type LaunchOptions, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";

const DEFINITIONS = `
import { asset, atLeast, atMostMissing, dailyPartitions, definitions, dep, dynamicPartitions, monthlyPartitions, ownPartitions, previousPartition, staticPartitions, timeWindowMapping } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-02" });
const broken = new Set(["2024-01-03", "2024-01-04"]);

const raw = asset({ key: "raw", partitions: days, materialize({ partition }) {
  if (broken.has(partition.key)) throw new Error("no data");
  return { day: partition.key };
} });
const read = async (days: AsyncIterable<[string, { day: string }]>) => { const keys: string[] = []; for await (const [key] of days) keys.push(key); return keys.length; };
const tolerant = asset({ key: "tolerant", partitions: months, deps: { days: dep(raw, { wait: atMostMissing(2) }) }, materialize: async ({ deps }) => ({ read: await read(deps.days), missing: [...deps.days.missing] }) });
const strict = asset({ key: "strict", partitions: months, deps: { days: dep(raw, { wait: atMostMissing(1) }) }, materialize: async ({ deps }) => read(deps.days) });
const quorum = asset({ key: "quorum", partitions: months, deps: { days: dep(raw, { wait: atLeast(30) }) }, materialize: async ({ deps }) => read(deps.days) });

const chained = asset({ key: "chained", partitions: days, deps: { chained: dep(raw, { mapping: timeWindowMapping({ startOffset: -1, endOffset: 0 }), wait: atLeast(2) }) }, materialize: async ({ deps }) => deps.chained.keys });

const balance = asset({ key: "balance", partitions: days, deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) }, materialize: ({ deps }) => (deps.before ?? 0) + 1 });
const window = asset({ key: "window", partitions: days, deps: { before: ownPartitions<string[]>()({ mapping: timeWindowMapping({ startOffset: -2, endOffset: -1 }), wait: atLeast(0) }) }, materialize({ deps, partition }) {
  if (broken.has(partition.key)) throw new Error("no data");
  return [...deps.before.keys, "-" + deps.before.missing.join()];
} });

const schema = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate(value: unknown) {
      const { limit = 5, names = [] } = value as { limit?: unknown; names?: unknown[] };
      const issues: { message: string; path: (string | number)[] }[] = [];
      if (typeof limit !== "number") issues.push({ message: "expected a number", path: ["limit"] });
      names.forEach((name, index) => { if (typeof name !== "string") issues.push({ message: "expected text", path: ["names", index] }); });
      return issues.length > 0 ? { issues } : { value: { limit: limit as number, count: names.length } };
    },
    types: undefined as { input: unknown; output: { limit: number; count: number } } | undefined,
  },
};
const configured = asset({ key: "configured", config: schema, materialize: ({ config }) => config });

const customers = dynamicPartitions({ name: "customers" });
const discover = asset({ key: "discover", partitions: staticPartitions(["fine", "fails", "wrong"]), materialize({ partition, addPartitions, removePartitions }) {
  addPartitions(customers, [partition.key + "|1", "with, comma"]);
  removePartitions(customers, ["gone"]);
  if (partition.key === "fails") throw new Error("after adding");
  if (partition.key === "wrong") addPartitions(customers, ["a\\nb"]);
  return 1;
} });
const found = asset({ key: "found", partitions: staticPartitions(["a", "b", "c"]), chunk: 3, *materialize({ partitions, addPartitions }) {
  for (const { key } of partitions) { addPartitions(customers, ["chunk " + key]); yield [key, key === "b" ? (1n as never) : 1]; }
} });
const perCustomer = asset({ key: "per_customer", partitions: customers, materialize: ({ partition }) => partition.key });

export default definitions({ assets: [raw, tolerant, strict, quorum, chained, balance, window, configured, discover, found, perCustomer] });
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker();
});
afterAll(async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
  await deployment[Symbol.asyncDispose]();
});

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

async function run(keys: readonly string[], options: LaunchOptions = {}, partitions?: string) {
  const id = await deployment.launch(keys, partitions, options);
  const status = await deployment.ended(id);
  const failures = await query<{ key: string; code: string | null; message: string }>(
    `select a.key, t.error->>'code' as code, t.error->>'message' as message
     from attempt t join asset a on a.id = t.asset_id where t.run_id = ${id} order by a.key, t.ordinal`,
  );
  const counts = await query<{ key: string; success: number; failed: number; skipped: number }>(
    `select a.key, r.success, r.failed, r.skipped from run_asset r join asset a on a.id = r.asset_id where r.run_id = ${id} order by r.position`,
  );
  return { id, status, failures, counts };
}

/** Loads what a run stored of an asset, as JSON. */
async function valueOf(runId: number, key: string): Promise<unknown> {
  const [row] = await query<{ location: string }>(
    `select m.stored->>'location' as location from materialization m join asset a on a.id = m.asset_id
     where m.run_id = ${runId} and a.key = '${key}' order by m.ordinal`,
  );
  return row === undefined ? undefined : JSON.parse(readFileSync(row.location, "utf8"));
}

describe("a dependency that tolerates missing partitions", () => {
  it("lets its reader go on without them, tells which they are, and skips it when they are too many", async () => {
    const { id, counts, failures } = await run(["raw", "tolerant", "strict", "quorum"]);
    expect(counts).toEqual([
      { key: "raw", success: 29, failed: 2, skipped: 0 },
      { key: "tolerant", success: 1, failed: 0, skipped: 0 },
      { key: "strict", success: 0, failed: 0, skipped: 1 },
      { key: "quorum", success: 0, failed: 0, skipped: 1 },
    ]);
    expect(failures.map(({ key }) => key)).toEqual(["raw", "raw"]);
    expect(await valueOf(id, "tolerant")).toEqual({ read: 29, missing: ["2024-01-03", "2024-01-04"] });
    const [{ inputs }] = (await query<{ inputs: { partitions: number[] }[] }>(
      `select m.inputs from materialization m join asset a on a.id = m.asset_id where m.run_id = ${id} and a.key = 'tolerant'`,
    )) as [{ inputs: { partitions: number[] }[] }];
    expect(inputs.map(({ partitions }) => partitions)).toEqual([[19_723, 19_725, 19_727, 19_754]]);
  });

  it("fails a reader of too little that no run makes, and names the counts", async () => {
    const { failures } = await run(["strict", "quorum"]);
    expect(failures).toEqual(
      ["quorum", "strict"].map((key) => ({
        key,
        code: "STEP_INPUT_MISSING",
        message: `${key} [2024-01] needs at least 30 of 31 partitions of raw, 29 are there (missing: 2024-01-03..2024-01-04 (2))`,
      })),
    );
  });

  it("is judged for each reader by itself", async () => {
    const { failures, counts } = await run(["chained"]);
    expect(failures.map(({ message }) => message.slice(0, 66))).toEqual([
      "chained [2024-01-01] needs at least 2 of 1 partitions of raw, 1 is",
      "chained [2024-01-03] needs at least 2 of 2 partitions of raw, 1 is",
      "chained [2024-01-04] needs at least 2 of 2 partitions of raw, 0 ar",
      "chained [2024-01-05] needs at least 2 of 2 partitions of raw, 1 is",
    ]);
    expect(counts).toEqual([{ key: "chained", success: 27, failed: 4, skipped: 0 }]);
  });
});

describe("an asset that reads its own earlier partitions", () => {
  it("is made one after the other, whatever the order of the run, and its first partition reads nothing", async () => {
    const { id, status } = await run(["balance"], { order: "newest" });
    expect(status).toBe("success");
    expect(await valueOf(id, "balance")).toBe(1);
    const [last] = await query<{ location: string }>(
      `select stored->>'location' as location from materialization where run_id = ${id} order by ordinal desc limit 1`,
    );
    expect(JSON.parse(readFileSync(last?.location ?? "", "utf8"))).toBe(31);
  });

  it("goes on without those that failed, where it says so", async () => {
    const { id, counts } = await run(["window"]);
    expect(counts).toEqual([{ key: "window", success: 29, failed: 2, skipped: 0 }]);
    const made = await query<{ location: string }>(
      `select stored->>'location' as location from materialization where run_id = ${id} order by ordinal`,
    );
    const values = made.map(({ location }) => JSON.parse(readFileSync(location, "utf8")) as string[]);
    expect(values.slice(0, 4)).toEqual([
      ["-"],
      ["2024-01-01", "-"],
      ["-2024-01-03,2024-01-04"],
      ["2024-01-05", "-2024-01-04"],
    ]);
  });
});

describe("config", () => {
  it("reaches the function as its schema reads it, with defaults where none is stated", async () => {
    const stated = await run(["configured"], { config: { configured: { limit: 9, names: ["a", "b"] } } });
    expect(await valueOf(stated.id, "configured")).toEqual({ limit: 9, count: 2 });
    const none = await run(["configured"]);
    expect(await valueOf(none.id, "configured")).toEqual({ limit: 5, count: 0 });
  });

  it("that the schema refuses fails the step before its function begins, naming path and value", async () => {
    const { failures } = await run(["configured"], { config: { configured: { limit: "many", names: ["a", 7] } } });
    expect(failures).toEqual([
      {
        key: "configured",
        code: "STEP_CONFIG_INVALID",
        message:
          'the config of configured does not fit its schema: limit is "many": expected a number; names.1 is 7: expected text',
      },
    ]);
  });
});

describe("dynamic partitions from code", () => {
  const keys = () => deployment.db.read("testKeys", (tx) => readDynamicKeys(tx, ["customers"]));

  it("come and go with the publication of their step, and not at all when it fails", async () => {
    await addDynamicPartitions(deployment.db, { definition: "customers", keys: ["gone"], origin: { kind: "test" } });
    const { failures } = await run(["discover"]);
    expect(await keys()).toEqual({ customers: [null, "fine|1", "with, comma"] });
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      [null, "after adding"],
      ["PARTITIONS_INVALID", '"a\\nb" cannot be a key of "customers": it has a control character'],
    ]);
  });

  it("come with the partition of a chunk that was yielded after them", async () => {
    const { failures } = await run(["found"]);
    expect(failures.map(({ code }) => code)).toEqual(["IO_VALUE_NOT_STORABLE"]);
    expect((await keys()).customers?.slice(3)).toEqual(["chunk a", "chunk c"]);
  });

  it("are those of the plan for the steps of a run", async () => {
    const dynamicKeys = await keys();
    const planned = await deployment.launch(["per_customer"], "fine|1", { dynamicKeys });
    expect(await deployment.ended(planned)).toBe("success");
    expect(await valueOf(planned, "per_customer")).toBe("fine|1");
  });
});
