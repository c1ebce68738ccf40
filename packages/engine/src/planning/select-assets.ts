import {
  asksForStatus,
  evaluateSelection,
  PARTITION_STATUSES,
  type PartitionStatus,
  type Selection,
} from "@heddle/core/internal";
import type { Transaction } from "@heddle/storage";
import { readAssetStandings } from "./asset-standing.ts";
import type { IndexedAsset } from "./definitions-index.ts";
import type { PlanningState } from "./planning-state.ts";

/** The declared assets that a selection names, in topological order. Statuses are read only when it asks for them. */
export async function selectAssets(
  state: PlanningState,
  tx: Transaction,
  selection: Selection,
): Promise<IndexedAsset[]> {
  const index = await state.definitions.index(tx);
  const { graph, declared } = index;
  const statuses = asksForStatus(selection) ? await readStatusesByKey(state, tx, declared) : undefined;
  const selected = evaluateSelection(selection, {
    graph,
    assets: declared.map((asset) => asset.definition),
    ...(statuses !== undefined && { statusOf: (key: string) => statuses.get(key) ?? [] }),
  });
  return [...graph.topologicalOrder]
    .filter((number) => selected.has(number))
    .flatMap((number) => declared[number] ?? []);
}

async function readStatusesByKey(
  state: PlanningState,
  tx: Transaction,
  assets: readonly IndexedAsset[],
): Promise<Map<string, PartitionStatus[]>> {
  const standings = await readAssetStandings(state, tx, {
    assets,
    spaces: await state.definitions.spaces(tx, Date.now()),
  });
  return new Map(
    standings.map(({ asset, statuses }) => [
      asset.key,
      PARTITION_STATUSES.filter((status) => statuses.counts[status] > 0),
    ]),
  );
}
