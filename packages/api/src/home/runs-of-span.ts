import type { DefinitionsIndex } from "@heddle/engine/planning";
import { readClock, readTimelineRuns, type TimelineRunRow } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { RunsOfSpan, RunBar } from "../contract.ts";
import type { RunsOfSpanInput } from "../inputs/home.ts";
import { describeOrigin } from "../runs/run-answers.ts";

/** Answers `home.runs`. */
export async function readRunsOfSpan(state: ApiState, { from, to, limit }: RunsOfSpanInput): Promise<RunsOfSpan> {
  return state.db.read("home.runs", async (tx) => {
    const now = await readClock(tx);
    const index = await state.definitions.index(tx);
    const environmentId = await state.definitions.environmentId(tx);
    const rows = await readTimelineRuns(tx, { environmentId, from, to, limit: limit + 1 });
    return { now, runs: rows.slice(0, limit).map((row) => describeBar(row, index)), more: rows.length > limit };
  });
}

function describeBar(row: TimelineRunRow, index: DefinitionsIndex): RunBar {
  const { id, status, tags, total, failed, assetCount, assetIds, failedIds } = row;
  const groupOf = (assetId: number): string => index.byId(assetId)?.definition.group ?? "";
  const failedGroups = [...new Set(failedIds.map(groupOf))];
  return {
    id,
    status,
    origin: describeOrigin(row.origin),
    tags,
    createdAt: row.createdAt.getTime(),
    startedAt: row.startedAt?.getTime() ?? null,
    endedAt: row.endedAt?.getTime() ?? null,
    total,
    failed,
    assetCount,
    assets: assetIds.map((assetId) => index.refOf(assetId)),
    groups: [...new Set([...assetIds.map(groupOf), ...failedGroups])].filter((group) => group !== ""),
    failedGroups,
  };
}
