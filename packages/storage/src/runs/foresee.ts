import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import { foreseeChunks, type SettledRun } from "./advance-steps.ts";
import { assetChunkPlaces, type AssetChunkPlace } from "./asset-chunks.ts";
import type { StaticRun } from "./run-graphs.ts";
import type { ChunkPlace, StepSet } from "./run-rows.ts";
import type { RunAssetPlace } from "./run-work.ts";
import type { AttemptPlace, StepOutcome } from "./step-outcome.ts";

/** What a settlement will read, as far as the outcomes tell: all of it travels together with the locks. */
export interface Foreseen {
  readonly runIds: readonly number[];
  readonly claimIds: readonly number[];
  /** The settled steps. */
  readonly steps: readonly StepSet[];
  readonly chunks: readonly ChunkPlace[];
  readonly assetChunks: readonly AssetChunkPlace[];
}

/**
 * Outcomes of runs that are not in `graphs` (which are gone) are passed over.
 *
 * @param running steps that run ahead of their claims
 */
export function foreseeReads(
  graphs: ReadonlyMap<number, StaticRun>,
  outcomes: readonly StepOutcome[],
  running: readonly AttemptPlace[] = [],
): Foreseen {
  const sets = new Map<string, RunAssetPlace & { readonly ordinals: number[]; readonly succeeded: number[] }>();
  const claimIds = new Set<number>();
  const lasting: { environmentId: number; assetId: number; ordinal: number }[] = [];
  for (const { runId, assetId, claimId, ordinal, kind } of outcomes) {
    const run = graphs.get(runId);
    if (run === undefined || !run.positions.has(assetId)) continue;
    claimIds.add(claimId);
    const key = `${runId}/${assetId}`;
    let set = sets.get(key);
    if (set === undefined) sets.set(key, (set = { runId, assetId, ordinals: [], succeeded: [] }));
    set.ordinals.push(ordinal);
    if (kind === "success" || kind === "fresh" || kind === "checked") set.succeeded.push(ordinal);
    if (kind === "success" || kind === "checked" || kind === "failure")
      lasting.push({ environmentId: run.environmentId, assetId, ordinal });
  }
  const chunks = new Map<string, ChunkPlace>();
  const want = (place: ChunkPlace): void => {
    chunks.set(`${place.runId}/${place.assetId}/${place.chunk}`, place);
  };
  const settled = new Map<number, SettledRun & { settled: { succeeded: Map<number, PartitionSet> } }>();
  for (const { runId, assetId, ordinals, succeeded } of sets.values()) {
    const run = graphs.get(runId);
    if (run === undefined) continue;
    for (const ordinal of ordinals) want({ runId, assetId, chunk: Math.floor(ordinal / PARTITION_CHUNK_SIZE) });
    let entry = settled.get(runId);
    if (entry === undefined) {
      settled.set(runId, (entry = { runId, run, settled: { succeeded: new Map(), stopped: new Map() } }));
    }
    entry.settled.succeeded.set(run.positions.get(assetId) ?? -1, PartitionSet.of(succeeded));
  }
  for (const run of settled.values()) for (const place of foreseeChunks(run)) want(place);
  for (const { runId, assetId, claimId, ordinal } of running) {
    const run = graphs.get(runId);
    if (run === undefined || !run.positions.has(assetId)) continue;
    claimIds.add(claimId);
    want({ runId, assetId, chunk: Math.floor(ordinal / PARTITION_CHUNK_SIZE) });
    if (!settled.has(runId)) settled.set(runId, { runId, run, settled: { succeeded: new Map(), stopped: new Map() } });
  }
  return {
    runIds: [...settled.keys()],
    claimIds: [...claimIds],
    steps: [...sets.values()].map(({ runId, assetId, ordinals }) => ({
      runId,
      assetId,
      partitions: PartitionSet.of(ordinals),
    })),
    chunks: [...chunks.values()],
    assetChunks: assetChunkPlaces(lasting),
  };
}
