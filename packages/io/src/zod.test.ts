import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { parquet, type InferRow } from "./parquet.ts";
import { memoryStore } from "./memory.ts";
import { storedColumns } from "./table/schema.ts";
import { zodTable } from "./zod.ts";

const readings = zodTable(
  z.object({
    day: z.iso.date(),
    at: z.date(),
    station: z.string(),
    tempMax: z.number().nullable(),
    count: z.int32(),
    total: z.bigint(),
    isDry: z.boolean(),
    hours: z.array(z.number().nullable()),
  }),
);

describe("zodTable", () => {
  test("has a column for each property", () => {
    expect(storedColumns(readings).map(({ name, type, nullable }) => `${name} ${type}${nullable ? "?" : ""}`)).toEqual([
      "day Date32<DAY>",
      "at Timestamp<MILLISECOND, UTC>",
      "station Utf8",
      "tempMax Float64?",
      "count Int32",
      "total Int64",
      "isDry Bool",
      "hours List<Float64>",
    ]);
    expectTypeOf<InferRow<typeof readings>>().toEqualTypeOf<{
      day: string;
      at: Date;
      station: string;
      tempMax: number | null;
      count: number;
      total: bigint;
      isDry: boolean;
      hours: (number | null)[];
    }>();
  });

  test("stores rows that fit, and names the cell of one that does not", async () => {
    const store = memoryStore();
    const context = {
      assetKey: "a",
      partitionKey: null,
      attemptId: "1",
      fence: 1,
      store,
      signal: new AbortController().signal,
    };
    const row = {
      day: "2012-01-31",
      at: new Date(0),
      station: "SEA",
      tempMax: null,
      count: 1,
      total: 2n,
      isDry: true,
      hours: [1, null],
    };
    const io = parquet({ schema: readings });
    expect(await io.load({ ...context, stored: await io.write([row], context) })).toEqual([row]);
    await expect(io.write([row, { ...row, count: 0.5 }], context)).rejects.toThrow('row 1, column "count"');
  });

  test.each<[string, z.ZodType, string]>([
    ["lengths", z.string().min(2), "string with further conditions"],
    ["ranges", z.number().min(0), "number with further conditions"],
    ["formats", z.email(), "string of the format email"],
    ["whole numbers of 53 bits", z.int(), "number of the format safeint"],
    ["enums", z.enum(["a", "b"]), "enum"],
    ["optional properties", z.string().optional(), "optional"],
    ["transforms", z.string().transform(Number), "pipe"],
    ["coercion", z.coerce.number(), "number that is made of other values"],
    ["objects", z.object({ a: z.string() }), "object"],
    ["conditions on items", z.array(z.string().max(3)), "string with further conditions"],
  ])("refuses %s, which a table does not check", (_name, cell, what) => {
    expect(() => zodTable(z.object({ cell }))).toThrow(
      expect.objectContaining({
        code: "IO_SCHEMA_INVALID",
        message: `column "cell": no column of a table is zod's ${what}`,
      }),
    );
  });
});
