import { HeddleError } from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import { loadArrow, type Arrow } from "./table/load-arrow.ts";
import type { StoredFile } from "./table/stored-file.ts";
import type { TableWish } from "./table/table-io-manager.ts";

/** Most rows of a record batch of a file: what is held in memory while a table is streamed. */
export const ARROW_BATCH_ROWS = 131_072;

/**
 * Encodes record batches as an Arrow IPC file, piece by piece.
 *
 * @throws IO_VALUE_NOT_STORABLE
 */
export async function* encodeArrow(
  groups: AsyncIterable<readonly RecordBatch[]>,
  { schema, signal }: { schema: Schema; signal: AbortSignal },
): AsyncGenerator<Uint8Array, void> {
  const arrow = await loadArrow();
  const writer = openWriter(arrow, schema);
  for await (const batches of groups) {
    for (const batch of batches) {
      yield* encoding(schema, () => writer.write(batch));
    }
    await setImmediate();
    signal.throwIfAborted();
  }
  yield* encoding(schema, () => writer.finish());
}

function encoding({ fields }: Schema, encode: () => readonly Uint8Array[]): readonly Uint8Array[] {
  try {
    return encode();
  } catch (cause) {
    const words = fields.find(({ type }) => String(type).includes("Dictionary<"));
    throw new HeddleError("IO_VALUE_NOT_STORABLE", "the table cannot be written as Arrow IPC", {
      hint:
        words === undefined
          ? "Look at the cause; a column may have a type that Arrow IPC does not have."
          : `Column ${JSON.stringify(words.name)} has a dictionary, as tableFromArrays makes one of texts, and all batches of a file have to have the same: make it with vectorFromArray(texts, new Utf8()), or store the table as Parquet.`,
      cause,
    });
  }
}

interface ArrowWriter {
  /** The bytes of a record batch, with those that begin the file before the first one. */
  write(batch: RecordBatch): readonly Uint8Array[];
  finish(): readonly Uint8Array[];
}

/**
 * The writer of `apache-arrow`, without the queue that keeps all that was written until it is read, and with the schema
 * at the start of the file, where the format has it: without, the batches cannot be read before the end.
 */
function openWriter(arrow: Arrow, schema: Schema): ArrowWriter {
  let pieces: Uint8Array[] = [];
  class PieceWriter extends arrow.RecordBatchFileWriter {
    protected override _write(chunk: ArrayBufferView): this {
      if (chunk.byteLength > 0) {
        pieces.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        this._position += chunk.byteLength;
      }
      return this;
    }

    protected override _writeSchema(written: Schema): this {
      return super._writeSchema(written)._writeMessage(arrow.Message.from(written));
    }
  }
  const writer = new PieceWriter();
  writer.reset(undefined, schema);
  const take = (): readonly Uint8Array[] => {
    const taken = pieces;
    pieces = [];
    return taken;
  };
  return {
    write(batch) {
      writer.write(batch);
      return take();
    },
    finish() {
      writer.finish();
      return take();
    },
  };
}

/** Reads an Arrow IPC file as a whole, whose columns are then not copied, or batch by batch. */
export async function* readArrowTables(file: StoredFile, { pace }: TableWish): AsyncGenerator<Table, void> {
  if (pace !== "together") return yield* streamArrow(file);
  const { tableFromIPC } = await loadArrow();
  yield tableFromIPC(await file.readWhole());
}

/** Begins every Arrow IPC file, before the messages that a stream has as well. */
const MAGIC_BYTES = 8;
/** Before each message: a mark, and the length of its description. */
const PREFIX_BYTES = 8;

/**
 * Reads the record batches of an Arrow IPC file one after the other, in constant memory; the first one is preceded by an
 * empty table, which has the schema. The reader of `apache-arrow` takes all of a file first: here each batch is given to
 * it as a stream of its own, behind the schema and the dictionaries.
 *
 * @throws RangeError when the file ends too early
 */
async function* streamArrow(file: StoredFile): AsyncGenerator<Table, void> {
  const arrow = await loadArrow();
  const { Message, MessageHeader } = arrow;
  const bytes = byteReader(file.stream());
  try {
    await bytes.read([], MAGIC_BYTES);
    // The schema and the dictionaries so far.
    let before: Uint8Array[] = [];
    for (;;) {
      const prefix = await bytes.read([], PREFIX_BYTES);
      const length = new DataView(prefix.buffer, prefix.byteOffset).getInt32(4, true);
      if (length === 0) return;
      const description = await bytes.read([prefix], length);
      const message = Message.decode(description.subarray(PREFIX_BYTES));
      const isBatch = message.headerType === MessageHeader.RecordBatch;
      if (isBatch && before.length === 0) {
        // A file without the schema at its start has it at its end alone.
        yield arrow.tableFromIPC(await file.readWhole());
        return;
      }
      const whole = await bytes.read(isBatch ? [...before, description] : [description], message.bodyLength);
      if (!isBatch) before = [...before, whole];
      if (isBatch || message.headerType === MessageHeader.Schema) yield arrow.tableFromIPC(whole);
    }
  } finally {
    await bytes.end();
  }
}

/** Reads a stream by lengths. */
function byteReader(pieces: AsyncIterable<Uint8Array>) {
  const iterator = pieces[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  return {
    /** So many bytes behind some that are given, in memory of their own. */
    async read(before: readonly Uint8Array[], length: number): Promise<Uint8Array> {
      let filled = 0;
      const size = before.reduce((bytes, part) => bytes + part.length, length);
      // Not filled with zeros first: all of it is read.
      const content = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
      for (const part of before) {
        content.set(part, filled);
        filled += part.length;
      }
      while (filled < content.length) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done === true) throw new RangeError("it ends too early");
          rest = next.value;
        }
        const part = rest.subarray(0, content.length - filled);
        content.set(part, filled);
        filled += part.length;
        rest = rest.subarray(part.length);
      }
      return content;
    },
    async end(): Promise<void> {
      await iterator.return?.();
    },
  };
}
