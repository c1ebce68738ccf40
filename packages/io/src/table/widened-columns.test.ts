import { describe, expect, test } from "vitest";
import { arrow } from "../arrow.ts";
import { jsonLines } from "../json.ts";
import { memoryStore } from "../memory.ts";
import { parquet } from "../parquet.ts";
import { float64, int32, int64, utf8 } from "./column.ts";
import { table, type TableSchema } from "./schema.ts";

const FORMATS = {
  arrow: (schema: TableSchema) => arrow({ schema }),
  jsonLines: (schema: TableSchema) => jsonLines({ schema }),
  parquet: (schema: TableSchema) => parquet({ schema }),
};

describe.each(Object.entries(FORMATS))("%s", (_name, format) => {
  const context = { assetKey: "a", partitionKey: null, store: memoryStore(), signal: new AbortController().signal };
  const narrow = table({ long: int32().nullable(), real: int32() });
  const wide = table({ long: int64().nullable(), real: float64(), added: int32().nullable() });
  const write = () =>
    format(narrow).write(
      [
        { long: -2_147_483_648, real: 1 },
        { long: null, real: 2_147_483_647 },
      ],
      { ...context, attemptId: "1", fence: 1 },
    );

  test("reads columns that were narrower, or were not there, when they were stored", async () => {
    const stored = await write();
    expect(await format(wide).load({ ...context, stored })).toEqual([
      { long: -2_147_483_648n, real: 1, added: null },
      { long: null, real: 2_147_483_647, added: null },
    ]);
    const where = { long: { lt: 0n }, real: { gte: 0.5 } };
    expect(await format(wide).load({ ...context, stored, columns: ["real"], where })).toEqual([{ real: 1 }]);
  });

  test("does not read a column as another type, nor one that is required and is not there or holds nulls", async () => {
    const stored = await write();
    for (const schema of [table({ real: utf8() }), table({ long: int64() }), table({ real: int32(), more: int32() })]) {
      const loading = format(schema).load({ ...context, stored });
      await expect(loading).rejects.toMatchObject({ code: "IO_SCHEMA_MISMATCH" });
    }
  });
});
