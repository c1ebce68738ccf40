import { HeddleError, type JsonValue } from "@heddle/core";
import {
  createRunGraph,
  hashPlan,
  firstLimitMs,
  hasLimits,
  type RunGraph,
  type RunLimits,
  type RunPlan,
} from "@heddle/core/internal";
import type { Database, TransactionSql } from "../database.ts";
import { poolsOfRun, readImplicitPools } from "../pools/run-pools.ts";
import { flushWork } from "./flush-work.ts";
import { insertSteps, type NewRun } from "./insert-steps.ts";
import { findPlannedAssets } from "./planned-assets.ts";
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

/** A run that was written, with what its graph is made of. */
interface InsertedRun extends CreatedRun, Omit<NewRun, "graph"> {}

/** Writes a run within a transaction; see {@link createRun}. */
export async function insertRun(sql: TransactionSql, graph: RunGraph, options: CreateRunOptions): Promise<InsertedRun> {
  const [made] = await insertRuns(sql, [{ ...options, graph }]);
  if (made === undefined) throw new HeddleError("INTERNAL", "a run was written and is not there");
  return made;
}

/** A run to write, with the graph of its plan. */
export interface NewRunOptions extends CreateRunOptions {
  readonly graph: RunGraph;
}

/**
 * Writes runs within a transaction, in as many statements as one takes: what an evaluation of conditions or a tick of a
 * schedule asks for is often dozens. In the order in which they were given, which is that of their ids.
 * @throws as {@link createRun}
 */
export async function insertRuns(sql: TransactionSql, runs: readonly NewRunOptions[]): Promise<InsertedRun[]> {
  if (runs.length === 0) return [];
  if (runs.some(({ plan }) => plan.total === 0)) throw planEmpty();
  const [environments, planned, implicit] = await Promise.all([
    findEnvironments(sql, [...new Set(runs.map(({ environment }) => environment))]),
    findPlannedAssets(
      sql,
      runs.map(({ plan }) => plan),
    ),
    readImplicitPools(sql),
  ]);
  const rows = runs.flatMap((run, index) => {
    const assets = planned[index];
    if (assets === undefined) return [];
    const { graph, codeVersionId = assets.newestCodeVersionId() } = run;
    const pools = poolsOfRun(graph.plan, implicit, { assets: assets.pooled, runTags: run.tags ?? {} });
    return [{ run, codeVersionId, environmentId: environments.get(run.environment) ?? 0, assetIds: assets.ids, pools }];
  });
  const ids = await insertRunRows(sql, rows);
  const made = rows.flatMap(({ run: { graph }, environmentId, assetIds, pools }, index) => {
    const runId = ids.get(index);
    return runId === undefined ? [] : [{ graph, environmentId, assetIds, pools, runId }];
  });
  if (made.length > 0) {
    await insertSteps(sql, made);
    const work = new RunWork();
    for (const { runId } of made) {
      work.events.push({ kind: "run_created", runId, assetId: null, partitions: null, payload: { status: "queued" } });
    }
    work.notify("heddle_run");
    await Promise.all(flushWork(sql, work));
  }
  const known = made.length === runs.length ? NO_RUNS : await findRunIds(sql, runs);
  return rows.map(({ run: { originKey }, environmentId, assetIds, pools }, index) => {
    const runId = ids.get(index);
    return {
      environmentId,
      assetIds,
      pools,
      runId: runId ?? known.get(originKey ?? "") ?? 0,
      created: runId !== undefined,
    };
  });
}

const NO_RUNS: ReadonlyMap<string, number> = new Map();

/** The runs that origin keys had made before. */
async function findRunIds(
  sql: TransactionSql,
  runs: readonly Pick<CreateRunOptions, "originKey">[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ id: number; originKey: string }[]>`
    select id, origin_key as "originKey" from run
    where origin_key = any(${runs.flatMap(({ originKey }) => originKey ?? [])}::text[])`;
  return new Map(rows.map(({ id, originKey }) => [originKey, id]));
}

interface RunRow {
  readonly run: CreateRunOptions;
  readonly environmentId: number;
  readonly codeVersionId: number;
}

/** @returns ids by place; those whose origin key has made a run before are left out */
async function insertRunRows(sql: TransactionSql, rows: readonly RunRow[]): Promise<ReadonlyMap<number, number>> {
  const runs = rows.map(({ run }) => run);
  const limits = runs.map((run) => (run.limits != null && hasLimits(run.limits) ? run.limits : null));
  const made = await sql<{ place: number; id: number }[]>`
    with k as materialized (
      select nextval('run_id_seq') as id, * from unnest(
        ${rows.map(({ environmentId }) => environmentId)}::smallint[],
        ${runs.map(({ origin }) => JSON.stringify(origin))}::text[], ${runs.map(({ originKey = null }) => originKey)}::text[],
        ${rows.map(({ codeVersionId }) => codeVersionId)}::integer[], ${runs.map(({ priority = 0 }) => priority)}::integer[],
        ${runs.map(({ maxConcurrency = null }) => maxConcurrency)}::integer[],
        ${runs.map(({ tags = {} }) => JSON.stringify(tags))}::text[], ${runs.map(({ plan }) => JSON.stringify(plan))}::text[],
        ${runs.map(({ plan }) => hashPlan(plan))}::text[], ${runs.map(({ plan }) => plan.total)}::integer[],
        ${runs.map(({ after = [] }) => `{${after.join(",")}}`)}::text[],
        ${runs.map(({ plan }) => plan.order === "newest")}::boolean[],
        ${limits.map((each) => (each === null ? null : JSON.stringify(each)))}::text[],
        ${limits.map((each) => (each === null ? null : firstLimitMs(each)))}::double precision[],
        ${limits.map((each) => each?.deadline ?? null)}::double precision[],
        ${runs.map(({ plan }) => plan.purpose ?? "materialize")}::text[]
      ) with ordinality as u (environment_id, origin, origin_key, code_version_id, priority, max_concurrency, tags, plan,
        plan_hash, total, after, newest_first, limits, limit_ms, deadline, purpose, place)
    ), made as (
      insert into run (id, environment_id, status, purpose, origin, origin_key, code_version_id, priority, max_concurrency, tags,
        plan, plan_hash, total, unfinished, after, newest_first, limits, limit_at)
      overriding system value
      select id, environment_id, 'queued', purpose, origin::jsonb, origin_key, code_version_id, priority, max_concurrency,
        tags::jsonb, plan::jsonb, plan_hash, total, total, after::bigint[], newest_first, limits::jsonb,
        least(clock_timestamp() + limit_ms * interval '1 millisecond', to_timestamp(deadline / 1000))
      from k order by place
      on conflict (origin_key) do nothing
      returning id
    )
    select k.place::integer as place, k.id from k join made on made.id = k.id`;
  return new Map(made.map(({ place, id }) => [place - 1, id]));
}

/** Ids of environments. Looked up first: an insert that meets a conflict would use up an id of the few there are. */
async function findEnvironments(sql: TransactionSql, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const find = async () => {
    const rows = await sql<
      { id: number; name: string }[]
    >`select id, name from environment where name = any(${names}::text[])`;
    return new Map(rows.map(({ id, name }) => [name, id]));
  };
  const known = await find();
  if (known.size === names.length) return known;
  const unknown = names.filter((name) => !known.has(name)).toSorted();
  await sql`insert into environment (name) select unnest(${unknown}::text[]) on conflict (name) do nothing`;
  const made = await find();
  if (made.size < names.length) throw new HeddleError("INTERNAL", `an environment of ${names.join(", ")} was not made`);
  return made;
}

function planEmpty(): HeddleError {
  return new HeddleError("PLAN_EMPTY", "the plan has no step, so there is nothing to run", {
    hint: "Choose other partitions, or another rule for which of them are made.",
  });
}
