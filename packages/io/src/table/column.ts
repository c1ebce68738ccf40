import { HeddleError, type JsonValue } from "@heddle/core";

/** The kinds of cell that are not made of other cells. */
export type ScalarType =
  | { readonly kind: "bool" }
  | { readonly kind: "int32" }
  | { readonly kind: "int64" }
  | { readonly kind: "float64" }
  | { readonly kind: "utf8" }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp" }
  | { readonly kind: "json" };

/** What a column's cells are. */
export type ColumnType =
  | ScalarType
  | { readonly kind: "list"; readonly item: ScalarType; readonly hasNullItems: boolean };

/** One column of a {@link TableSchema}: what its cells are, and whether a cell may be `null`. */
export interface Column<out TValue = unknown> {
  readonly type: ColumnType;
  readonly isNullable: boolean;
  /** The same column, in which a cell may be `null` as well. */
  nullable(): Column<TValue | null>;
  /** For the compiler alone: the type of a cell. */
  readonly $value?: TValue;
}

function column<TValue>(type: ColumnType, isNullable = false): Column<TValue> {
  return { type, isNullable, nullable: () => column<TValue | null>(type, true) };
}

/** A column of `boolean`. */
export function bool(): Column<boolean> {
  return column({ kind: "bool" });
}

/** A column of `number` that holds whole numbers from -2,147,483,648 to 2,147,483,647. */
export function int32(): Column<number> {
  return column({ kind: "int32" });
}

/**
 * A column of `bigint` that holds whole numbers of 64 bits. It is `bigint` in both directions, also where a number
 * would do, so that the type of a cell never depends on its value.
 */
export function int64(): Column<bigint> {
  return column({ kind: "int64" });
}

/** A column of `number`; `NaN` and the infinities are kept. */
export function float64(): Column<number> {
  return column({ kind: "float64" });
}

/** A column of `string`. */
export function utf8(): Column<string> {
  return column({ kind: "utf8" });
}

/** A column of calendar days without time or zone, as ISO strings: `"2012-01-31"`, years 0000 to 9999. */
export function date(): Column<string> {
  return column({ kind: "date" });
}

/** A column of instants as `Date`, to the millisecond; stored with the time zone UTC. */
export function timestamp(): Column<Date> {
  return column({ kind: "timestamp" });
}

/** A column of JSON values, stored as text; in a nullable column `null` is stored as no value. */
export function json(): Column<JsonValue> {
  return column({ kind: "json" });
}

/**
 * A column of lists, such as `list(float64())`; the items may be nullable. Lists of lists and of JSON values are JSON.
 *
 * @throws IO_SCHEMA_INVALID for a list of lists or of JSON values
 */
export function list<TItem>(item: Column<TItem>): Column<readonly TItem[]> {
  const { type } = item;
  if (type.kind === "list" || type.kind === "json") {
    const what = type.kind === "list" ? "lists" : "JSON values";
    throw new HeddleError("IO_SCHEMA_INVALID", `a list of ${what} cannot be a column`, {
      hint: "Use a json() column for it.",
    });
  }
  return column({ kind: "list", item: type, hasNullItems: item.isNullable });
}

const ARROW_TYPE_NAMES: Record<ScalarType["kind"], string> = {
  bool: "Bool",
  int32: "Int32",
  int64: "Int64",
  float64: "Float64",
  utf8: "Utf8",
  date: "Date32<DAY>",
  timestamp: "Timestamp<MILLISECOND, UTC>",
  json: "Utf8",
};

/** The name of the Arrow type that a column is stored as. */
export function arrowTypeName(type: ColumnType): string {
  return type.kind === "list" ? `List<${ARROW_TYPE_NAMES[type.item.kind]}>` : ARROW_TYPE_NAMES[type.kind];
}
