import {
  asksForStatus,
  evaluateSelection,
  formatSelection,
  isHeddleError,
  PARTITION_STATUSES,
  parseSelection,
  type PartitionStatus,
  type Selection,
} from "@heddle/core";
import type { Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { SelectionResult } from "../contract.ts";
import type { IndexedAsset } from "../definitions/definitions-index.ts";
import { readAssetStandings } from "./asset-standing.ts";

/** Answers `selection.evaluate`. A selection that cannot be read is an answer and no failure: people type it. */
export async function evaluateSelectionText(state: ApiState, text: string): Promise<SelectionResult> {
  let selection: Selection;
  try {
    selection = parseSelection(text);
  } catch (error) {
    if (!isHeddleError(error, "SELECTION_SYNTAX")) throw error;
    const position = error.details["position"];
    return {
      kind: "invalid",
      message: error.message,
      hint: error.hint ?? null,
      position: typeof position === "number" ? position : 0,
    };
  }
  const assets = await state.db.read("selection.evaluate", (tx) => selectAssets(state, tx, selection));
  return { kind: "matched", canonical: formatSelection(selection), ids: assets.map((asset) => asset.id) };
}

/** The declared assets that a selection names, in topological order. Statuses are read only when it asks for them. */
export async function selectAssets(state: ApiState, tx: Transaction, selection: Selection): Promise<IndexedAsset[]> {
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
  state: ApiState,
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
