import { PartitionSet } from "../partitions/partition-set.ts";
import type { AbsentPartitions, ResolvedMapping } from "../partitions/resolve-mapping.ts";
import type { WaitPolicy } from "../partitions/wait-policy.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import { readersWithin } from "./self-closure.ts";
import { neededBy, toleratedMissing } from "./wait-verdict.ts";

/** Partitions whose wait policies are looked at one by one. Beyond that the run itself finds what cannot be made. */
const MAX_COUNTED = 100_000;

/** What one dependency keeps an asset from reading. */
export interface Unreadable {
  readonly asset: AssetSnapshot;
  readonly upstream: AssetSnapshot;
  /** Of `asset`: those that need partitions which do not exist, and no wait policy tolerates it. */
  readonly nonexistent: PartitionSet;
  /** Of `upstream`: what those need and is not there. */
  readonly absent: AbsentPartitions;
  readonly wait: WaitPolicy;
  /** Of `asset`: those of which a mapping by a function does not know what they read. */
  readonly unasked: PartitionSet;
}

/** Finds what of `own` cannot be read, by dependency; dependencies without such partitions are left out. */
export function findUnreadable(context: TargetContext, asset: AssetSnapshot, own: PartitionSet): Unreadable[] {
  const found: Unreadable[] = [];
  for (const dep of asset.deps) {
    const upstream = context.assets.get(dep.upstream);
    const mapping = mappingOf(context, asset, dep);
    // The first partitions of an asset that reads its own earlier ones never have what they would read.
    if (upstream === undefined || upstream === asset || mapping === undefined) continue;
    const read = mapping.upstreamOf(own);
    const unasked = read.unasked ?? PartitionSet.EMPTY;
    const needed = read.nonexistent.subtract(unasked);
    const nonexistent = dep.wait === undefined ? needed : unsatisfied(mapping, dep.wait, { own, needed });
    if (nonexistent.isEmpty && unasked.isEmpty) continue;
    const absent = mapping.absentOf(nonexistent);
    found.push({ asset, upstream, nonexistent, absent, wait: dep.wait ?? { kind: "all" }, unasked });
  }
  return found;
}

/** Those whose wait policy could not be met even if all that exists were there. */
function unsatisfied(
  mapping: ResolvedMapping,
  wait: WaitPolicy,
  { own, needed }: { readonly own: PartitionSet; readonly needed: PartitionSet },
): PartitionSet {
  if (wait.kind === "all") return needed;
  // All that exists is enough unless something does not exist, or a fixed number is asked for.
  const suspects = wait.kind === "at-least" ? own : needed;
  const lost: number[] = [];
  const verdicts = new Map<PartitionSet, boolean>();
  for (const ordinal of suspects.take(MAX_COUNTED)) {
    const read = neededBy(mapping, ordinal);
    const isLost =
      (read.nonexistent === 0 ? verdicts.get(read.existing) : undefined) ?? toleratedMissing(wait, read) < 0;
    if (read.nonexistent === 0) verdicts.set(read.existing, isLost);
    if (isLost) lost.push(ordinal);
  }
  return PartitionSet.of(lost);
}

/** What a plan does without, and why. */
export interface LeftUnread {
  readonly targets: TargetSets;
  /** What was left out, by asset key. */
  readonly leftOut: TargetSets;
}

/**
 * Leaves out what cannot be read, and everything that would then read something which is neither there nor made. One
 * pass in the direction of data.
 */
export function leaveOutUnreadable(
  context: TargetContext,
  targets: TargetSets,
  materializedOf: (key: string) => PartitionSet,
): LeftUnread {
  const kept: TargetSets = new Map();
  const leftOut: TargetSets = new Map();
  for (const asset of context.assets.values()) {
    const own = targets.get(asset.key);
    if (own === undefined) continue;
    let lost = PartitionSet.EMPTY;
    for (const { nonexistent, unasked } of findUnreadable(context, asset, own)) {
      lost = lost.union(nonexistent).union(unasked);
    }
    for (const dep of asset.deps) {
      const gone = leftOut.get(dep.upstream)?.subtract(materializedOf(dep.upstream));
      const mapping = mappingOf(context, asset, dep);
      if (gone === undefined || gone.isEmpty || mapping === undefined || toleratesMissing(dep.wait)) continue;
      lost = lost.union(mapping.downstreamOf(gone).intersect(own));
    }
    for (const dep of asset.deps) {
      const mapping = dep.upstream === asset.key ? mappingOf(context, asset, dep) : undefined;
      const gone = lost.subtract(materializedOf(asset.key));
      if (mapping !== undefined && !gone.isEmpty) lost = lost.union(readersWithin(mapping, gone, own));
    }
    const left = own.subtract(lost);
    if (!left.isEmpty) kept.set(asset.key, left);
    if (!lost.isEmpty) leftOut.set(asset.key, lost);
  }
  return { targets: kept, leftOut };
}

/** Whether something may be missing; whether it is too much is then for the run to find. */
function toleratesMissing(wait: WaitPolicy | undefined): boolean {
  return wait !== undefined && wait.kind !== "all";
}
