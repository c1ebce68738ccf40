import type { StoredColumn } from "@heddle/core";
import { CellStatistics } from "../cell-statistics.ts";
import { encodeLines } from "../json-lines-text.ts";
import type { ColumnType } from "./column.ts";
import { encodeColumn } from "./encode-column.ts";
import { assertRowShapes, extractCells } from "./extract-cells.ts";
import { rowChunks } from "./row-chunks.ts";
import { schemaMismatch } from "./schema-mismatch.ts";
import { columnsOf, storedColumns, type NamedColumn, type TableSchema } from "./schema.ts";

type JsonRow = Record<string, unknown>;

/** Turns a cell that is there into JSON, or back. */
type ConvertCell = (value: never) => unknown;

/** So many rows become lines at a time. */
const CHUNK_ROWS = 1024;

/** What is known of rows when all of them have become lines. */
export interface LinesFacts {
  readonly rows: number;
  /** With what was found in each of them. */
  readonly columns: readonly StoredColumn[];
}

/**
 * Turns rows into the lines of a JSON Lines file, in the order of the schema's columns, some thousand rows at a time.
 * Every cell is validated as for Parquet and Arrow, so that a table may change its format.
 *
 * @param told is called at the end
 * @throws IO_VALUE_NOT_STORABLE naming row, column and value
 */
export async function* rowsToLines(
  rows: unknown,
  { schema, signal }: { schema: TableSchema; signal: AbortSignal },
  told: (facts: LinesFacts) => void,
): AsyncGenerator<Uint8Array, void> {
  const columns = columnsOf(schema);
  const converters = columns.map(({ column }) => toJson(column.type));
  const statistics = columns.map(() => new CellStatistics());
  const values: unknown[] = [];
  let count = 0;
  for await (const chunk of rowChunks(rows, signal, { chunkRows: CHUNK_ROWS })) {
    assertRowShapes(chunk, columns);
    columns.forEach((named, index) => {
      const cells = extractCells(chunk, { ...named, columns }, values);
      validate(named, cells);
      statistics[index]?.add(cells.values, cells.length);
    });
    // `assertRowShapes` has seen that rows are objects.
    const lines = chunk.rows.map((row) => `${JSON.stringify(toJsonRow(row as JsonRow, columns, converters))}\n`);
    count += chunk.rows.length;
    yield encodeLines(lines);
  }
  told({
    rows: count,
    columns: storedColumns(schema).map((column, index) => ({ ...column, ...statistics[index]?.recorded })),
  });
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
      // A number where the column had 32 bits when it was stored.
      return (value: string | number) => BigInt(value);
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

/** Makes the function that turns parsed lines into rows with the columns that the schema declares, or some of them. */
export function lineReader(columns: readonly NamedColumn[]): (lines: readonly unknown[]) => object[] {
  const converters = columns.map(({ column }) => fromJson(column.type));
  let count = 0;
  return (lines) =>
    lines.map((line) => {
      count += 1;
      const row: JsonRow = {};
      columns.forEach((named, index) => {
        row[named.name] = convert(readCell(line, named, count), converters[index] ?? null);
      });
      return row;
    });
}

/** A nullable column that a line does not have was declared after the table was stored. */
function readCell(line: unknown, { name, column }: NamedColumn, number: number): unknown {
  const value = typeof line === "object" && line !== null ? ((line as JsonRow)[name] ?? null) : null;
  if (value !== null || column.isNullable || column.type.kind === "json") return value;
  throw schemaMismatch(name, `line ${number} has no value for it`);
}
