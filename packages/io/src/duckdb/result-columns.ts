import { HeddleError } from "@heddle/core";
import { parseDay } from "../table/calendar-day.ts";
import type { Column, ColumnType, ScalarType } from "../table/column.ts";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import { subjectOf, type QuerySubject } from "./query-error.ts";
import { findSameNames } from "./same-names.ts";
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

const FIRST_DAY = parseDay("0000-01-01");
const LAST_DAY = parseDay("9999-12-31");

/** Whole numbers up to here are exact as DOUBLE. */
const EXACT = "9007199254740992";

/**
 * Who reads the columns: a query of DuckDB, or this process as Arrow's buffers, for which instants are the numbers of
 * their milliseconds (DuckDB has no instants in milliseconds that files of Parquet know as such).
 */
export type ColumnReader = "query" | "buffers";

interface Conversion {
  readonly from: string;
  readonly reader: ColumnReader;
  readonly isNullable: boolean;
}

/**
 * The expression that turns a value of DuckDB's type into one of a declared column without changing it; `null` when
 * there is none. What fits for some values alone fails the query for the others.
 */
function convert(value: string, to: ColumnType, { from, reader, isNullable }: Conversion): string | null {
  const fail = (what: string): string =>
    `error(${quoteText(`Conversion Error: a value of ${from} is no ${what}: `)} || ${value}::varchar)`;
  const only = (condition: string, converted: string, what: string): string =>
    `case when ${value} is null or ${condition} then ${converted} else ${fail(what)} end`;
  switch (to.kind) {
    case "bool":
      return from === "BOOLEAN" ? value : null;
    case "int32":
    case "int64": {
      const converted = `${value}::${to.kind === "int32" ? "INTEGER" : "BIGINT"}`;
      const decimal = DECIMAL.exec(from);
      if (INTEGERS.has(from) || decimal?.[1] === "0") return converted;
      if (!FLOATS.has(from) && decimal === null) return null;
      return only(`${value} = trunc(${value})`, converted, "whole number");
    }
    case "float64":
      if (FLOATS.has(from) || SMALL_INTEGERS.has(from) || from === "UINTEGER" || DECIMAL.test(from)) {
        return `${value}::DOUBLE`;
      }
      if (!INTEGERS.has(from)) return null;
      return only(`${value} between -${EXACT} and ${EXACT}`, `${value}::DOUBLE`, "number that float64 holds exactly");
    case "utf8":
      return from === "VARCHAR" || from === "UUID" || from.startsWith("ENUM(") ? `${value}::VARCHAR` : null;
    case "date":
      if (from !== "DATE") return null;
      return only(
        `${value} between make_date(${FIRST_DAY}) and make_date(${LAST_DAY})`,
        value,
        "day of the years 0000 to 9999",
      );
    case "timestamp":
      if (!INSTANTS.has(from)) return null;
      return reader === "query"
        ? `${value}::TIMESTAMPTZ`
        : only(`isfinite(${value})`, millisSql(value, from), "instant");
    case "json": {
      const text = `${from === "VARCHAR" || from === "JSON" ? `${value}::JSON` : `to_json(${value})`}::VARCHAR`;
      // Where there has to be a value, nothing is the JSON value of that name.
      return isNullable ? text : `coalesce(${text}, 'null')`;
    }
    case "list":
      return convertList(value, to.item, { from, reader, isNullable: true });
  }
}

/** An instant as the number of its milliseconds since 1970; what is less than one is cut off towards the past. */
function millisSql(value: string, from: string): string {
  const micros = `epoch_us(${from === "TIMESTAMP WITH TIME ZONE" ? value : `${value}::TIMESTAMP`})`;
  return `(${micros} - ((${micros} % 1000) + 1000) % 1000) // 1000`;
}

function convertList(value: string, item: ScalarType, conversion: Conversion): string | null {
  const [, itemType] = LIST.exec(conversion.from) ?? [];
  if (itemType === undefined) return null;
  const converted = convert("item", item, { ...conversion, from: itemType });
  if (converted === null) return null;
  return converted === "item" ? `${value}::${itemType}[]` : `list_transform(${value}, lambda item: ${converted})`;
}

/** What {@link selectDeclared} makes of a result. */
export interface SelectDeclared {
  readonly schema: TableSchema;
  readonly subject: QuerySubject;
  readonly reader: ColumnReader;
}

/**
 * The select list that gives the result of a query the columns of a schema, in its order.
 *
 * @throws SQL_RESULT_MISMATCH naming every column that does not fit
 */
export function selectDeclared(found: readonly ResultColumn[], { schema, subject, reader }: SelectDeclared): string {
  const problems: string[] = [];
  const declared = columnsOf(schema);
  const columns = declared.flatMap(({ name, column }) => {
    const [match, second] = found.filter((candidate) => candidate.name === name);
    const converted =
      match === undefined
        ? null
        : convert(quoteName(name), column.type, { from: match.type, reader, isNullable: column.isNullable });
    if (match === undefined) problems.push(missing(name, found));
    else if (second !== undefined) problems.push(`${quote(name)} is there twice`);
    else if (converted === null) problems.push(mistyped(match, column));
    return converted === null ? [] : [`${converted} as ${quoteName(name)}`];
  });
  const extra = found.filter(({ name }) => !declared.some((each) => each.name === name));
  if (extra.length > 0) problems.push(`${extra.map(({ name }) => quote(name)).join(", ")}: not declared`);
  const same = findSameNames(found.map(({ name }) => name));
  if (same !== null) problems.push(`${same.map(quote).join(" and ")} differ in upper and lower case alone`);
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
