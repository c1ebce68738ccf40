import { HeddleError, type Cell, type CellFilter, type RowFilter } from "@heddle/core";
import { describeValue } from "../describe-value.ts";
import { parseDay } from "../table/calendar-day.ts";
import { betweenDays } from "../table/row-filter.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/**
 * The condition of a filter as SQL that holds its values as text; `null` for one that keeps every row. It holds for
 * exactly the rows that fit, also where DuckDB has another order: it has NaN behind all numbers and equal to itself,
 * text in the order of its bytes, and turns integers into rounded numbers to compare them.
 *
 * @param typeOf the type that DuckDB has for a column, where it is known
 * @throws IO_COLUMN_UNKNOWN when a condition does not fit the type of its column
 */
export function filterSql(filter: RowFilter, typeOf: (name: string) => string | undefined): string | null {
  const conditions = Object.entries(filter).flatMap(([name, cells]) =>
    columnConditions(cells, { name, type: typeOf(name), left: quoteName(name) }),
  );
  return conditions.length === 0 ? null : conditions.join(" and ");
}

interface Column {
  readonly name: string;
  readonly type: string | undefined;
  readonly left: string;
}

type Operator = "=" | ">" | ">=" | "<" | "<=";

function columnConditions({ eq, in: list, gt, gte, lt, lte, isNull }: CellFilter, column: Column): string[] {
  const compare = (operator: Operator, cell: Cell | undefined): string[] =>
    cell === undefined ? [] : [comparison(column, operator, cell)];
  return [
    ...compare("=", eq),
    ...compare(">", gt),
    ...compare(">=", gte),
    ...compare("<", lt),
    ...compare("<=", lte),
    ...(list === undefined ? [] : [anyOf(list.map((cell) => comparison(column, "=", cell)))]),
    ...(isNull === undefined ? [] : [`${column.left} is ${isNull ? "" : "not "}null`]),
  ];
}

const NEVER = "false";

function anyOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? NEVER : `(${conditions.join(" or ")})`;
}

function comparison(column: Column, operator: Operator, cell: Cell): string {
  const { name, type, left } = column;
  if (!isComparable(type, cell)) {
    throw new HeddleError(
      "IO_COLUMN_UNKNOWN",
      `column ${JSON.stringify(name)} is ${type ?? "there"}, which cannot be compared with ${describeValue(cell)}`,
      { hint: "Correct `where` of the dependency: days are compared with text, instants with Dates." },
    );
  }
  if (cell instanceof Date) return `${left} ${operator} make_timestamptz(${BigInt(cell.getTime()) * 1000n})`;
  if (typeof cell === "string") {
    return type === "DATE" ? compareDay(left, operator, cell) : compareText(column, operator, cell);
  }
  if (typeof cell === "boolean") return `${left} ${operator} ${cell}`;
  // Of NaN, nothing is true.
  if (Number.isNaN(cell)) return NEVER;
  return type !== undefined && INTEGER.test(type)
    ? compareInteger(left, operator, cell)
    : compareNumber(column, operator, cell);
}

/** A text that is no day, such as "2012", lies between two days: they have the order of their texts. */
function compareDay(left: string, operator: Operator, text: string): string {
  const day = parseDay(text);
  const sql = (days: number): string => `(date '1970-01-01' + (${days}))`;
  if (day !== undefined) return `${left} ${operator} ${sql(day)}`;
  return between(left, operator, sql(Math.floor(betweenDays(text))));
}

/** A comparison with what lies behind `before`, and before everything that is greater. */
function between(left: string, operator: Operator, before: string): string {
  if (operator === "=") return NEVER;
  return operator.startsWith(">") ? `${left} > ${before}` : `${left} <= ${before}`;
}

/** No column of integers reaches so far, and DuckDB reads no integer that is much longer. */
const LONGEST = 2n ** 100n;

function compareInteger(left: string, operator: Operator, cell: number | bigint): string {
  if (cell > LONGEST || cell < -LONGEST) return `${left} ${operator} ${cell > 0 ? LONGEST : -LONGEST}`;
  if (typeof cell === "bigint") return `${left} ${operator} ${cell}`;
  const before = String(BigInt(Math.floor(cell)));
  return Number.isInteger(cell) ? `${left} ${operator} ${before}` : between(left, operator, before);
}

function compareNumber({ type, left }: Column, operator: Operator, cell: number | bigint): string {
  const number = Number(cell);
  // As it stands, a number is a decimal for DuckDB.
  const bound = Number.isSafeInteger(number) ? String(number) : `${quoteText(String(number))}::double`;
  const isGreater = operator.startsWith(">");
  let condition = `${left} ${operator} ${bound}`;
  // An integer that lies between two numbers.
  if (number > cell) condition = operator === "=" ? NEVER : `${left} ${isGreater ? ">=" : "<"} ${bound}`;
  if (number < cell) condition = between(left, operator, bound);
  return isGreater && type !== undefined && FLOATING.test(type) ? `(${condition} and not isnan(${left}))` : condition;
}

/**
 * Texts are compared by their code units, as JavaScript does. Bytes of UTF-8 have the same order for a bound without
 * characters from U+D800 on; for others, texts are rewritten so that their bytes have it.
 */
function compareText({ type, left }: Column, operator: Operator, text: string): string {
  if (operator === "=" || type !== "VARCHAR" || !/[\ud800-\uffff]/.test(text)) {
    return `${left} ${operator} ${textSql(text)}`;
  }
  const inOrder = `regexp_replace(replace(${left}, chr(${LAST}), chr(${LAST}) || chr(0)), '([\\x{E000}-\\x{FFFF}])', chr(${LAST}) || '\\1', 'g')`;
  return `${inOrder} ${operator} ${textSql(unitOrder(text))}`;
}

/** The last character. Before one from U+E000 to U+FFFF it puts it behind all that have two code units. */
const LAST = 0x10_ff_ff;

function unitOrder(text: string): string {
  const last = String.fromCodePoint(LAST);
  return text.replaceAll(last, `${last}\0`).replaceAll(/[\ue000-\uffff]/g, (character) => last + character);
}

/** SQL ends at a NUL. */
function textSql(text: string): string {
  const parts = text.split("\0").map(quoteText);
  return parts.length === 1 ? quoteText(text) : `(${parts.join(" || chr(0) || ")})`;
}

const INTEGER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|U?INTEGER)$/u;
const FLOATING = /^(?:FLOAT|REAL|DOUBLE)$/u;

/** Types that a filter knows nothing of are left to DuckDB. */
function isComparable(type: string | undefined, cell: Cell): boolean {
  if (cell instanceof Date && Number.isNaN(cell.getTime())) return false;
  if (typeof cell === "string" && !cell.isWellFormed()) return false;
  if (type === undefined) return true;
  if (type.endsWith("[]")) return false;
  if (INTEGER.test(type) || FLOATING.test(type)) return typeof cell === "number" || typeof cell === "bigint";
  if (type === "VARCHAR") return typeof cell === "string";
  if (type === "BOOLEAN") return typeof cell === "boolean";
  if (type === "DATE") return typeof cell === "string" || cell instanceof Date;
  return type.startsWith("TIMESTAMP") ? cell instanceof Date : true;
}
