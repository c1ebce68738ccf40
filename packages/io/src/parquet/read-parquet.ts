import type { Schema, Table } from "apache-arrow";
import type * as parquetWasm from "parquet-wasm/node";
import { loadParquet } from "../parquet-file.ts";
import { loadArrow, type Arrow } from "../table/load-arrow.ts";
import { inOrder, type StoredFile } from "../table/stored-file.ts";
import type { TableWish } from "../table/table-io-manager.ts";
import { footerLength, readFooter, TAIL_BYTES, type FileFooter } from "./file-footer.ts";
import { heldBlob, type HeldPart } from "./held-blob.ts";
import { possibleRowGroups } from "./prune-row-groups.ts";
import { isRead, pathsToRead } from "./read-paths.ts";
import { takeWasmTable } from "./wasm-table.ts";

/** More rows than a row group has: each comes as one record batch. */
const BATCH_ROWS = 1 << 20;
/** Files up to this length are read and decoded at once where all of their columns are needed, and needed together. */
const WHOLE_BYTES = 32 * 1024 * 1024;
/** The same where a value is streamed. */
const SHORT_BYTES = 4 * 1024 * 1024;
/** Row groups on their way while one is decoded; each takes some MiB. */
const GROUPS_AHEAD = 2;

/**
 * Reads a Parquet file as tables, a row group or several at a time: a short file with one read; of a longer one the
 * footer, and then the bytes of the needed columns of the needed row groups, with the next ones on their way. There is
 * at least one table, so that there is a schema.
 */
export async function* readParquetTables(file: StoredFile, wish: TableWish): AsyncGenerator<Table, void> {
  const [parquet, arrow] = await Promise.all([loadParquet(), loadArrow()]);
  const isWhole = wish.columns === undefined && wish.where === undefined;
  if (file.bytes <= (isWhole ? (wish.pace === "together" ? WHOLE_BYTES : SHORT_BYTES) : file.blockBytes)) {
    const body = await file.readWhole();
    if (isWhole) {
      yield takeWasmTable(parquet, arrow, parquet.readParquet(body, { batchSize: BATCH_ROWS }));
      return;
    }
    yield* readWished({ parquet, arrow, file: heldFile(body) }, { start: 0, bytes: body }, wish);
    return;
  }
  yield* readWished({ parquet, arrow, file }, await readEnd(file), wish);
}

interface Reading {
  readonly parquet: typeof parquetWasm;
  readonly arrow: Arrow;
  readonly file: StoredFile;
}

function heldFile(body: Uint8Array): StoredFile {
  return {
    bytes: body.length,
    blockBytes: body.length,
    read: async (start, end) => body.subarray(start, end),
    readWhole: async () => body,
    async *stream() {
      yield body;
    },
  };
}

/** The end of a file with all of its footer: mostly it lies in the last block, which the store reads in any case. */
async function readEnd(file: StoredFile): Promise<HeldPart> {
  const start = file.bytes - (file.bytes % file.blockBytes || file.blockBytes);
  const bytes = await file.read(Math.min(start, file.bytes - TAIL_BYTES), file.bytes);
  const from = file.bytes - bytes.length;
  const footerStart = file.bytes - TAIL_BYTES - footerLength(bytes);
  if (footerStart >= from) return { start: from, bytes };
  if (footerStart < 0) throw new RangeError("its footer is longer than the file");
  const before = await file.read(footerStart, from);
  return { start: footerStart, bytes: Buffer.concat([before, bytes]) };
}

async function* readWished(reading: Reading, end: HeldPart, wish: TableWish): AsyncGenerator<Table, void> {
  const { parquet, arrow, file } = reading;
  const footer = readFooter(end.bytes);
  const blob = heldBlob(file.bytes, end);
  const opened = await parquet.ParquetFile.fromFile(blob);
  try {
    const columns = pathsToRead(footer, wish.columns);
    const groups = neededGroups(arrow, footer, { opened, where: wish.where });
    const options = { batchSize: BATCH_ROWS, ...(columns !== undefined && { columns }) };
    if (groups.length === 0) {
      yield takeWasmTable(parquet, arrow, await opened.read({ ...options, rowGroups: [] }));
      return;
    }
    const fetched = inOrder(groups, wish.pace === "first rows" ? 0 : GROUPS_AHEAD, async (group) => ({
      group,
      parts: await fetchParts(file, rangesOf(footer, group, { columns, nearBytes: file.blockBytes })),
    }));
    for await (const { group, parts } of fetched) {
      blob.hold(parts);
      const read = await opened.read({ ...options, rowGroups: [group] });
      blob.hold([]);
      yield takeWasmTable(parquet, arrow, read);
    }
  } finally {
    opened.free();
  }
}

function neededGroups(
  arrow: Arrow,
  { rowGroups }: FileFooter,
  { opened, where }: { opened: parquetWasm.ParquetFile; where: TableWish["where"] },
): number[] {
  if (where === undefined) return [...rowGroups.keys()];
  const schema: Schema = arrow.tableFromIPC(opened.schema().intoIPCStream()).schema;
  return possibleRowGroups(arrow, { rowGroups, schema, where });
}

interface Range {
  start: number;
  end: number;
}

interface WishedRanges {
  readonly columns: readonly string[] | undefined;
  /** Parts with less than this between them are read as one: the store reads whole blocks, and would read some twice. */
  readonly nearBytes: number;
}

/** The bytes of the columns' parts of a row group. */
function rangesOf({ rowGroups }: FileFooter, group: number, { columns, nearBytes }: WishedRanges): Range[] {
  const ranges: Range[] = [];
  const chunks = rowGroups[group]?.chunks ?? [];
  for (const { path, start, end } of chunks.toSorted((a, b) => a.start - b.start)) {
    if (columns !== undefined && !columns.some((name) => isRead(path, name))) continue;
    const last = ranges.at(-1);
    if (last !== undefined && start - last.end < nearBytes) last.end = Math.max(last.end, end);
    else ranges.push({ start, end });
  }
  return ranges;
}

async function fetchParts(file: StoredFile, ranges: readonly Range[]): Promise<HeldPart[]> {
  return Promise.all(ranges.map(async ({ start, end }) => ({ start, bytes: await file.read(start, end) })));
}
