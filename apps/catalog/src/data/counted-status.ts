import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { Catalog } from "./catalog-state.ts";

const MISSING = PARTITION_STATUSES.indexOf("missing");
const FAILED = PARTITION_STATUSES.indexOf("failed");
const STALE = PARTITION_STATUSES.indexOf("stale");

/**
 * How many of several partitions have the status that an asset shows, its most urgent one, where that is for somebody to do
 * something about; `null` where the status says it all: of an asset that was never made everything is missing.
 */
export function countOfStatus({ index, statuses }: Pick<Catalog, "index" | "statuses">, row: number): number | null {
  if (index.partitionsOf(row) === null) return null;
  const code = statuses.codes[row] ?? -1;
  const count = statuses.countOf(row, code);
  if (code === STALE || code === FAILED) return count;
  return code === MISSING && count < (statuses.totals[row] ?? 0) ? count : null;
}
