import { isHeddleError } from "@heddle/core";
import { createRunGraph, PartitionSet, type RunGraph, type RunPlan } from "@heddle/core/internal";
import { type DefinitionsIndex, partitionKeyOf, type PartitionSpaces } from "@heddle/engine/planning";
import { readRunAssets, readRunPlanIn, readStoppedSteps, type StoppedSteps, type Transaction } from "@heddle/storage";
import type { SkipCause } from "../contract.ts";

/** Steps between a skipped one and what stopped it that are looked at, one after the other. */
const MAX_HOPS = 1_000;

/** A step of a run by its asset's position in the plan. */
interface StepPlace {
  readonly position: number;
  readonly ordinal: number;
}

interface FoundCause extends StepPlace {
  readonly status: SkipCause["status"];
}

/** What is needed to name a step for people. */
export interface CauseNames {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  /** Ids of the run's assets by position. */
  readonly assetIds: readonly number[];
}

/** Finds out why steps of one run were skipped: which step upstream of each failed. */
export class SkipCauses {
  readonly #graph: RunGraph;
  readonly #stopped: ReadonlyMap<number, StoppedSteps>;
  readonly #names: CauseNames;

  constructor(graph: RunGraph, stopped: ReadonlyMap<number, StoppedSteps>, names: CauseNames) {
    this.#graph = graph;
    this.#stopped = stopped;
    this.#names = names;
  }

  /** Why a skipped step was skipped; `null` for a step that was not, or when it cannot be told. */
  of({ assetId, ordinal }: { readonly assetId: number; readonly ordinal: number }): SkipCause | null {
    const position = this.#names.assetIds.indexOf(assetId);
    if (this.#stopped.get(position)?.skipped.has(ordinal) !== true) return null;
    if (this.#stopped.get(position)?.fresh.has(ordinal) === true) {
      return this.#describe({ position, ordinal, status: "fresh" });
    }
    const cause = this.#find({ position, ordinal });
    return cause === null ? null : this.#describe(cause);
  }

  /** The same for the first skipped step of an asset. */
  ofFirst(assetId: number): SkipCause | null {
    const stopped = this.#stopped.get(this.#names.assetIds.indexOf(assetId));
    // What was stopped is what somebody wants to hear of first.
    const ordinal = stopped?.skipped.subtract(stopped.fresh).first ?? stopped?.fresh.first;
    return ordinal === undefined ? null : this.of({ assetId, ordinal });
  }

  #find(step: StepPlace): FoundCause | null {
    let at = step;
    for (let hops = 0; hops < MAX_HOPS; hops += 1) {
      let next: StepPlace | undefined;
      // What tolerates missing inputs is the last to be blamed.
      const edges = this.#graph.inEdges(at.position).toSorted((a, b) => Number(a.isTolerant) - Number(b.isTolerant));
      for (const edge of edges) {
        const stopped = this.#stopped.get(edge.upstream);
        if (stopped === undefined) continue;
        const read = edge.mapping.upstreamOf(PartitionSet.range(at.ordinal, at.ordinal + 1)).partitions;
        for (const status of ["failed", "canceled"] as const) {
          const ordinal = read.intersect(stopped[status]).first;
          if (ordinal !== undefined) return { position: edge.upstream, ordinal, status };
        }
        const ordinal = read.intersect(stopped.skipped.subtract(stopped.fresh)).first;
        if (ordinal !== undefined) next ??= { position: edge.upstream, ordinal };
      }
      if (next === undefined) return null;
      at = next;
    }
    return { ...at, status: "skipped" };
  }

  #describe({ position, ordinal, status }: FoundCause): SkipCause {
    const { index, spaces, assetIds } = this.#names;
    const { key } = this.#graph.asset(position);
    const assetId = assetIds[position] ?? 0;
    const asset = index.byId(assetId);
    const partitionKey = asset === undefined ? `#${ordinal}` : partitionKeyOf(spaces.of(asset), ordinal);
    const name = partitionKey === "" ? key : `${key} [${partitionKey}]`;
    const verb = status === "failed" ? "failed" : status === "fresh" ? "is up to date" : `was ${status}`;
    return { asset: { id: assetId, key }, ordinal, partitionKey, status, message: `${name} ${verb}` };
  }
}

/** Why one skipped step was skipped. */
export async function readSkipCause(
  tx: Transaction,
  { runId, assetId, ordinal }: { readonly runId: number; readonly assetId: number; readonly ordinal: number },
  { index, spaces }: Pick<CauseNames, "index" | "spaces">,
): Promise<SkipCause | null> {
  const assetIds = (await readRunAssets(tx, runId)).map((asset) => asset.assetId);
  return (await readSkipCauses(tx, { runId }, { index, spaces, assetIds }))?.of({ assetId, ordinal }) ?? null;
}

/** Reads what tells why steps of a run were skipped; `null` when its plan is of another version of Heddle. */
export async function readSkipCauses(
  tx: Transaction,
  run: { readonly runId: number; readonly plan?: RunPlan },
  names: CauseNames,
): Promise<SkipCauses | null> {
  const { runId, plan = await readRunPlanIn(tx, runId) } = run;
  try {
    return new SkipCauses(createRunGraph(plan), await readStoppedSteps(tx, runId), names);
  } catch (error) {
    if (isHeddleError(error, "RUN_PLAN_INVALID")) return null;
    throw error;
  }
}
