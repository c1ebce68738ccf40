import type { CatalogIndex } from "../../data/catalog-index.ts";
import type { StatusTable } from "../../data/status-table.ts";
import { codeOf } from "../../status/status-look.ts";

/** How many of the assets that Heddle makes are where. External ones are in none of these. */
export interface FleetStanding {
  readonly total: number;
  readonly fresh: number;
  /** Nothing worse is known of them than that some of their partitions are missing. */
  readonly incomplete: number;
  /** Nothing of them is made. */
  readonly unmade: number;
}

const FRESH = codeOf("fresh");
const MISSING = codeOf("missing");

/** What is counted from: the catalog, or as much of it as tells. */
interface Fleet {
  readonly index: Pick<CatalogIndex, "count" | "external">;
  readonly statuses: Pick<StatusTable, "codes" | "totals" | "countOf">;
}

/** Counts the assets that can be fresh. */
export function fleetStanding({ index, statuses }: Fleet): FleetStanding {
  const standing = { total: 0, fresh: 0, incomplete: 0, unmade: 0 };
  for (let row = 0; row < index.count; row++) {
    if (index.external[row] === 1) continue;
    standing.total++;
    const code = statuses.codes[row];
    if (code === FRESH) standing.fresh++;
    if (code !== MISSING) continue;
    if (statuses.countOf(row, MISSING) < (statuses.totals[row] ?? 0)) standing.incomplete++;
    else standing.unmade++;
  }
  return standing;
}
