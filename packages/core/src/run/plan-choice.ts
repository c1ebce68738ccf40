import { PartitionSet } from "../partitions/partition-set.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { mappingOf, type TargetContext, type TargetSets } from "./plan-targets.ts";
import type { PlanAssetState } from "./plan-warnings.ts";
import type { PlanPredicate } from "./run-plan.ts";
import { readersWithin } from "./self-closure.ts";

/** Partitions of one asset, none of them in two sets. */
export interface PartitionsByState {
  readonly missing: PartitionSet;
  readonly failed: PartitionSet;
  readonly stale: PartitionSet;
  readonly fresh: PartitionSet;
}

/** Takes a set apart by the state of its members: every member is in exactly one of the answers. */
export function splitByState(set: PartitionSet, state: PlanAssetState): PartitionsByState {
  const failed = set.intersect(state.failed);
  const rest = set.subtract(failed);
  const made = rest.intersect(state.materialized);
  const stale = made.intersect(state.stale);
  return { failed, missing: rest.subtract(made), stale, fresh: made.subtract(stale) };
}

/** What the choice of partitions goes by. */
export interface ChoiceInput {
  /** `undefined`: all of them. */
  readonly only: readonly PlanPredicate[] | undefined;
  /** Partitions that are not to be made, because other runs hold them. */
  readonly leftOutOf: (key: string) => PartitionSet;
  readonly stateOf: (key: string) => PlanAssetState;
}

/**
 * Those of the reached partitions that are in a state which calls for it. What is stale includes what becomes stale by
 * the plan itself: materialized partitions that read something which the plan makes again.
 */
export function choosePlanned(context: TargetContext, reached: TargetSets, input: ChoiceInput): TargetSets {
  const targets: TargetSets = new Map();
  for (const asset of context.selected) {
    const set = reached.get(asset.key)?.subtract(input.leftOutOf(asset.key));
    if (set === undefined) continue;
    const kept = input.only === undefined ? set : keep(context, asset, { set, targets, input, only: input.only });
    if (!kept.isEmpty) targets.set(asset.key, kept);
  }
  return targets;
}

interface Choice {
  readonly set: PartitionSet;
  readonly targets: TargetSets;
  readonly input: ChoiceInput;
  readonly only: readonly PlanPredicate[];
}

function keep(context: TargetContext, asset: AssetSnapshot, { set, targets, input, only }: Choice): PartitionSet {
  const states = splitByState(set, input.stateOf(asset.key));
  let kept = only.reduce((sum, state) => sum.union(states[state]), PartitionSet.EMPTY);
  if (!only.includes("stale")) return kept;
  const ownReads = [];
  for (const dep of asset.deps) {
    const mapping = mappingOf(context, asset, dep);
    const remade = targets.get(dep.upstream);
    if (dep.upstream === asset.key && mapping !== undefined) ownReads.push(mapping);
    else if (mapping !== undefined && remade !== undefined) {
      kept = kept.union(mapping.downstreamOf(remade).intersect(states.fresh));
    }
  }
  for (const mapping of ownReads) kept = kept.union(readersWithin(mapping, kept, states.fresh.union(kept)));
  return kept;
}
