import type { StoredPreview } from "@heddle/core/internal";
import { readPreviewAnswer, readStoredPartition, requestPreview } from "@heddle/storage";
import { BUCKET_START_MS, createTestBucket, createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

/** What lies in a bucket, in a database of somebody else and in a file of DuckDB. */
const definitions = (s3: string, url: string): string => `
import { asset, definitions, staticPartitions } from "@heddle/core";
import { duckdbTable } from "@heddle/io/duckdb";
import { json } from "@heddle/io/json";
import { parquet, table, float64, int32, utf8 } from "@heddle/io/parquet";
import { postgres } from "@heddle/io/postgres";
import { s3Store } from "@heddle/io/s3";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const schema = table({ id: int32(), name: utf8().nullable(), heaviness: float64().nullable() });
const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, name: id === 3 ? null : "n" + (id % 7), heaviness: id / 2 }));
const partitions = staticPartitions(["x", "y"]);
const store = s3Store(${s3});
export default definitions({
  assets: [
    asset({ key: "s3/parquet", partitions, io: parquet({ schema, store }), materialize: ({ partition }) => (partition.key === "x" ? rows : rows.slice(4_000)) }),
    asset({ key: "s3/json", io: json({ store }), materialize: () => ({ answer: 42 }) }),
    asset({ key: "postgres", partitions, io: postgres({ url: ${JSON.stringify(url)}, schema }), materialize: ({ partition }) => (partition.key === "x" ? rows : rows.slice(4_000)) }),
    asset({ key: "duckdb", partitions, io: duckdbTable({ file: path("shop.duckdb"), schema }), materialize: ({ partition }) => (partition.key === "x" ? rows : rows.slice(4_000)) }),
  ],
});
`;

let deployment: TestDeployment;
let warehouse: TestDatabase;

beforeAll(async () => {
  const bucket = await createTestBucket();
  warehouse = await createTestDatabase();
  deployment = await createDeployment({
    "src/definitions.ts": definitions(JSON.stringify({ ...bucket, prefix: "previews" }), warehouse.url),
  });
  await deployment.startDaemon({ collection: null });
  await deployment.startWorker();
  const runs = [await deployment.launch(["s3/json"]), await deployment.launch(["s3/parquet", "postgres", "duckdb"])];
  for (const run of runs) expect(await deployment.ended(run)).toBe("success");
}, BUCKET_START_MS);
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await warehouse[Symbol.asyncDispose]();
});

interface Answer {
  readonly preview?: StoredPreview;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Asks a worker for the first two rows of a partition, as the catalog does. */
async function look(key: string, partitionKey: string | null = null): Promise<Answer> {
  const { db } = deployment;
  const ordinal = partitionKey === "y" ? 1 : 0;
  const { assetId, value } = await db.read("find value", async (tx) => {
    const [asset] = await tx.sql<{ id: number }[]>`select id from asset where key = ${key}`;
    const id = asset?.id ?? 0;
    return {
      assetId: id,
      value: await readStoredPartition(tx, { environmentId: 1, assetId: id, ordinal, runId: null }),
    };
  });
  if (value === null || value.stored === null || value.codeVersionId === null) throw new Error(`${key} is not stored`);
  const id = randomUUID();
  const stored = JSON.parse(JSON.stringify(value.stored));
  const { runId, codeVersionId } = value;
  const subject = { assetKey: key, partitionKey, stored };
  await requestPreview(db, { id, assetId, ordinal, runId, rows: 2, codeVersionId, subject });
  let answer: unknown;
  await until("a worker answers", async () => (answer = await readPreviewAnswer(db, id)) !== undefined);
  // What a worker answers is what it says that it is.
  return answer as Answer;
}

it.each(["s3/parquet", "postgres", "duckdb"])("a worker shows the first rows of a partition in %s", async (key) => {
  const first = (await look(key, "x")).preview;
  expect(first).toMatchObject({ kind: "table", totalRows: 5_000, totalColumns: 3 });
  if (first?.kind !== "table") throw new Error("it is no table");
  expect(first.rows).toEqual([
    [0, "n0", 0],
    [1, "n1", 0.5],
  ]);
  expect(first.columns.map(({ name }) => name)).toEqual(["id", "name", "heaviness"]);
  const second = (await look(key, "y")).preview;
  expect(second).toMatchObject({
    totalRows: 1_000,
    rows: [
      [4_000, "n3", 2_000],
      [4_001, "n4", 2_000.5],
    ],
  });
});

it("a worker shows an object of JSON in S3 as its one row", async () => {
  expect((await look("s3/json")).preview).toMatchObject({ kind: "table", columns: [{ name: "answer" }], rows: [[42]] });
});

it("a table that was altered by hand says so, and one that was dropped, too", async () => {
  const { db } = warehouse;
  const [found] = await db.read(
    "table",
    ({ sql }) => sql<{ name: string }[]>`
    select format('%I.%I', c.table_schema, c.table_name) as name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.column_name = 'heaviness' and t.table_type = 'BASE TABLE' limit 1`,
  );
  const name = found?.name ?? "";
  await db.transaction("alter", ({ sql }) => sql.unsafe(`alter table ${name} rename column heaviness to heavy`));
  const altered = (await look("postgres", "x")).error;
  expect(altered?.message).toMatch(/heaviness/u);
  await db.transaction("drop", ({ sql }) => sql.unsafe(`drop table ${name} cascade`));
  const gone = (await look("postgres", "x")).error;
  expect(gone?.code).toBe("IO_OBJECT_MISSING");
});
