import { useMemo, useState } from "react";

/** Assets that are marked for what is done with several of them, by row. */
export interface AssetMarks {
  readonly rows: ReadonlySet<number>;
  has(row: number): boolean;
  toggle(row: number): void;
  /** Marks everything between the line marked last and this one too. */
  extend(row: number, order: readonly number[]): void;
  replace(rows: Iterable<number>): void;
  clear(): void;
}

/** Marks of a table, for as long as it is shown. */
export function useAssetMarks(): AssetMarks {
  const [rows, setRows] = useState<ReadonlySet<number>>(new Set());
  const [anchor, setAnchor] = useState(-1);
  return useMemo(
    () => ({
      rows,
      has: (row) => rows.has(row),
      toggle(row) {
        setRows((before) => toggled(before, row));
        setAnchor(row);
      },
      extend(row, order) {
        const [from, to] = [order.indexOf(anchor), order.indexOf(row)].toSorted((a, b) => a - b);
        const between = from === undefined || from < 0 ? [row] : order.slice(from, (to ?? from) + 1);
        setRows((before) => new Set([...before, ...between]));
      },
      replace: (next) => setRows(new Set(next)),
      clear: () => setRows(new Set()),
    }),
    [rows, anchor],
  );
}

function toggled(rows: ReadonlySet<number>, row: number): ReadonlySet<number> {
  const next = new Set(rows);
  if (!next.delete(row)) next.add(row);
  return next;
}
