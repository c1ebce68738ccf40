import { requireAsset } from "@heddle/engine/planning";
import { readMaterializationHistory } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Materialization, Page } from "../contract.ts";
import type { MaterializationListInput } from "../inputs/assets.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { describeMaterializations } from "./materialization-answer.ts";

/**
 * Answers `assets.materializations`: every record that was made, superseded ones included; the newest run first, within
 * a run the last partition first. @throws ASSET_UNKNOWN, API_CURSOR_INVALID
 */
export async function readMaterializations(
  state: ApiState,
  { key, ordinal, cursor, limit }: MaterializationListInput,
): Promise<Page<Materialization>> {
  return state.db.read("assets.materializations", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireAsset(index, key);
    const [runId = 0, lastOrdinal = 0] = typeof cursor === "string" ? parseCursor(cursor, 2) : [];
    const { rows, next } = await readMaterializationHistory(tx, {
      environmentId: await state.definitions.environmentId(tx),
      assetId: asset.id,
      // Without partitions there is the one, which is found without looking through runs.
      ordinal: asset.definition.partitions === null ? (ordinal ?? 0) : ordinal,
      after: typeof cursor === "string" ? { runId, ordinal: lastOrdinal } : undefined,
      limit,
    });
    return {
      items: await describeMaterializations(state, tx, {
        made: rows.map((row) => ({ row, asset })),
        index,
        spaces: await state.definitions.spaces(tx, Date.now()),
      }),
      nextCursor: next === null ? null : writeCursor(next.runId, next.ordinal),
    };
  });
}
