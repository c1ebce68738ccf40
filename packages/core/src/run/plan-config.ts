import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { JsonValue } from "../types.ts";
import { configInvalid } from "./plan-warnings.ts";
import type { PlanWarning } from "./run-plan.ts";

/** Config of a run's assets by their keys. */
export type PlanConfig = Readonly<Record<string, JsonValue>>;

/** Says what is wrong with the config that is stated for an asset which takes one; `null`: nothing. */
export type FindConfigProblem = (asset: AssetSnapshot, config: JsonValue) => string | null;

/**
 * Looks at the config of the planned assets.
 * @throws PLAN_CONFIG_INVALID when config is stated for what is not selected, or takes none
 */
export function checkConfig(
  { planned, selected }: { readonly planned: readonly AssetSnapshot[]; readonly selected: readonly AssetSnapshot[] },
  config: PlanConfig,
  findProblem: FindConfigProblem | undefined,
): PlanWarning[] {
  const byKey = new Map([...selected, ...planned].map((asset) => [asset.key, asset]));
  for (const key of Object.keys(config)) {
    const asset = byKey.get(key);
    if (asset === undefined) throw configUnused(key, "is not part of the plan", byKey.keys());
    if ((asset.config ?? null) === null) throw configUnused(key, "takes no config", takers(byKey.values()));
  }
  return planned.flatMap((asset) => {
    const stated = Object.hasOwn(config, asset.key) ? config[asset.key] : undefined;
    if (stated === undefined) return asset.config?.required === true ? [configInvalid(asset, "it needs one.")] : [];
    const problem = findProblem?.(asset, stated) ?? null;
    return problem === null ? [] : [configInvalid(asset, problem)];
  });
}

function* takers(assets: Iterable<AssetSnapshot>): Iterable<string> {
  for (const { key, config } of assets) if ((config ?? null) !== null) yield key;
}

function configUnused(asset: string, why: string, near: Iterable<string>): HeddleError {
  const hint = formatNearest(asset, near) ?? "State config only for assets that are made and that declare one.";
  return new HeddleError("PLAN_CONFIG_INVALID", `config is stated for "${asset}", which ${why}`, {
    hint,
    details: { asset },
  });
}
