import type { Cell, RowFilter } from "@heddle/core";
import { quoteName, quoteText } from "./sql-text.ts";

/** The condition of a filter as SQL that holds its values as text; `null` for one that keeps every row. */
export function filterSql(filter: RowFilter): string | null {
  const conditions = Object.entries(filter).flatMap(([name, { eq, in: list, gt, gte, lt, lte, isNull }]) => {
    const column = quoteName(name);
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
