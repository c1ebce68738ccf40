import { HeddleError } from "@heddle/core";

/** The first row of a statement that always gives one. @throws INTERNAL */
export function oneRow<TRow>(rows: readonly TRow[]): TRow {
  const [row] = rows;
  if (row === undefined) throw new HeddleError("INTERNAL", "a statement that always gives a row gave none");
  return row;
}
