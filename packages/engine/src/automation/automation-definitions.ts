import {
  AUTOMATION_VERSION,
  compileAutomation,
  targetId,
  type AssetSnapshot,
  type CheckSnapshot,
  type CompiledAutomation,
  type FreshnessSpec,
} from "@heddle/core/internal";
import type { AutomationSwitchRow } from "@heddle/storage";
import type { DefinitionsIndex, IndexedAsset } from "../planning/index.ts";

/** Everything that is declared, made ready for the evaluation of conditions and policies. */
export interface AutomationDefinitions {
  readonly index: DefinitionsIndex;
  /** Conditions that are switched on. */
  readonly compiled: CompiledAutomation;
  /** Ids of the targets that are switched off, in one text: equal texts compile to the same. */
  readonly off: string;
  /** Assets of which facts are needed, by key: those that conditions look at, and those with a freshness policy. */
  readonly watched: ReadonlyMap<string, IndexedAsset>;
  readonly policies: ReadonlyMap<string, FreshnessSpec>;
  /** Keys of the assets whose checks matter to a condition. */
  readonly checked: ReadonlySet<string>;
  /** Assets whose conditions were written by another version of Heddle, and are not evaluated. */
  readonly unreadable: readonly string[];
}

/** Compiles conditions and policies of one version of the definitions. */
export function compileDefinitions(
  index: DefinitionsIndex,
  switches: readonly AutomationSwitchRow[],
): AutomationDefinitions {
  const off = offIds(switches);
  const unreadable: string[] = [];
  const assets = index.declared.map(({ definition }) => keepEvaluated(definition, off, unreadable));
  const compiled = compileAutomation({ assets, version: index.version });
  const policies = new Map(
    assets.flatMap((asset) => (asset.freshness === undefined ? [] : [[asset.key, asset.freshness]])),
  );
  const keys = new Set([...compiled.readers.keys(), ...policies.keys()]);
  const watched = new Map(
    index.declared.flatMap((asset) => (keys.has(asset.key) ? [[asset.key, asset] as const] : [])),
  );
  const checked = new Set(
    [...compiled.readers.keys()].filter((key) => (compiled.assets.get(key)?.checks.length ?? 0) > 0),
  );
  return { index, compiled, off: [...off].join("\t"), watched, policies, checked, unreadable };
}

/** Ids of the targets that are switched off, in order. */
export function offIds(switches: readonly AutomationSwitchRow[]): ReadonlySet<string> {
  return new Set(switches.flatMap(({ asset, check, isOff }) => (isOff ? [targetId(asset, check)] : [])).toSorted());
}

/** An asset without the conditions that are not evaluated. */
function keepEvaluated(asset: AssetSnapshot, off: ReadonlySet<string>, unreadable: string[]): AssetSnapshot {
  const isKept = (of: AssetSnapshot | CheckSnapshot, check: string | null): boolean => {
    if (of.automation === undefined) return true;
    if (of.automation.version !== AUTOMATION_VERSION) {
      unreadable.push(targetId(asset.key, check));
      return false;
    }
    return !off.has(targetId(asset.key, check));
  };
  const own = isKept(asset, null) ? asset : without(asset);
  if (own.checks.every((check) => isKept(check, check.name))) return own;
  return { ...own, checks: own.checks.map((check) => (isKept(check, check.name) ? check : without(check))) };
}

function without<T extends AssetSnapshot | CheckSnapshot>(declared: T): Omit<T, "automation"> {
  const { automation: _, ...rest } = declared;
  return rest;
}
