import { HeddleError } from "@heddle/core";
import type { DefinitionsIndex } from "@heddle/engine/planning";
import type { RunProgressRow, RunRow } from "@heddle/storage";
import type { CheckStandings } from "../checks/check-standings.ts";
import type { RunOrigin, RunProgress, RunSummary } from "../contract.ts";

/** One run as it is listed. */
export function describeRun(row: RunRow, index: DefinitionsIndex, checks: CheckStandings): RunSummary {
  return {
    id: row.id,
    status: row.status,
    origin: describeOrigin(row.origin),
    priority: row.priority,
    maxConcurrency: row.maxConcurrency,
    tags: row.tags,
    createdAt: row.createdAt.getTime(),
    startedAt: row.startedAt?.getTime() ?? null,
    endedAt: row.endedAt?.getTime() ?? null,
    cancelRequestedAt: row.cancelRequestedAt?.getTime() ?? null,
    counts: row.counts,
    total: row.total,
    assetCount: row.assetCount,
    assets: row.firstAssetIds.map((id) => index.refOf(id)),
    checks: checks.countsOfRun(row.id),
  };
}

/** How far a run is. */
export function describeProgress({ id, status, counts, total, startedAt, endedAt }: RunProgressRow): RunProgress {
  return { id, status, counts, total, startedAt: startedAt?.getTime() ?? null, endedAt: endedAt?.getTime() ?? null };
}

function describeOrigin(origin: RunRow["origin"]): RunOrigin {
  const { kind } = origin;
  return { ...origin, kind: typeof kind === "string" ? kind : "unknown" };
}

export function runUnknown(runId: number): HeddleError {
  return new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, {
    hint: "It may have been removed by retention.",
    details: { runId },
  });
}
