import type { StoredColumn, TablePreview } from "./io-manager.ts";
import type { JsonValue } from "./types.ts";

/** A column of a preview, and what is known of its cells. */
export interface ProfiledColumn extends StoredColumn {
  /** Whether `min`, `max` and `nulls` are those of the whole value, or of the rows that are shown. */
  readonly basis: "value" | "rows";
  /** Different cells among the rows that are shown, those without a value left out. */
  readonly distinct: number;
}

/** The beginning of a value that is no table. */
export interface ContentPreview {
  /** `text`: as it is. `image`: all of a picture. `binary`: the first bytes of anything else. */
  readonly kind: "text" | "image" | "binary";
  /** Text, or bytes in base64. */
  readonly content: string;
  /** Such as `image/png`; `null` where it is not known. */
  readonly mediaType: string | null;
  /** How much of it is shown, and how long it is in all. */
  readonly shownBytes: number;
  readonly totalBytes: number;
}

/** What a person sees of a stored value. */
export type StoredPreview =
  | {
      readonly kind: "table";
      readonly columns: readonly ProfiledColumn[];
      /** Cells in the order of `columns`, as JSON. */
      readonly rows: readonly (readonly JsonValue[])[];
      /** How many rows the value has in all; `null` when that is not known without reading it. */
      readonly totalRows: number | null;
      /** How many columns it has in all. */
      readonly totalColumns: number;
      /** Whether rows are left out that were asked for, because they are large. */
      readonly isCut: boolean;
    }
  | ContentPreview
  /** Its I/O manager shows nothing of what it stores. */
  | { readonly kind: "none" };

/** Columns of a preview beyond these are counted and not shown. */
const MAX_COLUMNS = 500;
/** Longest preview as JSON, in UTF-16 units: it travels through the database and to a browser. */
const MAX_LENGTH = 2_000_000;

/**
 * Makes the preview of a table as it is answered: with what is known of each column, and no longer than a page can take.
 *
 * @param known columns of the whole value with what was found in them when it was stored
 */
export function profilePreview(
  { columns, rows, totalRows }: TablePreview,
  known: readonly StoredColumn[] = [],
): StoredPreview & { readonly kind: "table" } {
  const knownByName = new Map(known.map((column) => [column.name, column]));
  const shown = columns.slice(0, MAX_COLUMNS);
  const fitting = fit(rows.map((row) => row.slice(0, MAX_COLUMNS)));
  return {
    kind: "table",
    columns: shown.map((column, i) =>
      profileColumn(
        { ...column, ...knownByName.get(column.name) },
        fitting.map((row) => row[i] ?? null),
      ),
    ),
    rows: fitting,
    totalRows,
    totalColumns: columns.length,
    isCut: fitting.length < rows.length,
  };
}

/** As many of the first rows as are not too long together; one in any case. */
function fit(rows: readonly (readonly JsonValue[])[]): readonly (readonly JsonValue[])[] {
  let length = 0;
  const past = rows.findIndex((row) => {
    length += JSON.stringify(row).length;
    return length > MAX_LENGTH;
  });
  return past === -1 ? rows : rows.slice(0, Math.max(1, past));
}

function profileColumn(column: StoredColumn, cells: readonly JsonValue[]): ProfiledColumn {
  const present = cells.filter((cell) => cell !== null);
  const distinct = new Set(present.map((cell) => (typeof cell === "object" ? JSON.stringify(cell) : cell))).size;
  if (column.min !== undefined || column.nulls !== undefined) return { ...column, basis: "value", distinct };
  const nulls = cells.length - present.length;
  return { ...column, ...extentOf(present), nulls, basis: "rows", distinct };
}

/** Of numbers by value, of texts by their units; a mixture has neither. */
function extentOf(cells: readonly JsonValue[]): { readonly min: JsonValue; readonly max: JsonValue } | object {
  const [first] = cells;
  if (typeof first === "number" && cells.every((cell) => typeof cell === "number")) return ends(cells);
  if (typeof first === "string" && cells.every((cell) => typeof cell === "string")) return ends(cells);
  return {};
}

function ends<TCell extends number | string>(
  cells: readonly TCell[],
): { readonly min: TCell; readonly max: TCell } | object {
  const [first, ...others] = cells;
  if (first === undefined) return {};
  const min = others.reduce((least, cell) => (cell < least ? cell : least), first);
  const max = others.reduce((greatest, cell) => (cell > greatest ? cell : greatest), first);
  return { min: cutText(min), max: cutText(max) };
}

function cutText<TCell extends number | string>(cell: TCell): TCell | string {
  return typeof cell === "string" && cell.length > 64 ? `${cell.slice(0, 64).toWellFormed()}…` : cell;
}
