import { readAssetStandings, requireDefinition } from "@heddle/engine/planning";
import { readEventCursor } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { PartitionStatuses } from "../contract.ts";
import type { PartitionStatusInput } from "../inputs/partitions.ts";
import { clipStatuses, coarsenStatuses } from "./coarsen-statuses.ts";

/** Answers `partitions.status`. @throws ASSET_UNKNOWN */
export async function readPartitionStatuses(
  state: ApiState,
  { key, assetId, within, maxRuns }: PartitionStatusInput,
): Promise<PartitionStatuses> {
  return state.db.read("partitions.status", async (tx) => {
    const cursor = await readEventCursor(tx);
    const asset = requireDefinition(await state.definitions.index(tx), { key, assetId });
    const spaces = await state.definitions.spaces(tx, Date.now());
    const [standing] = await readAssetStandings(state, tx, { assets: [asset], spaces });
    if (standing === undefined) throw new Error(`no standing was computed for asset ${key}`);
    const { spec } = spaces.of(asset);
    const { runs, counts } = standing.statuses;
    const wanted = within === undefined ? runs : clipStatuses(runs, within.start, within.end);
    return {
      asset: { id: asset.id, key },
      cursor,
      spec,
      now: spaces.now,
      all: standing.all.ranges,
      ...coarsenStatuses(wanted, maxRuns),
      counts,
      total: standing.total,
    };
  });
}
