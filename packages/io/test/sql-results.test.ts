import { asset } from "@heddle/core";
import { describe, expect, test } from "vitest";
import { arrow, arrowBatches, arrowTable } from "../src/arrow.ts";
import { sql, sqlAsset, type SqlFragment } from "../src/duckdb.ts";
import { jsonLines } from "../src/json.ts";
import { memoryStore } from "../src/memory.ts";
import {
  date,
  float64,
  int32,
  int64,
  json as jsonColumn,
  list,
  parquet,
  parquetBatches,
  parquetTable,
  table,
  timestamp,
  utf8,
  type TableSchema,
} from "../src/parquet.ts";
import { collect } from "./collect.ts";
import { AssetBench } from "./support/asset-bench.ts";
import { useSqlBench } from "./support/sql-bench.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });

const { leftovers, limits, run } = useSqlBench();

describe("values in a query", () => {
  test.each([
    ["text", 'o\'clock "x" -- $1 ; drop table days'],
    ["text that ends a comment", "*/ ' /*"],
    ["a number", 0.1],
    ["a whole number", 42],
    ["a large whole number", 9_007_199_254_740_991],
    ["true", true],
    ["null", null],
  ])("come back as they are: %s", async (_name, value) => {
    expect(await run(sql`select ${value} as v`)).toEqual([{ v: value }]);
  });

  test("may be instants and integers of 64 bits", async () => {
    const schema = table({ at: timestamp(), big: int64() });
    const made = sqlAsset({
      key: "result",
      schema,
      io: jsonLines({ schema }),
      sql: () => sql`select ${new Date("2012-02-29T12:34:56.789Z")} as at, ${-(2n ** 63n)} as big`,
    });
    const bench = new AssetBench(memoryStore());
    await bench.make(made);
    expect(await bench.value(made)).toEqual([{ at: new Date("2012-02-29T12:34:56.789Z"), big: -(2n ** 63n) }]);
  });

  test("may be lists, also empty ones", async () => {
    const none: string[] = [];
    expect(
      await run(sql`select 1 as n where 'a' in ${["a", "b"]} and 'a' not in ${none} and not ('a' in ${none})`),
    ).toEqual([{ n: 1 }]);
  });

  test("never are SQL, however they look", async () => {
    const looksLikeSql = { texts: ["1; drop table x"], parts: [] };
    await expect(run(sql`select ${looksLikeSql as never} as v`)).rejects.toEqual(code("SQL_INVALID"));
    await expect(run("select 1" as never)).rejects.toEqual(code("SQL_INVALID"));
  });

  test.each([
    ["undefined", undefined],
    ["an object", { a: 1 }],
    ["an invalid date", new Date(Number.NaN)],
    ["an integer beyond 64 bits", 2n ** 63n],
    ["text with NUL", "a\0b"],
    ["a list of lists", [[1]]],
    ["a function", () => 1],
  ])("are refused when they are %s", async (_name, value) => {
    await expect(run(sql`select ${value as never} as v`)).rejects.toEqual(code("SQL_INVALID"));
  });

  test("and names that are only known at run time", async () => {
    const name = 'we"ird; drop table x --';
    expect(await run(sql`select 1 as ${sql.identifier(name)}`)).toEqual([{ [name]: 1 }]);
    const columns = ["a", "b"].map((column) => sql`${column.length} as ${sql.identifier(column)}`);
    expect(await run(sql`select ${sql.join(columns)}`)).toEqual([{ a: 1, b: 1 }]);
  });

  test("and names of dependencies that are hostile", async () => {
    const name = 'a"; drop schema x; --';
    const rows = asset({ key: "rows", materialize: () => [{ n: 1 }] });
    const all = sqlAsset({ key: "all", deps: { [name]: rows }, sql: ({ deps }) => sql`select * from ${deps[name]!}` });
    const bench = new AssetBench(memoryStore());
    await bench.make(rows);
    await bench.make(all);
    expect(await bench.value(all)).toEqual([{ n: 1 }]);
  });
});

describe("a query that is wrong", () => {
  test("is shown with a mark at the place", async () => {
    const query = sql`select 1 as a,
      tempMax
    from range(${3})`;
    const error = await run(query).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "SQL_FAILED",
      message: [
        'asset result: Binder Error: Referenced column "tempMax" not found in FROM clause!',
        'Candidate bindings: "range" (line 2)',
        "  select 1 as a,",
        "        tempMax",
        "        ^",
        "      from range($1)",
      ].join("\n"),
      details: { asset: "result", line: 2 },
    });
  });

  test("only for some rows names the place, too, and stores nothing", async () => {
    const query = sql`select
      ('x' || i)::int as n
    from range(3) t(i)`;
    await expect(run(query)).rejects.toThrow(
      /Could not convert string 'x0' to INT32.*\(line 2\)\n.*\n.*::int as n\n +\^/su,
    );
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    ["is empty", sql` `],
    ["is nothing but a comment", sql`-- nothing`],
    ["has several statements", sql`select 1 as a; select 2 as a`],
  ])("because it %s", async (_name, query) => {
    await expect(run(query)).rejects.toEqual(code("SQL_INVALID"));
  });

  test.each([
    ["writes a table", sql`create table x as select 1 as a`],
    ["changes a setting", sql`set threads = 1`],
    ["is no SQL", sql`selekt 1`],
    ["ends the query that it is part of", sql`select 1 as a) to '/tmp/x'; --`],
  ])("because it %s", async (_name, query) => {
    await expect(run(query)).rejects.toEqual(code("SQL_FAILED"));
  });

  test("may end with a semicolon or a comment, and begin with `with`", async () => {
    expect(await run(sql`select 1 as a;`)).toEqual([{ a: 1 }]);
    expect(await run(sql`with t as (select 2 as a) from t -- so`)).toEqual([{ a: 2 }]);
  });
});

describe("the declared columns of a result", () => {
  const schema = table({ name: utf8(), n: int32(), at: timestamp().nullable() });

  test("are all checked at once", async () => {
    const query = sql`select 'x' as Name, 1.5::double as n, 'x' as at, 1 as extra`;
    await expect(run(query, schema)).rejects.toThrow(
      [
        "asset result: the result does not have the columns of the schema:",
        '  "name" is missing; there is "Name", in other letters',
        '  "at" is VARCHAR, and the schema declares timestamp(): cast it, for example at::TIMESTAMPTZ',
        '  "Name", "extra": not declared',
      ].join("\n"),
    );
  });

  test("differ in more than upper and lower case", async () => {
    const cased = table({ A: int32(), a: int32() });
    const message = '"A" and "a" differ in upper and lower case alone';
    await expect(run(sql`select 1 as "A", 2 as "a"`, cased)).rejects.toThrow(message);
    await expect(run(sql`select 1 as "A", 2 as "a"`)).rejects.toThrow(message);
  });

  test("have a value where one has to be", async () => {
    const query = sql`select case when i < 2 then 'x' end as name, i as n, null::timestamptz as at from range(3) t(i)`;
    await expect(run(query, schema)).rejects.toThrow(/row 2, column "name": null, but the column is not nullable/u);
  });

  test("hold only what they can hold", async () => {
    const one = (column: string, declared: TableSchema) =>
      run(sql.join([sql`select`, parse(column), sql`as x`], sql` `), declared);
    await expect(one("3000000000", table({ x: int32() }))).rejects.toThrow(/out of range/u);
    await expect(one("1.5::double", table({ x: int64() }))).rejects.toThrow(/is no whole number: 1.5/u);
    await expect(one("1.5", table({ x: int32() }))).rejects.toThrow(/is no whole number: 1.5/u);
    await expect(one("9007199254740993", table({ x: float64() }))).rejects.toThrow(/is no number that float64 holds/u);
    await expect(one("'infinity'::date", table({ x: date() }))).rejects.toThrow(
      /a value of DATE is no day of the years 0000 to 9999: infinity/u,
    );
    await expect(one("'infinity'::timestamptz", table({ x: timestamp() }))).rejects.toThrow(/is no instant: infinity/u);
    await expect(one("[1, null]", table({ x: list(int32()) }))).rejects.toThrow(/item 1 is null|null/u);
    await expect(one("'{'::varchar", table({ x: jsonColumn() }))).rejects.toThrow(/Malformed JSON/u);
    await expect(one("9007199254740993", table({ x: int64() }))).rejects.toThrow(
      /JSON has no number 9007199254740993/u,
    );
  });
});

describe("a result", () => {
  const schema = table({ i: int64(), s: utf8() });
  const query = sql`select i, 'é' || i as s from range(200000) t(i) order by i`;

  test.each([
    ["parquet", () => parquet({ schema })],
    ["arrow", () => arrow({ schema })],
  ] as const)("of many rows is stored as %s, and is the same the next time", async (_name, io) => {
    const made = sqlAsset({ key: "result", schema, io: io(), database: limits(), sql: () => query });
    const bench = new AssetBench(memoryStore());
    const first = await bench.make(made);
    expect(first.rows).toBe(200_000);
    expect((await bench.make(made)).dataVersion).toBe(first.dataVersion);
    const rows = (await bench.value(made)) as { i: bigint; s: string }[];
    expect(rows).toHaveLength(200_000);
    expect(rows[199_999]).toEqual({ i: 199_999n, s: "é199999" });
    // Rows that an ordinary asset returns are the same data.
    const plain = asset({ key: "plain", io: io(), materialize: () => rows });
    expect((await bench.make(plain)).dataVersion).toBe(first.dataVersion);
    expect(await leftovers()).toEqual([]);
  });

  test.each([
    ["parquetTable", () => parquetTable()],
    ["arrowTable", () => arrowTable()],
  ] as const)("is stored through %s", async (_name, io) => {
    const made = sqlAsset({ key: "result", io: io(), database: limits(), sql: () => query });
    const bench = new AssetBench(memoryStore());
    await bench.make(made);
    expect(await bench.value(made)).toMatchObject({ numRows: 200_000 });
  });

  test.each([
    ["parquetBatches", () => parquetBatches()],
    ["arrowBatches", () => arrowBatches()],
  ] as const)("is stored through %s, also without rows", async (_name, io) => {
    const made = sqlAsset({
      key: "result",
      io: io(),
      database: limits(),
      sql: () => sql`select * from (${query}) where i < 0`,
    });
    const bench = new AssetBench(memoryStore());
    expect(await bench.make(made)).toMatchObject({ rows: 0, columns: [{ name: "i" }, { name: "s" }] });
    expect(await collect((await bench.value(made)) as AsyncIterable<unknown>)).toEqual([]);
  });

  test("that the I/O manager refuses leaves no temporary file behind", async () => {
    const other = table({ i: int64(), s: int32() });
    const made = sqlAsset({
      key: "result",
      schema,
      io: parquet({ schema: other }) as never,
      database: limits(),
      sql: () => query,
    });
    await expect(new AssetBench(memoryStore()).make(made)).rejects.toEqual(code("IO_VALUE_NOT_STORABLE"));
    expect(await leftovers()).toEqual([]);
  });
});

/** SQL of a test's own table. */
function parse(text: string): SqlFragment {
  return sql([text] as unknown as TemplateStringsArray);
}
