import { PartitionSet } from "../partitions/partition-set.ts";
import type { PartitionsSpec } from "../partitions/partitions-spec.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import type { DynamicKeys, FrozenKeys } from "./run-plan.ts";

/**
 * Keys of dynamic definitions as a plan holds them: those of the partitions that it makes and of those that they read. A
 * definition may have a million keys, of which a run needs three. Beside other dimensions all keys are kept.
 */
export function freezeKeys(
  context: TargetContext,
  targets: TargetSets,
  keys: DynamicKeys,
): { readonly [definition: string]: FrozenKeys } {
  const needed = new Map<string, PartitionSet>();
  const need = (spec: PartitionsSpec | null, set: PartitionSet): void => {
    if (spec?.kind === "dynamic") needed.set(spec.name, set.union(needed.get(spec.name) ?? PartitionSet.EMPTY));
    if (spec?.kind !== "multi") return;
    for (const { partitions } of spec.dimensions) {
      if (partitions.kind === "dynamic") need(partitions, PartitionSet.range(0, keys[partitions.name]?.length ?? 0));
    }
  };
  for (const [key, set] of targets) {
    const asset = context.assets.get(key);
    if (asset === undefined) continue;
    need(asset.partitions, set);
    for (const [upstream, read] of readsOf(context, asset, set)) need(upstream.partitions, read);
  }
  return Object.fromEntries([...needed].map(([name, set]) => [name, freeze(keys[name] ?? [], set)]));
}

function* readsOf(
  context: TargetContext,
  asset: AssetSnapshot,
  set: PartitionSet,
): Iterable<[upstream: AssetSnapshot, read: PartitionSet]> {
  for (const dep of asset.deps) {
    const upstream = context.assets.get(dep.upstream);
    const mapping = upstream === undefined ? undefined : mappingOf(context, asset, dep);
    if (upstream !== undefined && mapping !== undefined) yield [upstream, mapping.upstreamOf(set).partitions];
  }
}

function freeze(keys: readonly (string | null)[], needed: PartitionSet): FrozenKeys {
  const present = [...needed].filter((ordinal) => typeof keys[ordinal] === "string");
  return { ordinals: PartitionSet.of(present).ranges, keys: present.map((ordinal) => keys[ordinal] ?? "") };
}

/** The keys by ordinal again; `null` for those that the plan does not need. */
export function thawKeys({ ordinals, keys }: FrozenKeys): readonly (string | null)[] {
  const set = PartitionSet.fromRanges(ordinals);
  const thawed: (string | null)[] = Array.from({ length: (set.last ?? -1) + 1 }, () => null);
  let at = 0;
  for (const ordinal of set) {
    thawed[ordinal] = keys[at] ?? null;
    at += 1;
  }
  return thawed;
}
