import { type StepStatus } from "@heddle/core";
import { PARTITION_STATUSES, type PartitionStatus, STEP_STATUSES } from "@heddle/core/internal";
import { readRun, readRunSets, type RunAssetSets } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunMatrix } from "../contract.ts";
import { coarsenStatuses } from "../partitions/coarsen-statuses.ts";
import { runUnknown } from "./run-answers.ts";

/** Assets that a matrix shows. */
const MAX_ROWS = 500;
/** Runs of equal state in one answer: more are told more coarsely. */
const MAX_RUNS = 60_000;
const MIN_RUNS_PER_ROW = 200;

/** States of steps as states of partitions, which every strip can paint. */
const SHOWN_AS: Record<StepStatus, PartitionStatus> = {
  waiting: "missing",
  ready: "queued",
  running: "running",
  backoff: "stale",
  success: "fresh",
  failed: "failed",
  skipped: "skipped",
  canceled: "skipped",
};

/** Answers `runs.matrix`. @throws RUN_UNKNOWN */
export async function readRunMatrix(state: ApiState, runId: number): Promise<RunMatrix> {
  return state.db.read("runs.matrix", async (tx) => {
    const index = await state.definitions.index(tx);
    const run = await readRun(tx, { environmentId: await state.definitions.environmentId(tx), runId });
    if (run === null) throw runUnknown(runId);
    const assets = await readRunSets(tx, runId);
    const specs = new Map(run.plan.assets.map((asset) => [asset.key, asset.partitionsSpec]));
    const shown = assets.slice(0, MAX_ROWS);
    const perRow = Math.max(MIN_RUNS_PER_ROW, Math.floor(MAX_RUNS / Math.max(1, shown.length)));
    return {
      runId,
      plannedAt: run.plan.at,
      assetCount: run.assetCount,
      rows: shown.map(({ assetId, sets }) => {
        const asset = index.refOf(assetId);
        const { runs, resolution } = coarsenStatuses(runsOf(sets), perRow);
        const total = STEP_STATUSES.reduce((sum, status) => sum + sets[status].size, 0);
        return { asset, spec: specs.get(asset.key) ?? null, statuses: runs, resolution, total };
      }),
    };
  });
}

/** Sets of steps as runs of equal state, sorted; neighbours that look the same are one. */
export function runsOf(sets: RunAssetSets["sets"]): number[] {
  const all: [code: number, start: number, end: number][] = [];
  for (const status of STEP_STATUSES) {
    const code = PARTITION_STATUSES.indexOf(SHOWN_AS[status]);
    const { ranges } = sets[status];
    for (let at = 0; at < ranges.length; at += 2) all.push([code, ranges[at] ?? 0, ranges[at + 1] ?? 0]);
  }
  all.sort((a, b) => a[1] - b[1]);
  const flat: number[] = [];
  for (const [code, start, end] of all) {
    const last = flat.length - 3;
    if (flat[last] === code && flat[last + 2] === start) flat[last + 2] = end;
    else flat.push(code, start, end);
  }
  return flat;
}
