import type { InputContext, JsonValue, StoredColumn, TablePreview } from "@heddle/core";
import type { DataType, Table, Vector } from "apache-arrow";
import { formatDay } from "./calendar-day.ts";
import { loadArrow, type Arrow } from "./load-arrow.ts";

/** Takes the first rows of a stored table, reading no more of it than they need. */
export async function previewOf(
  tables: AsyncIterable<Table>,
  { context: { stored, columns: wanted, where }, rows: most }: { context: InputContext; rows: number },
): Promise<TablePreview> {
  const arrow = await loadArrow();
  let columns: readonly StoredColumn[] | undefined;
  const rows: JsonValue[][] = [];
  for await (const table of tables) {
    const names = table.schema.fields.map(({ name }) => name).filter((name) => wanted?.includes(name) ?? true);
    columns ??= names.map((name) => columnOf(table, name, stored.columns));
    const vectors = names.map((name) => table.getChild(name));
    for (let row = 0; row < table.numRows && rows.length < most; row += 1) {
      rows.push(vectors.map((vector) => cellOf(arrow, vector, row)));
    }
    if (rows.length >= most) break;
  }
  return { columns: columns ?? [], rows, totalRows: where === undefined ? (stored.rows ?? null) : null };
}

function columnOf(table: Table, name: string, stored: readonly StoredColumn[] | undefined): StoredColumn {
  const known = stored?.find((column) => column.name === name);
  const field = table.schema.fields.find((candidate) => candidate.name === name);
  return known ?? { name, type: String(field?.type), nullable: field?.nullable ?? true };
}

function cellOf(arrow: Arrow, vector: Vector | null, row: number): JsonValue {
  const cell: unknown = vector?.get(row) ?? null;
  return vector === null || cell === null ? null : toJson(arrow, vector.type, cell);
}

/** A cell for a person to read: days and instants as ISO text, what JSON does not have as text. */
function toJson(arrow: Arrow, type: DataType, cell: unknown): JsonValue {
  const { DataType } = arrow;
  // Arrow gives days and instants of every unit in milliseconds.
  if (DataType.isDate(type) && typeof cell === "number") return dayText(cell);
  if (DataType.isTimestamp(type) && typeof cell === "number") return instantText(cell);
  if (typeof cell === "string" || typeof cell === "boolean") return cell;
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : String(cell);
  if (cell instanceof Uint8Array) return `${cell.length} bytes`;
  if (arrow.isArrowVector(cell)) {
    return Array.from({ length: Math.min(cell.length, MAX_ITEMS) }, (_, index) => {
      const item: unknown = cell.get(index);
      return item === null ? null : toJson(arrow, cell.type, item);
    });
  }
  if (DataType.isStruct(type) && typeof cell === "object" && cell !== null) {
    return Object.fromEntries(
      type.children.map(({ name, type: child }) => {
        const value: unknown = Reflect.get(cell, name);
        return [name, value === null || value === undefined ? null : toJson(arrow, child, value)];
      }),
    );
  }
  return String(cell);
}

const MAX_ITEMS = 100;
const DAY_MS = 86_400_000;

function dayText(ms: number): JsonValue {
  return ms % DAY_MS === 0 && Math.abs(ms) <= 8.64e15 ? formatDay(ms / DAY_MS) : ms;
}

function instantText(ms: number): JsonValue {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : ms;
}
