import { STEP_STATUSES } from "@heddle/core";
import { readRun, readRunSteps as readStepPage, type StepPlace, type StepRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { requireAsset } from "../assets/asset-lookup.ts";
import type { Page, StepBar } from "../contract.ts";
import type { DefinitionsIndex } from "../definitions/definitions-index.ts";
import { partitionKeyOf, type PartitionSpaces } from "../definitions/partition-spaces.ts";
import type { RunStepsInput } from "../inputs.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { runUnknown } from "./run-answers.ts";

/** Answers `runs.steps`. */
export async function readRunSteps(state: ApiState, input: RunStepsInput): Promise<Page<StepBar>> {
  return state.db.read("runs.steps", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    if ((await readRun(tx, { environmentId, runId: input.runId })) === null) throw runUnknown(input.runId);
    const page = await readStepPage(tx, {
      runId: input.runId,
      assetId: input.asset === undefined ? undefined : requireAsset(index, input.asset).id,
      statuses: input.statuses ?? STEP_STATUSES,
      after: typeof input.cursor === "string" ? parsePlace(input.cursor) : undefined,
      limit: input.limit,
    });
    const spaces = await state.definitions.spaces(tx, Date.now());
    return {
      items: page.steps.map((step) => describeStep(step, index, spaces)),
      nextCursor: page.next === null ? null : writeCursor(page.next.position, page.next.ordinal),
    };
  });
}

function parsePlace(cursor: string): StepPlace {
  const [position = 0, ordinal = 0] = parseCursor(cursor, 2);
  return { position, ordinal };
}

function describeStep(step: StepRow, index: DefinitionsIndex, spaces: PartitionSpaces): StepBar {
  const asset = index.byId(step.assetId);
  const { assetId, ordinal, status, durationMs, attempts, cause, message } = step;
  return {
    assetId,
    ordinal,
    partitionKey: asset === undefined ? `#${ordinal}` : partitionKeyOf(spaces.of(asset), ordinal),
    status,
    startedAt: step.startedAt?.getTime() ?? null,
    durationMs,
    attempts,
    retryAt: step.retryAt?.getTime() ?? null,
    cause,
    message,
  };
}
