import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";

const DEFINITIONS = `
import { asset, dailyPartitions, definitions, fail, monthlyPartitions, pass } from "@heddle/core";
import { duckdbTable, sql, sqlAsset } from "@heddle/io/duckdb";
import { date, float64, int32, parquet, table, utf8 } from "@heddle/io/parquet";
import { existsSync } from "node:fs";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const days = dailyPartitions({ start: "2024-01-28", end: "2024-02-03" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-03" });
const weather = table({ day: date(), station: utf8(), tempMax: float64() });
const warmth = table({ month: utf8(), station: utf8(), tempMax: float64(), days: int32() });

const raw = asset({
  key: "raw",
  partitions: days,
  io: parquet({ schema: weather }),
  materialize: ({ partition }) => [{ day: partition.key, station: "SEA", tempMax: Number(partition.key.slice(8)) }],
});

const summary = sqlAsset({
  key: "summary",
  partitions: months,
  deps: { days: raw },
  schema: warmth,
  io: duckdbTable({ file: path("warehouse.duckdb"), schema: warmth }),
  sql: ({ deps, partition }) => sql\`
    select \${partition.key} as month, station, avg(tempMax) as tempMax, count(*) as days
    from \${deps.days} group by station order by station\`,
  checks: { wanted: { blocking: true, check: () => (existsSync(path("doubt")) ? fail() : pass()) } },
});

const shown = sqlAsset({
  key: "shown",
  deps: { summary },
  sql: ({ deps }) => sql\`select month, tempMax, days from \${deps.summary} order by month\`,
});

const wrong = sqlAsset({ key: "wrong", deps: { summary }, sql: ({ deps }) => sql\`select nothing from \${deps.summary}\` });

const long = sqlAsset({
  key: "long",
  timeoutMs: 1_500,
  sql: () => sql\`select count(*) as n from range(1000000000000) a, range(7) b where a.range % 7 = b.range\`,
});

export default definitions({ assets: [raw, summary, shown, wrong, long] });
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

async function run(keys: readonly string[], partitions = "all") {
  const id = await deployment.launch(keys, partitions);
  const status = await deployment.ended(id);
  const failures = await query<{ code: string; message: string }>(
    `select error->>'code' as code, error->>'message' as message from attempt where run_id = ${id} order by ordinal`,
  );
  return { id, status, failures };
}

/** What the asset without partitions has stored. */
async function shown(): Promise<unknown> {
  const [made] = await query<{ key: string }>(
    `select m.stored->'objects'->0->>'key' as key from materialization m join asset a on a.id = m.asset_id
     where a.key = 'shown' order by m.run_id desc limit 1`,
  );
  return JSON.parse(readFileSync(deployment.path(`storage/${made?.key}`), "utf8"));
}

describe("SQL assets in a worker", () => {
  it("are made from what others have stored, by several processes and one file", async () => {
    expect(await run(["raw", "summary", "shown"])).toMatchObject({ status: "success", failures: [] });
    expect(await shown()).toEqual([
      { month: "2024-01", tempMax: 29.5, days: 4 },
      { month: "2024-02", tempMax: 1.5, days: 2 },
    ]);
    const [{ stored } = {}] = await query<{ stored: object }>(
      `select m.stored from materialization m join asset a on a.id = m.asset_id where a.key = 'summary' order by m.ordinal`,
    );
    expect(stored).toMatchObject({
      io: "duckdb",
      rows: 1,
      columns: [{ name: "month", min: "2024-01", nulls: 0 }, {}, {}, {}],
    });
  });

  it("that fail a blocking check are removed, and the version before is read", async () => {
    writeFileSync(deployment.path("doubt"), "");
    expect((await run(["summary"])).status).toBe("failed");
    expect((await run(["shown"])).status).toBe("success");
    expect(await shown()).toHaveLength(2);
  });

  it("that are wrong fail with the query and a mark", async () => {
    const { status, failures } = await run(["wrong"]);
    expect(status).toBe("failed");
    expect(failures).toEqual([
      {
        code: "SQL_FAILED",
        message: expect.stringMatching(/asset wrong: .*"nothing" not found.*\n {9}\^/su) as string,
      },
    ]);
  });

  it("that take too long are given up, and the process works on", async () => {
    const { status } = await run(["long"]);
    expect(status).toBe("failed");
    expect((await run(["shown"])).status).toBe("success");
  });
});
