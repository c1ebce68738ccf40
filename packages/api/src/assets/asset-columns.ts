import { isHeddleError } from "@heddle/core";
import { asksForStatus, parseSelection } from "@heddle/core/internal";
import { type IndexedAsset, selectAssets } from "@heddle/engine/planning";
import {
  readActivity,
  readClock,
  readRecentDurations,
  readSchedules,
  type ScheduleRow,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetActivity, AssetDurations, ExpectedAssets } from "../contract.ts";
import { nextTicks } from "../ticks/next-ticks.ts";

/** Runs of each asset of which `assets.durations` tells. */
const RECENT_RUNS = 12;

/** Answers `assets.durations`. */
export async function readAssetDurations(state: ApiState, ids: readonly number[]): Promise<AssetDurations> {
  return state.db.read("assets.durations", async (tx) => {
    const environmentId = await state.definitions.environmentId(tx);
    const rows = await readRecentDurations(tx, { environmentId, assetIds: ids, runs: RECENT_RUNS });
    return { ids: rows.map(({ assetId }) => assetId), meansMs: rows.map(({ meansMs }) => meansMs) };
  });
}

/** Answers `assets.activity`. What was done under a former definition of an asset counts for the asset. */
export async function readAssetActivity(state: ApiState, bounds: readonly number[]): Promise<AssetActivity> {
  return state.db.read("assets.activity", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const byAsset = new Map<number, Map<number, number[]>>();
    for (const { assetId, span, success, failed, skipped, open } of await readActivity(tx, { environmentId, bounds })) {
      const key = index.byId(assetId)?.key;
      const asset = key === undefined ? undefined : index.byKey(key);
      if (asset === undefined || asset.removedAt !== null) continue;
      const spans = byAsset.get(asset.id) ?? new Map<number, number[]>();
      const known = spans.get(span) ?? [0, 0, 0, 0];
      spans.set(
        span,
        [success, failed, skipped, open].map((count, i) => count + (known[i] ?? 0)),
      );
      byAsset.set(asset.id, spans);
    }
    return {
      ids: [...byAsset.keys()],
      cells: [...byAsset.values()].map((spans) =>
        [...spans].toSorted(([a], [b]) => a - b).flatMap(([span, counts]) => [span, ...counts]),
      ),
    };
  });
}

/** Answers `assets.expected`. Schedules whose function chooses the assets are left out: nobody knows what they will ask for. */
export async function readExpectedAssets(state: ApiState): Promise<ExpectedAssets> {
  return state.db.read("assets.expected", async (tx) => {
    const now = await readClock(tx);
    const next = new Map<number, { readonly at: number; readonly schedule: string }>();
    for (const row of await readSchedules(tx)) {
      const [at] = row.isPaused ? [] : nextTicks(row, { now, count: 1 });
      if (at === undefined) continue;
      for (const { id } of await chosenAssets(state, tx, row)) {
        if (at < (next.get(id)?.at ?? Number.POSITIVE_INFINITY)) next.set(id, { at, schedule: row.name });
      }
    }
    return {
      now,
      ids: [...next.keys()],
      at: [...next.values()].map(({ at }) => at),
      schedules: [...next.values()].map(({ schedule }) => schedule),
    };
  });
}

/** A selection by status is read anew with each tick, so nobody knows what it will choose; it is left out too. */
async function chosenAssets(
  state: ApiState,
  tx: Transaction,
  { definition }: ScheduleRow,
): Promise<readonly IndexedAsset[]> {
  const { assets, checks } = definition.run;
  // What runs checks alone makes no asset.
  if (assets === null || checks !== undefined) return [];
  if ("keys" in assets) {
    const index = await state.definitions.index(tx);
    return assets.keys.flatMap((key) => index.byKey(key) ?? []);
  }
  try {
    const selection = parseSelection(assets.selection);
    return asksForStatus(selection) ? [] : await selectAssets(state, tx, selection);
  } catch (error) {
    // Declared under another version of the grammar; the schedule's own page says so.
    if (isHeddleError(error)) return [];
    throw error;
  }
}
