import {
  createRunGraph,
  findInitialSteps,
  hashPlan,
  HeddleError,
  PartitionSet,
  partitionScheme,
  firstLimitMs,
  hasLimits,
  type JsonValue,
  type PoolUse,
  type RunGraph,
  type RunLimits,
  type RunPlan,
  type RunPlanAsset,
} from "@heddle/core";
import type { Database, TransactionSql } from "../database.ts";
import { poolsOfRun, readImplicitPools, type PooledAsset } from "../pools/run-pools.ts";
import { insertAssetChunks } from "./asset-chunks.ts";
import { flushWork } from "./flush-work.ts";
import { poolsText } from "./pooled-assets.ts";
import { buildStaticRun, keepRunGraph } from "./run-graphs.ts";
import { RunWork } from "./run-work.ts";

/** What a run is made from. */
export interface CreateRunOptions {
  /** As `planRun` made it. It is frozen with the run. */
  readonly plan: RunPlan;
  /** Why the run exists. Runs whose `kind` and `name` are the same share a place in the queue. */
  readonly origin: { readonly kind: string } & { readonly [name: string]: JsonValue };
  /** The same key never makes a second run. @default null: every call makes one */
  readonly originKey?: string | null;
  /** Higher goes first. @default 0 */
  readonly priority?: number;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Most steps of the run that may run at once; null for no limit. @default null */
  readonly maxConcurrency?: number | null;
  /** Name of the environment whose pointers move; it is made when it is new. */
  readonly environment: string;
  /** The code that executes. @default the newest of the code location that declares the assets */
  readonly codeVersionId?: number;
  /** Runs that must be over before this one begins, however they end. @default none */
  readonly after?: readonly number[];
  /** By when it has to begin and to end. @default none */
  readonly limits?: RunLimits | null;
}

/** Names a run. */
export interface CreatedRun {
  readonly runId: number;
  /** False when `originKey` had made this run before. */
  readonly created: boolean;
}

/** Rows of one insert: large runs are written in a few statements of bounded size. */
const SLICE = 5_000;
/** A run of a million partitions of many assets takes its time. */
const DEADLINE_MS = 60_000;

/**
 * Writes a run with all its steps in one transaction; it then waits for the daemon to admit it.
 * @throws PLAN_EMPTY, RUN_PLAN_INVALID, RUN_ASSET_UNKNOWN, RUN_DEFINITIONS_CHANGED, RUN_CODE_LOCATIONS_MIXED
 */
export async function createRun(db: Database, options: CreateRunOptions): Promise<CreatedRun> {
  const graph = createRunGraph(options.plan);
  const made = await db.transaction("createRun", ({ sql }) => insertRun(sql, graph, options), {
    deadlineMs: DEADLINE_MS,
    // Only its key tells a run that was made from one that was not.
    isIdempotent: typeof options.originKey === "string",
  });
  if (made.created) keepRunGraph(db, made.runId, buildStaticRun(graph, made));
  return { runId: made.runId, created: made.created };
}

interface InsertedRun extends CreatedRun {
  readonly environmentId: number;
  /** By position in the plan. */
  readonly assetIds: readonly number[];
  readonly pools: readonly (readonly PoolUse[] | null)[];
}

/** Writes a run within a transaction; see {@link createRun}. */
export async function insertRun(sql: TransactionSql, graph: RunGraph, options: CreateRunOptions): Promise<InsertedRun> {
  if (options.plan.total === 0) throw planEmpty();
  const [environmentId, assets, implicit] = await Promise.all([
    findEnvironment(sql, options.environment),
    findAssets(sql, graph.plan),
    readImplicitPools(sql),
  ]);
  const pools = poolsOfRun(graph.plan, implicit, { assets: assets.pooled, runTags: options.tags ?? {} });
  const place = { environmentId, assetIds: assets.ids, pools };
  const codeVersionId = options.codeVersionId ?? assets.newestCodeVersionId();
  const runId = await insertRunRow(sql, options, { environmentId, codeVersionId });
  if (runId === undefined) {
    const [known] = await sql<[{ id: number }]>`select id from run where origin_key = ${options.originKey ?? null}`;
    return { ...place, runId: known.id, created: false };
  }
  await insertSteps(sql, graph, { ...place, runId });
  const work = new RunWork();
  work.events.push({ kind: "run_created", runId, assetId: null, partitions: null, payload: { status: "queued" } });
  work.notify("heddle_run");
  await Promise.all(flushWork(sql, work));
  return { ...place, runId, created: true };
}

async function insertRunRow(
  sql: TransactionSql,
  options: CreateRunOptions,
  { environmentId, codeVersionId }: { environmentId: number; codeVersionId: number },
): Promise<number | undefined> {
  const { plan, origin, originKey = null, priority = 0, tags = {}, maxConcurrency = null, after = [] } = options;
  const limits =
    options.limits !== undefined && options.limits !== null && hasLimits(options.limits) ? options.limits : null;
  const limitMs = limits === null ? null : firstLimitMs(limits);
  const [row] = await sql<{ id: number }[]>`
    insert into run (environment_id, status, origin, origin_key, code_version_id, priority, max_concurrency, tags, plan,
      plan_hash, total, unfinished, after, newest_first, limits, limit_at)
    values (${environmentId}, 'queued', ${JSON.stringify(origin)}::text::jsonb, ${originKey}, ${codeVersionId}, ${priority},
      ${maxConcurrency}, ${JSON.stringify(tags)}::text::jsonb, ${JSON.stringify(plan)}::text::jsonb, ${hashPlan(plan)},
      ${plan.total}, ${plan.total}, ${after}::bigint[], ${isNewestFirst(plan)},
      ${limits === null ? null : JSON.stringify(limits)}::text::jsonb,
      least(clock_timestamp() + ${limitMs}::double precision * interval '1 millisecond',
        to_timestamp(${limits?.deadline ?? null}::double precision / 1000)))
    on conflict (origin_key) do nothing
    returning id`;
  return row?.id;
}

function isNewestFirst(plan: RunPlan): boolean {
  return plan.order === "newest";
}

/** As the column `run_asset.chunk_size` holds it. */
function chunkSizeOf({ chunk }: RunPlanAsset): number | null {
  return chunk === "range" ? 0 : chunk;
}

/** Writes the target sets: counts by asset, states by chunk, and the rows that will say what is materialized. */
async function insertSteps(sql: TransactionSql, graph: RunGraph, place: Omit<InsertedRun, "created">): Promise<void> {
  const { runId, environmentId } = place;
  const newestFirst = isNewestFirst(graph.plan);
  const assets: AssetRow[] = [];
  const chunks: NewChunk[] = [];
  for (const [position, { ready, waiting }] of findInitialSteps(graph).entries()) {
    const assetId = place.assetIds[position] ?? 0;
    assets.push({
      runId,
      assetId,
      position,
      total: ready.size + waiting.size,
      waiting: waiting.size,
      ready: ready.size,
      chunkSize: chunkSizeOf(graph.asset(position)),
      pools: place.pools[position] ?? null,
    });
    for (const { chunk, set } of graph.targets(position).chunks()) {
      const free = set.intersect(ready);
      const rank = newestFirst ? -chunk : chunk;
      const sets = { isClaimable: !free.isEmpty, rank, ready: free.encode(), waiting: set.intersect(waiting).encode() };
      chunks.push({ runId, assetId, chunk, position, ...sets });
    }
  }
  const lasting = chunks.map(({ assetId, chunk }) => ({ environmentId, assetId, chunk }));
  // In the order of the key, so that two launches never wait for each other crosswise.
  lasting.sort((a, b) => a.assetId - b.assetId || a.chunk - b.chunk);
  await Promise.all([
    ...slices(assets).map((slice) => insertRunAssets(sql, slice)),
    ...slices(chunks).map((slice) => insertRunChunks(sql, slice)),
    ...slices(lasting).map((slice) => insertAssetChunks(sql, slice)),
  ]);
}

interface AssetRow {
  readonly runId: number;
  readonly assetId: number;
  readonly position: number;
  readonly total: number;
  readonly waiting: number;
  readonly ready: number;
  readonly chunkSize: number | null;
  readonly pools: readonly PoolUse[] | null;
}

async function insertRunAssets(sql: TransactionSql, rows: readonly AssetRow[]): Promise<void> {
  await sql`
    insert into run_asset (run_id, asset_id, position, total, waiting, ready, chunk_size, pools)
    select run_id, asset_id, position, total, waiting, ready, chunk_size, pools::jsonb from unnest(
      ${rows.map((row) => row.runId)}::bigint[], ${rows.map((row) => row.assetId)}::integer[],
      ${rows.map((row) => row.position)}::integer[], ${rows.map((row) => row.total)}::integer[],
      ${rows.map((row) => row.waiting)}::integer[], ${rows.map((row) => row.ready)}::integer[],
      ${rows.map((row) => row.chunkSize)}::integer[], ${rows.map((row) => poolsText(row.pools))}::text[]
    ) as k (run_id, asset_id, position, total, waiting, ready, chunk_size, pools)`;
}

interface NewChunk {
  readonly runId: number;
  readonly assetId: number;
  readonly chunk: number;
  readonly position: number;
  readonly isClaimable: boolean;
  readonly rank: number;
  readonly waiting: Uint8Array;
  readonly ready: Uint8Array;
}

async function insertRunChunks(sql: TransactionSql, rows: readonly NewChunk[]): Promise<void> {
  await sql`
    insert into run_chunk (run_id, asset_id, chunk, position, claimable, rank, waiting, ready, running, backoff, success,
      failed, skipped, canceled)
    select run_id, asset_id, chunk, position, claimable, rank, waiting, ready, e, e, e, e, e, e
    from unnest(
      ${rows.map((row) => row.runId)}::bigint[], ${rows.map((row) => row.assetId)}::integer[],
      ${rows.map((row) => row.chunk)}::integer[], ${rows.map((row) => row.position)}::integer[],
      ${rows.map((row) => row.isClaimable)}::boolean[], ${rows.map((row) => row.rank)}::integer[],
      ${rows.map((row) => row.waiting)}::bytea[], ${rows.map((row) => row.ready)}::bytea[]
    ) as k(run_id, asset_id, chunk, position, claimable, rank, waiting, ready)
    cross join (select ${PartitionSet.EMPTY.encode()}::bytea as e) as empty`;
}

function slices<T>(rows: readonly T[]): T[][] {
  const count = Math.ceil(rows.length / SLICE);
  return Array.from({ length: count }, (_, index) => rows.slice(index * SLICE, (index + 1) * SLICE));
}

/** Id of an environment. Looked up first: an insert that meets a conflict would use up an id of the few there are. */
async function findEnvironment(sql: TransactionSql, name: string): Promise<number> {
  const find = () => sql<{ id: number }[]>`select id from environment where name = ${name}`;
  const [known] = await find();
  if (known !== undefined) return known.id;
  await sql`insert into environment (name) values (${name}) on conflict (name) do nothing`;
  const [made] = await find();
  if (made === undefined) throw new HeddleError("INTERNAL", `the environment "${name}" was not made`);
  return made.id;
}

interface PlannedAssets {
  readonly ids: readonly number[];
  readonly pooled: readonly PooledAsset[];
  /** @throws RUN_CODE_LOCATIONS_MIXED, RUN_DEFINITIONS_CHANGED */
  newestCodeVersionId(): number;
}

interface AssetRecord {
  readonly id: number;
  readonly place: number;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly codeVersionId: number | null;
  readonly isInForce: boolean;
}

/**
 * Finds the assets by key and by how the plan numbers their partitions: a plan whose definitions are not in force any
 * more makes partitions of the definitions that it was made with.
 */
async function findAssets(sql: TransactionSql, plan: RunPlan): Promise<PlannedAssets> {
  const keys = plan.assets.map((asset) => asset.key);
  const rows = await sql<AssetRecord[]>`
    select a.id, k.place::integer as place, l.name as location, a.definition -> 'tags' as tags,
      l.current_code_version_id as "codeVersionId",
      a.superseded_at is null as "isInForce"
    from unnest(${keys}::text[], ${plan.assets.map((asset) => partitionScheme(asset.partitionsSpec))}::text[])
      with ordinality as k (key, scheme, place)
    join asset a on a.key = k.key and a.scheme = k.scheme
    join code_location l on l.id = a.code_location_id`;
  const byPlace = new Map(rows.map((row) => [row.place - 1, row]));
  const unknown = keys.filter((_key, place) => !byPlace.has(place));
  if (unknown.length > 0) throw assetsUnknown(unknown);
  return {
    ids: keys.map((_key, place) => byPlace.get(place)?.id ?? 0),
    pooled: keys.map((_key, place) => {
      const { location = "", tags = {} } = byPlace.get(place) ?? {};
      return { location, assetTags: tags };
    }),
    newestCodeVersionId: () => {
      const outdated = keys.filter((_key, place) => byPlace.get(place)?.isInForce === false);
      if (outdated.length > 0) throw definitionsChanged(outdated);
      const locations = [...new Set(rows.map((row) => row.location))].toSorted();
      const [codeVersionId] = rows.map((row) => row.codeVersionId);
      if (locations.length === 1 && typeof codeVersionId === "number") return codeVersionId;
      throw locationsMixed(locations);
    },
  };
}

function planEmpty(): HeddleError {
  return new HeddleError("PLAN_EMPTY", "the plan has no step, so there is nothing to run", {
    hint: "Choose other partitions, or another rule for which of them are made.",
  });
}

function assetsUnknown(keys: readonly string[]): HeddleError {
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : "";
  return new HeddleError(
    "RUN_ASSET_UNKNOWN",
    `the plan names assets, or definitions of their partitions, that no code location declares: ${shown.join(", ")}${more}`,
    {
      hint: "Load the code location that declares them, then plan again.",
      details: { assets: keys.slice(0, 100) },
    },
  );
}

function definitionsChanged(keys: readonly string[]): HeddleError {
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  return new HeddleError(
    "RUN_DEFINITIONS_CHANGED",
    `the partitions of ${shown.join(", ")}${keys.length > shown.length ? ` and ${keys.length - shown.length} more` : ""} ` +
      "are defined otherwise since the plan was made",
    { hint: "Plan again.", details: { assets: keys.slice(0, 100) } },
  );
}

function locationsMixed(locations: readonly string[]): HeddleError {
  return new HeddleError(
    "RUN_CODE_LOCATIONS_MIXED",
    `a run executes one version of one project's code, and the plan needs ${locations.join(", ")}`,
    {
      hint: "Launch a run for each code location.",
      details: { codeLocations: [...locations] },
    },
  );
}
