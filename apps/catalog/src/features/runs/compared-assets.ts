import type { AssetInRun, ComparedAsset, RunComparison } from "@heddle/api";
import type { JsonValue } from "@heddle/core";
import { describeSteps } from "./step-progress.ts";

/** Lines of config that one asset names. */
const MAX_PATHS = 5;

/** Assets of a comparison with what is different about each; those with differences first. */
export function changedAssets({
  assets,
}: Pick<RunComparison, "assets">): readonly (ComparedAsset & { readonly changes: readonly string[] })[] {
  const all = assets.map((own) => ({ ...own, changes: changesOf(own) }));
  return [...all.filter(({ changes }) => changes.length > 0), ...all.filter(({ changes }) => changes.length === 0)];
}

/** What came of an asset in a run, in words. */
export function describeOutcome(made: AssetInRun | null): string {
  if (made === null) return "not made";
  return `${made.text === "" ? "" : `${made.text}: `}${describeSteps(made.counts)}`;
}

function changesOf({ now, before }: ComparedAsset): readonly string[] {
  if (now === null) return ["only in the other run"];
  if (before === null) return ["only in this run"];
  const paths = differingPaths(now.config, before.config);
  const more = paths.length > MAX_PATHS ? ` and ${paths.length - MAX_PATHS} more` : "";
  return [
    ...(now.codeVersion === before.codeVersion ? [] : ["code"]),
    ...(paths.length === 0 ? [] : [`config: ${paths.slice(0, MAX_PATHS).join(", ")}${more}`]),
    ...(now.counts.failed > 0 && before.counts.failed === 0 ? ["fails now"] : []),
  ];
}

/** Where two JSON values differ: `since (was "2024-01-01")`, `tiers.0.share (was 0.5)`. */
export function differingPaths(now: JsonValue, before: JsonValue, path = ""): string[] {
  if (JSON.stringify(now) === JSON.stringify(before)) return [];
  const [own, other] = [fieldsOf(now), fieldsOf(before)];
  if (own === null || other === null) {
    return [`${path === "" ? "all of it" : path} (was ${before === null ? "not given" : JSON.stringify(before)})`];
  }
  return [...new Set([...own.keys(), ...other.keys()])].flatMap((name) =>
    differingPaths(own.get(name) ?? null, other.get(name) ?? null, path === "" ? name : `${path}.${name}`),
  );
}

function fieldsOf(value: JsonValue): ReadonlyMap<string, JsonValue> | null {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}
