/** Types whose every value another one holds. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  TINYINT: ["SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"],
  SMALLINT: ["INTEGER", "BIGINT", "FLOAT", "DOUBLE"],
  INTEGER: ["BIGINT", "DOUBLE"],
  UTINYINT: ["USMALLINT", "UINTEGER", "UBIGINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"],
  USMALLINT: ["UINTEGER", "UBIGINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"],
  UINTEGER: ["UBIGINT", "BIGINT", "DOUBLE"],
  FLOAT: ["DOUBLE"],
};

/** Says whether every value of one of DuckDB's types can be read as one of another. */
export function isWidened(from: string, to: string): boolean {
  return WIDER[from]?.includes(to) === true;
}
