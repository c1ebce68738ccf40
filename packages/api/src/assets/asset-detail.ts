import { type PartitionSpace } from "@heddle/core";
import { describeWait } from "@heddle/core/internal";
import { type AssetStanding, type IndexedAsset, nearestKeys, readAssetStandings } from "@heddle/engine/planning";
import {
  readNewestMaterialization,
  readOpenRunIds,
  readPartitionAttempts,
  readStalenessLag,
  type Transaction,
} from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import { describeChecks } from "../checks/check-answers.ts";
import type { AssetDetail, AssetLink, AssetResult } from "../contract.ts";
import { describeFormerPartitions, readFormerDefinitions } from "./former-definitions.ts";
import { describeMaterializations } from "./materialization-answer.ts";
import { readStaleCauses } from "./stale-causes.ts";
import { explainStatus, type StatusFacts } from "./status-sentences.ts";

/** Neighbours on each side that are told; a fan-in beyond this is for the lineage page. */
const MAX_LINKS = 500;

/** Answers `assets.get`. An unknown key is an answer and no failure: links grow old. */
export async function readAssetDetail(state: ApiState, key: string): Promise<AssetResult> {
  await state.checks.refresh(state.db);
  return state.db.read("assets.get", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = index.byKey(key);
    if (asset === undefined) return { kind: "unknown", key, nearest: nearestKeys(index, key) };
    return { kind: "asset", ...(await describeAsset(state, tx, asset)) };
  });
}

async function describeAsset(state: ApiState, tx: Transaction, asset: IndexedAsset): Promise<AssetDetail> {
  const index = await state.definitions.index(tx);
  const environmentId = await state.definitions.environmentId(tx);
  const spaces = await state.definitions.spaces(tx, Date.now());
  const upstream = index.upstreamOf(asset).slice(0, MAX_LINKS);
  const downstream = index.downstreamOf(asset).slice(0, MAX_LINKS);
  const [standing, ...neighbours] = await readAssetStandings(state, tx, {
    assets: [asset, ...upstream, ...downstream],
    spaces,
  });
  if (standing === undefined) throw new Error(`no standing was computed for asset ${asset.key}`);
  const space = spaces.of(asset);
  const newest = await readNewestMaterialization(tx, { environmentId, assetId: asset.id });
  const made = newest === null ? [] : [{ row: newest, asset }];
  const [latest = null] = await describeMaterializations(state, tx, { made, index, spaces });
  const checks = await describeChecks(tx, state.checks, { asset, space, environmentId });
  const failure = await readFailure(tx, { environmentId, standing, space });
  const stale = await readStaleCauses(state, tx, { standing, spaces });
  const staleAsOf = await readStalenessLag(tx, environmentId);
  const openRunIds = await readOpenRunIds(tx, { environmentId, assetId: asset.id });
  return {
    id: asset.id,
    definition: asset.definition,
    codeLocation: asset.codeLocation,
    removedAt: asset.removedAt?.getTime() ?? null,
    code: standing.code,
    counts: standing.statuses.counts,
    total: standing.total,
    lastMaterializedAt: standing.sets.lastMaterializedAt?.getTime() ?? null,
    why: explainStatus({ standing, space, openRunIds, failure, checks, stale, staleAsOf, spaces, now: Date.now() }),
    latest,
    upstream: linksTo(neighbours.slice(0, upstream.length), (other) => ({ upstream: other, downstream: asset })),
    downstream: linksTo(neighbours.slice(upstream.length), (other) => ({ upstream: asset, downstream: other })),
    checks,
    former: describeFormerPartitions(standing.sets.materialized, space),
    formerDefinitions: await readFormerDefinitions(tx, { index, environmentId, key: asset.key }),
  };
}

/** The error that the first failed partition shows. */
async function readFailure(
  tx: Transaction,
  scope: { readonly environmentId: number; readonly standing: AssetStanding; readonly space: PartitionSpace },
): Promise<StatusFacts["failure"]> {
  const { asset, sets } = scope.standing;
  const ordinal = sets.failed.intersect(scope.space.all).first;
  if (ordinal === undefined) return null;
  const query = { environmentId: scope.environmentId, assetId: asset.id, ordinal, limit: 1 };
  const [attempt] = await readPartitionAttempts(tx, query);
  if (attempt === undefined) return null;
  return { ordinal, runId: attempt.runId, message: attempt.error?.message ?? attempt.cause, at: attempt.endedAt };
}

function linksTo(
  standings: readonly AssetStanding[],
  ends: (other: IndexedAsset) => { readonly upstream: IndexedAsset; readonly downstream: IndexedAsset },
): AssetLink[] {
  return standings.flatMap(({ asset, code, sets }) => {
    const { upstream, downstream } = ends(asset);
    return downstream.definition.deps
      .filter((dep) => dep.upstream === upstream.key)
      .map(({ mapping, rule, wait }) => ({
        id: asset.id,
        key: asset.key,
        code,
        lastMaterializedAt: sets.lastMaterializedAt?.getTime() ?? null,
        mapping,
        rule,
        waits: wait === undefined ? null : describeWait(wait),
      }));
  });
}
