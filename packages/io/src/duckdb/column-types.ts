import type { StoredColumn } from "@heddle/core";
import type { ColumnType, ScalarType } from "../table/column.ts";

const TYPES: Readonly<Record<ScalarType["kind"], string>> = {
  bool: "BOOLEAN",
  int32: "INTEGER",
  int64: "BIGINT",
  float64: "DOUBLE",
  utf8: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMP WITH TIME ZONE",
  json: "VARCHAR",
};

/** The type that DuckDB has for a declared column. */
export function databaseType(type: ColumnType): string {
  return type.kind === "list" ? `${TYPES[type.item.kind]}[]` : TYPES[type.kind];
}

const BY_ARROW_NAME: Readonly<Record<string, string>> = {
  Bool: "BOOLEAN",
  Int8: "TINYINT",
  Int16: "SMALLINT",
  Int32: "INTEGER",
  Int64: "BIGINT",
  Uint8: "UTINYINT",
  Uint16: "USMALLINT",
  Uint32: "UINTEGER",
  Uint64: "UBIGINT",
  Float32: "FLOAT",
  Float64: "DOUBLE",
  Utf8: "VARCHAR",
  LargeUtf8: "VARCHAR",
  "Date32<DAY>": "DATE",
};

/** The type that DuckDB has for a stored column; `null` for one that it reads without being told. */
export function databaseTypeOfStored({ type }: Pick<StoredColumn, "type">): string | null {
  const [, item] = /^List<(.+)>$/u.exec(type) ?? [];
  if (item !== undefined) {
    const itemType = databaseTypeOfStored({ type: item });
    return itemType === null ? null : `${itemType}[]`;
  }
  const [, zone] = /^Timestamp<[A-Z]+(, .+)?>$/u.exec(type) ?? [];
  if (zone !== undefined) return "TIMESTAMP WITH TIME ZONE";
  if (/^Timestamp<[A-Z]+>$/u.test(type)) return "TIMESTAMP";
  return BY_ARROW_NAME[type] ?? null;
}
