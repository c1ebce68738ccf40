import { HeddleError } from "@heddle/core";
import { createRunGraph, type RunGraph, type RunPlan } from "@heddle/core/internal";
import type { Database } from "../database.ts";
import type { RunAssetPlace } from "./run-work.ts";

/** What of a run never changes, ready to be worked with. */
export interface StaticRun {
  readonly graph: RunGraph;
  readonly environmentId: number;
  /** Asset ids by position in the plan. */
  readonly assetIds: readonly number[];
  /** Positions in the plan by asset id. */
  readonly positions: ReadonlyMap<number, number>;
  /** Ids of the assets that counted against a pool when this was read. */
  readonly pooled: ReadonlySet<number>;
  /** Whether steps of it may be skipped because there is nothing to do any more. */
  readonly hasReuse: boolean;
}

/** Runs that a process keeps at hand; the one that was used longest ago goes first. */
const CACHE_LIMIT = 64;

const caches = new WeakMap<Database, Map<number, StaticRun>>();

/** Gives the plans of runs as graphs; each is read and built once in a process. Runs that are gone are left out. */
export async function findRunGraphs(db: Database, runIds: Iterable<number>): Promise<Map<number, StaticRun>> {
  const cache = cacheOf(db);
  const found = new Map<number, StaticRun>();
  const missing: number[] = [];
  for (const runId of new Set(runIds)) {
    const known = cache.get(runId);
    if (known === undefined) missing.push(runId);
    else found.set(runId, known);
  }
  for (const { id, plan, ...row } of missing.length === 0 ? [] : await readRuns(db, missing)) {
    found.set(id, buildStaticRun(createRunGraph(plan), row));
  }
  for (const [runId, run] of found) keep(cache, runId, run);
  return found;
}

/** Gives the plan of a run as a graph; see {@link findRunGraphs}. @throws RUN_UNKNOWN */
export async function getRunGraph(db: Database, runId: number): Promise<StaticRun> {
  const run = cacheOf(db).get(runId) ?? (await findRunGraphs(db, [runId])).get(runId);
  if (run !== undefined) return run;
  throw new HeddleError("RUN_UNKNOWN", `there is no run ${runId}`, { hint: "It may have been removed by retention." });
}

/** Puts a run that was just made at hand. */
export function keepRunGraph(db: Database, runId: number, run: StaticRun): void {
  keep(cacheOf(db), runId, run);
}

/** Key of an asset, if the plan of the run is at hand. */
export function peekAssetKey(db: Database, { runId, assetId }: RunAssetPlace): string | undefined {
  const run = caches.get(db)?.get(runId);
  const position = run?.positions.get(assetId);
  return run === undefined || position === undefined ? undefined : run.graph.asset(position).key;
}

/** Joins a plan and the ids of its assets. */
export function buildStaticRun(
  graph: RunGraph,
  {
    environmentId,
    assetIds,
    pools,
  }: {
    readonly environmentId: number;
    readonly assetIds: readonly number[];
    /** By position in the plan; whatever is not null stands for pools. */
    readonly pools: readonly unknown[];
  },
): StaticRun {
  const positions = new Map(assetIds.map((id, position) => [id, position]));
  const pooled = new Set(assetIds.filter((_id, position) => pools[position] != null));
  // A value that checks judged may be replaced meanwhile.
  const isCheck = graph.plan.purpose === "check";
  const hasReuse = isCheck || graph.plan.assets.some(({ reuse }) => reuse === true);
  return { graph, environmentId, assetIds, positions, pooled, hasReuse };
}

/** Id of the asset at a position of the plan. */
export function assetIdAt(run: StaticRun, position: number): number {
  const assetId = run.assetIds[position];
  if (assetId === undefined) {
    throw new HeddleError("INTERNAL", `a run has ${run.assetIds.length} assets and none at position ${position}`);
  }
  return assetId;
}

interface RunPlanRow {
  readonly id: number;
  readonly plan: RunPlan;
  readonly environmentId: number;
  readonly assetIds: number[];
  readonly pools: (boolean | null)[];
}

function readRuns(db: Database, runIds: readonly number[]): Promise<RunPlanRow[]> {
  return db.read("readRunPlans", ({ sql }) =>
    sql<RunPlanRow[]>`
      select r.id, r.plan, r.environment_id as "environmentId",
        array(select asset_id from run_asset where run_id = r.id order by position) as "assetIds",
        array(select pools is not null or null from run_asset where run_id = r.id order by position) as pools
      from run r where r.id = any(${runIds}::bigint[])`.then((rows) => [...rows]),
  );
}

function cacheOf(db: Database): Map<number, StaticRun> {
  let cache = caches.get(db);
  if (cache === undefined) caches.set(db, (cache = new Map()));
  return cache;
}

function keep(cache: Map<number, StaticRun>, runId: number, run: StaticRun): void {
  cache.delete(runId);
  cache.set(runId, run);
  const [oldest] = cache.keys();
  if (cache.size > CACHE_LIMIT && oldest !== undefined) cache.delete(oldest);
}
