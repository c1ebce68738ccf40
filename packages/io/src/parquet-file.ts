import { HeddleError } from "@heddle/core";
import type { Table } from "apache-arrow";
import type * as parquetWasm from "parquet-wasm/node";
import { loadArrow } from "./table/load-arrow.ts";

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
   * Most rows of a row group: what other programs read at once, or skip by its statistics.
   * @default 122880
   */
  readonly rowGroupSize: number;
}

/** Fills in what a layout leaves open. @throws CONFIG_INVALID */
export function parquetLayout(options: Partial<ParquetLayout>): ParquetLayout {
  const { compression = "snappy", rowGroupSize = 122_880 } = options;
  if (!PARQUET_COMPRESSIONS.includes(compression)) {
    throw new HeddleError("CONFIG_INVALID", `"${String(compression)}" is not a compression of Parquet files`, {
      hint: `Use one of ${PARQUET_COMPRESSIONS.join(", ")}.`,
    });
  }
  if (!Number.isSafeInteger(rowGroupSize) || rowGroupSize < 1) {
    throw new HeddleError("CONFIG_INVALID", `rowGroupSize is ${rowGroupSize}, and should be a whole number from 1 on`, {
      hint: "Leave it out, or give the most rows that a row group may have.",
    });
  }
  return { compression, rowGroupSize };
}

/**
 * A column's dictionary beyond this size is given up for plain values. The writer's own limit of 1 MiB is more than a
 * row group of 122,880 numbers can fill, so that a dictionary of numbers that are all different would be built in full:
 * that doubles the time and makes the file larger. 64 KiB hold 8,192 numbers or some thousand names.
 */
const DICTIONARY_BYTES = 64 * 1024;

/** Rows of a record batch that is read; the reader's own 1,024 make a thousand batches of a million rows. */
const BATCH_ROWS = 65_536;

type ParquetWasm = typeof parquetWasm;

/** The build for Node loads its WebAssembly file itself, from beside its module: a bundler must leave it external. */
function loadParquet(): Promise<ParquetWasm> {
  return import("parquet-wasm/node");
}

/** Encodes an Arrow table as a Parquet file; the same table gives the same bytes. @throws IO_VALUE_NOT_STORABLE */
export async function writeParquetFile(table: Table, layout: ParquetLayout): Promise<Uint8Array> {
  const [parquet, { tableToIPC }] = await Promise.all([loadParquet(), loadArrow()]);
  try {
    const properties = writerProperties(parquet, layout);
    return parquet.writeParquet(parquet.Table.fromIPCStream(tableToIPC(table, "stream")), properties);
  } catch (cause) {
    throw new HeddleError("IO_VALUE_NOT_STORABLE", "the table cannot be written as Parquet", {
      hint: "Look at the cause: a column has a type that Parquet does not have, or the table needs more than the 4 GiB of memory that the writer has; then make smaller partitions.",
      cause,
    });
  }
}

/** Decodes a Parquet file to an Arrow table, with at least these columns when they are given. */
export async function readParquetFile(body: Uint8Array, columns: readonly string[] | undefined): Promise<Table> {
  const [parquet, { tableFromIPC }] = await Promise.all([loadParquet(), loadArrow()]);
  const read =
    columns === undefined
      ? parquet.readParquet(body, { batchSize: BATCH_ROWS })
      : await project(parquet, body, columns);
  return tableFromIPC(read.intoIPCStream());
}

/** Only the reader of files projects; the one of bytes takes `columns` and reads all of them nevertheless. */
async function project(parquet: ParquetWasm, body: Uint8Array, columns: readonly string[]): Promise<parquetWasm.Table> {
  // The body is a whole array of this process's own, never shared memory, which a Blob would refuse.
  const file = await parquet.ParquetFile.fromFile(new Blob([body as Uint8Array<ArrayBuffer>]));
  try {
    return await file.read({ batchSize: BATCH_ROWS, columns: [...columns] });
  } finally {
    file.free();
  }
}

function writerProperties(parquet: ParquetWasm, { compression, rowGroupSize }: ParquetLayout) {
  return new parquet.WriterPropertiesBuilder()
    .setCompression(codecs(parquet)[compression])
    .setMaxRowGroupSize(rowGroupSize)
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
