import type { Cell, RowFilter } from "@heddle/core";
import { DuckDBInstance } from "@duckdb/node-api";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filterSql } from "../src/duckdb/row-filter-sql.ts";
import { filesystemStore } from "../src/filesystem.ts";
import { date, float64, int32, int64, parquet, table, timestamp, utf8 } from "../src/parquet.ts";
import { rowMatches } from "../src/row-matches.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { unaborted } from "./unaborted.ts";

interface Kind {
  readonly type: string;
  readonly cells: readonly Cell[];
  /** What no cell can be, besides. */
  readonly bounds: readonly Cell[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  int32: {
    type: "INTEGER",
    cells: [-(2 ** 31), -1, 0, 1, 2 ** 31 - 1],
    bounds: [0.5, -0.5, 2 ** 40, 1e300, -1e300, Infinity, -Infinity, Number.NaN, 1n, 2n ** 70n, -(2n ** 1_100n)],
  },
  int64: {
    type: "BIGINT",
    cells: [-(2n ** 63n), -(2n ** 53n) - 1n, 0n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n],
    bounds: [0.5, 2 ** 53, 2 ** 63, -(2 ** 63), 1e300, -Infinity, Number.NaN, 2n ** 63n, -(2n ** 1_100n)],
  },
  float64: {
    type: "DOUBLE",
    cells: [-Infinity, -1e300, -0, 0, 5e-324, 0.1, 2 ** 53, 2 ** 53 + 2, Infinity, Number.NaN],
    bounds: [0n, 2n ** 53n + 1n, 2n ** 53n - 1n, 2n ** 1_100n, -(2n ** 1_100n)],
  },
  utf8: {
    type: "VARCHAR",
    cells: ["", "a", "a\0", "a\0b", "a'b", "ab", "a\ud7ff", "a\ue000", "a\uffff", "a\u{10000}", "a\u{10ffff}", "é"],
    bounds: ["a\u{10ffff}b", "a\u{10ffff}\0", "a\u{10ffff}\uffff", "a\uffff\u{10000}", "\0"],
  },
  date: {
    type: "DATE",
    cells: ["0000-01-01", "0000-12-31", "1969-12-31", "1970-01-01", "2012-01-31", "9999-12-31"],
    bounds: ["", "2012", "2012-02-30", "zzz", "-0001-01-01"],
  },
  timestamp: {
    type: "TIMESTAMP WITH TIME ZONE",
    cells: [-8.64e15, -62_167_219_200_001, -1, 0, 1, 8.64e15].map((time) => new Date(time)),
    bounds: [new Date(2)],
  },
};

const COLUMNS = {
  int32: int32(),
  int64: int64(),
  float64: float64(),
  utf8: utf8(),
  date: date(),
  timestamp: timestamp(),
} as const;

test.each(Object.keys(COLUMNS) as (keyof typeof COLUMNS)[])(
  "DuckDB gives exactly the rows that fit, as every I/O manager does: %s",
  async (name) => {
    await using directory = await temporaryDirectory();
    const store = filesystemStore({ directory: directory.path });
    const { type, cells, bounds } = KINDS[name]!;
    const rows = [...cells, null].map((cell, id) => ({ id, cell }));
    const schema = table({ id: int32(), cell: COLUMNS[name].nullable() });
    const target = { assetKey: "cells", partitionKey: null, attemptId: "1", fence: 1, store, ...unaborted };
    const stored = await parquet({ schema }).write(rows as never, target);
    const path = join(directory.path, stored.objects[0]!.key);
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    try {
      const fitting = async (where: RowFilter): Promise<unknown[]> => {
        const condition = filterSql(where, () => type);
        const found = await connection.runAndReadAll(`select id from '${path}' where ${condition} order by id`);
        return found.getRowsJS().map(([id]) => id);
      };
      for (const bound of [...cells, ...bounds]) {
        const filters = [{ eq: bound }, { in: [bound, cells[0]!] }, { gt: bound }, { gte: bound }, { lt: bound }];
        for (const filter of [...filters, { lte: bound }, { isNull: false, lte: bound }]) {
          const expected = rows.filter(rowMatches({ cell: filter })).map(({ id }) => id);
          expect({ filter, ids: await fitting({ cell: filter }) }).toEqual({ filter, ids: expected });
        }
      }
      expect(await fitting({ cell: { isNull: true } })).toEqual([cells.length]);
      expect(await fitting({ cell: { in: [] } })).toEqual([]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  },
);
