import type { IoManager, JsonValue, SameAsStored } from "@heddle/core";
import type { Table } from "apache-arrow";
import { describe, expectTypeOf, test } from "vitest";
import { arrow, arrowTable } from "../arrow.ts";
import { json as jsonFile, jsonLines } from "../json.ts";
import {
  bool,
  date,
  float64,
  int32,
  int64,
  json,
  list,
  parquet,
  parquetTable,
  table,
  timestamp,
  utf8,
  type InferRow,
  type TableRows,
} from "../parquet.ts";

const weather = table({ day: date(), tempMax: float64().nullable(), count: int32() });
type Weather = { day: string; tempMax: number | null; count: number };

describe("InferRow", () => {
  test("follows from the columns", () => {
    expectTypeOf<InferRow<typeof weather>>().toEqualTypeOf<Weather>();
    const all = table({ a: bool(), b: int64(), c: timestamp(), d: json(), e: list(utf8().nullable()), f: utf8() });
    expectTypeOf<InferRow<typeof all>>().toEqualTypeOf<{
      a: boolean;
      b: bigint;
      c: Date;
      d: JsonValue;
      e: readonly (string | null)[];
      f: string;
    }>();
  });
});

describe("I/O managers of tables", () => {
  test("take rows and give rows", () => {
    expectTypeOf(parquet({ schema: weather })).toEqualTypeOf<IoManager<TableRows<Weather>, Weather[]>>();
    expectTypeOf(arrow({ schema: weather })).toEqualTypeOf<IoManager<TableRows<Weather>, Weather[]>>();
    expectTypeOf(jsonLines({ schema: weather })).toEqualTypeOf<IoManager<TableRows<Weather>, Weather[]>>();
    expectTypeOf(parquetTable()).toEqualTypeOf<IoManager<Table, Table>>();
    expectTypeOf(arrowTable()).toEqualTypeOf<IoManager<Table, Table>>();
  });

  test("give back what was returned where there is no schema", () => {
    expectTypeOf(jsonFile()).toEqualTypeOf<IoManager<JsonValue, SameAsStored>>();
    expectTypeOf(jsonLines()).toEqualTypeOf<IoManager<readonly JsonValue[], SameAsStored>>();
    expectTypeOf(jsonLines<Weather>()).toEqualTypeOf<IoManager<readonly Weather[], SameAsStored>>();
  });

  test("refuse rows that do not fit", () => {
    type Storable = Parameters<ReturnType<typeof parquet<typeof weather>>["write"]>[0];
    const row = { day: "2012-01-01", tempMax: null, count: 1 };
    expectTypeOf([row]).toExtend<Storable>();
    expectTypeOf<Generator<Weather>>().toExtend<Storable>();
    expectTypeOf<AsyncGenerator<Weather>>().toExtend<Storable>();
    expectTypeOf<readonly Readonly<Weather>[]>().toExtend<Storable>();
    expectTypeOf<{ day: string; tempMax: number }[]>().not.toExtend<Storable>();
    expectTypeOf<{ day: Date; tempMax: number; count: number }[]>().not.toExtend<Storable>();
    expectTypeOf<{ day: string; tempMax: undefined; count: number }[]>().not.toExtend<Storable>();
    expectTypeOf<Weather>().not.toExtend<Storable>();
  });
});
