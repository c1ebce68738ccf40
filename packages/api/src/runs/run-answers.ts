import { HeddleError } from "@heddle/core";
import type { DefinitionsIndex } from "@heddle/engine/planning";
import type { RunProgressRow, RunRow } from "@heddle/storage";
import type { CheckStandings } from "../checks/check-standings.ts";
import type { RunOrigin, RunProgress, RunQueuePlace, RunSummary } from "../contract.ts";

/** What a run is described with. */
export interface DescribedRunScope {
  readonly index: DefinitionsIndex;
  readonly checks: CheckStandings;
  /** Its place in the queue. @default none */
  readonly queue?: RunQueuePlace | null;
}

/** One run as it is listed. */
export function describeRun(row: RunRow, { index, checks, queue = null }: DescribedRunScope): RunSummary {
  return {
    id: row.id,
    status: row.status,
    purpose: row.purpose,
    origin: describeOrigin(row.origin),
    priority: row.priority,
    maxConcurrency: row.maxConcurrency,
    tags: row.tags,
    createdAt: row.createdAt.getTime(),
    startedAt: row.startedAt?.getTime() ?? null,
    endedAt: row.endedAt?.getTime() ?? null,
    cancelRequestedAt: row.cancelRequestedAt?.getTime() ?? null,
    letsFinish: row.letsFinish,
    counts: row.counts,
    total: row.total,
    assetCount: row.assetCount,
    assetsMade: row.assetsMade,
    assetsFailed: row.assetsFailed,
    queue,
    assets: row.firstAssetIds.map((id) => index.refOf(id)),
    checks: checks.countsOfRun(row.id),
  };
}

/** How far a run is. */
export function describeProgress({ id, status, counts, total, startedAt, endedAt }: RunProgressRow): RunProgress {
  return { id, status, counts, total, startedAt: startedAt?.getTime() ?? null, endedAt: endedAt?.getTime() ?? null };
}

/** Why a run exists; what nobody knows any more is of kind `unknown`. */
export function describeOrigin(origin: RunRow["origin"]): RunOrigin {
  const { kind } = origin;
  return { ...origin, kind: typeof kind === "string" ? kind : "unknown" };
}

export function runUnknown(runId: number): HeddleError {
  return new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, {
    hint: "It may have been removed by retention.",
    details: { runId },
  });
}
