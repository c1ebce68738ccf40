import { HeddleError, type Cell, type CellFilter, type RowFilter } from "@heddle/core";
import { describeValue } from "../describe-value.ts";
import { parseDay } from "../table/calendar-day.ts";
import type { ColumnType } from "../table/column.ts";
import { betweenDays } from "../table/row-filter.ts";
import { assertColumnsKnown, type TableSchema } from "../table/schema.ts";

/** Makes a parameter and gives the text that stands for it. */
type AddParameter = (value: string) => string;

/**
 * A filter as a condition in SQL that holds for exactly the rows that fit. Values travel as parameters.
 *
 * @throws IO_COLUMN_UNKNOWN when a column does not exist or cannot be compared with a value
 */
export function filterSql(
  where: RowFilter,
  context: {
    readonly schema: TableSchema;
    /** SQL of a column. */
    readonly expression: (name: string) => string;
    readonly parameter: AddParameter;
  },
): string {
  const conditions = Object.entries(where).flatMap(([name, filter]) => {
    assertColumnsKnown([name], Object.keys(context.schema.columns));
    const type = context.schema.columns[name]?.type;
    return type === undefined
      ? []
      : columnConditions(filter, { ...context, name, type, left: context.expression(name) });
  });
  return conditions.length === 0 ? "true" : conditions.join(" and ");
}

interface Comparison {
  readonly name: string;
  readonly type: ColumnType;
  readonly left: string;
  readonly parameter: AddParameter;
}

const NEVER = "false";
const OPERATORS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;
type Bound = keyof typeof OPERATORS;
const BOUNDS: readonly Bound[] = ["gt", "gte", "lt", "lte"];

function columnConditions(filter: CellFilter, comparison: Comparison): string[] {
  const { left } = comparison;
  const conditions: string[] = [];
  if (filter.isNull !== undefined) conditions.push(`${left} is ${filter.isNull ? "" : "not "}null`);
  if (filter.eq !== undefined) conditions.push(equals(filter.eq, comparison));
  if (filter.in !== undefined) {
    const any = filter.in.map((cell) => equals(cell, comparison)).filter((condition) => condition !== NEVER);
    conditions.push(any.length === 0 ? NEVER : `(${any.join(" or ")})`);
  }
  for (const bound of BOUNDS) {
    const cell = filter[bound];
    if (cell !== undefined) conditions.push(isBeyond(bound, cell, comparison));
  }
  return conditions;
}

function equals(cell: Cell, comparison: Comparison): string {
  const { left, parameter, type } = comparison;
  if (isBetweenDays(cell, type)) return NEVER;
  const value = comparable(cell, comparison);
  if (value === null) return NEVER;
  if (type.kind === "utf8") return isStorable(value.text) ? `${left} = ${parameter(value.text)}::text` : NEVER;
  return `${left} = ${parameter(value.text)}::${value.cast}`;
}

function isBeyond(bound: Bound, cell: Cell, comparison: Comparison): string {
  const { left, parameter, type } = comparison;
  if (isBetweenDays(cell, type)) {
    const before = parameter(String(Math.floor(betweenDays(cell))));
    return `${left} ${bound.startsWith("g") ? ">" : "<="} date '1970-01-01' + ${before}::int4`;
  }
  const value = comparable(cell, comparison);
  if (value === null) return NEVER;
  if (type.kind === "utf8") return textBound(bound, value.text, comparison);
  const condition = `${left} ${OPERATORS[bound]} ${parameter(value.text)}::${value.cast}`;
  // PostgreSQL has NaN behind all numbers; elsewhere it is neither before nor behind.
  return type.kind === "float64" && bound.startsWith("g") ? `(${condition} and ${left} <> 'NaN'::float8)` : condition;
}

/** A text that is no day, such as "2012", lies between two days: they have the order of their texts. */
function isBetweenDays(cell: Cell, { kind }: ColumnType): cell is string {
  return kind === "date" && typeof cell === "string" && parseDay(cell) === undefined;
}

interface ComparableValue {
  readonly text: string;
  readonly cast: string;
}

/** The value that cells are compared with; `null` when no comparison with it holds, as with NaN. */
function comparable(cell: Cell, comparison: Comparison): ComparableValue | null {
  const { kind } = comparison.type;
  if (typeof cell === "string") {
    if (kind === "utf8") return { text: cell, cast: "text" };
    if (kind === "date") return { text: isoDay(cell), cast: "date" };
  }
  if (typeof cell === "boolean" && kind === "bool") return { text: String(cell), cast: "bool" };
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) {
    if (kind === "timestamp") return { text: isoInstant(cell), cast: "timestamptz" };
    if (kind === "date") return { text: isoInstant(cell).replace("Z", ""), cast: "timestamp" };
  }
  if (typeof cell === "number" || typeof cell === "bigint") {
    const number = comparableNumber(cell, kind);
    if (number !== undefined) return number;
  }
  throw new HeddleError(
    "IO_COLUMN_UNKNOWN",
    `column ${JSON.stringify(comparison.name)} is ${kind}, which cannot be compared with ${describeValue(cell)}`,
    { hint: "Correct `where` of the dependency: days are compared with text, instants with Dates." },
  );
}

function comparableNumber(cell: number | bigint, kind: ColumnType["kind"]): ComparableValue | null | undefined {
  if (kind !== "int32" && kind !== "int64" && kind !== "float64") return undefined;
  if (Number.isNaN(cell)) return null;
  const isLong = typeof cell === "bigint" ? BigInt.asIntN(64, cell) === cell : Number.isSafeInteger(cell);
  if (isLong && kind !== "float64") return { text: String(cell), cast: isInt32(cell) ? "int4" : "int8" };
  if (kind === "float64") {
    // No float equals it: whoever asks so has mistaken the column.
    const number = Number(cell);
    if (typeof cell === "bigint" && (!Number.isFinite(number) || BigInt(number) !== cell)) return undefined;
    return { text: String(number), cast: "float8" };
  }
  // Exactly: neither a fraction nor an integer of any length is rounded. PostgreSQL 14 knows infinite ones.
  const exact = typeof cell === "number" && Number.isFinite(cell) ? exactDecimal(cell) : String(cell);
  return { text: exact, cast: "numeric" };
}

function isInt32(cell: number | bigint): boolean {
  return cell >= -0x8000_0000 && cell <= 0x7fff_ffff;
}

/** The shortest text of a number may be another number: `1e23` is 99999999999999991611392. */
function exactDecimal(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Year 0000 is 1 BC there. */
function isoDay(day: string): string {
  return day.startsWith("0000") ? `0001${day.slice(4)} BC` : day;
}

/** The first instant that PostgreSQL has is in 4713 BC; those before it are before everything. */
const FIRST_INSTANT_MS = -210_866_803_200_000;

function isoInstant(time: Date): string {
  if (time.getTime() < FIRST_INSTANT_MS) return "-infinity";
  const text = time.toISOString();
  const year = time.getUTCFullYear();
  // The signed years of ISO texts are unknown there.
  const rest = text.slice(text.startsWith("+") || text.startsWith("-") ? 7 : 4);
  const digits = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${digits}${rest}${year > 0 ? "" : " BC"}`;
}

/** Whether PostgreSQL can hold a text, and so whether a cell can be equal to it. */
function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** The first code unit whose place in the order is another in UTF-8 than in UTF-16. */
const FIRST_REORDERED = 0xd800;

/**
 * Texts are compared by their code units, as JavaScript does; PostgreSQL compares bytes of UTF-8. The order is the same
 * for a bound that has no character from U+D800 on. For others, and for those that PostgreSQL cannot hold, cells are
 * turned into the hex digits of their code units, which are in the right order; only such rare bounds pay for it.
 */
function textBound(bound: Bound, text: string, { left, parameter }: Comparison): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  if (units.every((unit) => unit !== 0 && unit < FIRST_REORDERED)) {
    return `${left} collate "C" ${OPERATORS[bound]} ${parameter(text)}::text`;
  }
  const digits = units.map((unit) => unit.toString(16).padStart(4, "0")).join("");
  const condition = `${codeUnits(left)} collate "C" ${OPERATORS[bound]} ${parameter(digits)}::text`;
  return `(${left} is not null and ${condition})`;
}

/** SQL of a text's UTF-16 code units, four hex digits each. */
function codeUnits(left: string): string {
  return `(
    select coalesce(string_agg(
      case when code < 65536 then lpad(to_hex(code), 4, '0')
        else lpad(to_hex(55296 + (code - 65536) / 1024), 4, '0') || lpad(to_hex(56320 + (code - 65536) % 1024), 4, '0')
      end, '' order by place), '')
    from (select ascii(character) as code, place
      from regexp_split_to_table(${left}, '') with ordinality as t (character, place) where character <> '') as codes
  )`;
}
