import type { JsonValue, StoredColumn, TablePreview } from "@heddle/core";

/** Longest text of a cell that is shown, in characters; deeper JSON is shown as such a text. */
const MAX_CELL_CHARACTERS = 1_000;

/**
 * Shows JSON values as the rows of a table: objects by their properties, everything else in a column `value`. Cells that
 * are large are cut.
 *
 * @param declared the columns, where they are known
 */
export function previewValues(
  values: readonly unknown[],
  totalRows: number | null,
  declared?: readonly StoredColumn[],
): TablePreview {
  const columns = declared ?? findColumns(values);
  const rows = values.map((value) => columns.map(({ name }) => cutCell(cellOf(value, name))));
  return { columns, rows, totalRows };
}

const VALUE = "value";

function findColumns(values: readonly unknown[]): StoredColumn[] {
  const names = new Set(values.flatMap((value) => (isObject(value) ? Object.keys(value) : [VALUE])));
  return [...names].map((name) => ({ name, type: "Json", nullable: true }));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cellOf(value: unknown, name: string): unknown {
  if (!isObject(value)) return name === VALUE ? value : null;
  return Object.hasOwn(value, name) ? value[name] : null;
}

function cutCell(cell: unknown): JsonValue {
  if (cell === undefined || cell === null || typeof cell === "boolean") return cell ?? null;
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : String(cell);
  if (typeof cell === "bigint") return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  const text = typeof cell === "string" ? cell : JSON.stringify(cell);
  if (text.length > MAX_CELL_CHARACTERS) return `${text.slice(0, MAX_CELL_CHARACTERS).toWellFormed()}…`;
  // It is a text, or came from JSON.
  return cell as JsonValue;
}
