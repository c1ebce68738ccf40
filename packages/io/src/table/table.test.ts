import type { AnyIoManager } from "@heddle/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHUNK_ROWS } from "./row-chunks.ts";
import { formatDay, parseDay } from "./calendar-day.ts";
import { arrow } from "../arrow.ts";
import { jsonLines } from "../json.ts";
import { memoryStore } from "../memory.ts";
import { bool, date, float64, int32, int64, json, list, parquet, table, timestamp, utf8 } from "../parquet.ts";
import type { Column, TableSchema } from "../parquet.ts";
import { TABLES, withoutNegativeZero, withZeros } from "../../test/table-arbitrary.ts";

const signal = new AbortController().signal;

type MakeIoManager = (options: { readonly schema: TableSchema }) => AnyIoManager;

async function roundTrip(schema: TableSchema, rows: unknown, io: MakeIoManager = parquet) {
  const store = memoryStore();
  const manager = io({ schema });
  const context = { assetKey: "a", partitionKey: null, store, signal };
  const stored = await manager.write(rows, { ...context, attemptId: "1", fence: 1 });
  return { stored, loaded: await manager.load({ ...context, stored }) };
}

describe("a cell that does not fit its column", () => {
  test.each<[string, Column, unknown, string]>([
    ["bool", bool(), 1, "expected a boolean, got 1"],
    ["int32", int32(), 1.5, "expected a whole number of 32 bits, got 1.5"],
    ["int32", int32(), 2 ** 31, "expected a whole number of 32 bits, got 2147483648"],
    ["int32", int32(), Number.NaN, "expected a whole number of 32 bits, got NaN"],
    ["int64", int64(), 1, "expected a bigint of 64 bits, got 1"],
    ["int64", int64(), 2n ** 63n, "expected a bigint of 64 bits, got 9223372036854775808n"],
    ["float64", float64(), "12", 'expected a number, got "12"'],
    ["utf8", utf8(), 12, "expected text, got 12"],
    ["utf8", utf8(), "a\ud800", "the text has half of a surrogate pair"],
    ["date", date(), "2011-02-29", 'expected a day such as "2012-01-31", got "2011-02-29"'],
    ["date", date(), new Date(0), 'expected a day such as "2012-01-31", got a Date (1970-01-01T00:00:00.000Z)'],
    ["timestamp", timestamp(), 0, "expected a valid Date, got 0"],
    ["timestamp", timestamp(), new Date("?"), "expected a valid Date, got an invalid Date"],
    ["json", json(), { a: [new Map()] }, "expected JSON, but .a[0] is a Map"],
    ["list", list(int32()), 1, "expected an array, got 1"],
    ["list", list(int32()), [1, "x"], 'item 1: expected a whole number of 32 bits, got "x"'],
    ["list", list(int32()), [1, null], "item 1 is null"],
    ["not nullable", utf8(), null, "null, but the column is not nullable"],
  ])("%s", async (...[, column, bad, problem]) => {
    const schema = table({ fits: int32(), cell: column.nullable() });
    const strict = table({ fits: int32(), cell: column });
    const rows = [
      { fits: 1, cell: null },
      { fits: 2, cell: bad },
    ];
    const writing = roundTrip(bad === null ? strict : schema, bad === null ? rows.slice(1) : rows);
    await expect(writing).rejects.toMatchObject({
      code: "IO_VALUE_NOT_STORABLE",
      message: `asset a: row ${bad === null ? 0 : 1}, column "cell": ${problem}`,
      details: { row: bad === null ? 0 : 1, column: "cell" },
      hint: expect.stringContaining("schema") as string,
    });
  });

  test("is named by its row in the whole table, however many rows there are", async () => {
    const rows = Array.from({ length: CHUNK_ROWS * 2 }, (_, index) => ({ a: index === CHUNK_ROWS + 3 ? 0.5 : index }));
    await expect(roundTrip(table({ a: int32() }), rows)).rejects.toThrow(`row ${CHUNK_ROWS + 3}, column "a"`);
  });
});

describe("rows of another shape", () => {
  const schema = table({ a: int32(), b: utf8().nullable() });
  test.each<[string, unknown, string]>([
    [
      "a column too many",
      [{ a: 1, b: null, c: 1, d: 2 }],
      'row 0 has the columns "c", "d", which the schema does not declare',
    ],
    ["a column too few", [{ a: 1, b: null }, { a: 1 }], 'row 1 has no value for the column "b"'],
    [
      "one too many and one too few",
      [{ a: 1, c: null }],
      'row 0 has the column "c", which the schema does not declare',
    ],
    ["undefined for null", [{ a: 1, b: undefined }], 'row 0 has no value for the column "b"'],
    ["no object", [{ a: 1, b: null }, null], "row 1: expected an object, got null"],
    ["arrays of something else than rows", [[1, 2]], "row 0: expected an object, got 1"],
    ["an array among rows", [{ a: 1, b: null }, [1, 2]], "row 1: expected an object, got an array of 2"],
    ["a hole", Array.from({ length: 1 }), "row 0: expected an object, got undefined"],
    ["no rows", { a: 1, b: null }, 'expected rows, got an object with "a", "b"'],
    ["text", "rows", 'expected rows, got "rows"'],
  ])("%s", async (_name, rows, problem) => {
    for (const io of [parquet, arrow, jsonLines]) {
      const writing = roundTrip(schema, rows, io);
      await expect(writing).rejects.toThrow(expect.objectContaining({ code: "IO_VALUE_NOT_STORABLE" }));
      await expect(writing).rejects.toThrow(problem);
    }
  });

  test("are fine in another order of properties, and with properties that they inherit", async () => {
    const inherited = Object.create({ b: "x" }) as { a: number };
    inherited.a = 2;
    const { loaded } = await roundTrip(schema, [{ b: null, a: 1 }, inherited]);
    expect(loaded).toEqual([
      { a: 1, b: null },
      { a: 2, b: "x" },
    ]);
  });
});

describe("table", () => {
  test.each([
    [{}],
    [{ "": int32() }],
    [{ ["__proto__"]: int32() }],
    [{ "a\n": int32() }],
    [{ "\ud800": int32() }],
    [{ "\uFEFFa": int32() }],
  ])("refuses %j", (columns) => {
    expect(() => table(columns)).toThrow(expect.objectContaining({ code: "IO_SCHEMA_INVALID" }));
  });

  test("refuses lists of lists and of JSON values", () => {
    for (const item of [list(int32()), json()]) {
      expect(() => list<unknown>(item)).toThrow(expect.objectContaining({ code: "IO_SCHEMA_INVALID" }));
    }
  });

  test("takes any other name of a column", async () => {
    const names = ["constructor", "toString", "a.b", "a", 'quo"te', "`${x}`", "1", "é", "column-name", "\u2028"];
    const schema = table(Object.fromEntries(names.map((name) => [name, int32()])));
    const row = Object.fromEntries(names.map((name, index) => [name, index]));
    for (const io of [parquet, arrow, jsonLines]) {
      expect((await roundTrip(schema, [row], io)).loaded).toEqual([row]);
    }
  });
});

describe("rows that are made while they are stored", () => {
  const schema = table({ a: int32() });
  const rows = Array.from({ length: CHUNK_ROWS + 10 }, (_, a) => ({ a }));
  function* generate() {
    yield* rows;
  }
  async function* generateLater() {
    yield* rows;
  }

  test("are stored as an array of them would be", async () => {
    const array = await roundTrip(schema, rows);
    for (const made of [generate(), generateLater(), new Set(rows)]) {
      const { stored, loaded } = await roundTrip(schema, made);
      expect(stored.dataVersion).toBe(array.stored.dataVersion);
      expect(loaded).toEqual(rows);
    }
  });

  test("stop being made when the signal fires, and their error comes through as it is", async () => {
    const controller = new AbortController();
    const reason = new Error("canceled");
    let closed = false;
    async function* endless() {
      try {
        for (let a = 0; ; a += 1) {
          if (a === CHUNK_ROWS * 2) controller.abort(reason);
          yield { a };
        }
      } finally {
        closed = true;
      }
    }
    const io = parquet({ schema });
    const context = { assetKey: "a", partitionKey: null, attemptId: "1", fence: 1, store: memoryStore() };
    await expect(io.write(endless(), { ...context, signal: controller.signal })).rejects.toBe(reason);
    expect(closed).toBe(true);

    const failure = new Error("the source went away");
    const failing = (function* (): Generator<{ a: number }> {
      yield { a: 1 };
      throw failure;
    })();
    await expect(io.write(failing, { ...context, signal })).rejects.toBe(failure);
  });
});

describe("every table", () => {
  test.each([
    ["parquet", parquet],
    ["arrow", arrow],
  ])("comes back from %s as it was, whatever its columns are", async (_name, io) => {
    const property = fc.asyncProperty(TABLES, async ({ schema, rows }) => {
      const { stored, loaded } = await roundTrip(schema, rows, io);
      expect(withZeros(loaded)).toEqual(withZeros(rows));
      const again = await roundTrip(schema, loaded, io);
      expect(again.stored.dataVersion).toBe(stored.dataVersion);
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });

  test.each([
    ["a column", float64().nullable(), [1, null, Number.NaN], "row 2"],
    ["a list", list(float64().nullable()), [[], [1, null], [0, -Infinity]], "row 2"],
  ])("is refused by JSON Lines for NaN and the infinities in %s", async (...[, column, values, place]) => {
    const rows = values.map((cell) => ({ cell }));
    const writing = roundTrip(table({ cell: column }), rows, jsonLines);
    await expect(writing).rejects.toMatchObject({
      code: "IO_VALUE_NOT_STORABLE",
      message: expect.stringMatching(`${place}, column "cell": JSON has no (NaN|-Infinity)`) as string,
    });
  });

  test("comes back from JSON Lines, or is refused for a number that JSON does not have", async () => {
    const property = fc.asyncProperty(TABLES, async ({ schema, rows }) => {
      const text = JSON.stringify(rows, (_key, cell: unknown) =>
        typeof cell === "number" && !Number.isFinite(cell) ? "not JSON" : typeof cell === "bigint" ? 0 : cell,
      );
      const trip = roundTrip(schema, rows, jsonLines);
      const isRefused = text.includes('"not JSON"');
      const outcome = await trip.then(
        ({ loaded }) => withoutNegativeZero(loaded),
        (error: unknown) => /JSON has no/.test(String(error)),
      );
      expect(outcome).toEqual(isRefused || withoutNegativeZero(rows));
    });
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  });
});

describe("days", () => {
  test("are those of the platform's calendar", () => {
    const property = fc.property(
      fc.integer({ min: -719_528, max: 2_932_896 }),
      (day) => parseDay(formatDay(day)) === day,
    );
    expect(() => fc.assert(property, { numRuns: 2_000 })).not.toThrow();
  });

  test.each([
    "2012-00-01",
    "2012-13-01",
    "2012-04-31",
    "1900-02-29",
    "2012-1-01",
    "2012/01/01",
    "12-01-2012",
    "201a-01-01",
  ])("%s is none", (text) => {
    expect(parseDay(text)).toBeUndefined();
  });
});
