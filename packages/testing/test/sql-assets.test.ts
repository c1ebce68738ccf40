import {
  asset,
  dailyPartitions,
  definitions,
  fail,
  monthlyPartitions,
  pass,
  type AnyAsset,
  type Definitions,
} from "@heddle/core";
import { csv } from "@heddle/io/csv";
import { sql, sqlAsset } from "@heddle/io/duckdb";
import { date, float64, int64, json as jsonColumn, parquet, table, timestamp, utf8 } from "@heddle/io/parquet";
import { postgres } from "@heddle/io/postgres";
import { materializeInMemory } from "@heddle/testing";
import { generateProject } from "@heddle/test-support/generated-project";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createWarehouse } from "./support/warehouse.ts";

const days = dailyPartitions({ start: "2012-01-01", end: "2012-03-01" });
const months = monthlyPartitions({ start: "2012-01", end: "2012-03" });
const weather = table({ day: date(), station: utf8(), tempMax: float64().nullable() });
const warmth = table({ station: utf8(), tempMax: float64(), days: int64() });

const rawWeather = asset({
  key: "weather/raw",
  partitions: days,
  io: parquet({ schema: weather }),
  materialize: ({ partition }) => [
    { day: partition.key, station: "SEA", tempMax: Number(partition.key.slice(8)) },
    { day: partition.key, station: "PDX", tempMax: null },
  ],
});

const summary = sqlAsset({
  key: "weather/summary",
  partitions: months,
  deps: { days: rawWeather },
  schema: warmth,
  io: parquet({ schema: warmth }),
  sql: ({ deps }) => sql`
    select station, avg(tempMax) as tempMax, count(*) as days
    from ${deps.days} where tempMax is not null group by station order by station`,
  checks: {
    warm: {
      blocking: true,
      check: ({ value }) => (value.every((row) => row.tempMax > 10) ? pass() : fail({ message: "too cold" })),
    },
  },
});

const warmest = sqlAsset({
  key: "weather/warmest",
  partitions: months,
  deps: { summary },
  sql: ({ deps, partition }) => sql`
    select ${partition.key} as month, station, tempMax from ${deps.summary}
    order by ${deps.summary.column("tempMax")} desc limit ${1}`,
});

test("SQL assets read what others have made, are checked, and are read by others", async () => {
  const made = await materializeInMemory(definitions({ assets: [rawWeather, summary, warmest] }), {
    partitions: "2012-01-01..2012-02-29",
  });
  expect(made.failures.map(({ asset: key, partition, cause }) => [key, partition, cause])).toEqual([]);
  expect(await made.value(summary, "2012-01")).toEqual([{ station: "SEA", tempMax: 16, days: 31n }]);
  expect(await made.value(warmest, "2012-02")).toEqual([{ month: "2012-02", station: "SEA", tempMax: 15 }]);
  expect(made.checks.map(({ name, partition, passed }) => [name, partition, passed])).toEqual([
    ["warm", "2012-01", true],
    ["warm", "2012-02", true],
  ]);
});

test("SQL assets read tables of PostgreSQL, and are stored in them", async () => {
  await using warehouse = await createWarehouse();
  const twoDays = dailyPartitions({ start: "2012-01-30", end: "2012-02-01" });
  const schema = table({ day: date(), at: timestamp(), big: int64(), extra: jsonColumn().nullable() });
  const rows = (day: string) => [
    { day, at: new Date(`${day}T01:02:03.456Z`), big: 2n ** 60n, extra: { day } },
    { day, at: new Date(0), big: -1n, extra: null },
  ];
  const raw = asset({
    key: "raw",
    partitions: twoDays,
    io: postgres({ url: warehouse.url, schema }),
    materialize: ({ partition }) => rows(partition.key),
  });
  const copy = sqlAsset({
    key: "copy",
    partitions: monthlyPartitions({ start: "2012-01", end: "2012-02" }),
    deps: { days: raw },
    schema,
    io: postgres({ url: warehouse.url, schema }),
    sql: ({ deps }) =>
      sql`select * from ${deps.days} where extra ->> 'day' > ${"2012-01-30"} or big = ${-1} order by day, big desc`,
  });
  const made = await materializeInMemory(definitions({ assets: [raw, copy] }), {
    partitions: "2012-01-30..2012-01-31",
  });
  made.assertOk();
  expect(await made.value(copy, "2012-01")).toEqual([{ ...rows("2012-01-30")[1] }, ...rows("2012-01-31")]);
});

test("JSON values that are all texts are still JSON for a query, whatever they look like", async () => {
  await using warehouse = await createWarehouse();
  const schema = table({ value: jsonColumn() });
  const texts = [{ value: "1" }, { value: "null" }, { value: "" }, { value: "a" }];
  const inPostgres = asset({
    key: "in_postgres",
    io: postgres({ url: warehouse.url, schema }),
    materialize: () => texts,
  });
  const inCsv = asset({
    key: "in_csv",
    io: csv({ schema, quote: null }),
    materialize: () => Buffer.from(`value\n${texts.map(({ value }) => JSON.stringify(value)).join("\n")}`),
  });
  const both = sqlAsset({
    key: "both",
    deps: { inPostgres, inCsv },
    schema,
    io: parquet({ schema }),
    sql: ({ deps }) => sql`select * from ${deps.inPostgres} union all select * from ${deps.inCsv}`,
  });
  const made = await materializeInMemory(definitions({ assets: [inPostgres, inCsv, both] }));
  made.assertOk();
  expect(await made.value(both)).toEqual([...texts, ...texts]);
});

test("a SQL asset is where it was declared, and of the kind sql", () => {
  expect(summary.source?.file).toContain("sql-assets.test.ts");
  expect(summary.checks.map(({ source }) => source)).toEqual([summary.source]);
  expect(summary.kinds).toEqual(["sql", "duckdb"]);
});

test("the example of the documentation compiles, and makes what it says", async () => {
  const page = readFileSync(new URL("../../../docs/sql-assets.md", import.meta.url), "utf8");
  const [, code = ""] = /```ts file=src\/definitions.ts\n(.+?)```/su.exec(page) ?? [];
  using project = generateProject({
    name: "sql-assets",
    within: import.meta.dirname,
    files: {
      "src/definitions.ts": code,
      "tsconfig.json": JSON.stringify({ extends: "../../../tsconfig.json", include: ["src"] }),
    },
  });
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  expect(spawnSync(process.execPath, [tsc, "-p", project.directory], { encoding: "utf8" }).stdout).toBe("");

  const module = (await import(join(project.directory, "src/definitions.ts"))) as {
    readonly default: Definitions;
    readonly summary: AnyAsset;
  };
  const made = await materializeInMemory(module.default, { partitions: "2012-01-01..2012-01-31" });
  made.assertOk();
  expect(await made.value(module.summary, "2012-01")).toEqual([{ station: "SEA", tempMax: 8.5, days: 31 }]);
});
