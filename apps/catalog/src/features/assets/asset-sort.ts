import type { Catalog } from "../../data/catalog-state.ts";
import { downstreamCounts } from "../../data/downstream-counts.ts";
import { URGENCY_OF_CODE } from "../../status/status-look.ts";
import { type AssetSort, parseSort, type SortColumn } from "./asset-sort-choice.ts";

/** Sorts rows; equal ones by key, and by key alone without a sort. */
export function sortRows(catalog: Catalog, rows: readonly number[], sort: AssetSort | undefined): readonly number[] {
  const { index } = catalog;
  const byKey = (a: number, b: number): number => compare(index.keys[a] ?? "", index.keys[b] ?? "");
  if (sort === undefined) return rows.toSorted(byKey);
  const { column, descending } = parseSort(sort);
  const compareRows = comparer(catalog, column);
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compareRows(a, b) || byKey(a, b));
}

function comparer({ index, statuses }: Catalog, column: SortColumn): (a: number, b: number) => number {
  const by = (value: (row: number) => number) => (a: number, b: number) => value(a) - value(b);
  switch (column) {
    case "name":
      return (a, b) => compare(index.keys[a] ?? "", index.keys[b] ?? "");
    case "group":
      return (a, b) => compare(index.groupNameOf(a), index.groupNameOf(b));
    case "status":
      return by((row) => URGENCY_OF_CODE[statuses.codes[row] ?? -1] ?? URGENCY_OF_CODE.length);
    case "materialized":
      // Never comes before the oldest.
      return by((row) => finiteOr(statuses.lastMaterializedAt[row], -1));
    case "partitions":
      return by((row) => statuses.materializedOf(row) / Math.max(1, statuses.totals[row] ?? 1));
    case "downstream":
      return by((row) => downstreamCounts(index)[row] ?? 0);
    case "checks":
      return by((row) => (statuses.checksFailed[row] ?? 0) * 1_000_000 + (statuses.checksWarned[row] ?? 0));
  }
}

function finiteOr(value: number | undefined, fallback: number): number {
  return value === undefined || Number.isNaN(value) ? fallback : value;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
