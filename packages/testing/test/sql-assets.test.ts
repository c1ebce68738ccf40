import { asset, dailyPartitions, definitions, fail, monthlyPartitions, pass } from "@heddle/core";
import { sql, sqlAsset } from "@heddle/io/duckdb";
import { date, float64, int64, parquet, table, utf8 } from "@heddle/io/parquet";
import { materializeInMemory } from "@heddle/testing";
import { expect, test } from "vitest";

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

test("a SQL asset is where it was declared, and of the kind sql", () => {
  expect(summary.source?.file).toContain("sql-assets.test.ts");
  expect(summary.kinds).toEqual(["sql", "duckdb"]);
});
