import { HeddleError, type StoredColumn } from "@heddle/core";
import type { Data, RecordBatch, Schema } from "apache-arrow";
import { describeValue } from "../describe-value.ts";
import { rowBatches } from "./arrow-rows.ts";
import { arrowSchema } from "./arrow-types.ts";
import type { Arrow } from "./load-arrow.ts";
import { storedColumns, type TableSchema } from "./schema.ts";

/** A value as record batches of one schema. */
export interface TableStream {
  readonly schema: Schema;
  readonly batches: AsyncIterable<RecordBatch>;
}

/** How a value becomes record batches. */
export interface TableReading {
  readonly arrow: Arrow;
  readonly signal: AbortSignal;
  /** Most rows of a batch that is made of rows. */
  readonly chunkRows: number;
}

/** Reads rows as record batches, validating every cell. @throws IO_VALUE_NOT_STORABLE */
export function streamOfRows(rows: unknown, schema: TableSchema, reading: TableReading): TableStream {
  const target = arrowSchema(reading.arrow, schema);
  return { schema: target, batches: rowBatches(rows, { ...reading, schema, target }) };
}

/** The declared columns of Arrow values, of either kind of schema. */
export type DeclaredSchema = TableSchema | Schema;

/** Says whether a schema is one of `apache-arrow`, of whichever copy of it. */
export function isArrowSchema(schema: DeclaredSchema): schema is Schema {
  return "fields" in schema && Array.isArray(schema.fields);
}

/** What is recorded about declared columns. */
export function declaredColumns(schema: DeclaredSchema): readonly StoredColumn[] {
  return isArrowSchema(schema) ? arrowColumns(schema) : storedColumns(schema);
}

/** What is recorded about the columns of an Arrow schema. */
export function arrowColumns(schema: Schema): readonly StoredColumn[] {
  return schema.fields.map(({ name, type, nullable }) => ({ name, type: String(type), nullable }));
}

/**
 * Reads a table, or what yields tables and record batches, and sees that all of it has the same columns: those that are
 * declared, or else those of the first part. With a schema of this package, rows are taken as well.
 *
 * @throws IO_VALUE_NOT_STORABLE
 */
export async function streamOfBatches(
  value: unknown,
  declared: DeclaredSchema | undefined,
  reading: TableReading,
): Promise<TableStream> {
  const { arrow } = reading;
  const parts = partsOf(arrow, value)[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true) return emptyStream(arrow, declared);
  const all = withFirst(first.value, parts);
  if (arrow.isArrowTable(first.value) || arrow.isArrowRecordBatch(first.value)) {
    const schema = declared === undefined ? first.value.schema : withDeclared(arrow, first.value.schema, declared);
    return { schema, batches: batchesOf(all, arrow, schema) };
  }
  if (declared !== undefined && !isArrowSchema(declared) && typeof first.value === "object") {
    return streamOfRows(all, declared, reading);
  }
  const what = declared === undefined ? "tables or record batches of apache-arrow" : "tables, record batches or rows";
  await parts.return?.(undefined);
  throw notStorable(`expected ${what}, got ${describeValue(first.value)}`);
}

async function* partsOf(arrow: Arrow, value: unknown): AsyncGenerator<unknown> {
  if (arrow.isArrowTable(value) || arrow.isArrowRecordBatch(value)) {
    yield value;
    return;
  }
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value || Symbol.iterator in value)) {
    throw notStorable(`expected a table or something that yields record batches, got ${describeValue(value)}`);
  }
  yield* value as AsyncIterable<unknown>;
}

async function* withFirst(first: unknown, rest: AsyncIterator<unknown>): AsyncGenerator<unknown> {
  let isOver = false;
  try {
    yield first;
    for (;;) {
      const next = await rest.next();
      isOver = next.done === true;
      if (isOver) return;
      yield next.value;
    }
  } finally {
    if (!isOver) await rest.return?.();
  }
}

function emptyStream(arrow: Arrow, declared: DeclaredSchema | undefined): TableStream {
  if (declared === undefined) {
    throw notStorable("it yields no record batch, and no schema says which columns it would have");
  }
  const schema = isArrowSchema(declared) ? declared : arrowSchema(arrow, declared);
  return { schema, batches: (async function* (): AsyncGenerator<RecordBatch> {})() };
}

/** The schema of a value, in which those columns may hold nulls that are declared so. */
function withDeclared(arrow: Arrow, schema: Schema, declared: DeclaredSchema): Schema {
  const columns = declaredColumns(declared);
  assertDeclared(schema, columns);
  const fields = schema.fields.map(({ name, type, metadata }) => {
    const isNullable = columns.find((column) => column.name === name)?.nullable ?? true;
    return new arrow.Field(name, type, isNullable, metadata);
  });
  return new arrow.Schema(fields, schema.metadata);
}

async function* batchesOf(parts: AsyncIterable<unknown>, arrow: Arrow, schema: Schema): AsyncGenerator<RecordBatch> {
  const columns = arrowColumns(schema);
  const required = columns.filter(({ nullable }) => !nullable);
  let row = 0;
  for await (const part of parts) {
    for (const batch of batchesOfPart(arrow, part)) {
      assertDeclared(batch.schema, columns);
      for (const { name } of required) assertNoNulls(batch, name, row);
      yield withSchema(arrow, batch, schema);
      row += batch.numRows;
    }
  }
}

/** The same columns in the order of a schema, and with its fields. */
function withSchema(arrow: Arrow, batch: RecordBatch, schema: Schema): RecordBatch {
  const isSame: boolean = arrow.util.compareSchemas(batch.schema, schema);
  if (isSame) return batch;
  const children = schema.fields.flatMap(
    ({ name }) => batch.data.children[batch.schema.fields.findIndex((field) => field.name === name)] ?? [],
  );
  const type = new arrow.Struct(schema.fields);
  const { length } = batch.data;
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children }));
}

function batchesOfPart(arrow: Arrow, part: unknown): readonly RecordBatch[] {
  if (arrow.isArrowTable(part)) return part.batches;
  if (arrow.isArrowRecordBatch(part)) return [part];
  throw notStorable(`expected a record batch of apache-arrow, got ${describeValue(part)}`);
}

/** Refuses columns other than the declared ones; their order and whether they may hold nulls are not looked at. */
function assertDeclared(schema: Schema, declared: readonly StoredColumn[]): void {
  const found = new Map(schema.fields.map(({ name, type }) => [name, String(type)]));
  for (const { name, type } of declared) {
    const actual = found.get(name);
    if (actual === type) continue;
    const problem = actual === undefined ? "is not there" : `is ${actual}`;
    throw notStorable(`column ${JSON.stringify(name)} ${problem}, and should be ${type}`, name);
  }
  const extra = schema.fields.find(({ name }) => !declared.some((column) => column.name === name));
  if (extra === undefined) return;
  throw notStorable(`column ${JSON.stringify(extra.name)} (${String(extra.type)}) is not declared`, extra.name);
}

function assertNoNulls(batch: RecordBatch, name: string, from: number): void {
  const index = batch.schema.fields.findIndex((field) => field.name === name);
  const data: Data | undefined = batch.data.children[index];
  if (data === undefined || data.nullCount === 0) return;
  for (let row = 0; row < data.length; row += 1) {
    if (data.getValid(row)) continue;
    throw notStorable(
      `row ${from + row}, column ${JSON.stringify(name)}: null, but the column is not nullable`,
      name,
      from + row,
    );
  }
}

function notStorable(message: string, column?: string, row?: number): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", message, {
    hint:
      column === undefined
        ? "Return a Table of apache-arrow, or yield tables or record batches; rows need a schema."
        : "Change the column, or its declaration in the schema.",
    details: { ...(column !== undefined && { column }), ...(row !== undefined && { row }) },
  });
}

/**
 * Cuts record batches into groups of so many rows, of which only the last one has fewer; a group also ends when it has
 * grown beyond `groupBytes`. Nothing is copied.
 */
export async function* groupBatches(
  { batches }: TableStream,
  { groupRows, groupBytes }: { groupRows: number; groupBytes: number },
): AsyncGenerator<readonly RecordBatch[]> {
  let group: RecordBatch[] = [];
  let [rows, bytes] = [0, 0];
  for await (const batch of batches) {
    for (let from = 0; from < batch.numRows;) {
      const to = Math.min(batch.numRows, from + groupRows - rows);
      const part = from === 0 && to === batch.numRows ? batch : batch.slice(from, to);
      group.push(part);
      rows += part.numRows;
      bytes += bytesOf(part.data);
      from = to;
      if (rows < groupRows && bytes < groupBytes) continue;
      yield group;
      group = [];
      [rows, bytes] = [0, 0];
    }
  }
  if (group.length > 0) yield group;
}

/** Of a part of a column, texts count with what they hold and not with what they were cut out of. */
function bytesOf(data: Data): number {
  const { length, valueOffsets, values } = data;
  const offsets: ArrayLike<number | bigint> | undefined = valueOffsets;
  const held =
    offsets === undefined ? (values?.byteLength ?? 0) : Number(offsets[length] ?? 0) - Number(offsets[0] ?? 0);
  return data.children.reduce((bytes, child) => bytes + bytesOf(child), held);
}
