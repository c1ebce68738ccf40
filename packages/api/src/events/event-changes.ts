import { type JsonValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import { readRunAssetIds, readRunProgress, type StoredEvent, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { readAssetStatusColumns } from "../assets/asset-statuses.ts";
import type { EventChanges, EventMessage } from "../contract.ts";
import { describeProgress } from "../runs/run-answers.ts";

/** Runs whose progress one message tells. */
const MAX_RUNS = 500;

/** Pieces in which a set of changed partitions is told; a set in more of them is told as one range around them. */
const MAX_PIECES = 1_000;

/** How events of dynamic partitions begin. */
const DYNAMIC_EVENT = /^partitions_/;

/** How events of code locations begin. */
const CODE_EVENT = /^code_/;

/** Reads how everything that events touched stands now: once for each message, for all clients. */
export async function describeEvents(state: ApiState, events: readonly StoredEvent[]): Promise<EventMessage | null> {
  if (events.length === 0) return null;
  await state.checks.refresh(state.db);
  return state.db.read("events.stream", async (tx) => {
    const { version } = await state.definitions.index(tx);
    const deployment = events.some(({ kind }) => CODE_EVENT.test(kind));
    const changes = await describeChanges(state, tx, events);
    return { kind: "changes", ...changes, definitionsVersion: deployment ? version : null, deployment };
  });
}

async function describeChanges(
  state: ApiState,
  tx: Transaction,
  events: readonly StoredEvent[],
): Promise<Omit<EventChanges, "definitionsVersion" | "deployment">> {
  const partitions = new Map<number, PartitionSet>();
  for (const { assetId, partitions: changed } of events) {
    if (assetId === null || changed === null) continue;
    partitions.set(assetId, (partitions.get(assetId) ?? PartitionSet.EMPTY).union(changed));
  }
  const runIds = [...new Set(events.flatMap(({ runId }) => runId ?? []))].slice(-MAX_RUNS);
  const runs = await readRunProgress(tx, { environmentId: await state.definitions.environmentId(tx), runIds });
  return {
    at: Date.now(),
    assets: await readAssetStatusColumns(state, tx, await findTouchedAssets(state, tx, events)),
    partitions: [...partitions].map(([assetId, set]) => ({ assetId, partitions: rangesOf(set) })),
    runs: runs.map(describeProgress),
  };
}

function rangesOf(set: PartitionSet): readonly number[] {
  const { ranges } = set;
  return ranges.length <= MAX_PIECES * 2 ? ranges : [ranges[0] ?? 0, ranges.at(-1) ?? 0];
}

/**
 * Assets whose status may have changed: those that events name, those of runs that changed as a whole, and those whose
 * partitions came or went.
 */
async function findTouchedAssets(state: ApiState, tx: Transaction, events: readonly StoredEvent[]): Promise<number[]> {
  const wholeRuns = events.flatMap(({ assetId, runId }) => (assetId === null && runId !== null ? [runId] : []));
  const ofRuns = await readRunAssetIds(tx, [...new Set(wholeRuns)].slice(-MAX_RUNS));
  const named = events.flatMap(({ assetId }) => assetId ?? []);
  const index = await state.definitions.index(tx);
  const cut = events.flatMap(({ kind, payload }) =>
    DYNAMIC_EVENT.test(kind) ? index.cutBy(definitionOf(payload)) : [],
  );
  const touched = new Set([...named, ...ofRuns, ...cut.map(({ id }) => id)]);
  // What reads an asset that was made anew may be stale from now on.
  const readers = [...touched].flatMap((id) => {
    const asset = index.byId(id);
    return asset === undefined ? [] : index.downstreamOf(asset).map((reader) => reader.id);
  });
  return [...new Set([...touched, ...readers])];
}

function definitionOf(payload: JsonValue): string {
  const named = typeof payload === "object" && payload !== null && "definition" in payload ? payload.definition : null;
  return typeof named === "string" ? named : "";
}
