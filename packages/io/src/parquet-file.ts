import { HeddleError } from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import type * as parquetWasm from "parquet-wasm/node";
import { ipcStreamOf } from "./parquet/ipc-scratch.ts";
import { joinRowGroups } from "./parquet/join-row-groups.ts";
import { loadArrow, type Arrow } from "./table/load-arrow.ts";

/** How the pages of a Parquet file can be compressed. */
export const PARQUET_COMPRESSIONS = ["none", "snappy", "zstd", "gzip", "brotli", "lz4"] as const;

/** How the pages of a Parquet file are compressed. */
export type ParquetCompression = (typeof PARQUET_COMPRESSIONS)[number];

/** How a Parquet file is laid out. Another layout of the same rows counts as other data. */
export interface ParquetLayout {
  /**
   * `zstd` makes files about a quarter smaller than `snappy`, and takes about twice as long.
   * @default "snappy"
   */
  readonly compression: ParquetCompression;
  /**
   * Most rows of a row group: what is held in memory while a table is written or streamed, and what readers skip by its
   * statistics. Give less for rows of many kilobytes. Row groups also end when they have grown beyond 64 MiB.
   * @default 131072
   */
  readonly rowGroupRows: number;
}

/** Fills in what a layout leaves open. @throws CONFIG_INVALID */
export function parquetLayout(options: Partial<ParquetLayout>): ParquetLayout {
  const { compression = "snappy", rowGroupRows = 131_072 } = options;
  if (!PARQUET_COMPRESSIONS.includes(compression)) {
    throw new HeddleError("CONFIG_INVALID", `"${String(compression)}" is not a compression of Parquet files`, {
      hint: `Use one of ${PARQUET_COMPRESSIONS.join(", ")}.`,
    });
  }
  if (!Number.isSafeInteger(rowGroupRows) || rowGroupRows < 1) {
    throw new HeddleError("CONFIG_INVALID", `rowGroupRows is ${rowGroupRows}, and should be a whole number from 1 on`, {
      hint: "Leave it out, or give the most rows that a row group may have.",
    });
  }
  return { compression, rowGroupRows };
}

/**
 * A column's dictionary beyond this size is given up for plain values. The writer's own limit of 1 MiB is more than a
 * row group of 131,072 numbers can fill, so that a dictionary of numbers that are all different would be built in full:
 * that doubles the time and makes the file larger. 64 KiB hold 8,192 numbers or some thousand names.
 */
const DICTIONARY_BYTES = 64 * 1024;

type ParquetWasm = typeof parquetWasm;

let loading: Promise<ParquetWasm> | undefined;

/** The build for Node loads its WebAssembly file itself, from beside its module: a bundler must leave it external. */
export function loadParquet(): Promise<ParquetWasm> {
  return (loading ??= import("parquet-wasm/node"));
}

/** Encodes an Arrow table as a Parquet file; the same table gives the same bytes. @throws IO_VALUE_NOT_STORABLE */
export async function writeParquetFile(table: Table, layout: ParquetLayout): Promise<Uint8Array> {
  const [parquet, arrow] = await Promise.all([loadParquet(), loadArrow()]);
  return encodeRowGroups({ parquet, arrow, layout }, { schema: table.schema, batches: table.batches });
}

/**
 * Encodes groups of record batches as the row groups of one Parquet file, piece by piece. The writer of `parquet-wasm`
 * that takes a stream ends the file without an error where the stream fails, so each row group is written by itself.
 *
 * @throws IO_VALUE_NOT_STORABLE
 */
export async function* encodeParquet(
  groups: AsyncIterable<readonly RecordBatch[]>,
  { schema, layout, signal }: { schema: Schema; layout: ParquetLayout; signal: AbortSignal },
): AsyncGenerator<Uint8Array, void> {
  const [parquet, arrow] = await Promise.all([loadParquet(), loadArrow()]);
  const writer = { parquet, arrow, layout };
  const joiner = joinRowGroups();
  let isEmpty = true;
  for await (const batches of groups) {
    isEmpty = false;
    yield* joiner.append(encodeRowGroups(writer, { schema, batches }));
    // The writer holds the event loop for some 30 ms.
    await setImmediate();
    signal.throwIfAborted();
  }
  if (isEmpty) yield* joiner.append(encodeRowGroups(writer, { schema, batches: [] }));
  yield joiner.finish();
}

interface Writer {
  readonly parquet: ParquetWasm;
  readonly arrow: Arrow;
  readonly layout: ParquetLayout;
}

function encodeRowGroups(
  { parquet, arrow, layout }: Writer,
  { schema, batches }: { schema: Schema; batches: readonly RecordBatch[] },
): Uint8Array {
  try {
    const table = parquet.Table.fromIPCStream(ipcStreamOf(arrow, schema, batches));
    return parquet.writeParquet(table, writerProperties(parquet, layout));
  } catch (cause) {
    throw new HeddleError("IO_VALUE_NOT_STORABLE", "the table cannot be written as Parquet", {
      hint: "Look at the cause: a column has a type that Parquet does not have, or a row group needs more than the 4 GiB of memory that the writer has; then lower `rowGroupRows`.",
      cause,
    });
  }
}

function writerProperties(parquet: ParquetWasm, { compression, rowGroupRows }: ParquetLayout) {
  return new parquet.WriterPropertiesBuilder()
    .setCompression(codecs(parquet)[compression])
    .setMaxRowGroupSize(rowGroupRows)
    .setStatisticsEnabled(parquet.EnabledStatistics.Chunk)
    .setDictionaryPageSizeLimit(DICTIONARY_BYTES)
    .build();
}

function codecs({ Compression }: ParquetWasm): Record<ParquetCompression, number> {
  return {
    none: Compression.UNCOMPRESSED,
    snappy: Compression.SNAPPY,
    zstd: Compression.ZSTD,
    gzip: Compression.GZIP,
    brotli: Compression.BROTLI,
    lz4: Compression.LZ4_RAW,
  };
}
