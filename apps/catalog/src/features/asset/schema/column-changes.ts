import type { StoredColumn } from "@heddle/core";

/** What became of a column between two materializations. */
export type ColumnMark = "added" | "removed" | "type" | "nullable" | null;

/** A column of a schema, beside what it was before. */
export interface MarkedColumn {
  readonly column: StoredColumn;
  readonly mark: ColumnMark;
  /** What it was, where that differs: its type, or whether it could be without value. */
  readonly before: string | null;
}

/**
 * The columns of a schema in their order, each with what has changed; those that are gone stand where they stood.
 *
 * @param before `null` when there is nothing to compare with: then nothing is marked
 */
export function markColumns(
  columns: readonly StoredColumn[],
  before: readonly StoredColumn[] | null,
): readonly MarkedColumn[] {
  if (before === null) return columns.map((column) => ({ column, mark: null, before: null }));
  const known = new Map(before.map((column) => [column.name, column]));
  const names = new Set(columns.map(({ name }) => name));
  const marked: MarkedColumn[] = columns.map((column) => ({ column, ...markOf(column, known.get(column.name)) }));
  for (const [place, column] of before.entries()) {
    if (!names.has(column.name)) marked.splice(place, 0, { column, mark: "removed", before: null });
  }
  return marked;
}

function markOf(column: StoredColumn, before: StoredColumn | undefined): Pick<MarkedColumn, "mark" | "before"> {
  if (before === undefined) return { mark: "added", before: null };
  if (before.type !== column.type) return { mark: "type", before: before.type };
  if (before.nullable !== column.nullable) {
    return { mark: "nullable", before: before.nullable ? "could be without value" : "always had a value" };
  }
  return { mark: null, before: null };
}

/** How many columns have changed, in words; `null` when none has. */
export function describeMarks(marked: readonly MarkedColumn[]): string | null {
  const count = (...marks: readonly ColumnMark[]): number => marked.filter(({ mark }) => marks.includes(mark)).length;
  const parts = [
    [count("added"), "added"],
    [count("removed"), "removed"],
    [count("type", "nullable"), "changed"],
  ] as const;
  const told = parts.filter(([size]) => size > 0).map(([size, word]) => `${size} ${word}`);
  return told.length === 0 ? null : told.join(", ");
}
