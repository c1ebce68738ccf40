import type { AssetsSnapshot, AssetStatuses, LineageDiff, LineageStatuses } from "@heddle/api";
import { directedGraph } from "@heddle/graph-layout";
import { type CatalogIndex, catalogIndex, lastSegment } from "../../../data/catalog-index.ts";
import type { Catalog } from "../../../data/catalog-state.ts";
import { STATUS_COUNT, StatusTable } from "../../../data/status-table.ts";

/** The assets and statuses of a moment. @param snapshot the definitions of then; `null` when they are those of `index` */
export function pastCatalog(
  index: CatalogIndex,
  { statuses, snapshot }: { readonly statuses: LineageStatuses; readonly snapshot: AssetsSnapshot | null },
): Catalog {
  const then = snapshot === null ? index : catalogIndex(snapshot);
  const table = new StatusTable(then);
  const none = statuses.ids.map(() => 0);
  const patch: AssetStatuses = {
    cursor: "",
    definitionsVersion: then.version,
    now: statuses.at,
    ids: statuses.ids,
    codes: statuses.codes,
    lastMaterializedAt: statuses.lastMaterializedAt,
    totals: statuses.totals,
    counts: statuses.counts,
    checks: { passed: none, warned: none, failed: none },
    staleAsOf: null,
    freshness: statuses.ids.map(() => -1),
  };
  table.patch(patch);
  return { index: then, statuses: table };
}

/** The catalog with the assets that are gone since a version of before, where they were. They have no status. */
export function withRemoved({ index, statuses }: Catalog, diff: LineageDiff): Catalog {
  const { removed } = diff;
  if (removed.length === 0) return { index, statuses };
  const extended = extendIndex(index, removed);
  const table = new StatusTable(extended);
  copyStatuses(statuses, table);
  return { index: extended, statuses: table };
}

/** Takes over all that a table knows; rows of the one are the first rows of the other. */
export function copyStatuses(from: StatusTable, to: StatusTable): void {
  to.codes.set(from.codes);
  to.lastMaterializedAt.set(from.lastMaterializedAt);
  to.totals.set(from.totals);
  to.counts.set(from.counts.subarray(0, from.index.count * STATUS_COUNT));
  to.checksPassed.set(from.checksPassed);
  to.checksWarned.set(from.checksWarned);
  to.checksFailed.set(from.checksFailed);
}

function extendIndex(index: CatalogIndex, removed: LineageDiff["removed"]): CatalogIndex {
  const count = index.count + removed.length;
  const rowOfKey = new Map(removed.map(({ key }, i) => [key, index.count + i]));
  const findRow = (key: string): number | undefined => rowOfKey.get(key) ?? index.rowOfKey(key);
  const groups = [...new Set([...index.groups, ...removed.map(({ group }) => group)])];
  const from = Array.from(index.graph.from);
  const to = Array.from(index.graph.to);
  const connect = (upstream: number | undefined, downstream: number | undefined): void => {
    if (upstream === undefined || downstream === undefined) return;
    from.push(upstream);
    to.push(downstream);
  };
  for (const asset of removed) {
    for (const upstream of asset.upstream) connect(findRow(upstream), findRow(asset.key));
    // Edges between two that are gone were made by the line above.
    for (const reader of asset.downstream) if (!rowOfKey.has(reader)) connect(findRow(asset.key), findRow(reader));
  }
  const ids = new Int32Array(count);
  ids.set(index.ids);
  // Ids of assets are positive: nothing that comes from the server means one of these.
  removed.forEach((_, i) => (ids[index.count + i] = -1 - i));
  const groupOf = new Int32Array(count);
  groupOf.set(index.groupOf);
  removed.forEach(({ group }, i) => (groupOf[index.count + i] = groups.indexOf(group)));
  const extend = (column: Int32Array): Int32Array => {
    const extended = new Int32Array(count);
    extended.set(column);
    return extended;
  };
  const external = new Uint8Array(count).fill(1);
  external.set(index.external);
  return {
    ...index,
    version: `${index.version} with removed`,
    count,
    ids,
    keys: [...index.keys, ...removed.map(({ key }) => key)],
    names: [...index.names, ...removed.map(({ key }) => lastSegment(key))],
    groups,
    groupOf,
    codeLocationOf: extend(index.codeLocationOf),
    checkCounts: extend(index.checkCounts),
    external,
    summaries: [...index.summaries, ...removed.map(() => "")],
    owners: [...index.owners, ...removed.map(({ owners }) => owners)],
    tags: [...index.tags, ...removed.map(() => ({}))],
    kinds: [...index.kinds, ...removed.map(({ kinds }) => kinds)],
    graph: directedGraph(count, Int32Array.from(from), Int32Array.from(to)),
    rowOfId: (id) => (id < 0 ? index.count - 1 - id : index.rowOfId(id)),
    rowOfKey: findRow,
    partitionsOf: (row) => (row >= index.count ? null : index.partitionsOf(row)),
    groupNameOf: (row) => groups[groupOf[row] ?? -1] ?? "",
  };
}
