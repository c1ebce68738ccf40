import type { AssetDurations } from "@heddle/api";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import type { CatalogIndex } from "../../data/catalog-index.ts";
import type { Catalog } from "../../data/catalog-state.ts";
import { downstreamCounts } from "../../data/downstream-counts.ts";
import { trpc } from "../../data/trpc.ts";
import type { ChosenColumn } from "./asset-column-choice.ts";
import type { ColumnData } from "./asset-columns.tsx";

/** One function for all renders: what it answers stays the same object while nothing was read. */
const dataOf = (
  results: readonly { readonly data: AssetDurations | undefined }[],
): readonly (AssetDurations | undefined)[] => results.map(({ data }) => data);

/** Reads what some columns show beside the statuses, only for columns that are shown and lines that are in view. */
export function useColumnData(
  { index }: Catalog,
  shown: readonly ("name" | ChosenColumn)[],
  pages: readonly (readonly number[])[],
): ColumnData {
  const expected = useQuery({
    ...trpc.assets.expected.queryOptions({}),
    enabled: shown.includes("expected"),
    refetchInterval: 60_000,
  }).data;
  const conditions = useQuery({
    ...trpc.automation.conditions.queryOptions({}),
    enabled: shown.includes("expected"),
    refetchInterval: 60_000,
  }).data;
  const wantsDurations = shown.includes("duration");
  const durations = useQueries({
    queries: pages.map((rows) => ({
      ...trpc.assets.durations.queryOptions({ ids: rows.flatMap((row) => index.ids[row] ?? []) }),
      enabled: wantsDurations && rows.length > 0,
    })),
    combine: dataOf,
  });
  const downstream = useDownstreamCounts(index, shown.includes("downstream"));
  return useMemo(
    () => ({
      downstream,
      expected: new Map(
        (expected?.ids ?? []).map((id, i) => [
          id,
          { at: expected?.at[i] ?? 0, schedule: expected?.schedules[i] ?? "" },
        ]),
      ),
      automatic: new Map(
        (conditions?.conditions ?? []).flatMap(({ asset, check, label, text, state }) =>
          check === null ? [[asset.id, { text: label ?? text, isOff: state === "off" }] as const] : [],
        ),
      ),
      durations: new Map(
        durations.flatMap((page) => (page?.ids ?? []).map((id, i) => [id, page?.meansMs[i] ?? []] as const)),
      ),
    }),
    [downstream, expected, conditions, durations],
  );
}

/** What depends on each asset is counted when the lines are there; `null` before. */
function useDownstreamCounts(index: CatalogIndex, isShown: boolean): Int32Array | null {
  const settled = useDeferredValue(isShown ? index : null, null);
  return useMemo(() => (settled === null || settled !== index ? null : downstreamCounts(settled)), [settled, index]);
}
