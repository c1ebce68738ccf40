import type { Cell, CellFilter, RowFilter } from "@heddle/core";

/** Says whether a row, or a cell, is among those that are wanted. */
type Matches<TValue> = (value: TValue) => boolean;

/** A cell in a form that the operators of the language compare: instants as their time. */
type Comparable = string | number | bigint | boolean;

/**
 * Makes the function that says whether a row fits a filter, for I/O managers that have rows and no statistics. A column
 * that a row does not have has no value. Cells of another kind than what they are compared with do not fit: texts are
 * compared with texts, instants with instants, booleans with booleans, and numbers with numbers and bigints.
 *
 * @example
 * const isWanted = rowMatches(context.where);
 * return context.where === undefined ? rows : rows.filter(isWanted);
 */
export function rowMatches(where: RowFilter): Matches<unknown> {
  const columns = Object.entries(where).map(([name, filter]) => [name, cellMatches(filter)] as const);
  return (row) => {
    // What is no object has no columns, and no column has a value.
    const cells = typeof row === "object" && row !== null ? (row as Readonly<Record<string, unknown>>) : {};
    return columns.every(([name, matches]) => matches(Object.hasOwn(cells, name) ? cells[name] : null));
  };
}

/** Makes the function that says whether a cell fits the conditions on its column. */
export function cellMatches(filter: CellFilter): Matches<unknown> {
  const { isNull } = filter;
  const conditions = conditionsOf(filter);
  return (cell) => {
    if (cell === null || cell === undefined) return isNull !== false && conditions.length === 0;
    if (isNull === true) return false;
    if (conditions.length === 0) return true;
    const comparable = toComparable(cell);
    return comparable !== null && conditions.every((fits) => fits(comparable));
  };
}

function conditionsOf({ eq, in: list, gt, gte, lt, lte }: CellFilter): Matches<Comparable>[] {
  const conditions: Matches<Comparable>[] = [];
  if (eq !== undefined) conditions.push(equalTo(eq));
  if (list !== undefined) {
    const candidates = list.map(equalTo);
    conditions.push((cell) => candidates.some((isEqual) => isEqual(cell)));
  }
  if (gt !== undefined) conditions.push(compare(gt, (cell, bound) => cell > bound));
  if (gte !== undefined) conditions.push(compare(gte, (cell, bound) => cell >= bound));
  if (lt !== undefined) conditions.push(compare(lt, (cell, bound) => cell < bound));
  if (lte !== undefined) conditions.push(compare(lte, (cell, bound) => cell <= bound));
  return conditions;
}

/** As an order: a number equals a bigint of the same value. */
function equalTo(wanted: Cell): Matches<Comparable> {
  return compare(wanted, (cell, bound) => cell >= bound && cell <= bound);
}

function compare(operand: Cell, fits: (cell: Comparable, bound: Comparable) => boolean): Matches<Comparable> {
  const bound = toComparable(operand);
  if (bound === null) return () => false;
  const kind = kindOf(operand);
  return (cell) => kindOf(cell) === kind && fits(cell, bound);
}

/** Kinds that are compared with each other. */
function kindOf(value: Cell | Comparable): "number" | "text" | "boolean" {
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "boolean" : "number";
}

function toComparable(value: unknown): Comparable | null {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      return value instanceof Date ? value.getTime() : null;
  }
}
