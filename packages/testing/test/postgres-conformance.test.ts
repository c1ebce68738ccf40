import { bool, date, float64, int32, int64, json, list, postgres, table, timestamp, utf8 } from "@heddle/io/postgres";
import { describeIoManager } from "@heddle/testing/conformance";
import { afterAll, beforeAll } from "vitest";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await createWarehouse();
});
afterAll(() => warehouse[Symbol.asyncDispose]());

const schema = table({
  day: date(),
  at: timestamp(),
  station: utf8(),
  tempMax: float64().nullable(),
  count: int32(),
  total: int64(),
  isDry: bool(),
  extra: json().nullable(),
  hourly: list(float64().nullable()),
});

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    day: new Date(Date.UTC(1999, 11, 31) + (index % 1000) * 86_400_000).toISOString().slice(0, 10),
    at: new Date((index % 2 === 0 ? 1 : -1) * index * 61_001),
    station: ["SEA", "Zürich", "東京", "", "\u{1F9F5} loom"][index % 5] ?? "",
    tempMax: index % 5 === 0 ? null : (index % 400) / 10 - 20,
    count: index % 7 === 0 ? -2_147_483_648 : index,
    total: BigInt(index) * 10_000_000_000n,
    isDry: index % 2 === 0,
    extra: index % 8 === 0 ? null : { index, tags: ["a", "é"], nested: { "": null } },
    hourly: Array.from({ length: index % 4 }, (__, hour) => (hour === 2 ? null : hour / 3)),
  }));

const many = rows(1_000);

describeIoManager({
  title: "tables in PostgreSQL",
  io: postgres({ url: () => warehouse.url, schema, indexes: [["station"]], partitionColumn: "partition" }),
  values: { empty: [], one: rows(1), many },
  manyRows: 1_000,
  large: () => rows(100_000),
  projection: {
    columns: ["station", "total"],
    expected: many.map(({ station, total }) => ({ station, total })),
  },
  filter: {
    where: { station: { in: ["SEA", "東京"] }, tempMax: { gte: 0 } },
    expected: many.filter(
      ({ station, tempMax }) => (station === "SEA" || station === "東京") && tempMax !== null && tempMax >= 0,
    ),
  },
  inObjects: false,
});
