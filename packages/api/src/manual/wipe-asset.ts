import { HeddleError } from "@heddle/core";
import { requireAsset } from "@heddle/engine/planning";
import { wipePartitions } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { WipeResult } from "../contract.ts";
import type { WipeInput } from "../inputs/asset-changes.ts";

/**
 * Answers `assets.wipe`: partitions become missing, their history stays, their stored values are collected later.
 * @throws WIPE_NOT_CONFIRMED, WIPE_PARTITIONS_BUSY, ASSET_UNKNOWN, PARTITION_UNKNOWN
 */
export async function wipeAsset(state: ApiState, input: WipeInput): Promise<WipeResult> {
  const { key, partitions: choice, confirm, reason = null, idempotencyKey } = input;
  if (confirm !== key) {
    throw new HeddleError("WIPE_NOT_CONFIRMED", `the wipe of "${key}" is not confirmed by its key`, {
      hint: `Give "${key}" as the confirmation.`,
      details: { asset: key },
    });
  }
  const { asset, space, environmentId } = await state.db.read("assets.wipe", async (tx) => {
    const found = requireAsset(await state.definitions.index(tx), key);
    return {
      asset: found,
      space: (await state.definitions.spaces(tx, Date.now())).of(found),
      environmentId: await state.definitions.environmentId(tx),
    };
  });
  const isWhole = choice.kind === "all" || asset.definition.partitions === null;
  const { wiped, changed } = await wipePartitions(state.db, {
    environmentId,
    assetId: asset.id,
    assetKey: key,
    partitions: isWhole ? space.all : space.parseRange(choice.text),
    reason,
    originKey: `wipe:${idempotencyKey}`,
  });
  return { partitions: wiped.size, text: asset.definition.partitions === null ? "" : space.format(wiped, 5), changed };
}
