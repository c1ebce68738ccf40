import type { Cell, CellFilter, RowFilter } from "@heddle/core";
import {
  bool,
  date,
  float64,
  int32,
  int64,
  json,
  list,
  postgres,
  postgresRows,
  table,
  timestamp,
  utf8,
  type Column,
} from "@heddle/io/postgres";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await createWarehouse();
});
afterAll(() => warehouse[Symbol.asyncDispose]());

/** Text of all scripts; PostgreSQL has no NUL. */
const texts = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    // Where the orders of UTF-8 and UTF-16 differ, and what escapes look like.
    fc.string({ unit: fc.constantFrom("a", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}", "\\", "N", "\t", "\n") }),
  )
  .map((text) => text.replaceAll("\0", "0"));

interface Kind {
  readonly column: Column;
  readonly value: fc.Arbitrary<unknown>;
}

const MS_OF_4713_BC = -210_866_803_200_000;
const days = fc
  .integer({ min: -719_528, max: 2_932_896 })
  .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
const instants = fc.oneof(
  fc.integer({ min: MS_OF_4713_BC, max: 8_640_000_000_000_000 }),
  fc.integer({ min: -5, max: 5 }),
  fc.constantFrom(MS_OF_4713_BC, 8_640_000_000_000_000, 946_684_800_000, 946_684_799_999, 2 ** 32, -(2 ** 32)),
);

const scalars: Record<string, Kind> = {
  bool: { column: bool(), value: fc.boolean() },
  int32: { column: int32(), value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  int64: { column: int64(), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  float64: { column: float64(), value: fc.double() },
  utf8: { column: utf8(), value: texts },
  date: { column: date(), value: days },
  timestamp: { column: timestamp(), value: instants.map((time) => new Date(time)) },
};

const jsonValues = fc.jsonValue({ stringUnit: "grapheme" }).map((value) => {
  // JSON writes −0 as 0; PostgreSQL has no NUL.
  const text = JSON.stringify(value).replaceAll("\\u0000", "0");
  return JSON.parse(text) as unknown;
});

const kinds: Record<string, Kind> = {
  ...scalars,
  json: { column: json(), value: jsonValues },
  ...Object.fromEntries(
    Object.entries(scalars).map(([name, { column, value }]) => [
      `list of ${name}`,
      { column: list(column.nullable()), value: fc.array(fc.option(value), { maxLength: 5 }) },
    ]),
  ),
};

test.each(Object.keys(kinds))("cells of every value come back as they were: %s", async (name) => {
  const kind = kinds[name];
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const schema = table({ cell: kind.column, other: kind.column.nullable() });
  const options = { url: warehouse.url, schema };
  const [arrays, streams] = [postgres(options), postgresRows(options)];
  const assetKey = `types/${name.replaceAll(" ", "_")}`;
  const cells = fc.record({ cell: kind.value, other: name === "json" ? fc.constant(null) : fc.option(kind.value) });
  await fc.assert(
    fc.asyncProperty(fc.array(cells, { maxLength: 30 }), async (rows) => {
      const attempt = warehouse.attempt({ assetKey });
      const stored = await arrays.write(rows, attempt);
      const expected = rows.map((row) => ({ cell: row.cell, other: row.other }));
      expect(await arrays.load(warehouse.reader(stored))).toStrictEqual(expected);
      const streamed: unknown[] = [];
      for await (const row of await streams.load(warehouse.reader(stored))) streamed.push(row);
      expect(streamed).toStrictEqual(expected);
      // Equal rows are equal data, whatever they came as.
      const again = await arrays.write(yieldOneByOne(rows), warehouse.attempt({ assetKey }));
      expect(again.dataVersion).toBe(stored.dataVersion);
    }),
    { numRuns: 40 },
  );
});

async function* yieldOneByOne<T>(rows: readonly T[]): AsyncGenerator<T> {
  for (const row of rows) yield row;
}

describe("where", () => {
  const columns = Object.fromEntries(Object.entries(scalars).map(([name, { column }]) => [name, column.nullable()]));
  const schema = table({ ...columns, tags: list(utf8()).nullable() });
  /** Few values, so that cells and bounds meet. */
  const near: Record<string, fc.Arbitrary<Cell>> = {
    bool: fc.boolean(),
    int32: fc.integer({ min: -2, max: 2 }),
    int64: fc.bigInt({ min: -(2n ** 53n) - 2n, max: -(2n ** 53n) + 2n }),
    float64: fc.constantFrom(-Infinity, -1.5, -0, 0, 1e-300, 0.1, 1e23, Infinity, Number.NaN),
    utf8: fc.constantFrom("", "a", "a\u{ffff}", "a\u{10000}", "a\u{e000}", "b", "Z", "é", "\\", "'; --"),
    date: fc.constantFrom("0000-01-01", "0000-12-31", "0001-01-01", "1999-12-31", "2000-01-01", "9999-12-31"),
    timestamp: fc
      .constantFrom(MS_OF_4713_BC, -62_167_219_200_001, -1, 0, 1, 946_684_800_000, 8.64e15)
      .map((time) => new Date(time)),
  };
  /** Bounds that no cell can be, besides. */
  const bounds: Record<string, fc.Arbitrary<Cell>> = {
    ...near,
    int32: fc.oneof(near["int32"]!, fc.constantFrom<Cell>(0.5, -1e300, 1e300, Number.NaN, Infinity, 1n, 2n ** 70n)),
    int64: fc.oneof(near["int64"]!, fc.constantFrom<Cell>(-(2 ** 53), 0.5, 1e300, -Infinity, 2n ** 70n)),
    utf8: fc.oneof(near["utf8"]!, fc.constantFrom("a\0", "\0", "a\ud800", "a\udfff")),
    date: fc.oneof(near["date"]!, fc.constantFrom("", "2000", "2000-02-30", "zzz", "-0001-01-01")),
    timestamp: fc.oneof(near["timestamp"]!, fc.constant(new Date(-8.64e15))),
  };

  const filters: fc.Arbitrary<RowFilter> = fc
    .dictionary(fc.constantFrom(...Object.keys(near), "tags"), fc.nat(), { maxKeys: 3 })
    .chain((chosen) => fc.record(Object.fromEntries(Object.keys(chosen).map((name) => [name, cellFilters(name)]))));

  function cellFilters(name: string): fc.Arbitrary<CellFilter> {
    const bound = bounds[name];
    const isNull = fc.boolean();
    if (bound === undefined) return fc.record({ isNull }, { requiredKeys: [] });
    return fc.oneof(
      fc.record({ eq: bound }),
      fc.record({ in: fc.array(bound, { maxLength: 3 }) }),
      fc.record({ gt: bound }),
      fc.record({ gte: bound }),
      fc.record({ lt: bound }),
      fc.record({ lte: bound }),
      fc.record({ gte: bound, lt: bound }),
      fc.record({ isNull }),
    );
  }

  const rowsOf = fc.array(
    fc.record({
      ...Object.fromEntries(Object.entries(near).map(([name, value]) => [name, fc.option(value)])),
      tags: fc.option(fc.array(fc.constant("x"), { maxLength: 1 })),
    }),
    { minLength: 1, maxLength: 25 },
  );

  test("gives exactly the rows that fit, in their order, with the columns that are asked for", async () => {
    const io = postgres({ url: warehouse.url, schema });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(rowsOf, fc.array(filters, { minLength: 10, maxLength: 10 }), async (rows, wheres) => {
        const stored = await io.write(rows as never, warehouse.attempt({ assetKey: "types/filtered" }));
        for (const where of wheres) {
          const expected = rows.filter((row) => isFitting(row, where));
          found += expected.length;
          expect(await io.load(warehouse.reader(stored, { where }))).toStrictEqual(expected.map((row) => ({ ...row })));
          const narrow = await io.load(warehouse.reader(stored, { where, columns: ["utf8"] }));
          expect(narrow).toStrictEqual(expected.map((row) => ({ utf8: (row as { utf8?: unknown }).utf8 })));
        }
      }),
      { numRuns: 60 },
    );
    expect(found).toBeGreaterThan(100);
  });

  /** Says it in JavaScript's own words. */
  function isFitting(row: object, where: RowFilter): boolean {
    return Object.entries(where).every(([name, filter]) => isCellFitting(comparable((row as never)[name]), filter));
  }

  function isCellFitting(cell: unknown, { isNull, ...conditions }: CellFilter): boolean {
    if (isNull !== undefined && isNull !== (cell === null)) return false;
    return Object.entries(conditions).every(([condition, bound]) => {
      if (cell === null) return false;
      // Numbers and bigints compare by value, dates by their time.
      const [left, right] = [cell as number, comparable(bound) as number];
      switch (condition) {
        case "eq":
          return left == right;
        case "in":
          return (bound as readonly Cell[]).some((one) => left == (comparable(one) as number));
        case "gt":
          return left > right;
        case "gte":
          return left >= right;
        case "lt":
          return left < right;
        default:
          return left <= right;
      }
    });
  }

  function comparable(cell: unknown): unknown {
    return cell instanceof Date ? cell.getTime() : cell;
  }
});
