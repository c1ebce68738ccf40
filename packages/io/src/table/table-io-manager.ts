import {
  HeddleError,
  ioManager,
  type InputContext,
  type IoManager,
  type ObjectStore,
  type OutputContext,
  type RowFilter,
  type SchemaDrift,
  type StoredColumn,
  type StoredObject,
  type StoredValue,
  type TableContract,
} from "@heddle/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { setImmediate } from "node:timers/promises";
import { beforeAbort } from "../before-abort.ts";
import { naming, soleObject, unreadable } from "../encoded-io-manager.ts";
import { encodeObjectKey } from "../object-key.ts";
import { columnStatistics } from "./column-statistics.ts";
import { loadArrow, type Arrow } from "./load-arrow.ts";
import { previewOf } from "./preview.ts";
import { fittingRows } from "./row-filter.ts";
import { CHUNK_ROWS } from "./row-chunks.ts";
import { assertColumnsKnown } from "./schema.ts";
import { storedFile, type StoredFile } from "./stored-file.ts";
import { arrowColumns, groupBatches, type TableReading, type TableStream } from "./table-value.ts";
import { takeRows } from "./take-rows.ts";

/** What is needed of a stored table. */
export interface TableWish {
  /** Columns to read; those that are not stored are left out. All when it is absent. */
  readonly columns: readonly string[] | undefined;
  /** What cannot fit may be left out; what comes need not fit. */
  readonly where: RowFilter | undefined;
  /** Whether all of it will be in memory in any case, is read in constant memory, or will be left after its first rows. */
  readonly pace: "together" | "streamed" | "first rows";
}

/** A format of files for Arrow's tables. */
export interface TableFormat {
  /** Name of the I/O managers, written into every stored value. */
  readonly name: string;
  readonly extension: string;
  /** Most rows that are written and read at once. */
  readonly groupRows: number;
  /** Encodes a table, piece by piece. @throws IO_VALUE_NOT_STORABLE */
  encode(
    groups: AsyncIterable<readonly RecordBatch[]>,
    options: { readonly schema: Schema; readonly signal: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** Reads a table in parts, of which there is at least one; an empty one may come first. */
  read(file: StoredFile, wish: TableWish): AsyncIterable<Table>;
}

/** Kinds of value of one format: how a value becomes record batches, and how tables become a value. */
export interface TableKind<TStorable, TLoaded> {
  readonly format: TableFormat;
  readonly store: ObjectStore | undefined;
  /** The declared columns; `null` when only a value tells. */
  readonly columns: readonly StoredColumn[] | null;
  /** Columns of text whose order means nothing, such as JSON. */
  readonly unordered?: ReadonlySet<string>;
  readonly drift: SchemaDrift | undefined;
  /** Whether a loaded value is all of the table in memory, or reads it while it is looped over. */
  readonly pace: "together" | "streamed";
  /** @throws IO_VALUE_NOT_STORABLE */
  stream(value: TStorable, reading: TableReading): TableStream | Promise<TableStream>;
  /** The value, of tables of which only the wished rows are left; `columns` are the wished ones. */
  load(tables: () => AsyncIterable<Table>, loading: TableLoading): TLoaded | Promise<TLoaded>;
  /** What stands for the joined values of no partitions. */
  empty?(): TLoaded;
}

/** What {@link TableKind.load} gets besides the tables. */
export interface TableLoading {
  readonly arrow: Arrow;
  readonly context: InputContext;
}

const DRIFTS: readonly SchemaDrift[] = ["additive", "any", "refuse"];

/** Makes the I/O manager of one kind of value in one format. @throws CONFIG_INVALID */
export function tableIoManager<TStorable, TLoaded>(kind: TableKind<TStorable, TLoaded>): IoManager<TStorable, TLoaded> {
  const { format, columns, drift = "additive" } = kind;
  if (!DRIFTS.includes(drift)) {
    throw new HeddleError("CONFIG_INVALID", `drift is ${JSON.stringify(drift)}`, {
      hint: `Use one of ${DRIFTS.join(", ")}.`,
    });
  }
  const contract: TableContract = { columns, drift };
  return ioManager<TStorable, TLoaded>({
    name: format.name,
    store: kind.store,
    table: contract,
    filters: true,
    write: (value, context) => naming(context, () => writeTable(kind, value, context)),
    async load(context) {
      const arrow = await loadArrow();
      context.signal.throwIfAborted();
      return naming(context, () =>
        kind.load(openTables(kind, { arrow, context, pace: kind.pace }), { arrow, context }),
      );
    },
    async preview(context, { rows }) {
      const arrow = await loadArrow();
      return naming(context, () =>
        previewOf(openTables(kind, { arrow, context, pace: "first rows" })(), { context, rows }),
      );
    },
    ...(kind.empty !== undefined && { empty: kind.empty }),
  });
}

/** Tables up to this length are given to a store at once where it does not say more; longer ones while they are encoded. */
const SHORT_BYTES = 1024 * 1024;
const GROUP_BYTES = 64 * 1024 * 1024;

async function writeTable<TStorable>(
  kind: TableKind<TStorable, unknown>,
  value: TStorable,
  context: OutputContext,
): Promise<StoredValue> {
  const { format, columns: declared } = kind;
  const { signal } = context;
  signal.throwIfAborted();
  const key = encodeObjectKey(context, format.extension);
  const arrow = await loadArrow();
  const chunkRows = Math.min(CHUNK_ROWS, format.groupRows);
  const stream = await beforeAbort(Promise.resolve(kind.stream(value, { arrow, signal, chunkRows })), signal);
  const { schema } = stream;
  const columns = declared === null ? arrowColumns(schema) : inOrderOf(schema, declared);
  const statistics = columnStatistics(arrow, { schema, columns, unordered: kind.unordered ?? new Set() });
  let rows = 0;
  const batches = tapped(stream.batches, (batch) => {
    statistics.add(batch);
    rows += batch.numRows;
  });
  const groups = groupBatches({ schema, batches }, { groupRows: format.groupRows, groupBytes: GROUP_BYTES });
  const store = kind.store ?? context.store;
  const object = await putPieces(store, key, {
    pieces: format.encode(groups, { schema, signal }),
    // What yields its rows may be longer than memory.
    atOnceBytes: kind.pace === "together" ? (store.putBytes ?? SHORT_BYTES) : SHORT_BYTES,
    signal,
  });
  return { io: format.name, objects: [object], dataVersion: object.sha256, rows, columns: statistics.columns() };
}

/** The columns in the order in which they are stored. */
function inOrderOf(schema: Schema, declared: readonly StoredColumn[]): readonly StoredColumn[] {
  return schema.fields.flatMap(({ name }) => declared.filter((column) => column.name === name));
}

async function* tapped<T>(items: AsyncIterable<T>, see: (item: T) => void): AsyncGenerator<T, void> {
  for await (const item of items) {
    see(item);
    yield item;
  }
}

/** Writes pieces under a key: at once when they are short, else as they come. */
async function putPieces(
  store: ObjectStore,
  key: string,
  { pieces, atOnceBytes, signal }: { pieces: AsyncIterable<Uint8Array>; atOnceBytes: number; signal: AbortSignal },
): Promise<StoredObject> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let bytes = 0;
  while (bytes <= atOnceBytes) {
    const next = await beforeAbort(iterator.next(), signal).catch(async (error: unknown) => {
      // A producer that answers is told to end; one that does not would do so after what it waits for.
      await Promise.race([iterator.return?.().catch(() => {}), setImmediate()]);
      throw error;
    });
    if (next.done === true) {
      signal.throwIfAborted();
      return store.put(key, first.length === 1 && first[0] !== undefined ? first[0] : Buffer.concat(first), { signal });
    }
    first.push(next.value);
    bytes += next.value.length;
  }
  return store.putStream(key, continued(first, iterator), { signal });
}

async function* continued<T>(first: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T, void> {
  let isOver = false;
  try {
    yield* first;
    for (;;) {
      isOver = true; // Also when it throws: such a producer has ended itself.
      const next = await rest.next();
      if (next.done === true) return;
      isOver = false;
      yield next.value;
    }
  } finally {
    if (!isOver) await rest.return?.();
  }
}

/** Opens a stored table: each call of the result reads it from the start. @throws IO_MANAGER_MISMATCH, IO_COLUMN_UNKNOWN */
function openTables(
  { format, store, columns: declared }: TableKind<never, unknown>,
  { arrow, context, pace }: TableLoading & Pick<TableWish, "pace">,
): () => AsyncIterable<Table> {
  const { stored, columns, where, signal } = context;
  const object = soleObject(format.name, context);
  const known = (declared ?? stored.columns)?.map(({ name }) => name);
  if (known !== undefined && columns !== undefined) assertColumnsKnown(columns, known);
  if (known !== undefined && where !== undefined && Object.keys(where).length > 0) {
    assertColumnsKnown(Object.keys(where), known);
  }
  const wish = { columns: wishedColumns(context, declared), where, pace };
  const file = storedFile(store ?? context.store, object, signal);
  return () => readTables({ arrow, context, tables: () => format.read(file, wish), name: format.name });
}

/** What has to be read: the wanted columns and those that a filter looks at. */
function wishedColumns(
  { stored, columns, where }: InputContext,
  declared: readonly StoredColumn[] | null,
): readonly string[] | undefined {
  const isDeclared = (name: string): boolean => declared === null || declared.some((column) => column.name === name);
  const isAll = columns === undefined && (stored.columns?.every(({ name }) => isDeclared(name)) ?? false);
  if (isAll || (columns === undefined && declared === null)) return undefined;
  return [...new Set([...(columns ?? declared?.map(({ name }) => name) ?? []), ...Object.keys(where ?? {})])];
}

interface Reading {
  readonly arrow: Arrow;
  readonly context: InputContext;
  readonly tables: () => AsyncIterable<Table>;
  readonly name: string;
}

async function* readTables({ arrow, context, tables, name }: Reading): AsyncGenerator<Table, void> {
  const { where, signal } = context;
  try {
    for await (const table of tables()) {
      signal.throwIfAborted();
      yield where === undefined ? table : filterTable(arrow, table, where);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(name, error);
  }
}

function filterTable(arrow: Arrow, table: Table, where: RowFilter): Table {
  const batches = table.batches.map((batch) => {
    const rows = fittingRows(arrow, batch, where);
    return rows === undefined || rows.length === batch.numRows ? batch : takeRows(arrow, batch, rows);
  });
  return new arrow.Table(table.schema, batches);
}
