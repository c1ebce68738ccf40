import type { AssetSnapshot } from "../snapshot.ts";

/**
 * The assets of a choice that a run has steps for: those that Heddle makes, or, where nothing else was chosen, the external
 * ones that are observed. One run never does both: what is made must not wait for a look at something else.
 */
export function takingPart<T>(chosen: readonly T[], definitionOf: (asset: T) => AssetSnapshot): readonly T[] {
  const made = chosen.filter((asset) => definitionOf(asset).kind === "asset");
  return made.length > 0 ? made : chosen.filter((asset) => definitionOf(asset).observed === true);
}
