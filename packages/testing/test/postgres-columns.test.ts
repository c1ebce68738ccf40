import { type AnyIoManager, type StoredValue } from "@heddle/core";
import { bool, float64, int32, int64, postgres, table, utf8 } from "@heddle/io/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createWarehouse, type Warehouse } from "./support/warehouse.ts";
import { errorOf } from "./support/error-of.ts";

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await createWarehouse();
});
afterAll(() => warehouse[Symbol.asyncDispose]());

/** A name that no other test has. */
let key = "";
let number = 0;
beforeEach(() => {
  key = `weather/raw_${(number += 1)}`;
});

/** Stores and publishes rows as one attempt does. */
const materialize = (io: AnyIoManager, value: unknown, options: object = {}): Promise<StoredValue> =>
  warehouse.materialize(io, value, { assetKey: key, ...options });
const view = (): string => `weather."${key.slice(8)}"`;

describe("changes of the columns", () => {
  const before = table({ n: int32(), text: utf8() });
  const io = (changed: Parameters<typeof table>[0], options: object = {}): AnyIoManager =>
    postgres({ url: warehouse.url, schema: table(changed), ...options });

  test("add nullable columns and widen integers, for old rows as well", async () => {
    const old = await materialize(io(before.columns), [{ n: 7, text: "a" }], { partitionKey: "old" });
    const wider = io({ n: int64(), text: utf8(), more: float64().nullable() });
    const stored = await materialize(wider, [{ n: 2n ** 40n, text: "b", more: 1 }], { partitionKey: "new" });
    expect(await wider.load(warehouse.reader(old))).toEqual([{ n: 7n, text: "a", more: null }]);
    expect(await wider.load(warehouse.reader(old, { where: { n: { lt: 8n }, more: { isNull: true } } }))).toHaveLength(
      1,
    );
    expect(await wider.load(warehouse.reader(stored))).toEqual([{ n: 2n ** 40n, text: "b", more: 1 }]);
    // Code of before goes on reading what it knows.
    expect(await io(before.columns).load(warehouse.reader(old))).toEqual([{ n: 7, text: "a" }]);
    expect(await warehouse.query(`select n::text, text, more from ${view()} order by text`)).toEqual([
      { n: "7", text: "a", more: null },
      { n: "1099511627776", text: "b", more: 1 },
    ]);
  });

  test.each([
    ["a column that is gone", { n: int32() }, 'column "text" (text) is gone'],
    ["another type", { n: int32(), text: int32() }, 'column "text" (text) is declared as int4'],
    ["a new one that is required", { ...before.columns, x: bool() }, 'column "x" (bool) is new, and not nullable'],
  ])("refuse %s, unless everything is allowed", async (_, columns, message) => {
    const stored = await materialize(io(before.columns), [{ n: 7, text: "a" }], { partitionKey: "old" });
    const row = Object.fromEntries(Object.keys(columns).map((name) => [name, name === "x" ? true : 5]));
    const value = "x" in columns ? { ...row, text: "b" } : row;
    const error = await errorOf(materialize(io(columns), [value], { partitionKey: "new" }));
    expect(error).toMatchObject({ code: "IO_SCHEMA_DRIFT", message: expect.stringContaining(message) as string });
    expect(await warehouse.query(`select * from ${view()}`)).toEqual([{ n: 7, text: "a" }]);

    await warehouse.query(`grant select on ${view()} to public`);
    const changed = io(columns, { drift: "any" });
    const next = await materialize(changed, [value], { partitionKey: "new" });
    expect(await changed.load(warehouse.reader(next))).toEqual([value]);
    expect(await io(before.columns).load(warehouse.reader(stored))).toEqual([{ n: 7, text: "a" }]);
    const [, second] = await warehouse.query(`select * from ${view()} order by n desc`);
    expect(second).toEqual(value);
    const grants = `select has_table_privilege('public', '${view()}', 'select') as may`;
    expect(await warehouse.query(grants)).toEqual([{ may: true }]);
  });

  test("that a view of somebody else stands in the way of say what to do about it", async () => {
    await materialize(io(before.columns), [{ n: 7, text: "a" }]);
    await warehouse.query(`create view mine as select n from ${view()}`);
    const fewer = io({ text: utf8() }, { drift: "any" });
    const error = await errorOf(materialize(fewer, [{ text: "b" }]));
    expect(error).toMatchObject({
      code: "IO_STORE_FAILED",
      message: expect.stringContaining("view mine depends on view") as string,
      hint: expect.stringContaining("drop what is yours and depends on it") as string,
    });
    await warehouse.query("drop view mine");
    await materialize(fewer, [{ text: "b" }], { partitionKey: "next" });
  });

  test("are all refused where that is asked for", async () => {
    await materialize(io(before.columns), [{ n: 7, text: "a" }]);
    const strict = io({ ...before.columns, more: float64().nullable() }, { drift: "refuse" });
    const error = await errorOf(materialize(strict, [{ n: 7, text: "a", more: 1 }]));
    expect(error).toMatchObject({ code: "IO_SCHEMA_DRIFT", message: expect.stringContaining('"more"') as string });
  });

  test("by hand are recognised, with the column and the remedy", async () => {
    const stored = await materialize(io(before.columns), [{ n: 7, text: "a" }]);
    const versions = `weather."${key.slice(8)}__versions"`;
    await warehouse.query(`drop view ${view()}; alter table ${versions} alter column n type bigint`);
    expect(await errorOf(io(before.columns).load(warehouse.reader(stored)))).toMatchObject({
      code: "IO_SCHEMA_MISMATCH",
      message: expect.stringContaining('column "n": it is no int4 in the table any more') as string,
    });
    const fresh = { maxConnections: 3 };
    const altered = await errorOf(materialize(io(before.columns, fresh), [{ n: 7, text: "a" }]));
    expect(altered.code).toBe("IO_SCHEMA_MISMATCH");
    expect(altered.message).toContain('the column "n" of the table');
    expect(altered.message).toContain("is int8 and should be int4: it was altered by hand");
    expect(altered.hint).toContain('alter column "n" type int4');
    // One that has looked before finds out by the COPY, and says the same.
    expect(await errorOf(materialize(io(before.columns), [{ n: 7, text: "a" }]))).toEqual(altered);
    await warehouse.query(`alter table ${versions} drop column n`);
    expect(await errorOf(materialize(io(before.columns), [{ n: 7, text: "a" }]))).toMatchObject({
      code: "IO_SCHEMA_MISMATCH",
      message: expect.stringContaining('has no column "n" any more') as string,
    });
  });
});
