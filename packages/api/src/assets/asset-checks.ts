import { requireAsset } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import { describeChecks } from "../checks/check-answers.ts";
import type { AssetChecks } from "../contract.ts";

/** Answers `checks.forAsset`. */
export async function readAssetChecks(state: ApiState, key: string): Promise<AssetChecks> {
  await state.checks.refresh(state.db);
  return state.db.read("checks.forAsset", async (tx) => {
    const asset = requireAsset(await state.definitions.index(tx), key);
    const environmentId = await state.definitions.environmentId(tx);
    const space = (await state.definitions.spaces(tx, Date.now())).of(asset);
    const checks = await describeChecks(tx, state.checks, { asset, space, environmentId });
    return { asset: { id: asset.id, key }, checks };
  });
}
