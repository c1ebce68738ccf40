import { readDurations, readEventDensity } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { LineageActivity, LineageDurations } from "../contract.ts";

/** Answers `lineage.activity`. */
export async function readLineageActivity(
  state: ApiState,
  { from, to, buckets }: { readonly from: number; readonly to: number; readonly buckets: number },
): Promise<LineageActivity> {
  return state.db.read("lineage.activity", async (tx) => {
    const environmentId = await state.definitions.environmentId(tx);
    const found = await readEventDensity(tx, { environmentId, from: new Date(from), to: new Date(to), buckets });
    return {
      from,
      to,
      first: found.first?.getTime() ?? null,
      materialized: found.materialized,
      failed: found.failed,
      loads: found.loads.map(({ at, codeLocation }) => ({ at: at.getTime(), codeLocation })),
    };
  });
}

/** Answers `lineage.durations`. */
export async function readLineageDurations(state: ApiState): Promise<LineageDurations> {
  return state.db.read("lineage.durations", async (tx) => {
    const { declared } = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const durations = await readDurations(tx, { environmentId, assetIds: declared.map(({ id }) => id) });
    const known = declared.filter(({ id }) => durations.has(id));
    return {
      ids: known.map(({ id }) => id),
      stepMs: known.map(({ id }) => {
        const { steps, totalMs } = durations.get(id) ?? { steps: 1, totalMs: 0 };
        return Math.round(totalMs / steps);
      }),
    };
  });
}
