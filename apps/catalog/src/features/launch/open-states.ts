import type { Catalog } from "../../data/catalog-state.ts";
import { codeOf } from "../../status/status-look.ts";
import type { LaunchState } from "./launch-search.ts";

const MISSING = codeOf("missing");
const FAILED = codeOf("failed");
const STALE = codeOf("stale");

/**
 * The states to preset when assets are to be materialized and nobody has said which partitions: what is open, if it is a
 * part of them, or else what is stale; everything (`undefined`) when nothing has been made, or all of it is up to date.
 */
export function openStates({ statuses }: Catalog, rows: Iterable<number>): readonly LaunchState[] | undefined {
  let open = 0;
  let stale = 0;
  let total = 0;
  for (const row of rows) {
    open += statuses.countOf(row, MISSING) + statuses.countOf(row, FAILED);
    stale += statuses.countOf(row, STALE);
    total += statuses.totals[row] ?? 0;
  }
  if (open > 0) return open < total ? ["missing", "failed"] : undefined;
  return stale > 0 && stale < total ? ["stale"] : undefined;
}
