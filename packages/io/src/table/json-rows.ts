import { encodeLines } from "../json-lines-text.ts";
import type { ColumnType } from "./column.ts";
import { encodeColumn } from "./encode-column.ts";
import { assertRowShapes, extractCells } from "./extract-cells.ts";
import { rowChunks } from "./row-chunks.ts";
import { schemaMismatch } from "./schema-mismatch.ts";
import { columnsOf, type NamedColumn, type TableSchema } from "./schema.ts";

type JsonRow = Record<string, unknown>;

/** Turns a cell that is there into JSON, or back. */
type ConvertCell = (value: never) => unknown;

/**
 * Turns rows into the lines of a JSON Lines file, in the order of the schema's columns. Every cell is validated as for
 * Parquet and Arrow, so that a table may change its format.
 *
 * @throws IO_VALUE_NOT_STORABLE naming row, column and value
 */
export async function rowsToLines(
  rows: unknown,
  { schema, signal }: { schema: TableSchema; signal: AbortSignal },
): Promise<{ body: Uint8Array; rows: number }> {
  const columns = columnsOf(schema);
  const converters = columns.map(({ column }) => toJson(column.type));
  const values: unknown[] = [];
  const blocks: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of rowChunks(rows, signal)) {
    assertRowShapes(chunk, columns);
    for (const named of columns) validate(named, extractCells(chunk, { ...named, columns }, values));
    // `assertRowShapes` has seen that rows are objects.
    const lines = chunk.rows.map((row) => `${JSON.stringify(toJsonRow(row as JsonRow, columns, converters))}\n`);
    blocks.push(encodeLines(lines));
    count += chunk.rows.length;
  }
  return { body: Buffer.concat(blocks), rows: count };
}

function validate({ column }: NamedColumn, cells: ReturnType<typeof extractCells>): void {
  encodeColumn(column.type, cells);
  const { type } = column;
  if (type.kind !== "float64" && !(type.kind === "list" && type.item.kind === "float64")) return;
  for (let index = 0; index < cells.length; index += 1) {
    const value = cells.values[index];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    const refused = items.find((item): item is number => typeof item === "number" && !Number.isFinite(item));
    if (refused !== undefined) cells.refuse(index, `JSON has no ${refused}`);
  }
}

function toJsonRow(
  row: JsonRow,
  columns: readonly NamedColumn[],
  converters: readonly (ConvertCell | null)[],
): JsonRow {
  const json: JsonRow = {};
  columns.forEach(({ name }, index) => {
    json[name] = convert(row[name], converters[index] ?? null);
  });
  return json;
}

function convert(value: unknown, converter: ConvertCell | null): unknown {
  // The cell was validated against the column that the converter is for.
  return value === null || converter === null ? value : converter(value as never);
}

function toJson(type: ColumnType): ConvertCell | null {
  switch (type.kind) {
    case "int64":
      return String;
    case "timestamp":
      return (value: Date) => value.toISOString();
    case "list":
      return convertItems(toJson(type.item));
    default:
      return null;
  }
}

function fromJson(type: ColumnType): ConvertCell | null {
  switch (type.kind) {
    case "int64":
      return (value: string) => BigInt(value);
    case "timestamp":
      return (value: string) => new Date(value);
    case "list":
      return convertItems(fromJson(type.item));
    default:
      return null;
  }
}

function convertItems(converter: ConvertCell | null): ConvertCell | null {
  return converter === null ? null : (items: readonly unknown[]) => items.map((item) => convert(item, converter));
}

/** Turns parsed lines into rows with the columns that the schema declares, or some of them. */
export function linesToRows(lines: readonly unknown[], columns: readonly NamedColumn[]): object[] {
  const converters = columns.map(({ column }) => fromJson(column.type));
  return lines.map((line, at) => {
    const row: JsonRow = {};
    columns.forEach((named, index) => {
      row[named.name] = convert(readCell(line, named, at), converters[index] ?? null);
    });
    return row;
  });
}

/** A nullable column that a line does not have was declared after the table was stored. */
function readCell(line: unknown, { name, column }: NamedColumn, at: number): unknown {
  const value = typeof line === "object" && line !== null ? ((line as JsonRow)[name] ?? null) : null;
  if (value !== null || column.isNullable || column.type.kind === "json") return value;
  throw schemaMismatch(name, `line ${at + 1} has no value for it`);
}
