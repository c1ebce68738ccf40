import { HeddleError } from "@heddle/core";
import { parseSelection } from "@heddle/core/internal";
import { requireAsset, selectAssets } from "@heddle/engine/planning";
import { switchAutomation, switchAutomations } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AutomationBulkChange, AutomationChange } from "../contract.ts";
import type { AutomationSetAllInput, AutomationSetInput } from "../inputs/automation.ts";
import { checkUnknown } from "./why.ts";

/** Answers `automation.set`. @throws ASSET_UNKNOWN, AUTOMATION_CHECK_UNKNOWN, AUTOMATION_NONE */
export async function switchCondition(state: ApiState, input: AutomationSetInput): Promise<AutomationChange> {
  const { assetKey, check = null, on, reason = null, actor = null } = input;
  const asset = await state.db.read("automation.set", async (tx) =>
    requireAsset(await state.definitions.index(tx), assetKey),
  );
  const of = check === null ? asset.definition : asset.definition.checks.find(({ name }) => name === check);
  if (of === undefined) throw checkUnknown(asset, check ?? "");
  if (of.automation === undefined) {
    throw new HeddleError("AUTOMATION_NONE", `"${assetKey}" has no automation condition`, {
      hint: "Declare `automation`, such as `eager()`, or look at `heddle automation list`.",
      details: { asset: assetKey, check },
    });
  }
  const changed = await switchAutomation(state.db, { asset: asset.key, check, isOff: !on, reason, actor });
  return { assetKey: asset.key, check, state: on ? "on" : "off", changed };
}

/** Answers `automation.setAll`: the conditions of all assets of a selection that have one. @throws SELECTION_INVALID */
export async function switchConditions(state: ApiState, input: AutomationSetAllInput): Promise<AutomationBulkChange> {
  const { selection, on, reason = null, actor = null } = input;
  const assets = await state.db.read("automation.setAll", async (tx) =>
    selectAssets(state, tx, parseSelection(selection)),
  );
  const automated = assets.filter(({ definition }) => definition.automation !== undefined).map(({ key }) => key);
  const changed = await switchAutomations(state.db, { assets: automated, isOff: !on, reason, actor });
  return {
    state: on ? "on" : "off",
    changed: changed.length,
    unchanged: automated.length - changed.length,
    withoutCondition: assets.length - automated.length,
  };
}
