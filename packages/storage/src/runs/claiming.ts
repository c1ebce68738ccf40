import { PartitionSet } from "@heddle/core";
import type { TransactionSql } from "../database.ts";
import type { ChunkRow, ChunkState } from "./chunk-state.ts";
import { lockFreeRuns, lockRuns, readClaimableChunks } from "./run-rows.ts";
import type { LockedRun, RunWork } from "./run-work.ts";
import { shareCapacity, type CapacityCandidate } from "./share-capacity.ts";

/** What a worker can take. */
export interface ClaimWish {
  readonly workerId: string;
  /** Steps at most. */
  readonly capacity: number;
  /** Most steps of one asset in one claim. @default no limit */
  readonly perAsset?: ((assetId: number) => number) | undefined;
  /** Code versions that the worker can run. @default all */
  readonly codeVersionIds?: readonly number[] | undefined;
}

/** Steps of one asset of one run that are taken, before they have an id. */
export interface TakenSteps {
  readonly runId: number;
  readonly assetId: number;
  readonly partitions: PartitionSet;
}

/** Runs that are looked at for one claim. Beyond the limit on admitted runs, so in practice all of them. */
const MAX_CANDIDATES = 256;
/** Chunks of a run that are read first; usually they hold all that is wanted. */
const FIRST_CHUNKS = 8;
const MAX_ROUNDS = 16;

/**
 * Reads which runs have something to claim, without locks: what is found is looked at again under the run's lock.
 *
 * @param ownRunIds runs that are locked already; they count even when nothing of them is claimable yet
 */
export async function readCandidates(
  sql: TransactionSql,
  { codeVersionIds }: Pick<ClaimWish, "codeVersionIds">,
  ownRunIds: readonly number[],
): Promise<CapacityCandidate[]> {
  return sql<CapacityCandidate[]>`
    select r.id as "runId", r.priority, r.max_concurrency as "maxConcurrency",
      coalesce((select sum(size) from claim where run_id = r.id), 0)::integer as running
    from run r
    where r.status = 'running'
      and (${codeVersionIds ?? null}::integer[] is null or r.code_version_id = any(${codeVersionIds ?? null}::integer[]))
      and (r.id = any(${ownRunIds}::bigint[]) or exists (select from run_chunk where run_id = r.id and claimable))
    order by r.priority desc, r.id limit ${MAX_CANDIDATES}::integer`;
}

/** Reads the claimable chunks with which claims on runs begin. The runs must be locked. */
export function readFirstClaimable(sql: TransactionSql, runIds: readonly number[]): Promise<ChunkRow[]> {
  return readClaimableChunks(sql, runIds, FIRST_CHUNKS);
}

/** What was taken, and whether there was more behind locks of others. */
export interface Taken {
  readonly steps: readonly TakenSteps[];
  readonly metLocks: boolean;
}

/**
 * Takes ready steps of the candidates, within their limits and the worker's. Runs that are locked already are served from
 * what is known of them. A run that another transaction holds is left out, unless nothing at all is held yet: then one
 * is waited for, which cannot deadlock.
 */
export class Claiming {
  readonly #sql: TransactionSql;
  readonly #work: RunWork;
  readonly #wish: ClaimWish;
  readonly #taken = new Map<string, { runId: number; assetId: number; ranges: number[]; size: number }>();
  /** Runs of which every claimable chunk is known. */
  readonly #readWhole = new Set<number>();
  #candidates: readonly CapacityCandidate[];
  #left: number;
  #metLocks = false;

  constructor(
    sql: TransactionSql,
    work: RunWork,
    options: { wish: ClaimWish; candidates: readonly CapacityCandidate[] },
  ) {
    this.#sql = sql;
    this.#work = work;
    this.#wish = options.wish;
    this.#candidates = options.candidates;
    this.#left = options.wish.capacity;
  }

  /** Takes over what {@link readFirstClaimable} read of locked runs. */
  prefetch(runIds: readonly number[], rows: readonly ChunkRow[]): void {
    this.#addRows(runIds, FIRST_CHUNKS, rows);
  }

  async take(): Promise<Taken> {
    for (let round = 0; round < MAX_ROUNDS && this.#left > 0 && this.#candidates.length > 0; round += 1) {
      const shares = shareCapacity(this.#left, this.#candidates);
      if (shares.size === 0) break;
      await this.#lock([...shares.keys()].filter((runId) => !this.#work.runs.has(runId)));
      await this.#takeShares(shares);
    }
    const steps = [...this.#taken.values()].map(({ runId, assetId, ranges }) => ({
      runId,
      assetId,
      partitions: PartitionSet.fromRanges(ranges),
    }));
    for (const { runId, assetId, partitions } of steps)
      this.#work.tell("steps_claimed", { runId, assetId }, partitions);
    return { steps, metLocks: this.#metLocks };
  }

  /** Locks runs, and reads with the same round trip what claims on them need. */
  async #lock(runIds: readonly number[]): Promise<void> {
    const [firstId] = runIds;
    if (firstId === undefined) return;
    let [locked, running, rows] = await this.#readLocked(runIds, lockFreeRuns);
    if (locked.length < runIds.length) this.#metLocks = true;
    if (locked.length === 0 && this.#work.runs.size === 0) {
      [locked, running, rows] = await this.#readLocked([firstId], lockRuns);
    }
    const usable = new Map(locked.filter((run) => run.status === "running").map((run) => [run.id, run]));
    this.#work.addRuns([...usable.values()]);
    this.prefetch(
      [...usable.keys()],
      rows.filter((row) => usable.has(row.runId)),
    );
    const missed = new Set(runIds.filter((runId) => !usable.has(runId)));
    // Between the look and the lock, others may have claimed.
    this.#candidates = this.#candidates
      .filter(({ runId }) => !missed.has(runId))
      .map((candidate) => ({ ...candidate, running: running.get(candidate.runId) ?? candidate.running }));
  }

  #readLocked(
    runIds: readonly number[],
    lock: (sql: TransactionSql, runIds: readonly number[]) => Promise<LockedRun[]>,
  ): Promise<[LockedRun[], Map<number, number>, ChunkRow[]]> {
    const sql = this.#sql;
    return Promise.all([lock(sql, runIds), readRunning(sql, runIds), readFirstClaimable(sql, runIds)]);
  }

  /** Serves every run that is locked and has a share; those that had less than that are done. */
  async #takeShares(shares: ReadonlyMap<number, number>): Promise<void> {
    const served = this.#candidates.filter(({ runId }) => shares.has(runId) && this.#work.runs.has(runId));
    const got = new Map<number, number>();
    const first = this.#serve(served, { shares, got });
    if (first.length > 0) {
      // Every chunk that is claimable holds at least one step, unless it is known already and was emptied here.
      const known = [...this.#work.chunks()].length;
      const runIds = first.map(({ runId }) => runId);
      const limit = known + Math.max(...first.map(({ runId }) => shares.get(runId) ?? 0));
      this.#addRows(runIds, limit, await readClaimableChunks(this.#sql, runIds, limit));
      this.#serve(first, { shares, got });
    }
    this.#candidates = this.#candidates
      .filter(({ runId }) => !shares.has(runId) || !this.#work.runs.has(runId) || got.get(runId) === shares.get(runId))
      .map((candidate) => ({ ...candidate, running: candidate.running + (got.get(candidate.runId) ?? 0) }));
  }

  /** Takes what is known to be claimable. Returns the runs that may have more than that, and still want it. */
  #serve(
    candidates: readonly CapacityCandidate[],
    { shares, got }: { shares: ReadonlyMap<number, number>; got: Map<number, number> },
  ): CapacityCandidate[] {
    const claimable = groupClaimable(this.#work.chunks());
    return candidates.filter((candidate) => {
      const { runId } = candidate;
      const before = got.get(runId) ?? 0;
      // Shares were made before the lock; a limit holds whatever happened meanwhile.
      const room = (candidate.maxConcurrency ?? Infinity) - candidate.running - before;
      const wanted = Math.min(room, (shares.get(runId) ?? 0) - before, this.#left);
      const count = this.#takeChunks(claimable.get(runId) ?? [], wanted);
      got.set(runId, before + count);
      return count < wanted && !this.#readWhole.has(runId);
    });
  }

  #addRows(runIds: readonly number[], limit: number, rows: readonly ChunkRow[]): void {
    this.#work.addChunks(rows);
    const counts = Map.groupBy(rows, (row) => row.runId);
    for (const runId of runIds) {
      if ((counts.get(runId)?.length ?? 0) < limit) this.#readWhole.add(runId);
    }
  }

  #takeChunks(chunks: readonly ChunkState[], wanted: number): number {
    let count = 0;
    for (const chunk of chunks) {
      if (count >= wanted) break;
      const key = `${chunk.runId}/${chunk.assetId}`;
      const entry = this.#taken.get(key) ?? { runId: chunk.runId, assetId: chunk.assetId, ranges: [], size: 0 };
      const limit = Math.max(1, this.#wish.perAsset?.(chunk.assetId) ?? Infinity) - entry.size;
      const part = chunk.get("ready").take(Math.min(wanted - count, limit));
      if (part.isEmpty) continue;
      for (const bound of this.#work.moveChunk("claim", chunk, part)) entry.ranges.push(bound);
      entry.size += part.size;
      this.#taken.set(key, entry);
      count += part.size;
    }
    this.#left -= count;
    return count;
  }
}

/** Claimable chunks by run, in the order in which they are served: what is furthest downstream, then the oldest. */
function groupClaimable(chunks: Iterable<ChunkState>): Map<number, ChunkState[]> {
  const claimable = [...chunks].filter((chunk) => !chunk.get("ready").isEmpty);
  claimable.sort((a, b) => b.position - a.position || a.chunk - b.chunk);
  return Map.groupBy(claimable, (chunk) => chunk.runId);
}

async function readRunning(sql: TransactionSql, runIds: readonly number[]): Promise<Map<number, number>> {
  if (runIds.length === 0) return new Map();
  const rows = await sql<{ runId: number; running: number }[]>`
    select run_id as "runId", sum(size)::integer as running from claim where run_id = any(${runIds}::bigint[]) group by 1`;
  const running = new Map(runIds.map((runId) => [runId, 0]));
  for (const row of rows) running.set(row.runId, row.running);
  return running;
}
