import { HeddleError } from "@heddle/core";
import { partitionKeyOf, requireRunAsset } from "@heddle/engine/planning";
import {
  readDoneSubSteps,
  readMaterializationHistory,
  readPartitionCheckResults,
  readStepAttempts,
  readStepState,
  type FailedAttemptRow,
  type MaterializationRow,
  type StepStateRow,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { attemptIdOf, describeMaterializations } from "../assets/materialization-answer.ts";
import { describeResult } from "../checks/check-answers.ts";
import type { StepAttempt, StepDetail } from "../contract.ts";
import type { RunStepInput } from "../inputs/runs.ts";
import { describeRecordedError } from "../recorded-error.ts";
import { readSkipCause } from "./skip-causes.ts";

/** Attempts, sub-steps and results of checks that are told. */
const MAX_ENTRIES = 100;

/** Answers `runs.step`. @throws ASSET_UNKNOWN, STEP_UNKNOWN */
export async function readStepDetail(state: ApiState, input: RunStepInput): Promise<StepDetail> {
  await state.checks.refresh(state.db);
  const { runId, ordinal } = input;
  return state.db.read("runs.step", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = await requireRunAsset(tx, index, { runId, key: input.asset });
    const environmentId = await state.definitions.environmentId(tx);
    const place = { runId, assetId: asset.id, ordinal };
    const step = await readStepState(tx, place);
    if (step === null) throw stepUnknown(input);
    const failed = await readStepAttempts(tx, { ...place, limit: MAX_ENTRIES });
    const done = await readDoneSubSteps(tx, { ...place, limit: MAX_ENTRIES });
    // The one of this run is the first that is not before it.
    const { rows } = await readMaterializationHistory(tx, {
      environmentId,
      assetId: asset.id,
      ordinal,
      after: { runId: runId + 1, ordinal },
      limit: 1,
    });
    const made = rows.find((row) => row.runId === runId);
    const names = [
      ...new Set([...asset.definition.checks.map(({ name }) => name), ...state.checks.ofAsset(asset.id).keys()]),
    ];
    const checks = await readPartitionCheckResults(tx, {
      environmentId,
      assetId: asset.id,
      ordinal,
      names,
      runId,
      limit: MAX_ENTRIES,
    });
    const spaces = await state.definitions.spaces(tx, Date.now());
    const space = spaces.of(asset);
    const [materialization = null] = await describeMaterializations(state, tx, {
      made: made === undefined ? [] : [{ row: made, asset }],
      index,
      spaces,
    });
    return {
      runId,
      asset: { id: asset.id, key: asset.key },
      ordinal,
      partitionKey: partitionKeyOf(space, ordinal),
      status: step.status,
      retryAt: step.retryAt?.getTime() ?? null,
      skippedBecause: step.status === "skipped" ? await readSkipCause(tx, place, { index, spaces }) : null,
      attempts: describeAttempts(runId, { step, failed, made }),
      subSteps: done.rows.map((row) => ({ ...row, startedAt: row.startedAt.getTime() })),
      subStepCount: done.total,
      materialization,
      checks: checks.map((row) => describeResult(row, space)),
    };
  });
}

interface KnownAttempts {
  readonly step: StepStateRow;
  readonly failed: readonly FailedAttemptRow[];
  readonly made: MaterializationRow | undefined;
}

function describeAttempts(runId: number, { step, failed, made }: KnownAttempts): StepAttempt[] {
  const attempts = failed.map((row): StepAttempt => ({
    number: row.number,
    attemptId: attemptIdOf(runId, row.claimId),
    outcome: "failed",
    cause: row.cause,
    error: describeRecordedError(row.error),
    workerId: row.workerId,
    startedAt: row.startedAt?.getTime() ?? null,
    endedAt: row.endedAt.getTime(),
  }));
  const last = { cause: null, error: null } as const;
  if (made !== undefined) {
    const startedAt = made.startedAt.getTime();
    const times = { startedAt, endedAt: startedAt + made.durationMs };
    const attemptId = attemptIdOf(runId, made.claimId);
    attempts.push({ number: made.attempt, attemptId, outcome: "success", workerId: null, ...times, ...last });
  }
  if (step.claim !== null) {
    const { id, workerId, claimedAt } = step.claim;
    const times = { startedAt: claimedAt.getTime(), endedAt: null };
    const number = (failed.at(-1)?.number ?? 0) + 1;
    attempts.push({ number, attemptId: attemptIdOf(runId, id), outcome: "running", workerId, ...times, ...last });
  }
  return attempts;
}

function stepUnknown({ runId, asset, ordinal }: RunStepInput): HeddleError {
  return new HeddleError("STEP_UNKNOWN", `run ${runId} has no step for "${asset}" with the ordinal ${ordinal}`, {
    hint: "Choose the step on the run's page.",
    details: { runId, asset, ordinal },
  });
}
