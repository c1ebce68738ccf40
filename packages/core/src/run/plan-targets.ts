import { HeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionSpace } from "../partitions/partition-space.ts";
import { isSameDefinition } from "../partitions/same-ordinals.ts";
import type { AssetSnapshot, DependencySnapshot } from "../snapshot.ts";
import type { PartitionSpaces } from "./partition-spaces.ts";
import { readersWithin } from "./self-closure.ts";

/** Which partitions of the selected assets a plan is for, before those that need no work are left out. */
export type PlanTargets =
  /**
   * Stated for every selected asset; an asset without partitions may be left out. With `downstream`, assets may be left
   * out that the stated ones lead to: see `root`. @default cascade "self"
   */
  | {
      readonly kind: "each";
      readonly partitions: ReadonlyMap<string, PartitionSet>;
      readonly cascade?: "self" | "downstream";
    }
  /**
   * Stated for one asset. `self`: for that one alone. `downstream`: carried through the mappings to the other selected
   * assets: those upstream get what the chosen partitions read, those downstream of any of these what reads them, and
   * selected assets that are neither get the same set when they are cut in the same way.
   */
  | {
      readonly kind: "root";
      readonly asset: string;
      readonly partitions: PartitionSet;
      readonly cascade: "self" | "downstream";
    };

/** What targets are computed from. */
export interface TargetContext {
  readonly assets: ReadonlyMap<string, AssetSnapshot>;
  /** The selected assets that Heddle makes, upstream ones first. */
  readonly selected: readonly AssetSnapshot[];
  readonly spaces: PartitionSpaces;
  /** Adds the later partitions of an asset that reads itself which read what is made. @default false */
  readonly addOwnReaders?: boolean | undefined;
}

/** Target sets by asset key; an asset that is not in it was not reached. */
export type TargetSets = Map<string, PartitionSet>;

/**
 * Says which partitions of each selected asset are meant.
 * @throws PLAN_PARTITIONS_MISSING, PLAN_PARTITIONS_UNKNOWN, ASSET_UNKNOWN
 */
export function findTargets(context: TargetContext, targets: PlanTargets): TargetSets {
  const stated = targets.kind === "each" ? targets.partitions : new Map([[targets.asset, targets.partitions]]);
  if (targets.kind === "root") requireSelected(context, targets.asset);
  const roots: TargetSets = new Map();
  for (const asset of context.selected) {
    const space = context.spaces.spaceOf(asset.partitions);
    const set = stated.get(asset.key);
    if (set !== undefined) roots.set(asset.key, checkExisting(asset.key, set, space));
    else if (targets.kind === "root" || targets.cascade === "downstream") continue;
    else if (asset.partitions === null) roots.set(asset.key, space.all);
    else throw partitionsMissing(asset.key);
  }
  return targets.cascade === "downstream" ? carryTargets(context, roots) : roots;
}

function carryTargets(context: TargetContext, roots: TargetSets): TargetSets {
  const sets: TargetSets = new Map(roots);
  const upstream = carryUpstream(context, roots);
  for (const asset of context.selected) {
    const set =
      roots.get(asset.key) ??
      upstream.get(asset.key) ??
      carryDownstream(context, asset, sets) ??
      cutAlike(context, asset, roots);
    if (set !== undefined) sets.set(asset.key, withOwnReaders(context, asset, set));
  }
  return sets;
}

function withOwnReaders(context: TargetContext, asset: AssetSnapshot, set: PartitionSet): PartitionSet {
  if (context.addOwnReaders !== true) return set;
  const { all } = context.spaces.spaceOf(asset.partitions);
  return asset.deps.reduce((found, dep) => {
    const mapping = dep.upstream === asset.key ? mappingOf(context, asset, dep) : undefined;
    return mapping === undefined ? found : found.union(readersWithin(mapping, found, all));
  }, set);
}

/** What the stated partitions read, directly and indirectly, within the selection. */
function carryUpstream(context: TargetContext, roots: TargetSets): TargetSets {
  const selected = new Set(context.selected.map((asset) => asset.key));
  const needed: TargetSets = new Map(roots);
  for (const asset of context.selected.toReversed()) {
    const set = needed.get(asset.key);
    if (set === undefined) continue;
    for (const dep of asset.deps) {
      if (dep.upstream === asset.key || !selected.has(dep.upstream) || roots.has(dep.upstream)) continue;
      const read = mappingOf(context, asset, dep)?.upstreamOf(set).partitions;
      if (read !== undefined) needed.set(dep.upstream, read.union(needed.get(dep.upstream) ?? PartitionSet.EMPTY));
    }
  }
  return needed;
}

/** What is stated for assets that are cut in the same way. */
function cutAlike(context: TargetContext, asset: AssetSnapshot, roots: TargetSets): PartitionSet | undefined {
  const space = context.spaces.spaceOf(asset.partitions);
  let alike: PartitionSet | undefined;
  for (const root of context.selected) {
    const set = roots.get(root.key);
    const rootSpace = context.spaces.spaceOf(root.partitions);
    if (set === undefined || !(rootSpace === space || isSameDefinition(root.partitions, asset.partitions))) continue;
    // Equal definitions may have been numbered against different histories: equal keys are meant, not equal numbers.
    const ends = { upstream: space, downstream: rootSpace };
    const same =
      rootSpace === space ? set : context.spaces.mappingOf({ kind: "identity" }, ends).upstreamOf(set).partitions;
    alike = same.union(alike ?? PartitionSet.EMPTY);
  }
  return alike;
}

/** What reads partitions that are targets already; `undefined` when the asset reads no targeted asset. */
function carryDownstream(context: TargetContext, asset: AssetSnapshot, sets: TargetSets): PartitionSet | undefined {
  let reached: PartitionSet | undefined;
  for (const dep of asset.deps) {
    const upstream = sets.get(dep.upstream);
    if (upstream === undefined) continue;
    const readers = mappingOf(context, asset, dep)?.downstreamOf(upstream) ?? PartitionSet.EMPTY;
    reached = readers.union(reached ?? PartitionSet.EMPTY);
  }
  return reached;
}

/** The mapping of a dependency; `undefined` when its upstream asset is not declared (any more). */
export function mappingOf(context: TargetContext, asset: AssetSnapshot, dep: DependencySnapshot) {
  const upstream = context.assets.get(dep.upstream);
  if (upstream === undefined) return undefined;
  const { spaces } = context;
  const ends = { upstream: spaces.spaceOf(upstream.partitions), downstream: spaces.spaceOf(asset.partitions) };
  return spaces.mappingOf(dep.mapping, ends);
}

function checkExisting(asset: string, set: PartitionSet, space: PartitionSpace): PartitionSet {
  const unknown = set.subtract(space.all);
  if (unknown.isEmpty) return set;
  throw new HeddleError(
    "PLAN_PARTITIONS_UNKNOWN",
    `${unknown.size} of the chosen partitions of "${asset}" do not exist: ${space.format(unknown, 3)}`,
    { hint: "Choose among the partitions that exist now; a window exists when it is over.", details: { asset } },
  );
}

function partitionsMissing(asset: string): HeddleError {
  return new HeddleError("PLAN_PARTITIONS_MISSING", `no partitions were chosen for "${asset}", which has partitions`, {
    hint: "State its partitions, or choose an asset whose partitions are carried on to it.",
    details: { asset },
  });
}

function requireSelected(context: TargetContext, root: string): void {
  if (context.selected.some((asset) => asset.key === root)) return;
  const hint =
    formatNearest(
      root,
      context.selected.map((asset) => asset.key),
    ) ?? "Add it to the selection.";
  throw new HeddleError("ASSET_UNKNOWN", `"${root}", whose partitions were chosen, is not a selected asset`, {
    hint,
    details: { asset: root },
  });
}
