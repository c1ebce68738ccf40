import { createRunGraph, PartitionSet, type RunGraph } from "@heddle/core/internal";
import type { AttemptPlace, StepOutcome } from "@heddle/storage";
import { PLANNED_AT } from "../fixtures/run-fixtures.ts";
import type { AssetState, State } from "./read-state.ts";

/** A step that a worker runs ahead of its claim, and what it reads: the claims under which its upstream was made. */
export interface AheadRun {
  readonly place: AttemptPlace;
  /** Claim ids by step. */
  readonly reads: ReadonlyMap<string, number>;
}

/** What a worker has in hand when it looks for steps to run ahead. */
export interface AheadSearch {
  /** As it was when the worker looked. */
  readonly state: State;
  /** Made by this worker: settled by the coming call, or not even that. */
  readonly own: readonly AttemptPlace[];
  /** Ids that were reserved. */
  readonly ids: number[];
  /** Bits: what becomes of each step that could be run ahead. */
  readonly bits: number;
}

/** Steps that ran ahead. */
export interface AheadWork {
  /** Those that are over, in order. */
  readonly done: readonly AheadRun[];
  /** Those that run. */
  readonly running: readonly AheadRun[];
}

/** Names a step. */
export function nameStep({ runId, assetId, ordinal }: Omit<AttemptPlace, "claimId">): string {
  return `${runId}/${assetId}/${ordinal}`;
}

/** Finds, step by step, what waits for nothing but what the worker has made, and lets some of it run. */
export function runAhead({ state, own, ids, bits }: AheadSearch): AheadWork {
  const values = new Map(state.materializations.map((row) => [nameStep(row), row.claimId]));
  const made = new Set(own.map(nameStep));
  for (const place of own) values.set(nameStep(place), place.claimId);
  const done: AheadRun[] = [];
  const running: AheadRun[] = [];
  let looked = 0;
  for (const run of state.runs) {
    const graph = createRunGraph(run.plan);
    const assets = state.assets.filter(({ runId }) => runId === run.id).toSorted((a, b) => a.position - b.position);
    for (const asset of assets) {
      if (graph.asset(asset.position).chunk !== null) continue;
      // What is ready although this worker has not settled what it read of it was made ready by another's.
      for (const ordinal of asset.sets.waiting.union(asset.sets.ready)) {
        const reads = readsOf({ graph, assets }, { asset, ordinal }, values);
        if (reads === undefined || ![...reads.keys()].some((name) => made.has(name))) continue;
        const pick = (bits >> ((looked * 2) % 16)) & 3;
        looked += 1;
        const claimId = pick === 0 ? undefined : ids.shift();
        if (claimId === undefined) continue;
        const place = { runId: run.id, assetId: asset.assetId, ordinal, claimId };
        if (pick === 1) {
          running.push({ place, reads });
          continue;
        }
        done.push({ place, reads });
        values.set(nameStep(place), claimId);
        made.add(nameStep(place));
      }
    }
  }
  return { done, running };
}

/** The claims under which all was made that a step reads within its run; nothing when some of it is not there. */
function readsOf(
  { graph, assets }: { readonly graph: RunGraph; readonly assets: readonly AssetState[] },
  { asset, ordinal }: { readonly asset: AssetState; readonly ordinal: number },
  values: ReadonlyMap<string, number>,
): Map<string, number> | undefined {
  const reads = new Map<string, number>();
  for (const { upstream, mapping } of graph.inEdges(asset.position)) {
    const { assetId } = assets.find(({ position }) => position === upstream) ?? asset;
    for (const read of mapping.upstreamOf(PartitionSet.of([ordinal])).partitions.intersect(graph.targets(upstream))) {
      const name = nameStep({ runId: asset.runId, assetId, ordinal: read });
      const claimId = values.get(name);
      if (claimId === undefined) return undefined;
      reads.set(name, claimId);
    }
  }
  return reads;
}

/** The success of a step that ran ahead. */
export function succeedAhead({ place }: AheadRun): StepOutcome {
  return {
    ...place,
    kind: "success",
    isAhead: true,
    startedAt: PLANNED_AT,
    durationMs: 1,
    stored: null,
    dataVersion: "d1",
    metadata: null,
    inputs: [],
    checks: [],
  };
}
