import { HeddleError } from "@heddle/core";
import type { Column, ColumnType, ScalarType } from "../table/column.ts";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/** One column of a query's result. */
export interface ResultColumn {
  readonly name: string;
  /** As DuckDB names it, such as `DECIMAL(18,3)` or `INTEGER[]`. */
  readonly type: string;
}

const SMALL_INTEGERS = new Set(["TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT"]);
const INTEGERS = new Set([...SMALL_INTEGERS, "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"]);
const FLOATS = new Set(["FLOAT", "DOUBLE"]);
const INSTANTS = new Set(["TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"]);
const DECIMAL = /^DECIMAL\(\d+,(\d+)\)$/u;
const LIST = /^(.+)\[\d*\]$/su;

/** Whole numbers up to here are exact as DOUBLE. */
const EXACT = "9007199254740992";

/**
 * The expression that turns a value of DuckDB's type into one of a declared column without changing it; `null` when
 * there is none. What fits for some values alone fails the query for the others.
 */
function convert(value: string, from: string, to: ColumnType): string | null {
  const fail = (what: string): string =>
    `error(${quoteText(`Conversion Error: a value of ${from} is no ${what}: `)} || ${value}::varchar)`;
  switch (to.kind) {
    case "bool":
      return from === "BOOLEAN" ? value : null;
    case "int32":
    case "int64": {
      const type = to.kind === "int32" ? "INTEGER" : "BIGINT";
      const decimal = DECIMAL.exec(from);
      if (INTEGERS.has(from) || decimal?.[1] === "0") return `${value}::${type}`;
      if (FLOATS.has(from) || decimal !== null) {
        return `case when ${value} is null or ${value} = trunc(${value}) then ${value}::${type} else ${fail("whole number")} end`;
      }
      return null;
    }
    case "float64":
      if (FLOATS.has(from) || SMALL_INTEGERS.has(from) || from === "UINTEGER" || DECIMAL.test(from)) {
        return `${value}::DOUBLE`;
      }
      if (!INTEGERS.has(from)) return null;
      return `case when ${value} is null or ${value} between -${EXACT} and ${EXACT} then ${value}::DOUBLE else ${fail("number that float64 holds exactly")} end`;
    case "utf8":
      return from === "VARCHAR" || from === "UUID" || from.startsWith("ENUM(") ? `${value}::VARCHAR` : null;
    case "date":
      return from === "DATE" ? value : null;
    case "timestamp":
      return INSTANTS.has(from) ? `${value}::TIMESTAMPTZ` : null;
    case "json":
      if (from === "VARCHAR" || from === "JSON") return `${value}::JSON::VARCHAR`;
      return `to_json(${value})::VARCHAR`;
    case "list":
      return convertList(value, from, to.item);
  }
}

function convertList(value: string, from: string, item: ScalarType): string | null {
  const [, itemType] = LIST.exec(from) ?? [];
  if (itemType === undefined) return null;
  const converted = convert("item", itemType, item);
  if (converted === null) return null;
  return converted === "item" ? `${value}::${itemType}[]` : `list_transform(${value}, lambda item: ${converted})`;
}

/**
 * The select list that gives the result of a query the columns of a schema, in its order.
 *
 * @throws SQL_RESULT_MISMATCH naming every column that does not fit
 */
export function selectDeclared(
  found: readonly ResultColumn[],
  { schema, subject }: { readonly schema: TableSchema; readonly subject: QuerySubject },
): string {
  const problems: string[] = [];
  const declared = columnsOf(schema);
  const columns = declared.flatMap(({ name, column }) => {
    const [match, second] = found.filter((candidate) => candidate.name === name);
    const converted = match === undefined ? null : convert(quoteName(name), match.type, column.type);
    if (match === undefined) problems.push(missing(name, found));
    else if (second !== undefined) problems.push(`${quote(name)} is there twice`);
    else if (converted === null) problems.push(mistyped(match, column));
    return converted === null ? [] : [`${converted} as ${quoteName(name)}`];
  });
  const extra = found.filter(({ name }) => !declared.some((each) => each.name === name));
  if (extra.length > 0) problems.push(`${extra.map(({ name }) => quote(name)).join(", ")}: not declared`);
  if (problems.length === 0) return columns.join(", ");
  throw new HeddleError(
    "SQL_RESULT_MISMATCH",
    `${subjectOf(subject)}: the result does not have the columns of the schema:\n${problems.map((line) => `  ${line}`).join("\n")}`,
    {
      hint: "Name the result's columns as the schema does (`avg(x) as warmth`) and cast them where their types differ.",
      details: { asset: subject.assetKey, partition: subject.partitionKey, problems },
    },
  );
}

function missing(name: string, found: readonly ResultColumn[]): string {
  const near = found.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (near !== undefined) return `${quote(name)} is missing; there is ${quote(near.name)}, in other letters`;
  return `${quote(name)} is missing; the result has ${found.map((column) => quote(column.name)).join(", ")}`;
}

function mistyped({ name, type }: ResultColumn, { type: declared }: Column): string {
  const kind = declared.kind === "list" ? `list(${declared.item.kind}())` : `${declared.kind}()`;
  return `${quote(name)} is ${type}, and the schema declares ${kind}: cast it, for example ${exampleCast(name, declared)}`;
}

const EXAMPLE_TYPES: Readonly<Record<ScalarType["kind"], string>> = {
  bool: "BOOLEAN",
  int32: "INTEGER",
  int64: "BIGINT",
  float64: "DOUBLE",
  utf8: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMPTZ",
  json: "JSON",
};

function exampleCast(name: string, declared: ColumnType): string {
  const type = declared.kind === "list" ? `${EXAMPLE_TYPES[declared.item.kind]}[]` : EXAMPLE_TYPES[declared.kind];
  return `${name}::${type}`;
}

function quote(name: string): string {
  return JSON.stringify(name);
}
