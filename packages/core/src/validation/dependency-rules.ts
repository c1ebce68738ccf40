import { isAsset } from "../asset.ts";
import { AssetGraph } from "../asset-graph.ts";
import type { AnyAsset, AnyUpstream, Dependency } from "../declarations.ts";
import type { Definitions } from "../definitions.ts";
import { isExternalAsset } from "../external-asset.ts";
import { describeType } from "../json-value.ts";
import { formatNearest } from "../nearest.ts";
import type { MappingSpec } from "../partitions/mapping-spec.ts";
import type { DefinitionRule, ProblemReport } from "./definition-problem.ts";

/** The assets of the definitions that are made, without the external ones. */
export function madeAssets(definitions: Definitions): AnyAsset[] {
  return [...definitions.assets.values()].filter(isAsset);
}

/** The asset that a dependency is on; `null` when somebody gave something else. */
export function upstreamOf({ asset }: Dependency): AnyUpstream | null {
  return isAsset(asset) || isExternalAsset(asset) ? asset : null;
}

/** Every dependency is on an asset, and that asset is part of the definitions. */
export const dependencyRule: DefinitionRule = (definitions, report) => {
  for (const asset of madeAssets(definitions)) {
    for (const [name, dependency] of Object.entries(asset.deps)) {
      checkDependency({ asset, name, dependency }, definitions, report);
    }
  }
};

function checkDependency(
  { asset, name, dependency }: { asset: AnyAsset; name: string; dependency: Dependency },
  { assets }: Definitions,
  report: ProblemReport,
): void {
  const upstream = upstreamOf(dependency);
  const subject = report.name("asset", asset);
  if (upstream === null) {
    report.add("ASSET_DEPENDENCY_INVALID", {
      message: `${subject} has a dependency "${name}" that is ${describeType(dependency.asset)} and no asset`,
      hint: hintForDependency(dependency.asset, assets),
      about: asset,
    });
    return;
  }
  const declared = assets.get(upstream.key);
  if (declared === upstream) return;
  if (declared === undefined) {
    report.add("ASSET_DEPENDENCY_MISSING", {
      message: `${subject} depends on ${report.name("asset", upstream)}, which is not part of the definitions`,
      hint: "Add it to definitions({ assets: […] }).",
      about: asset,
    });
    return;
  }
  report.add("ASSET_DUPLICATE", {
    message: `${subject} depends on ${report.name("asset", upstream)}, and the definitions hold another one with that key (${report.place(declared) ?? "unknown place"})`,
    hint: "Declare each asset once, and import it where it is needed.",
    about: asset,
  });
}

function hintForDependency(given: unknown, assets: ReadonlyMap<string, AnyUpstream>): string {
  if (typeof given === "string") {
    const near = assets.has(given) ? null : formatNearest(given, assets.keys());
    return `Give the asset itself and not its key.${near === null ? "" : ` ${near}`}`;
  }
  if (given === undefined) return "Look for a misspelled import, or for two modules that import each other.";
  return "Give what asset() or externalAsset() returned, or dep(asset, { … }).";
}

/** Whether a partition of an asset could depend on itself: on its own asset, and not on earlier partitions of it alone. */
function readsItself(asset: AnyAsset, dependency: Dependency): boolean {
  if (upstreamOf(dependency)?.key !== asset.key) return false;
  return dependency.mapping === null || !readsEarlier(dependency.mapping.spec);
}

function readsEarlier(mapping: MappingSpec | undefined): boolean {
  if (mapping?.kind === "time-window") return mapping.startOffset <= mapping.endOffset && mapping.endOffset < 0;
  if (mapping?.kind !== "multi") return false;
  // One dimension in which everything that is read comes before is enough.
  return mapping.dimensions.some((each) => each.upstream === each.downstream && readsEarlier(each.mapping));
}

/** Assets do not depend on each other in a circle. */
export const cycleRule: DefinitionRule = (definitions, report) => {
  const made = madeAssets(definitions);
  const nodes = made.map((asset) => ({
    key: asset.key,
    deps: Object.values(asset.deps).flatMap((dependency) => ({ upstream: upstreamOf(dependency)?.key ?? "" })),
  }));
  const selfish = made.filter((asset) =>
    Object.values(asset.deps).some((dependency) => readsItself(asset, dependency)),
  );
  const cycles = [...selfish.map(({ key }) => [key, key]), ...AssetGraph.fromSnapshot(nodes).cycles];
  for (const cycle of cycles) {
    const [first] = cycle;
    const about = first === undefined ? undefined : definitions.assets.get(first);
    const places = [...new Set(cycle)].map((key) => {
      const asset = definitions.assets.get(key);
      return asset === undefined ? key : report.name("asset", asset);
    });
    report.add("ASSET_CYCLE", {
      message: `assets depend on each other in a circle: ${cycle.join(" → ")}; ${places.join(", ")}`,
      hint:
        cycle.length === 2
          ? "Read earlier partitions alone: ownPartitions<…>()({ mapping: previousPartition() })."
          : "Remove one of these dependencies.",
      ...(about !== undefined && { about }),
    });
  }
};
