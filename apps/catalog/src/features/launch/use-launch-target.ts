import { useMemo } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import type { FilterResult } from "../../data/selection-filter.ts";
import { useSelection } from "../../data/use-selection.ts";
import type { LaunchRequest } from "./launch-search.ts";
import { partitionedRows, rootOf } from "./launch-target.ts";
import { isReadable } from "./readable-partitions.ts";
import type { LaunchInput } from "./use-launch-plan.ts";

/** What a request comes to with the assets that there are. */
export interface LaunchTarget {
  readonly result: FilterResult;
  readonly chosen: number;
  /** Rows of the chosen assets that have partitions. */
  readonly partitioned: readonly number[];
  /** Key of the asset whose partitions are chosen; `null` when none of the chosen ones has any. */
  readonly root: string | null;
  /** `null` while selection or partitions cannot be read, or nothing is selected. */
  readonly input: LaunchInput | null;
}

export function useLaunchTarget(catalog: Catalog, request: LaunchRequest): LaunchTarget {
  const { launch, parts, by, only, cascade, most } = request;
  const result = useSelection(catalog, launch);
  const { index } = catalog;
  return useMemo(() => {
    const rows = result.kind === "matched" ? result.rows : [];
    const partitioned = partitionedRows(catalog, rows);
    const given = by === undefined ? undefined : index.rowOfKey(by);
    const root = given !== undefined && partitioned.includes(given) ? given : rootOf(catalog, partitioned);
    const rootKey = root === undefined ? null : (index.keys[root] ?? null);
    const spec = root === undefined ? null : index.partitionsOf(root);
    const unreadable = parts !== undefined && !isReadable(spec, parts);
    const input: LaunchInput | null =
      result.kind !== "matched" || rows.length === 0 || unreadable
        ? null
        : {
            selection: result.canonical,
            partitions: parts === undefined || rootKey === null ? null : { text: parts, asset: rootKey },
            only,
            cascade,
            most,
          };
    return { result, chosen: rows.length, partitioned, root: rootKey, input };
  }, [catalog, index, result, parts, by, only, cascade, most]);
}
