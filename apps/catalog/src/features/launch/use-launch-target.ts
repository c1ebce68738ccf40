import { useMemo } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import type { FilterResult } from "../../data/selection-filter.ts";
import { useSelection } from "../../data/use-selection.ts";
import type { LaunchInput } from "./launch-input.ts";
import type { LaunchRequest } from "./launch-search.ts";
import { launchSelection, partitionedRows, rootOf } from "./launch-target.ts";
import { isReadable } from "./readable-partitions.ts";

/** What a request comes to with the assets that there are. */
export interface LaunchTarget {
  readonly result: FilterResult;
  readonly chosen: number;
  /** Keys of the chosen assets that have partitions, as the rows of the index go. */
  readonly partitioned: readonly string[];
  /** Key of the asset whose partitions are chosen; `null` when none of the chosen ones has any. */
  readonly root: string | null;
  /** `null` while selection or partitions cannot be read, or nothing is selected. */
  readonly input: LaunchInput | null;
}

export function useLaunchTarget(catalog: Catalog, request: LaunchRequest): LaunchTarget {
  const result = useSelection(catalog, launchSelection(catalog, request.launch));
  return useMemo(() => targetOf(catalog, request, result), [catalog, request, result]);
}

function targetOf(catalog: Catalog, request: LaunchRequest, result: FilterResult): LaunchTarget {
  const { index } = catalog;
  const { parts, by, each } = request;
  const rows = result.kind === "matched" ? result.rows : [];
  const partitionedRowList = partitionedRows(catalog, rows);
  const given = by === undefined ? undefined : index.rowOfKey(by);
  const rootRow =
    given !== undefined && partitionedRowList.includes(given) ? given : rootOf(catalog, partitionedRowList);
  const root = rootRow === undefined ? null : (index.keys[rootRow] ?? null);
  const partitioned = partitionedRowList.map((row) => index.keys[row] ?? "");
  const target = { result, chosen: rows.length, partitioned, root };
  const canRead = (key: string, text: string | undefined): boolean => {
    const row = index.rowOfKey(key);
    return text === undefined || row === undefined || isReadable(index.partitionsOf(row), text);
  };
  const readable =
    each === undefined ? root === null || canRead(root, parts) : partitioned.every((key) => canRead(key, each[key]));
  if (result.kind !== "matched" || rows.length === 0 || !readable) return { ...target, input: null };
  const { launch: _, ...settings } = request;
  return { ...target, input: { ...settings, selection: result.canonical, partitions: choiceOf(request, target) } };
}

function choiceOf(
  { parts, each }: LaunchRequest,
  { root, partitioned }: Pick<LaunchTarget, "root" | "partitioned">,
): LaunchInput["partitions"] {
  if (root === null) return { kind: "all" };
  if (each !== undefined) {
    const named = partitioned.flatMap((key) => (each[key] === undefined ? [] : [[key, each[key]] as const]));
    return named.length === 0 ? { kind: "all" } : { kind: "each", assets: Object.fromEntries(named) };
  }
  return parts === undefined ? { kind: "all" } : { kind: "text", text: parts, asset: root };
}
