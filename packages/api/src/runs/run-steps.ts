import { STEP_STATUSES } from "@heddle/core/internal";
import { type DefinitionsIndex, partitionKeyOf, type PartitionSpaces, requireRunAsset } from "@heddle/engine/planning";
import { readRun, readRunAssets, readRunSteps as readStepPage, type StepPlace, type StepRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { Page, StepBar } from "../contract.ts";
import type { RunStepsInput } from "../inputs/runs.ts";
import { parseCursor, writeCursor } from "../page-cursor.ts";
import { runUnknown } from "./run-answers.ts";
import { readSkipCauses, type SkipCauses } from "./skip-causes.ts";

/** Answers `runs.steps`. */
export async function readRunSteps(state: ApiState, input: RunStepsInput): Promise<Page<StepBar>> {
  return state.db.read("runs.steps", async (tx) => {
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    if ((await readRun(tx, { environmentId, runId: input.runId })) === null) throw runUnknown(input.runId);
    const { runId } = input;
    const asset = input.asset === undefined ? undefined : await requireRunAsset(tx, index, { runId, key: input.asset });
    const page = await readStepPage(tx, {
      runId: input.runId,
      assetId: asset?.id,
      statuses: input.statuses ?? STEP_STATUSES,
      after: typeof input.cursor === "string" ? parsePlace(input.cursor) : undefined,
      limit: input.limit,
    });
    const spaces = await state.definitions.spaces(tx, Date.now());
    const isAnySkipped = page.steps.some(({ status }) => status === "skipped");
    const assetIds = isAnySkipped ? (await readRunAssets(tx, runId)).map(({ assetId }) => assetId) : [];
    const causes = isAnySkipped ? await readSkipCauses(tx, { runId }, { index, spaces, assetIds }) : null;
    return {
      items: page.steps.map((step) => describeStep(step, { index, spaces, causes })),
      nextCursor: page.next === null ? null : writeCursor(page.next.position, page.next.ordinal),
    };
  });
}

function parsePlace(cursor: string): StepPlace {
  const [position = 0, ordinal = 0] = parseCursor(cursor, 2);
  return { position, ordinal };
}

/** What a step is described with. */
export interface StepScope {
  readonly index: DefinitionsIndex;
  readonly spaces: PartitionSpaces;
  readonly causes: SkipCauses | null;
}

/** One step as it is answered. */
export function describeStep(step: StepRow, { index, spaces, causes }: StepScope): StepBar {
  const skippedBecause = causes?.of(step) ?? null;
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
    message: message ?? skippedBecause?.message ?? null,
    skippedBecause,
  };
}
