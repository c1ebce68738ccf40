import { HeddleError, type Cell, type CellFilter, type RowFilter } from "@heddle/core";
import type { Data, DataType, RecordBatch } from "apache-arrow";
import { describeValue } from "../describe-value.ts";
import { formatDay, parseDay } from "./calendar-day.ts";
import type { Arrow } from "./load-arrow.ts";

/** A cell in the form in which a column holds it: days are numbers, instants and integers of 64 bits bigints. */
export type Comparable = string | number | bigint | boolean;

/** The conditions on one column in the form in which it holds its cells. */
export interface ColumnCondition {
  readonly name: string;
  /** Whether the cell has to be one of these; `undefined` when anything goes. Several lists hold together. */
  readonly among: readonly (readonly Comparable[])[];
  readonly bounds: readonly { readonly than: "gt" | "gte" | "lt" | "lte"; readonly bound: Comparable }[];
  readonly isNull: boolean | undefined;
}

const BOUNDS = ["gt", "gte", "lt", "lte"] as const;
const DAY_MS = 86_400_000;

/** Brings the conditions on a column into the form of its type. @throws IO_COLUMN_UNKNOWN when they do not fit it */
export function columnCondition(
  arrow: Arrow,
  { name, type, filter }: { name: string; type: DataType; filter: CellFilter },
): ColumnCondition {
  const convert = (cell: Cell): Comparable => {
    const converted = convertCell(arrow, type, cell);
    if (converted !== undefined) return converted;
    throw new HeddleError(
      "IO_COLUMN_UNKNOWN",
      `column ${JSON.stringify(name)} is ${typeName(type)}, which cannot be compared with ${describeValue(cell)}`,
      { hint: "Correct `where` of the dependency: days are compared with text, instants with Dates." },
    );
  };
  const { eq, in: list, isNull } = filter;
  const among: Comparable[][] = [];
  if (eq !== undefined) among.push([convert(eq)]);
  if (list !== undefined) among.push(list.map(convert));
  const bounds = BOUNDS.flatMap((than) => {
    const bound = filter[than];
    return bound === undefined ? [] : [{ than, bound: convert(bound) }];
  });
  // Nothing equals NaN.
  const exact = (cells: Comparable[]) =>
    cells.filter((cell) => !Number.isNaN(cell)).map((cell) => exactly(arrow, type, cell));
  return { name, among: among.map(exact), bounds, isNull };
}

/** The compiler does not see that types of Arrow show their names. */
function typeName(type: { toString(): string }): string {
  return type.toString();
}

function convertCell(arrow: Arrow, type: DataType, cell: Cell): Comparable | undefined {
  const { DataType } = arrow;
  if (DataType.isDictionary(type)) return convertCell(arrow, type.dictionary, cell);
  if (DataType.isDate(type) && type.unit === arrow.DateUnit.DAY) {
    return cell instanceof Date
      ? cell.getTime() / DAY_MS
      : typeof cell === "string"
        ? (parseDay(cell) ?? betweenDays(cell))
        : undefined;
  }
  if (DataType.isTimestamp(type)) return cell instanceof Date ? instant(cell, type.unit) : undefined;
  if (DataType.isUtf8(type)) return typeof cell === "string" ? cell : undefined;
  if (DataType.isBool(type)) return typeof cell === "boolean" ? cell : undefined;
  const isNumber = DataType.isInt(type) || (DataType.isFloat(type) && type.precision !== arrow.Precision.HALF);
  return isNumber && (typeof cell === "number" || typeof cell === "bigint") ? cell : undefined;
}

/** The days that a column can hold, 0000-01-01 to 9999-12-31. */
const [FIRST_DAY, LAST_DAY] = [-719_528, 2_932_896];

/** Where a text that is no day, such as `"2012"`, lies among the days: they have the order of their texts. */
export function betweenDays(text: string): number {
  let [before, after] = [FIRST_DAY - 1, LAST_DAY + 1];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (formatDay(middle) < text) before = middle;
    else after = middle;
  }
  return before + 0.5;
}

/** An instant in a column's unit; those of seconds are compared with fractions of them. */
function instant(time: Date, unit: number): number | bigint | undefined {
  const ms = time.getTime();
  if (Number.isNaN(ms)) return undefined;
  return unit === 0 ? ms / 1_000 : BigInt(ms) * 1_000n ** BigInt(unit - 1);
}

/** A number of the kind that the column holds, so that equal ones are the same; one that none can equal stays. */
function exactly(arrow: Arrow, type: DataType, cell: Comparable): Comparable {
  const isLong = (arrow.DataType.isInt(type) && type.bitWidth === 64) || arrow.DataType.isTimestamp(type);
  if (isLong && typeof cell === "number" && Number.isInteger(cell)) return BigInt(cell);
  if (isLong || typeof cell !== "bigint") return cell;
  const number = Number(cell);
  // Beyond the greatest number there is infinity alone.
  return Number.isFinite(number) && BigInt(number) === cell ? number : cell;
}

/** Whether `cell` comes before `other` in the order of their column. */
export function isBefore(cell: Comparable, other: Comparable): boolean {
  // Both are of one column: texts, booleans, or numbers of either kind, which compare by value.
  return (cell as number) < (other as number);
}

/** Says of a cell that has a value whether it fits. */
export function fits({ among, bounds, isNull }: ColumnCondition, cell: Comparable): boolean {
  if (isNull === true || !among.every((cells) => cells.includes(cell))) return false;
  return bounds.every(({ than, bound }) => {
    if (than === "gt") return isBefore(bound, cell);
    if (than === "lt") return isBefore(cell, bound);
    return isBefore(...(than === "gte" ? ([bound, cell] as const) : ([cell, bound] as const))) || equals(cell, bound);
  });
}

function equals(cell: Comparable, bound: Comparable): boolean {
  // Of NaN, nothing is true.
  return (cell as number) >= (bound as number) && (cell as number) <= (bound as number);
}

/** Whether a cell without a value fits. */
export function fitsNull({ among, bounds, isNull }: ColumnCondition): boolean {
  return isNull !== false && among.length === 0 && bounds.length === 0;
}

/** The rows of a batch that fit, by their indexes; `undefined` when all of them do. A column that is not there holds nulls. */
export function fittingRows(arrow: Arrow, batch: RecordBatch, where: RowFilter): Int32Array | undefined {
  let rows: Int32Array | undefined;
  for (const [name, filter] of Object.entries(where)) {
    const child = batch.schema.fields.findIndex((field) => field.name === name);
    const data = batch.data.children[child];
    if (data === undefined) {
      if (fitsNull(columnCondition(arrow, { name, type: new arrow.Utf8(), filter: nullPart(filter) }))) continue;
      return new Int32Array();
    }
    const condition = columnCondition(arrow, { name, type: data.type, filter });
    rows = selectRows(condition, { arrow, data, among: rows });
  }
  return rows;
}

/** What a condition says of a cell without a value, whatever the type of its column: any comparison refuses it. */
function nullPart({ isNull, ...comparisons }: CellFilter): CellFilter {
  const isCompared = Object.values(comparisons).some((value) => value !== undefined);
  return { ...(isNull !== undefined && { isNull }), ...(isCompared && { eq: "" }) };
}

function selectRows(
  condition: ColumnCondition,
  { arrow, data, among }: { arrow: Arrow; data: Data; among: Int32Array | undefined },
): Int32Array {
  const isCompared = condition.among.length + condition.bounds.length > 0;
  const cellAt = isCompared ? cellReader(arrow, data) : undefined;
  const isNullFit = fitsNull(condition);
  const isValueFit = (row: number): boolean =>
    cellAt === undefined ? condition.isNull !== true : fits(condition, cellAt(row));
  const count = among?.length ?? data.length;
  const rows = new Int32Array(count);
  let found = 0;
  for (let index = 0; index < count; index += 1) {
    const row = among === undefined ? index : (among[index] ?? 0);
    const isFit = data.nullCount > 0 && !data.getValid(row) ? isNullFit : isValueFit(row);
    if (isFit) {
      rows[found] = row;
      found += 1;
    }
  }
  return rows.subarray(0, found);
}

function cellReader(arrow: Arrow, data: Data): (row: number) => Comparable {
  const { values, type } = data;
  if (arrow.DataType.isBool(type)) {
    return (row) => ((values[(data.offset + row) >> 3] ?? 0) & (1 << ((data.offset + row) & 7))) !== 0;
  }
  if (arrow.DataType.isUtf8(type)) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    return (row) => bytes.toString("utf8", data.valueOffsets[row], data.valueOffsets[row + 1]);
  }
  if (arrow.DataType.isDictionary(type)) {
    const words = data.dictionary;
    return (row) => words?.get(Number(values[row]));
  }
  return (row) => values[row];
}
