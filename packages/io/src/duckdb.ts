export { type DatabaseLimits } from "./duckdb/database-limits.ts";
export { duckdbTable, type DuckdbTableOptions } from "./duckdb/duckdb-table.ts";
export { type JsonRow, type JsonRowOf } from "./duckdb/json-rows.ts";
export { sqlAsset, type SqlAssetOptions } from "./duckdb/sql-asset.ts";
export { type SqlContext, type SqlInput } from "./duckdb/sql-asset-types.ts";
export { sql, type SqlFragment, type SqlPart, type SqlScalar, type SqlTag } from "./duckdb/sql-fragment.ts";
export { bool, date, float64, int32, int64, json, list, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";
