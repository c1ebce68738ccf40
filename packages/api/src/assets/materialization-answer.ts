import type { MaterializationRow } from "@heddle/storage";
import { PartitionSet } from "@heddle/core/internal";
import {
  type DefinitionsIndex,
  type IndexedAsset,
  partitionKeyOf,
  type PartitionSpaces,
} from "@heddle/engine/planning";
import type { Materialization } from "../contract.ts";

/** What is needed to put keys to ordinals and names to ids. */
export interface AnswerNames {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
}

/** Names an attempt, as workers write it into logs and storage keys. */
export function attemptIdOf(runId: number, claimId: number): string {
  return `${runId}-${claimId}`;
}

/** One stored materialization of `asset` as it is answered. */
export function describeMaterialization(
  row: MaterializationRow,
  asset: IndexedAsset,
  { index, spaces }: AnswerNames,
): Materialization {
  return {
    ordinal: row.ordinal,
    partitionKey: partitionKeyOf(spaces.of(asset), row.ordinal),
    runId: row.runId,
    attempt: row.attempt,
    attemptId: attemptIdOf(row.runId, row.claimId),
    codeVersion: row.codeVersionHash,
    startedAt: row.startedAt.getTime(),
    durationMs: row.durationMs,
    publishedAt: row.publishedAt.getTime(),
    dataVersion: row.dataVersion,
    stored: row.stored,
    metadata: row.metadata ?? {},
    inputs: (row.inputs ?? []).map(({ assetId, partitions, runId }) => {
      const upstream = index.byId(assetId);
      const set = PartitionSet.fromRanges(partitions);
      const text = upstream === undefined ? `${set.size} partitions` : spaces.of(upstream).format(set);
      return { asset: index.refOf(assetId), partitions, text, runId };
    }),
    collectedAt: row.collectedAt?.getTime() ?? null,
    current: row.current,
  };
}
