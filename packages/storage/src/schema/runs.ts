import type { PoolUse, RunStatus } from "@heddle/core";
import type { ExceededLimit, FailureCause, RunLimits, RunPlan, RunPurpose } from "@heddle/core/internal";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { codeVersion, environment } from "./code.ts";
import { partitionSet } from "./columns.ts";

/**
 * A run keeps its steps as sets of partition ordinals, one row for each (asset, chunk of 8,192 ordinals), and a row of
 * its own only for a step that left the happy path (`step`, `attempt`). So a run of a million partitions is some 120
 * rows, a claim or a settlement touches a handful of them, and dead rows stay few.
 */
export const run = pgTable(
  "run",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environmentId: smallint()
      .notNull()
      .references(() => environment.id),
    status: text().$type<RunStatus>().notNull(),
    /** What its steps are for, as its plan says it: only `materialize` makes partitions, and holds them. */
    purpose: text().$type<RunPurpose>().notNull().default("materialize"),
    /** Why it exists: `{kind: "manual" | "schedule" | …, …}`. */
    origin: jsonb().notNull(),
    /** Makes a launch idempotent: the same key never makes a second run. */
    originKey: text().unique("run_origin_key"),
    codeVersionId: integer()
      .notNull()
      .references(() => codeVersion.id),
    priority: integer().notNull().default(0),
    /** Most steps of this run that may run at once; null for no limit. */
    maxConcurrency: integer(),
    tags: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** The frozen plan: assets, edges, mappings, partition specs and the instant at which they were resolved. */
    plan: jsonb().$type<RunPlan>().notNull(),
    planHash: text().notNull(),
    /** The instant at which the plan's partitions were resolved, epoch milliseconds: what came later was not read. */
    plannedAt: bigint({ mode: "number" }).generatedAlwaysAs(sql`(plan ->> 'at')::bigint`),
    /** Steps in all. */
    total: integer().notNull(),
    /** Steps that are waiting, ready, running or in back-off; the run ends in the transaction that makes it 0. */
    unfinished: integer().notNull(),
    createdAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    startedAt: timestamp({ withTimezone: true }),
    endedAt: timestamp({ withTimezone: true }),
    cancelRequestedAt: timestamp({ withTimezone: true }),
    /** Whether steps that ran when it was canceled may finish: what they make is published. */
    letsFinish: boolean().notNull().default(false),
    /** Runs that must be over before this one begins. */
    after: bigint({ mode: "number" })
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Whether the newest partitions go first; else the oldest. */
    newestFirst: boolean().notNull().default(false),
    /** Since when all is removed that its materializations took the place of; null while it is not over. */
    collectedAt: timestamp({ withTimezone: true }),
    /** By when it has to begin and to end; null for no limit. */
    limits: jsonb().$type<RunLimits>(),
    /** When the daemon has to look at its limits, or before; null when none is left that could be exceeded. */
    limitAt: timestamp({ withTimezone: true }),
    /** The limits that it has exceeded, the first one first; null for none. */
    limitsExceeded: jsonb().$type<readonly ExceededLimit[]>(),
  },
  (table) => [
    index("run_limited")
      .on(table.limitAt)
      .where(sql`limit_at is not null and ended_at is null`),
    index("run_uncollected")
      .on(table.id)
      .where(sql`ended_at is not null and collected_at is null`),
    // Nulls first is what a plain `order by … desc` asks for, here and in `run_chunk_claimable`.
    index("run_open")
      .on(table.status, table.priority.desc().nullsFirst(), table.id)
      .where(sql`status in ('queued', 'running', 'canceling', 'paused')`),
    check("run_status", sql`status in ('queued', 'running', 'paused', 'canceling', 'success', 'failed', 'canceled')`),
    check("run_ended", sql`(status in ('success', 'failed', 'canceled')) = (ended_at is not null)`),
    check("run_unfinished", sql`unfinished between 0 and total and (ended_at is null or unfinished = 0)`),
  ],
);

/** One asset of a run with the counts of its steps; the counts change in the transaction that changes the sets. */
export const runAsset = pgTable(
  "run_asset",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    /** Topological position within the run. */
    position: integer().notNull(),
    total: integer().notNull(),
    waiting: integer().notNull(),
    ready: integer().notNull(),
    running: integer().notNull().default(0),
    backoff: integer().notNull().default(0),
    success: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    skipped: integer().notNull().default(0),
    canceled: integer().notNull().default(0),
    /** Sum over the steps that succeeded: what estimates are made from. */
    durationMs: bigint({ mode: "number" }).notNull().default(0),
    /** Partitions that one call makes at most; null: one step per partition, 0: as many as there are. */
    chunkSize: integer(),
    /** Pools that each execution counts against; null for none. */
    pools: jsonb().$type<readonly PoolUse[]>(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.assetId] }),
    index("run_asset_by_asset").on(table.assetId, table.runId),
    check("run_asset_total", sql`waiting + ready + running + backoff + success + failed + skipped + canceled = total`),
    check("run_asset_counts", sql`least(waiting, ready, running, backoff, success, failed, skipped, canceled) >= 0`),
  ],
);

/** The sets of step states of one asset of a run, for ordinals `[chunk * 8192, (chunk + 1) * 8192)`. Disjoint. */
export const runChunk = pgTable(
  "run_chunk",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    chunk: integer().notNull(),
    /** Of the asset within the run, as in `run_asset`. */
    position: integer().notNull(),
    /** Whether `ready` has members: where a claim looks. A flag and not a count, so that most updates leave the index alone. */
    claimable: boolean().notNull(),
    /** Place in the order of claims: the chunk, or its negative where the newest go first. */
    rank: integer().notNull().default(0),
    waiting: partitionSet().notNull(),
    ready: partitionSet().notNull(),
    running: partitionSet().notNull(),
    backoff: partitionSet().notNull(),
    success: partitionSet().notNull(),
    failed: partitionSet().notNull(),
    skipped: partitionSet().notNull(),
    canceled: partitionSet().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.assetId, table.chunk] }),
    index("run_chunk_claimable")
      .on(table.runId, table.position.desc().nullsFirst(), table.rank)
      .where(sql`claimable`),
  ],
);

/**
 * The steps of one row of {@link runChunk} that were skipped because their partition was fresh. They are members of
 * `skipped`, and what reads them goes on; a row of their own keeps what is written for every step as small as it is.
 */
export const freshChunk = pgTable(
  "fresh_chunk",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    chunk: integer().notNull(),
    partitions: partitionSet().notNull(),
    /** Members of `partitions`. */
    size: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.assetId, table.chunk] })],
);

/** A worker process (a supervisor). Its lease, by database time, is the lease of everything it has claimed. */
export const worker = pgTable(
  "worker",
  {
    id: uuid().primaryKey(),
    host: text().notNull(),
    pid: integer().notNull(),
    slots: integer().notNull(),
    startedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
    leaseUntil: timestamp({ withTimezone: true }).notNull(),
    /** When it was asked to claim nothing more and to end when it has finished. */
    drainRequestedAt: timestamp({ withTimezone: true }),
    /** Set by a clean stop or by the sweep; such a worker can never claim or publish again. */
    endedAt: timestamp({ withTimezone: true }),
  },
  (table) => [
    index("worker_alive")
      .on(table.leaseUntil)
      .where(sql`ended_at is null`),
  ],
);

/**
 * Steps of one asset of one run that a worker owns: the fence. A claim's id is the attempt id in storage keys. A worker
 * may publish an ordinal only while it is in `partitions` of a claim of its own and its lease is alive.
 */
export const claim = pgTable(
  "claim",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    workerId: uuid().notNull(),
    /** The call that made it: by this a worker finds what it was given when the answer got lost. */
    requestId: uuid().notNull(),
    /** What is still owned: settled ordinals leave it, and an empty claim is deleted. */
    partitions: partitionSet().notNull(),
    /** Members of `partitions`: what a limit on concurrency counts. */
    size: integer().notNull(),
    /** Whether all of it is one execution; `size` is 1 then. */
    isChunk: boolean().notNull().default(false),
    /** Pools of which each place takes slots; null for none. What a pool has in use is counted here, and kept nowhere. */
    pools: jsonb().$type<readonly PoolUse[]>(),
    claimedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [
    index("claim_by_worker").on(table.workerId),
    index("claim_by_run").on(table.runId, table.assetId),
    index("claim_pooled")
      .on(table.id)
      .where(sql`pools is not null`),
  ],
);

/** A step that left the happy path: what its failed attempts count to, and until when it waits. */
export const step = pgTable(
  "step",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    /** Attempts that failed by the user's code: counted against the retry policy. */
    errors: smallint().notNull().default(0),
    /** Attempts lost to infrastructure: a budget of their own. */
    losses: smallint().notNull().default(0),
    /** Attempts that ended without success, for whatever cause; the next one has the number after it. */
    attempts: smallint().notNull().default(0),
    /** While in back-off: not before this instant. */
    retryAt: timestamp({ withTimezone: true }),
    /** Why it failed for good. `poison` where one attempt after another ended its process. */
    cause: text().$type<FailureCause>(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.assetId, table.ordinal] }),
    index("step_retry")
      .on(table.retryAt)
      .where(sql`retry_at is not null`),
  ],
);

/** A failed or lost attempt. Successful ones are materializations. */
export const attempt = pgTable(
  "attempt",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    number: smallint().notNull(),
    claimId: bigint({ mode: "number" }).notNull(),
    workerId: uuid().notNull(),
    cause: text().$type<FailureCause>().notNull(),
    /** Serialized error: code, message, hint, stack in terms of the source, cause. */
    error: jsonb(),
    /** Groups equal failures: hash of cause, code and message without its variable parts. */
    fingerprint: text(),
    startedAt: timestamp({ withTimezone: true }),
    endedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [primaryKey({ columns: [table.runId, table.assetId, table.ordinal, table.number] })],
);

/**
 * A part of a step that was done, by its name: an attempt that comes later does not do it again. What is recorded first
 * stays, whoever recorded it: it was done.
 */
export const subStep = pgTable(
  "sub_step",
  {
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    ordinal: bigint({ mode: "number" }).notNull(),
    name: text().notNull(),
    /** JSON text, as it was written; null when there is no result. */
    result: text(),
    startedAt: timestamp({ withTimezone: true }).notNull(),
    durationMs: integer().notNull(),
    /** Tries that it took. */
    tries: smallint().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.assetId, table.ordinal, table.name] })],
);

/**
 * A named concurrency limit. Its row is the lock under which the limit is counted; what is counted are the things
 * themselves, so that nothing can leak. `runs`: runs that are admitted at once.
 */
export const pool = pgTable(
  "pool",
  {
    name: text().primaryKey(),
    /** As declared; what a person has set goes before it. */
    slots: integer().notNull(),
    /** Slots that a person has set; null where what is declared holds. */
    overrideSlots: integer(),
    /** Whose definitions declare it; null for what a person has made. */
    codeLocationId: integer(),
  },
  () => [check("pool_slots", sql`slots >= 0 and (override_slots is null or override_slots >= 0)`)],
);

/** Log lines of a run's steps, as they were flushed by a supervisor: JSON lines, in the order of the id. */
export const logChunk = pgTable(
  "log_chunk",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    runId: bigint({ mode: "number" }).notNull(),
    assetId: integer().notNull(),
    firstOrdinal: bigint({ mode: "number" }).notNull(),
    lastOrdinal: bigint({ mode: "number" }).notNull(),
    /** How many lines, so that a page can be found without reading. */
    lineCount: integer().notNull(),
    /** JSON lines: `{t, o, z?, a, l, m, f?}` = epoch ms, ordinal (to ordinal), attempt id, level, message, fields. */
    lines: text().notNull(),
    at: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`clock_timestamp()`),
  },
  (table) => [index("log_chunk_by_run").on(table.runId, table.assetId, table.id)],
);
