import { afterAll, beforeAll } from "vitest";
import { float64, int32, json, postgres, table, timestamp, utf8 } from "@heddle/io/postgres";
import { describeIoManager } from "../src/conformance.ts";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await createWarehouse();
});
afterAll(() => warehouse[Symbol.asyncDispose]());

const schema = table({
  station: utf8(),
  at: timestamp(),
  tempMax: float64().nullable(),
  count: int32(),
  extra: json().nullable(),
});

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    station: ["SEA", "Zürich", "東京", "", "\u{1F9F5}\t\n\\N"][index % 5] ?? "",
    at: new Date(index * 61_001),
    tempMax: index % 3 === 0 ? null : index / 8,
    count: index,
    extra: index % 4 === 0 ? null : { index },
  }));

const many = rowsOf(3_000);

describeIoManager({
  title: "postgres",
  io: postgres({ url: () => warehouse.url, schema }),
  values: { empty: [], one: rowsOf(1), many },
  manyRows: many.length,
  projection: {
    columns: ["tempMax", "station"],
    expected: many.map(({ station, tempMax }) => ({ station, tempMax })),
  },
  large: () => rowsOf(100_000),
  inObjects: false,
});
