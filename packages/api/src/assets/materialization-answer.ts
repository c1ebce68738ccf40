import type { MaterializationRow, Transaction } from "@heddle/storage";
import { PartitionSet } from "@heddle/core/internal";
import {
  type DefinitionsIndex,
  type IndexedAsset,
  partitionKeyOf,
  type PartitionSpaces,
} from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { Materialization } from "../contract.ts";

/** What is needed to put keys to ordinals and names to ids. */
interface AnswerNames {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
}

/** Names an attempt, as workers write it into logs and storage keys. */
export function attemptIdOf(runId: number, claimId: number): string {
  return `${runId}-${claimId}`;
}

/** A stored materialization, and its asset. */
interface MadeOf {
  readonly row: MaterializationRow;
  readonly asset: IndexedAsset;
}

/** Stored materializations as they are answered, in their order. */
export async function describeMaterializations(
  state: ApiState,
  tx: Transaction,
  { made, ...names }: AnswerNames & { readonly made: readonly MadeOf[] },
): Promise<Materialization[]> {
  const codeVersions = await state.definitions.assetCodeVersions(
    tx,
    made.map(({ row }) => row.codeVersionId),
  );
  return made.map(({ row, asset }) => ({
    ...describeRecord({ row, asset }, names),
    codeVersion: codeVersions.get(row.codeVersionId)?.get(asset.key) ?? null,
  }));
}

/** What a materialization read. */
export function describeInputs(
  { inputs }: Pick<MaterializationRow, "inputs">,
  { index, spaces }: AnswerNames,
): Materialization["inputs"] {
  return (inputs ?? []).map(({ assetId, partitions, runId }) => {
    const upstream = index.byId(assetId);
    const set = PartitionSet.fromRanges(partitions);
    const text = upstream === undefined ? `${set.size} partitions` : spaces.of(upstream).format(set);
    return { asset: index.refOf(assetId), partitions, text, runId };
  });
}

function describeRecord({ row, asset }: MadeOf, names: AnswerNames): Omit<Materialization, "codeVersion"> {
  return {
    ordinal: row.ordinal,
    partitionKey: partitionKeyOf(names.spaces.of(asset), row.ordinal),
    runId: row.runId,
    attempt: row.attempt,
    attemptId: attemptIdOf(row.runId, row.claimId),
    startedAt: row.startedAt.getTime(),
    durationMs: row.durationMs,
    publishedAt: row.publishedAt.getTime(),
    dataVersion: row.dataVersion,
    stored: row.stored,
    metadata: row.metadata ?? {},
    inputs: describeInputs(row, names),
    collectedAt: row.collectedAt?.getTime() ?? null,
    current: row.current,
  };
}
