import type { AnyIoManager } from "@heddle/core";
import { DuckDBInstance } from "@duckdb/node-api";
import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects, parquetMetadata } from "hyparquet";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { arrow, arrowBatches } from "../src/arrow.ts";
import { filesystemStore } from "../src/filesystem.ts";
import { parquet, parquetBatches, PARQUET_COMPRESSIONS } from "../src/parquet.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { readingRows, readings } from "./test-io-managers.ts";

const signal = new AbortController().signal;

/** Writes a value to a directory of its own and says where. */
async function writeFile(directory: string, io: AnyIoManager, value: unknown): Promise<string> {
  const store = filesystemStore({ directory });
  const context = { assetKey: "readings", partitionKey: null, attemptId: "1", fence: 1, store, signal };
  const stored = await io.write(value, context);
  return join(directory, stored.objects[0]?.key ?? "");
}

const rows = readingRows(2_500);

async function* inArrays(): AsyncGenerator<typeof rows> {
  for (let from = 0; from < rows.length; from += 700) yield rows.slice(from, from + 700);
}

describe("a Parquet file of several row groups", () => {
  const WRITERS = [
    ...PARQUET_COMPRESSIONS.map((compression) => ({
      name: compression,
      io: parquet({ schema: readings, compression, rowGroupRows: 1_000 }),
    })),
    { name: "yielded", io: parquetBatches({ schema: readings, rowGroupRows: 999 }) },
  ];

  test.each(WRITERS)("is read by DuckDB as it was written: $name", async ({ io }) => {
    await using directory = await temporaryDirectory();
    const path = await writeFile(directory.path, io, inArrays());
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    try {
      const sql = `select "day"::varchar as "day", epoch_ms("at") as "at", station, note, "tempMax", count, total, "isDry", hourly from '${path}'`;
      const found = (await connection.runAndReadAll(sql)).getRowObjectsJS();
      expect(found).toEqual(
        rows.map(({ day, at, station, note, tempMax, count, total, isDry, hourly }) => ({
          day,
          at: BigInt(at.getTime()),
          station,
          note,
          tempMax,
          count,
          total,
          isDry,
          hourly: [...hourly],
        })),
      );
      const pruned = `select count(*) as n from '${path}' where station = 'Zürich' and count > 2000`;
      const expected = rows.filter(({ station, count }) => station === "Zürich" && count > 2000).length;
      expect((await connection.runAndReadAll(pruned)).getRowObjectsJS()).toEqual([{ n: BigInt(expected) }]);
      const groups = `select count(distinct row_group_id) as n from parquet_metadata('${path}')`;
      expect((await connection.runAndReadAll(groups)).getRowObjectsJS()).toEqual([{ n: 3n }]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  test("is read by hyparquet as it was written, and its footer holds together", async () => {
    await using directory = await temporaryDirectory();
    const path = await writeFile(directory.path, parquet({ schema: readings, rowGroupRows: 1_000 }), rows);
    const content = await readFile(path);
    const file = content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) as ArrayBuffer;
    const found = await parquetReadObjects({ file });
    expect(
      found.map(({ station, total, note, count, at, hourly, isDry }) => ({
        station,
        total,
        note,
        count,
        at,
        hourly,
        isDry,
      })),
    ).toEqual(
      rows.map(({ station, total, note, count, at, hourly, isDry }) => ({
        station,
        total,
        note,
        count,
        at,
        hourly,
        isDry,
      })),
    );
    const { num_rows: count, row_groups: groups } = parquetMetadata(file);
    expect([count, groups.map(({ num_rows }) => num_rows)]).toEqual([2_500n, [1_000n, 1_000n, 500n]]);
    for (const [index, group] of groups.entries()) {
      const part = rows.slice(index * 1_000, index * 1_000 + 1_000);
      const statistics = group.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === "count")?.meta_data;
      expect(statistics?.statistics).toMatchObject({
        min_value: Math.min(...part.map((row) => row.count)),
        max_value: Math.max(...part.map((row) => row.count)),
      });
    }
  });
});

test("an Arrow IPC file is read by apache-arrow and, as a stream behind its magic, by its stream reader", async () => {
  await using directory = await temporaryDirectory();
  for (const io of [arrow({ schema: readings }), arrowBatches({ schema: readings })]) {
    const path = await writeFile(
      join(directory.path, io.table?.drift ?? "", String(Math.random()).slice(2)),
      io,
      inArrays(),
    );
    const content = new Uint8Array(await readFile(path));
    for (const found of [tableFromIPC(content), tableFromIPC(content.slice(8))]) {
      expect(found.numRows).toBe(rows.length);
      expect([...(found.getChild("station") ?? [])]).toEqual(rows.map(({ station }) => station));
      expect([...(found.getChild("total") ?? [])]).toEqual(rows.map(({ total }) => total));
    }
  }
});
