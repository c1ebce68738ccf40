import { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "../table/column.ts";
import { table, type TableSchema } from "../table/schema.ts";
import type { ResultColumn } from "./result-columns.ts";

/**
 * The schema of a result that nobody declared: for every type of DuckDB the nearest kind of column. Sums of whole
 * numbers (HUGEINT) are int64, decimals float64, and what has parts is JSON.
 */
export function schemaOfResult(found: readonly ResultColumn[]): TableSchema {
  return table(Object.fromEntries(found.map(({ name, type }) => [name, columnFor(type).nullable()])));
}

function columnFor(type: string): Column {
  const [, item] = /^(.+)\[\d*\]$/su.exec(type) ?? [];
  if (item !== undefined) {
    const column = columnFor(item);
    return column.type.kind === "json" || column.type.kind === "list" ? json() : list(column.nullable());
  }
  switch (type.replace(/\(.*/su, "")) {
    case "BOOLEAN":
      return bool();
    case "TINYINT":
    case "SMALLINT":
    case "INTEGER":
    case "UTINYINT":
    case "USMALLINT":
      return int32();
    case "BIGINT":
    case "UINTEGER":
    case "UBIGINT":
    case "HUGEINT":
    case "UHUGEINT":
      return int64();
    case "FLOAT":
    case "DOUBLE":
    case "DECIMAL":
      return float64();
    case "VARCHAR":
    case "UUID":
    case "ENUM":
      return utf8();
    case "DATE":
      return date();
    case "TIMESTAMP":
    case "TIMESTAMP WITH TIME ZONE":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
    case "TIMESTAMP_NS":
      return timestamp();
    default:
      return json();
  }
}
