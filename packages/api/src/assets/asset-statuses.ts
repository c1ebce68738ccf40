import { type FreshnessState } from "@heddle/core";
import { FRESHNESS_STATES, type PARTITION_STATUSES } from "@heddle/core/internal";
import { type AssetStanding, readAssetStandings } from "@heddle/engine/planning";
import { readEventCursor, readFreshness, readStalenessLag, type Transaction } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetStatuses, PartitionCountColumns, PartitionCounts } from "../contract.ts";

/** Answers `assets.status`: all declared assets, or those with the given ids. */
export async function readAssetStatuses(state: ApiState, ids: readonly number[] | undefined): Promise<AssetStatuses> {
  await state.checks.refresh(state.db);
  return state.db.read("assets.status", (tx) => readAssetStatusColumns(state, tx, ids));
}

/** The same within a transaction; results of checks are as of the last refresh. */
export async function readAssetStatusColumns(
  state: ApiState,
  tx: Transaction,
  ids: readonly number[] | undefined,
): Promise<AssetStatuses> {
  const now = Date.now();
  const cursor = await readEventCursor(tx);
  const index = await state.definitions.index(tx);
  const assets =
    ids === undefined
      ? index.declared
      : ids
          .flatMap((id) => index.byId(id) ?? [])
          .filter((asset) => asset.removedAt === null && asset.supersededAt === null);
  const standings = await readAssetStandings(state, tx, { assets, spaces: await state.definitions.spaces(tx, now) });
  const environmentId = await state.definitions.environmentId(tx);
  const freshness = new Map((await readFreshness(tx, { environmentId })).map((row) => [row.asset, row.state]));
  const checks = standings.map(({ asset }) => state.checks.countsOf(asset));
  return {
    cursor,
    definitionsVersion: index.version,
    now,
    ids: standings.map(({ asset }) => asset.id),
    codes: standings.map(({ code }) => code),
    lastMaterializedAt: standings.map(({ sets }) => sets.lastMaterializedAt?.getTime() ?? null),
    totals: standings.map(({ total }) => total),
    counts: countColumns(standings),
    staleAsOf: (await readStalenessLag(tx, environmentId))?.getTime() ?? null,
    freshness: standings.map(({ asset }) => freshnessCode(freshness.get(asset.key))),
    checks: {
      passed: checks.map(({ passed }) => passed),
      warned: checks.map(({ warned }) => warned),
      failed: checks.map(({ failed }) => failed),
    },
  };
}

/** The place in `FRESHNESS_STATES`; -1 for what nobody knows. */
function freshnessCode(state: FreshnessState | undefined): number {
  return state === undefined || state === "unknown" ? -1 : FRESHNESS_STATES.indexOf(state);
}

function countColumns(standings: readonly AssetStanding[]): PartitionCountColumns {
  const column = (status: keyof PartitionCounts) => standings.map(({ statuses }) => statuses.counts[status]);
  return {
    missing: column("missing"),
    fresh: column("fresh"),
    stale: column("stale"),
    failed: column("failed"),
    running: column("running"),
    queued: column("queued"),
    skipped: column("skipped"),
  } satisfies Record<(typeof PARTITION_STATUSES)[number], number[]>;
}
