import type { RowFilter } from "@heddle/core";
import type { DataType, Schema } from "apache-arrow";
import type { Arrow } from "../table/load-arrow.ts";
import { columnCondition, fitsNull, isBefore, type ColumnCondition, type Comparable } from "../table/row-filter.ts";
import type { ColumnChunk, RowGroup } from "./file-footer.ts";

/** The row groups, by their numbers, that can hold rows that fit: the others' statistics say that they hold none. */
export function possibleRowGroups(
  arrow: Arrow,
  { rowGroups, schema, where }: { rowGroups: readonly RowGroup[]; schema: Schema; where: RowFilter },
): number[] {
  const conditions = schema.fields.flatMap(({ name, type }) => {
    const filter = where[name];
    return filter === undefined ? [] : [{ type, condition: columnCondition(arrow, { name, type, filter }) }];
  });
  return [...rowGroups.keys()].filter((index) =>
    conditions.every(({ type, condition }) => isPossible(arrow, { group: rowGroups[index], type, condition })),
  );
}

interface Question {
  readonly group: RowGroup | undefined;
  readonly type: DataType;
  readonly condition: ColumnCondition;
}

function isPossible(arrow: Arrow, { group, type, condition }: Question): boolean {
  const chunk = group?.chunks.find(({ path }) => path.length === 1 && path[0] === condition.name);
  const statistics = chunk?.statistics;
  if (group === undefined || chunk === undefined || statistics === undefined) return true;
  const { nulls } = statistics;
  const canFitNull = fitsNull(condition) && nulls !== 0;
  if (condition.isNull === true || nulls === group.rows) return canFitNull;
  if (canFitNull) return true;
  const range = rangeOf(arrow, type, chunk);
  return range === undefined || canHold(range, condition);
}

interface Range {
  readonly min: Comparable;
  readonly max: Comparable;
}

/** Whether a range can hold a cell that fits. */
function canHold({ min, max }: Range, { among, bounds }: ColumnCondition): boolean {
  const canEqual = (cell: Comparable): boolean => isUnordered(cell) || (!isBefore(cell, min) && !isBefore(max, cell));
  if (!among.every((cells) => cells.some(canEqual))) return false;
  return bounds.every(({ than, bound }) => {
    if (isUnordered(bound)) return true;
    if (than === "gt") return isBefore(bound, max);
    if (than === "gte") return !isBefore(max, bound);
    if (than === "lt") return isBefore(min, bound);
    return !isBefore(bound, min);
  });
}

/** Parquet orders text by its bytes, a filter by its code units: they agree where these characters do not occur. */
function isUnordered(cell: Comparable): boolean {
  return typeof cell === "string" && /[\ud800-\uffff]/.test(cell);
}

const [INT32, INT64, DOUBLE, BYTE_ARRAY] = [1, 2, 5, 6];

/** The least and the greatest cell, in the form of the column's type; `undefined` where the statistics do not tell. */
function rangeOf(arrow: Arrow, type: DataType, chunk: ColumnChunk): Range | undefined {
  const { min, max } = chunk.statistics ?? {};
  if (min === undefined || max === undefined) return undefined;
  const { DataType } = arrow;
  const read = (bytes: Uint8Array): Comparable | undefined => {
    const cell = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isSigned = (DataType.isInt(type) && type.isSigned) || DataType.isDate(type) || DataType.isTimestamp(type);
    if (isSigned && chunk.physicalType === INT32 && cell.length === 4) return cell.readInt32LE();
    if (isSigned && chunk.physicalType === INT64 && cell.length === 8) return cell.readBigInt64LE();
    if (DataType.isFloat(type) && chunk.physicalType === DOUBLE && cell.length === 8) return cell.readDoubleLE();
    if (DataType.isUtf8(type) && chunk.physicalType === BYTE_ARRAY) return cell.toString("utf8");
    return undefined;
  };
  const [least, most] = [read(min), read(max)];
  return least === undefined || most === undefined ? undefined : { min: least, max: most };
}
