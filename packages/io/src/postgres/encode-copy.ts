import { HeddleError, type StoredColumn } from "@heddle/core";
import { createHash } from "node:crypto";
import type { Cells, ColumnBuffers } from "../table/cells.ts";
import { encodeColumn } from "../table/encode-column.ts";
import { assertRowShapes, extractCells } from "../table/extract-cells.ts";
import { rowChunks, type RowChunk } from "../table/row-chunks.ts";
import type { ColumnType } from "../table/column.ts";
import { columnsOf, storedColumns, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { cellStatistics, type CellStatistics } from "./cell-statistics.ts";
import { HEADER_BYTES, writeCopyHeader } from "./messages.ts";
import { cellWriter, type CellWriter, type Target } from "./write-cells.ts";

/** Rows on their way into a COPY in binary format. */
export interface RowEncoder {
  /** CopyData messages, with room made for the next but one when it is asked for. Can be run once. */
  readonly chunks: AsyncIterable<Buffer>;
  /** What was written, once everything was. */
  readonly written: () => WrittenRows;
}

/** What is known of rows that were written. */
export interface WrittenRows {
  readonly rows: number;
  /** In the binary format, without what Heddle adds. */
  readonly bytes: number;
  /** SHA-256 of the columns and of the rows in their order, hex. */
  readonly dataVersion: string;
  readonly columns: readonly StoredColumn[];
}

/** Rows are taken and converted so many at a time. */
const CHUNK_ROWS = 8_192;
/** A message is sent when it is as long as this. */
const MESSAGE_BYTES = 256 * 1024;
/** Most rows of a value: they are numbered in 32 bits. */
const MAX_ROWS = 0x7fff_ffff;

/** At the start of each row: how many fields; version and number, each with its length before it. */
const VERSION_AT = 2 + 4;
const NUMBER_AT = VERSION_AT + 8 + 4;
const FIRST_CELL_AT = NUMBER_AT + 4;

/** The format's signature, no flags, no extension. */
const SIGNATURE = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), Buffer.alloc(8)]);
/** In the place of a row's number of fields, after the last one. */
const END = Buffer.from([0xff, 0xff]);

/**
 * Encodes rows for COPY, validates every cell, and makes the data version and statistics on the way.
 *
 * @throws IO_VALUE_NOT_STORABLE naming row, column and value; what the producer throws comes as it is
 */
export function rowEncoder(
  rows: unknown,
  { schema, version, signal }: { schema: TableSchema; version: bigint; signal: AbortSignal },
): RowEncoder {
  const columns = columnsOf(schema);
  const stored = storedColumns(schema);
  const hash = createHash("sha256").update(JSON.stringify(stored));
  const statistics = columns.map(({ column }) => cellStatistics(column.type));
  const writer = new RowWriter(columns.length, version, (piece) => hash.update(piece));
  let count = 0;

  async function* chunks(): AsyncGenerator<Buffer> {
    yield copyMessage(SIGNATURE);
    const values: unknown[] = [];
    for await (const chunk of rowChunks(rows, signal, { chunkRows: CHUNK_ROWS })) {
      const writers = encodeChunk(chunk, { columns, values, statistics });
      count = chunk.from + chunk.rows.length;
      if (count > MAX_ROWS) throw tooManyRows();
      yield* writer.write(writers, chunk);
    }
    yield* writer.finish();
    yield copyMessage(END);
  }

  return {
    chunks: chunks(),
    written: () => ({
      rows: count,
      bytes: writer.bytes,
      dataVersion: hash.digest("hex"),
      columns: stored.map((column, index) => ({ ...column, ...statistics[index]?.found() })),
    }),
  };
}

interface ChunkContext {
  readonly columns: readonly NamedColumn[];
  /** Used again for every column. */
  readonly values: unknown[];
  readonly statistics: readonly CellStatistics[];
}

function encodeChunk(chunk: RowChunk, { columns, values, statistics }: ChunkContext): CellWriter[] {
  assertRowShapes(chunk, columns);
  return columns.map((named, index) => {
    const { type } = named.column;
    const cells = extractCells(chunk, { ...named, columns }, values);
    const buffers = encodeColumn(type, cells);
    refuseWhatPostgresCannotHold(type, { cells, buffers });
    statistics[index]?.add(buffers);
    return cellWriter(type, buffers);
  });
}

/** 4713 BC: earlier instants are no `timestamptz`. */
const FIRST_INSTANT_MS = -210_866_803_200_000;
const FIRST_UPPER_HALF = Math.floor(FIRST_INSTANT_MS / 0x1_0000_0000);

function refuseWhatPostgresCannotHold(
  type: ColumnType,
  { cells, buffers }: { readonly cells: Cells; readonly buffers: ColumnBuffers },
): void {
  const item = type.kind === "list" ? type.item : type;
  const content = type.kind === "list" ? buffers.items : buffers;
  // JSON with a NUL is refused as JSON already.
  if (item.kind === "utf8" && content?.values instanceof Uint8Array && content.values.includes(0)) {
    const at = cells.values.findIndex((value) => textsOf(value).some((text) => text.includes("\0")));
    cells.refuse(at, "the text has a NUL character, which PostgreSQL cannot store");
  }
  if (item.kind !== "timestamp" || !(content?.values instanceof BigInt64Array) || !hasEarlyInstant(content.values))
    return;
  const at = cells.values.findIndex((value) => instantsOf(value).some((time) => time.getTime() < FIRST_INSTANT_MS));
  cells.refuse(at, "the instant lies before 4713 BC, which PostgreSQL cannot store");
}

/** Looks at the upper halves alone, without a bigint for each. */
function hasEarlyInstant(values: BigInt64Array): boolean {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let index = 0; index < values.length; index += 1) {
    if ((halves[index * 2 + 1] ?? 0) <= FIRST_UPPER_HALF && Number(values[index]) < FIRST_INSTANT_MS) return true;
  }
  return false;
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((text) => typeof text === "string");
}

function instantsOf(value: unknown): readonly Date[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((time) => time instanceof Date);
}

/** Writes rows into two buffers by turns: one is filled while the other travels. */
class RowWriter {
  bytes = 0;
  readonly #fields: number;
  readonly #version: bigint;
  readonly #onContent: (piece: Uint8Array) => void;
  readonly #targets = [makeTarget(MESSAGE_BYTES), makeTarget(MESSAGE_BYTES)] as [Target, Target];
  /** Where each row of the message begins. */
  readonly #starts: number[] = [];
  #at = HEADER_BYTES;

  /** `onContent` gets the rows without their version, so that equal rows are equal bytes. */
  constructor(columns: number, version: bigint, onContent: (piece: Uint8Array) => void) {
    this.#fields = columns + 2;
    this.#version = version;
    this.#onContent = onContent;
  }

  *write(writers: readonly CellWriter[], { rows, from }: RowChunk): Generator<Buffer> {
    for (let index = 0; index < rows.length; index += 1) {
      let most = FIRST_CELL_AT;
      for (const writer of writers) most += writer.mostBytes(index);
      if (this.#at + most > this.#targets[0].bytes.length) {
        yield* this.finish();
        if (this.#at + most > this.#targets[0].bytes.length) this.#targets[0] = makeTarget(HEADER_BYTES + most);
      }
      this.#writeRow(writers, index, from + index);
    }
  }

  #writeRow(writers: readonly CellWriter[], index: number, number: number): void {
    const [target] = this.#targets;
    const { view } = target;
    const start = this.#at;
    this.#starts.push(start);
    view.setInt16(start, this.#fields);
    view.setInt32(start + 2, 8);
    view.setInt32(start + VERSION_AT, 0);
    view.setInt32(start + VERSION_AT + 4, 0);
    view.setInt32(start + VERSION_AT + 8, 4);
    view.setInt32(start + NUMBER_AT, number);
    let at = start + FIRST_CELL_AT;
    for (const writer of writers) at = writer.write(target, index, at);
    this.#at = at;
  }

  /** Gives what is written so far, if anything is. */
  *finish(): Generator<Buffer> {
    if (this.#starts.length === 0) return;
    const [target, other] = this.#targets;
    const end = this.#at;
    this.#onContent(target.bytes.subarray(HEADER_BYTES, end));
    this.bytes += end - HEADER_BYTES - this.#starts.length * FIRST_CELL_AT;
    const high = Number(this.#version >> 32n);
    const low = Number(this.#version & 0xffff_ffffn);
    for (const start of this.#starts) {
      target.view.setInt32(start + VERSION_AT, high);
      target.view.setUint32(start + VERSION_AT + 4, low);
    }
    writeCopyHeader(target.bytes, end);
    this.#targets[0] = other;
    this.#targets[1] = target;
    this.#starts.length = 0;
    this.#at = HEADER_BYTES;
    yield target.bytes.subarray(0, end);
  }
}

function makeTarget(bytes: number): Target {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  return { bytes: buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) };
}

function copyMessage(content: Buffer): Buffer {
  const message = Buffer.concat([Buffer.alloc(HEADER_BYTES), content]);
  writeCopyHeader(message, message.length);
  return message;
}

function tooManyRows(): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", `the value has more than ${MAX_ROWS} rows`, {
    hint: "Cut the asset into more partitions.",
  });
}
