import { HeddleError } from "@heddle/core";
import { requireAsset } from "@heddle/engine/planning";
import { switchAutomation } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AutomationChange } from "../contract.ts";
import type { AutomationSetInput } from "../inputs.ts";
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
