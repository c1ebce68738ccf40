import { type StepStatus } from "@heddle/core";
import { isOpenRun } from "@heddle/core/internal";
import { requireRunAsset } from "@heddle/engine/planning";
import {
  readFailedTimes,
  readRun,
  readRunSets,
  readRunSteps as readStepPage,
  readStepTimes,
  type RunAssetSets,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunTimeline } from "../contract.ts";
import type { RunTimelineInput } from "../inputs/runs.ts";
import { sumUpLanes } from "./lanes.ts";
import { runUnknown } from "./run-answers.ts";
import { describeStep } from "./run-steps.ts";

/** Steps that are told one by one. */
const MAX_STEPS = 10_000;
/** Steps that a summary is told from: evenly chosen where there are more. */
const SAMPLE = 20_000;
/** Failed attempts that are counted. */
const MAX_FAILED = 20_000;

/** Statuses of steps that have a place in time. */
const BEGUN = ["running", "backoff", "success", "failed"] as const satisfies readonly StepStatus[];

/** Answers `runs.timeline`. @throws RUN_UNKNOWN, ASSET_UNKNOWN */
export async function readRunTimeline(state: ApiState, input: RunTimelineInput): Promise<RunTimeline> {
  const { runId } = input;
  return state.db.read("runs.timeline", async (tx) => {
    const index = await state.definitions.index(tx);
    const run = await readRun(tx, { environmentId: await state.definitions.environmentId(tx), runId });
    if (run === null) throw runUnknown(runId);
    const only = input.asset === undefined ? undefined : await requireRunAsset(tx, index, { runId, key: input.asset });
    const all = await readRunSets(tx, runId);
    const sets = only === undefined ? all : all.filter(({ assetId }) => assetId === only.id);
    const times = await readStepTimes(tx, { runId, sets, most: SAMPLE });
    const failed = await readFailedTimes(tx, { runId, assetId: only?.id, limit: MAX_FAILED });
    const lanes = sumUpLanes({
      times,
      failed,
      assetIds: sets.map(({ assetId }) => assetId),
      now: isOpenRun(run.status) && run.startedAt !== null ? Date.now() : null,
    });
    if (countBegun(sets) > MAX_STEPS) return { runId, steps: null, ...lanes };
    const spaces = await state.definitions.spaces(tx, Date.now());
    const page = await readStepPage(tx, { runId, assetId: only?.id, statuses: BEGUN, limit: MAX_STEPS });
    const steps = page.steps.map((step) => describeStep(step, { index, spaces, causes: null }));
    // Steps that run, or wait for another attempt, are in no sum.
    const starts = steps.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
    const start = starts.reduce((first, at) => Math.min(first, at), lanes.start || Number.POSITIVE_INFINITY);
    return { runId, steps, ...lanes, start: Number.isFinite(start) ? start : lanes.start };
  });
}

function countBegun(all: readonly RunAssetSets[]): number {
  return all.reduce((sum, { sets }) => sum + BEGUN.reduce((own, status) => own + sets[status].size, 0), 0);
}
