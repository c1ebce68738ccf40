import { HeddleError, type Cell, type RowFilter } from "@heddle/core";
import { describeValue } from "../describe-value.ts";
import { parseDay } from "../table/calendar-day.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/**
 * The condition of a filter as SQL that holds its values as text; `null` for one that keeps every row.
 *
 * @param typeOf the type that DuckDB has for a column, where it is known
 * @throws IO_COLUMN_UNKNOWN when a condition does not fit the type of its column
 */
export function filterSql(filter: RowFilter, typeOf: (name: string) => string | undefined): string | null {
  const conditions = Object.entries(filter).flatMap(([name, conditionsOf]) => {
    const { eq, in: list, gt, gte, lt, lte, isNull } = conditionsOf;
    const type = typeOf(name);
    const cells = [eq, ...(list ?? []), gt, gte, lt, lte].filter((cell) => cell !== undefined);
    if (type !== undefined) for (const cell of cells) requireComparable(name, type, cell);
    // A text that is no day, such as "2012", lies among the days in the order of their texts.
    const isText = type === "DATE" && cells.some((cell) => typeof cell === "string" && parseDay(cell) === undefined);
    const column = isText ? `${quoteName(name)}::varchar` : quoteName(name);
    const compare = (operator: string, cell: Cell | undefined): string[] =>
      cell === undefined ? [] : [`${column} ${operator} ${cellSql(cell)}`];
    return [
      ...compare("=", eq),
      ...compare(">", gt),
      ...compare(">=", gte),
      ...compare("<", lt),
      ...compare("<=", lte),
      ...(list === undefined ? [] : [list.length === 0 ? "false" : `${column} in (${list.map(cellSql).join(", ")})`]),
      ...(isNull === undefined ? [] : [`${column} is ${isNull ? "" : "not "}null`]),
    ];
  });
  return conditions.length === 0 ? null : conditions.join(" and ");
}

function cellSql(cell: Cell): string {
  if (cell instanceof Date) return `make_timestamptz(${BigInt(cell.getTime()) * 1000n})`;
  if (typeof cell === "string") return quoteText(cell);
  if (typeof cell !== "number") return String(cell);
  return Number.isSafeInteger(cell) ? String(cell) : `${quoteText(String(cell))}::double`;
}

const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|REAL|DOUBLE)$/u;

function requireComparable(name: string, type: string, cell: Cell): void {
  if (isComparable(type, cell)) return;
  throw new HeddleError(
    "IO_COLUMN_UNKNOWN",
    `column ${JSON.stringify(name)} is ${type}, which cannot be compared with ${describeValue(cell)}`,
    { hint: "Correct `where` of the dependency: days are compared with text, instants with Dates." },
  );
}

/** Types that a filter knows nothing of are left to DuckDB. */
function isComparable(type: string, cell: Cell): boolean {
  if (cell instanceof Date && Number.isNaN(cell.getTime())) return false;
  if (type.endsWith("[]")) return false;
  if (NUMBER.test(type)) return typeof cell === "number" || typeof cell === "bigint";
  if (type === "VARCHAR") return typeof cell === "string";
  if (type === "BOOLEAN") return typeof cell === "boolean";
  if (type === "DATE") return typeof cell === "string" || cell instanceof Date;
  return type.startsWith("TIMESTAMP") ? cell instanceof Date : true;
}
