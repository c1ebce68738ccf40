import { isAsset } from "../asset.ts";
import { findAssetKeyProblem, foldAssetKey } from "../asset-key.ts";
import type { AnyUpstream } from "../declarations.ts";
import { listOf, type Definitions } from "../definitions.ts";
import { isExternalAsset } from "../external-asset.ts";
import type { DefinitionRule } from "./definition-problem.ts";

/** Every asset that was given, those with the key of another one too; one given twice counts once. */
function givenAssets(definitions: Definitions): AnyUpstream[] {
  const given = [...new Set(listOf(definitions.given.assets))];
  return given.filter((entry): entry is AnyUpstream => isAsset(entry) || isExternalAsset(entry));
}

/** Every key is an asset key. */
export const keyRule: DefinitionRule = (definitions, report) => {
  for (const asset of givenAssets(definitions)) {
    const problem = findAssetKeyProblem(asset.key);
    if (problem === null) continue;
    report.add("ASSET_KEY_INVALID", {
      message: `${report.name("asset", asset)} has a key that cannot be used: ${problem}`,
      hint: 'Write segments joined by "/", such as "weather/raw".',
      about: asset,
    });
  }
};

/** No two assets have one key. */
export const duplicateRule: DefinitionRule = (definitions, report) => {
  for (const asset of givenAssets(definitions)) {
    const first = definitions.assets.get(asset.key);
    if (first === undefined || first === asset) continue;
    const places = [first, asset].map((one) => report.place(one) ?? "an unknown place");
    report.add("ASSET_DUPLICATE", {
      message: `two assets have the key ${JSON.stringify(asset.key)}: ${places.join(" and ")}`,
      hint: "Give one of them another key, or remove the one that is no longer meant.",
      about: asset,
    });
  }
};

/** No two keys differ only in what a file system may not see. */
export const twinRule: DefinitionRule = (definitions, report) => {
  const firsts = new Map<string, AnyUpstream>();
  for (const asset of definitions.assets.values()) {
    if (typeof asset.key !== "string") continue;
    const folded = foldAssetKey(asset.key);
    const first = firsts.get(folded);
    if (first === undefined) {
      firsts.set(folded, asset);
      continue;
    }
    report.add("ASSET_KEY_TWIN", {
      message: `${report.name("asset", asset)} and ${report.name("asset", first)} differ only in letter case or Unicode form`,
      hint: "Rename one of them, so that they stay apart in every store and on every file system.",
      about: asset,
    });
  }
};
