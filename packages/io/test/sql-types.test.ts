import { asset, type AnyIoManager } from "@heddle/core";
import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { arrow } from "../src/arrow.ts";
import { duckdbTable, sql, sqlAsset } from "../src/duckdb.ts";
import { jsonLines } from "../src/json.ts";
import { memoryStore } from "../src/memory.ts";
import { bool, date, float64, int32, int64, json, list, parquet, table, timestamp, utf8 } from "../src/parquet.ts";
import { AssetBench } from "./support/asset-bench.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const schema = table({
  flag: bool(),
  small: int32(),
  large: int64(),
  number: float64(),
  text: utf8(),
  day: date(),
  at: timestamp(),
  extra: json(),
  numbers: list(float64().nullable()),
  texts: list(utf8()),
  instants: list(timestamp().nullable()),
  maybe: utf8().nullable(),
  "maybe so": list(int64()).nullable(),
});

const day = fc
  .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10));
const instants = (min: string, max: string) => fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true });
// To the millisecond on both sides of 1970, as far as a Date goes.
const anyInstant = instants("-271821-04-20T00:00:00.000Z", "+275760-09-13T00:00:00.000Z");
// DuckDB does not read the texts of other years.
const writtenInstant = instants("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z");
const text = fc.string({ unit: "binary" });
const double = fc.double().map((value) => (Object.is(value, -0) ? 0 : value));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value));
const jsonText = fc.string({ unit: fc.constantFrom("a", "é", '"', "\\", "東", "{", "'") });
const jsonValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    finite,
    jsonText,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(jsonText, tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** What differs between formats. */
interface Cells {
  readonly number: fc.Arbitrary<number>;
  readonly instant: fc.Arbitrary<Date>;
}

const rowOf = ({ number, instant }: Cells) =>
  fc.record({
    flag: fc.boolean(),
    small: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    number,
    text,
    day,
    at: instant,
    extra: jsonValue,
    numbers: fc.array(fc.option(number), { maxLength: 4 }),
    texts: fc.array(text, { maxLength: 4 }),
    instants: fc.array(fc.option(instant), { maxLength: 3 }),
    maybe: fc.option(text),
    "maybe so": fc.option(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 3 })),
  });

const any: Cells = { number: double, instant: anyInstant };

const managers: Readonly<Record<string, Cells & { io(file: string): AnyIoManager }>> = {
  parquet: { ...any, io: () => parquet({ schema }) },
  arrow: { ...any, io: () => arrow({ schema }) },
  "JSON lines": { number: finite, instant: writtenInstant, io: () => jsonLines({ schema }) },
  "a table of DuckDB": { ...any, io: (file) => duckdbTable({ file, schema }) },
};

describe.each(Object.keys(managers))("rows stored as %s", (name) => {
  test("go through a query and come back the same", async () => {
    await using directory = await temporaryDirectory();
    const { io, ...cells } = managers[name]!;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(rowOf(cells), { minLength: 1, maxLength: 8 }), async (rows) => {
        runs += 1;
        const file = join(directory.path, `${runs}.duckdb`);
        const upstream = asset({ key: "rows", io: io(file), materialize: () => rows } as never);
        const copy = sqlAsset({
          key: "copy",
          deps: { upstream } as never,
          schema,
          io: io(file) as never,
          sql: () => sql`select * from upstream`,
        });
        const bench = new AssetBench(memoryStore());
        await bench.make(upstream);
        expect(await bench.value(upstream)).toEqual(rows);
        await bench.make(copy);
        expect(await bench.value(copy)).toEqual(rows);
      }),
      { numRuns: 25 },
    );
  });
});
