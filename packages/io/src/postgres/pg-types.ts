import type { ColumnType, ScalarType } from "../table/column.ts";

/** A type of PostgreSQL's: its name in SQL, and its number, which is the same on every server. */
export interface PgType {
  readonly name: string;
  readonly id: number;
}

const SCALARS: Readonly<Record<ScalarType["kind"], PgType & { readonly arrayId: number }>> = {
  bool: { name: "bool", id: 16, arrayId: 1000 },
  int32: { name: "int4", id: 23, arrayId: 1007 },
  int64: { name: "int8", id: 20, arrayId: 1016 },
  float64: { name: "float8", id: 701, arrayId: 1022 },
  utf8: { name: "text", id: 25, arrayId: 1009 },
  date: { name: "date", id: 1082, arrayId: 1182 },
  timestamp: { name: "timestamptz", id: 1184, arrayId: 1185 },
  json: { name: "jsonb", id: 3802, arrayId: 3807 },
};

/** The type that a column has in PostgreSQL. */
export function pgType(type: ColumnType): PgType {
  if (type.kind !== "list") return SCALARS[type.kind];
  const { name, arrayId } = SCALARS[type.item.kind];
  return { name: `${name}[]`, id: arrayId };
}

/** Types whose values are values of the other type as well. */
const WIDER: Readonly<Record<string, readonly string[]>> = { int4: ["int8", "float8"] };

/** Says whether every value of one type can be read as one of another. */
export function isWidened(from: string, to: string): boolean {
  return WIDER[from]?.includes(to) === true;
}

/** Days and microseconds are counted from 2000-01-01 there, and from 1970-01-01 here. */
export const EPOCH_DAYS = 10_957;
export const EPOCH_MS = EPOCH_DAYS * 86_400_000;
