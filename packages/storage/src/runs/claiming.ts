import { type PoolUse } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { ChunkRow, ChunkState } from "./chunk-state.ts";
import { ChunkedAssets, sizeOfChunk, type ExecutionSize } from "./chunked-assets.ts";
import { PooledAssets } from "./pooled-assets.ts";
import { lockFreeRuns, lockRuns, readClaimableChunks } from "./run-rows.ts";
import type { LockedRun, RunWork } from "./run-work.ts";
import { shareCapacity, type CapacityCandidate } from "./share-capacity.ts";

/** What a worker can take. */
export interface ClaimWish {
  readonly workerId: string;
  /** Steps at most; a chunk of steps that one execution makes counts as one. */
  readonly capacity: number;
  /** Most steps, or chunks, of one asset that are claimed at once. @default no limit */
  readonly perAsset?: ((assetId: number) => number) | undefined;
  /** Code versions that the worker can run. @default all */
  readonly codeVersionIds?: readonly number[] | undefined;
}

/** Steps of one asset of one run that are taken, before they have an id. */
export interface TakenSteps {
  readonly runId: number;
  readonly assetId: number;
  readonly partitions: PartitionSet;
  /** Whether one execution makes all of them. */
  readonly isChunk: boolean;
  /** Pools that each execution counts against; null for none. */
  readonly pools: readonly PoolUse[] | null;
  /** The id that was reserved for their claim, where they run already. */
  readonly claimId?: number;
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
      (extract(epoch from clock_timestamp() - r.created_at) * 1000)::double precision as "waitedMs",
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
  /** Whether more can be claimed by asking again at once; else it is told by a notification. */
  readonly mayHaveMore: boolean;
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
  readonly #taken = new Map<
    string,
    { runId: number; assetId: number; pools: readonly PoolUse[] | null; ranges: number[]; size: number }
  >();
  readonly #takenChunks: TakenSteps[] = [];
  readonly #chunked: ChunkedAssets;
  readonly #pooled: PooledAssets;
  /** Runs of which every claimable chunk is known. */
  readonly #readWhole = new Set<number>();
  #candidates: readonly CapacityCandidate[];
  #left: number;
  #metLocks = false;

  constructor(
    sql: TransactionSql,
    work: RunWork,
    options: {
      wish: ClaimWish;
      candidates: readonly CapacityCandidate[];
      /** Slots of pools that this transaction sets free. */
      freedSlots: ReadonlyMap<string, number>;
    },
  ) {
    this.#sql = sql;
    this.#work = work;
    this.#wish = options.wish;
    this.#candidates = options.candidates;
    this.#left = options.wish.capacity;
    this.#chunked = new ChunkedAssets(sql, work);
    this.#pooled = new PooledAssets(sql, work, options.freedSlots);
  }

  /** Takes over what {@link readFirstClaimable} read of locked runs. */
  prefetch(runIds: readonly number[], rows: readonly ChunkRow[]): void {
    this.#addRows(runIds, FIRST_CHUNKS, rows);
  }

  async take(): Promise<Taken> {
    for (let round = 0; round < MAX_ROUNDS && this.#left > 0 && this.#candidates.length > 0; round += 1) {
      const shares = shareCapacity(this.#left, this.#candidates, Math.random);
      if (shares.size === 0) break;
      await this.#lock([...shares.keys()].filter((runId) => !this.#work.runs.has(runId)));
      await this.#takeShares(shares);
    }
    const single = [...this.#taken.values()].map(({ runId, assetId, pools, ranges }) => ({
      runId,
      assetId,
      pools,
      partitions: PartitionSet.fromRanges(ranges),
      isChunk: false,
    }));
    const steps = this.#takenChunks.length === 0 ? single : [...single, ...this.#takenChunks];
    for (const { runId, assetId, partitions } of steps)
      this.#work.tell("steps_claimed", { runId, assetId }, partitions);
    const isWorkLeft = (): boolean => [...groupClaimable(this.#work).values()].length > 0;
    const metLocks = this.#metLocks || this.#pooled.metLocks;
    const mayHaveMore = steps.length > 0 && (this.#left <= 0 || metLocks || isWorkLeft());
    return { steps, metLocks, mayHaveMore };
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
    await this.#prepare(new Set(shares.keys()));
    const first = this.#serve(served, { shares, got });
    if (first.length > 0) {
      // Every chunk that is claimable holds at least one step, unless it is known already and was emptied here.
      const known = [...this.#work.chunks()].length;
      const runIds = first.map(({ runId }) => runId);
      const limit = known + Math.max(...first.map(({ runId }) => shares.get(runId) ?? 0));
      this.#addRows(runIds, limit, await readClaimableChunks(this.#sql, runIds, limit));
      await this.#prepare(new Set(runIds));
      this.#serve(first, { shares, got, isLast: true });
    }
    this.#candidates = this.#candidates
      .filter(({ runId }) => !shares.has(runId) || !this.#work.runs.has(runId) || got.get(runId) === shares.get(runId))
      .map((candidate) => ({ ...candidate, running: candidate.running + (got.get(candidate.runId) ?? 0) }));
  }

  async #prepare(runIds: ReadonlySet<number>): Promise<void> {
    await this.#chunked.prepare(runIds);
    await this.#pooled.prepare(runIds);
  }

  /** Takes what is known to be claimable. Returns the runs that may have more than that, and still want it. */
  #serve(
    candidates: readonly CapacityCandidate[],
    {
      shares,
      got,
      isLast = false,
    }: { shares: ReadonlyMap<number, number>; got: Map<number, number>; isLast?: boolean },
  ): CapacityCandidate[] {
    const claimable = groupClaimable(this.#work);
    return candidates.filter((candidate) => {
      const { runId } = candidate;
      const before = got.get(runId) ?? 0;
      // Shares were made before the lock; a limit holds whatever happened meanwhile.
      const { maxConcurrency } = this.#work.run(runId);
      const room = (maxConcurrency ?? Infinity) - candidate.running - before;
      const wanted = Math.min(room, (shares.get(runId) ?? 0) - before, this.#left);
      const chunks = claimable.get(runId) ?? [];
      let count = this.#takeChunks(chunks, { wanted, takesPart: false });
      // A chunk that is not full is left as long as anything else of its run can bring it further.
      const isIdle = count + before + candidate.running === 0 && wanted > 0;
      if (isIdle && (isLast || this.#readWhole.has(runId))) {
        count = this.#takeChunks(chunks, { wanted: 1, takesPart: true });
      }
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

  /** @param takesPart whether an execution may get fewer steps than it could make, while more may become ready */
  #takeChunks(
    chunks: readonly ChunkState[],
    { wanted, takesPart }: { readonly wanted: number; readonly takesPart: boolean },
  ): number {
    let count = 0;
    const whole = new Set<number>();
    for (const chunk of chunks) {
      if (count >= wanted) break;
      if (chunk.chunkSize !== null) {
        if (whole.has(chunk.assetId)) continue;
        whole.add(chunk.assetId);
        const own = chunks.filter(({ assetId }) => assetId === chunk.assetId);
        count += this.#takeExecutions(own, { size: sizeOfChunk(chunk.chunkSize), wanted: wanted - count, takesPart });
        continue;
      }
      const key = `${chunk.runId}/${chunk.assetId}`;
      const { runId, assetId, pools } = chunk;
      const entry = this.#taken.get(key) ?? { runId, assetId, pools, ranges: [], size: 0 };
      const limit = Math.max(1, this.#wish.perAsset?.(assetId) ?? Infinity) - entry.size;
      const part = this.#first(chunk, Math.min(wanted - count, limit, this.#pooled.roomFor(chunk)));
      if (part.isEmpty) continue;
      this.#pooled.take(chunk, part.size);
      for (const bound of this.#work.moveChunk("claim", chunk, part)) entry.ranges.push(bound);
      entry.size += part.size;
      this.#taken.set(key, entry);
      count += part.size;
    }
    this.#left -= count;
    return count;
  }

  /** Takes steps of an asset that is made in chunks, given all that is ready of it. Returns for how many executions. */
  #takeExecutions(
    chunks: readonly ChunkState[],
    { size, wanted, takesPart }: { readonly size: number; readonly wanted: number; readonly takesPart: boolean },
  ): number {
    const [place] = chunks;
    if (place === undefined) return 0;
    const { runId, assetId, pools } = place;
    const before = this.#takenChunks.filter((taken) => taken.runId === runId && taken.assetId === assetId).length;
    const own = Math.max(1, this.#wish.perAsset?.(assetId) ?? Infinity) - before;
    const limit = Math.min(wanted, own, this.#pooled.roomFor(place));
    let count = 0;
    for (const { among, size: most, isPatient } of this.#chunked.sizes(place, size)) {
      for (; count < limit; count += 1) {
        const ready = chunks.reduce((sum, chunk) => sum + among(chunk).size, 0);
        if (ready === 0 || (isPatient && ready < most && !takesPart && this.#chunked.mayGrow(place))) break;
        const partitions = this.#takeExecution(chunks, among, most);
        this.#takenChunks.push({ runId, assetId, pools, partitions, isChunk: true });
      }
    }
    this.#pooled.take(place, count);
    return count;
  }

  #takeExecution(chunks: readonly ChunkState[], among: ExecutionSize["among"], size: number): PartitionSet {
    const ranges: number[] = [];
    let missing = size;
    for (const chunk of chunks) {
      const part = this.#first(chunk, missing, among(chunk));
      if (part.isEmpty) continue;
      for (const bound of this.#work.moveChunk("claim", chunk, part)) ranges.push(bound);
      missing -= part.size;
      if (missing === 0) break;
    }
    return PartitionSet.fromRanges(ranges);
  }

  /** The ready steps of a chunk of ordinals that are served first. */
  #first(chunk: ChunkState, count: number, ready = chunk.get("ready")): PartitionSet {
    return this.#work.run(chunk.runId).isNewestFirst ? ready.takeLast(count) : ready.take(count);
  }
}

/**
 * Claimable chunks by run, in the order in which they are served: what is furthest downstream, then the oldest, or the
 * newest where the run wants that.
 */
function groupClaimable(work: RunWork): Map<number, ChunkState[]> {
  const claimable = [...work.chunks()].filter((chunk) => work.runs.has(chunk.runId) && !chunk.get("ready").isEmpty);
  claimable.sort((a, b) => {
    if (a.position !== b.position) return b.position - a.position;
    return work.runs.get(a.runId)?.isNewestFirst === true ? b.chunk - a.chunk : a.chunk - b.chunk;
  });
  return Map.groupBy(claimable, (chunk) => chunk.runId);
}

/** How many steps of runs are claimed, as of before this transaction. */
export async function readRunning(sql: TransactionSql, runIds: readonly number[]): Promise<Map<number, number>> {
  if (runIds.length === 0) return new Map();
  const rows = await sql<{ runId: number; running: number }[]>`
    select run_id as "runId", sum(size)::integer as running from claim where run_id = any(${runIds}::bigint[]) group by 1`;
  const running = new Map(runIds.map((runId) => [runId, 0]));
  for (const row of rows) running.set(row.runId, row.running);
  return running;
}
