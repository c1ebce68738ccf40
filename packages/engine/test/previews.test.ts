import type { StoredValue } from "@heddle/core";
import type { StoredPreview } from "@heddle/core/internal";
import {
  readPreviewAnswer,
  readStoredPartition,
  requestPreview,
  withdrawPreview,
  type Database,
} from "@heddle/storage";
import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

const DEFINITIONS = `
import { asset, definitions, ioManager, staticPartitions } from "@heddle/core";
import { bytes } from "@heddle/io/bytes";
import { csv } from "@heddle/io/csv";
import { jsonLines } from "@heddle/io/json";
import { parquet, table, int32, utf8, timestamp, float64 } from "@heddle/io/parquet";
import { arrow } from "@heddle/io/arrow";
import { existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const schema = table({ id: int32(), name: utf8().nullable(), at: timestamp(), weight: float64().nullable() });
const rows = Array.from({ length: 5_000 }, (_, id) => ({
  id, name: id === 3 ? null : "n" + (id % 7), at: new Date(86_400_000 * id), weight: id === 4 ? Number.NaN : id / 2,
}));
const slow = ioManager<unknown, unknown>({
  name: "slow",
  store: undefined,
  async write() { return { io: "slow", objects: [], dataVersion: "1" }; },
  async load() { return 1; },
  async preview({ signal }) {
    writeFileSync(path("reading"), "");
    if (existsSync(path("hang"))) { for (;;) { if (existsSync(path("let-go"))) break; } }
    await pause(60_000, undefined, { signal });
    return { columns: [], rows: [], totalRows: 0 };
  },
});
const blind = ioManager<unknown, unknown>({
  name: "blind", store: undefined,
  async write() { return { io: "blind", objects: [], dataVersion: "1" }; },
  async load() { return 1; },
});
export default definitions({
  assets: [
    asset({ key: "json", materialize: () => [{ a: 1, b: "<b>" }, { a: null, c: [1] }] }),
    asset({ key: "lines", io: jsonLines(), materialize: () => [{ a: 1 }, { a: 2 }, { a: 3 }] }),
    asset({ key: "parquet", partitions: staticPartitions(["x", "y"]), io: parquet({ schema }), materialize: () => rows }),
    asset({ key: "arrow", io: arrow({ schema }), materialize: () => rows }),
    asset({ key: "csv", io: csv({ schema: table({ id: int32() }) }), materialize: () => Buffer.from("id\\n1\\n2\\n") }),
    asset({ key: "bytes", io: bytes(), materialize: () => Buffer.from("plain text") }),
    asset({ key: "slow", io: slow, materialize: () => 1 }),
    asset({ key: "blind", io: blind, materialize: () => 1 }),
  ],
});
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon({ collection: null });
  await deployment.startWorker();
  const runId = await deployment.launch(["json", "lines", "parquet", "arrow", "csv", "bytes", "slow", "blind"]);
  expect(await deployment.ended(runId)).toBe("success");
});
afterAll(() => deployment[Symbol.asyncDispose]());

interface Answer {
  readonly preview?: StoredPreview;
  readonly error?: { readonly code: string; readonly message: string };
}

async function ask(
  db: Database,
  key: string,
  change: (stored: StoredValue) => StoredValue = (stored) => stored,
): Promise<string> {
  const found = await db.read("find value", async (tx) => {
    const [asset] = await tx.sql<{ id: number }[]>`select id from asset where key = ${key}`;
    const assetId = asset?.id ?? 0;
    const value = await readStoredPartition(tx, { environmentId: 1, assetId, ordinal: 0, runId: null });
    return { assetId, value };
  });
  const { value, assetId } = found;
  if (value === null || value.stored === null || value.codeVersionId === null) throw new Error(`${key} is not stored`);
  const id = randomUUID();
  const partitionKey = key === "parquet" ? "x" : null;
  const stored = JSON.parse(JSON.stringify(change(value.stored)));
  const { runId, codeVersionId } = value;
  const subject = { assetKey: key, partitionKey, stored };
  await requestPreview(db, { id, assetId, ordinal: 0, runId, rows: 2, codeVersionId, subject });
  return id;
}

async function answered(db: Database, id: string): Promise<Answer> {
  let answer: unknown;
  await until("a worker answers", async () => (answer = await readPreviewAnswer(db, id)) !== undefined);
  // What a worker answers is what it says that it is.
  return answer as Answer;
}

const look = async (key: string, change?: (stored: StoredValue) => StoredValue): Promise<Answer> =>
  answered(deployment.db, await ask(deployment.db, key, change));

describe("a worker shows what is stored", () => {
  it("as the first rows of each format of tables, with what is known of the columns", async () => {
    expect((await look("json")).preview).toMatchObject({
      kind: "table",
      rows: [
        [1, "<b>", null],
        [null, null, [1]],
      ],
      totalRows: 2,
    });
    expect((await look("lines")).preview).toMatchObject({ rows: [[1], [2]], totalRows: 3 });
    expect((await look("csv")).preview).toMatchObject({ rows: [[1], [2]], totalRows: 2 });
    for (const key of ["parquet", "arrow"]) {
      const { preview } = await look(key);
      expect(preview).toMatchObject({ kind: "table", totalRows: 5_000, totalColumns: 4, isCut: false });
      if (preview?.kind !== "table") throw new Error("it is no table");
      expect(preview.rows).toEqual([
        [0, "n0", "1970-01-01T00:00:00.000Z", 0],
        [1, "n1", "1970-01-02T00:00:00.000Z", 0.5],
      ]);
      expect(preview.columns[0]).toMatchObject({
        name: "id",
        type: "Int32",
        basis: "value",
        min: 0,
        max: 4_999,
        nulls: 0,
      });
      expect(preview.columns[1]).toMatchObject({ name: "name", nullable: true, nulls: 1, distinct: 2 });
    }
  });

  it("as text when it is no table, and as nothing when its I/O manager shows nothing", async () => {
    expect((await look("bytes")).preview).toMatchObject({ kind: "text", content: "plain text", totalBytes: 10 });
    expect((await look("blind")).preview).toEqual({ kind: "none" });
  });

  it("or why it cannot", async () => {
    const elsewhere = (stored: StoredValue): StoredValue => ({
      ...stored,
      objects: stored.objects.map((object) => ({ ...object, key: `${object.key}.gone` })),
    });
    expect((await look("json", elsewhere)).error).toMatchObject({ code: "IO_OBJECT_MISSING" });
    expect((await look("json", (stored) => ({ ...stored, io: "pickle" }))).error?.code).toBe("IO_MANAGER_MISMATCH");
    const damaged = (stored: StoredValue): StoredValue => ({
      ...stored,
      objects: stored.objects.map((object) => ({ ...object, sha256: "0".repeat(64) })),
    });
    expect((await look("json", damaged)).error).toMatchObject({ code: "IO_OBJECT_CORRUPT" });
  });
});

describe("a read that nobody waits for any more", () => {
  it.each([
    ["ends by its signal", false],
    ["goes with its process when it does not", true],
  ])("%s", async (_, hangs) => {
    const { db } = deployment;
    rmSync(deployment.path("reading"), { force: true });
    if (hangs) writeFileSync(deployment.path("hang"), "");
    const id = await ask(db, "slow");
    await until("the value is being read", () => existsSync(deployment.path("reading")));
    await withdrawPreview(db, id);
    // Two reads go on at once: a third one begins when the first has ended.
    expect((await look("json")).preview?.kind).toBe("table");
    const others = await Promise.all([look("bytes"), look("lines"), look("csv")]);
    expect(others.map(({ preview }) => preview?.kind)).toEqual(["text", "table", "table"]);
    expect(await readPreviewAnswer(db, id)).toBeUndefined();
    rmSync(deployment.path("hang"), { force: true });
  });
});
