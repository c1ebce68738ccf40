import { PartitionSet } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** What is known of an asset's partitions, as sets; they may overlap (a materialized partition may run again). */
export interface PartitionSets {
  readonly materialized: PartitionSet;
  /** The newest step failed. */
  readonly failed: PartitionSet;
  /** Steps of runs that are not over and make partitions. */
  readonly running: PartitionSet;
  readonly queued: PartitionSet;
  /** Left out by a run that is not over, because something upstream failed. */
  readonly skipped: PartitionSet;
  readonly lastMaterializedAt: Date | null;
}

/** The sets of an asset of which nothing is known. */
export const NO_PARTITION_SETS: PartitionSets = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
  queued: PartitionSet.EMPTY,
  skipped: PartitionSet.EMPTY,
  lastMaterializedAt: null,
};

export interface PartitionSetsQuery {
  readonly environmentId: number;
  /** Only these assets; all when left out. */
  readonly assetIds?: readonly number[] | undefined;
}

/** Chunks of several assets, in columns: a row of the wire for each of them would cost more than all that is read from it. */
interface StoredChunks {
  readonly assetIds: readonly number[];
  /** All sets one behind the other, and how many bytes each of them has. */
  readonly materialized: Uint8Array;
  readonly materializedBytes: readonly number[];
  readonly failed: Uint8Array;
  readonly failedBytes: readonly number[];
  /** Epoch milliseconds. */
  readonly updatedAt: readonly number[];
}

/** Assets whose chunks are one row of the answer: what PostgreSQL puts together has a limit. */
const ASSETS_A_ROW = 256;

interface OpenChunk {
  readonly assetId: number;
  readonly waiting: Uint8Array;
  readonly ready: Uint8Array;
  readonly backoff: Uint8Array;
  readonly running: Uint8Array;
  readonly skipped: Uint8Array;
  /** Those of them that were up to date. */
  readonly fresh: Uint8Array | null;
}

/**
 * Reads the state of the partitions of some or all assets, by asset id, in two statements whatever their number. Assets
 * of which nothing is known are not in the answer.
 */
export async function readPartitionSets(
  { sql }: Transaction,
  query: PartitionSetsQuery,
): Promise<Map<number, PartitionSets>> {
  const builders = new Map<number, SetsBuilder>();
  const builderOf = (assetId: number): SetsBuilder => {
    let builder = builders.get(assetId);
    if (builder === undefined) builders.set(assetId, (builder = new SetsBuilder()));
    return builder;
  };
  const { environmentId, assetIds } = query;
  const onlyOpen = assetIds === undefined ? sql`` : sql`and c.asset_id = any(${assetIds}::integer[])`;
  const onlyStored = assetIds === undefined ? sql`` : sql`and asset_id = any(${assetIds}::integer[])`;
  const open = await sql<OpenChunk[]>`
    select c.asset_id as "assetId", c.waiting, c.ready, c.backoff, c.running, c.skipped, f.partitions as fresh
    from run r join run_chunk c on c.run_id = r.id
    left join fresh_chunk f on f.run_id = c.run_id and f.asset_id = c.asset_id and f.chunk = c.chunk
    where r.status in ('queued', 'running', 'canceling', 'paused') and r.environment_id = ${environmentId}
      and r.purpose = 'materialize' ${onlyOpen}`;
  const stored = await sql<StoredChunks[]>`
    select array_agg(asset_id order by asset_id, chunk) as "assetIds",
      string_agg(materialized, ''::bytea order by asset_id, chunk) as materialized,
      array_agg(octet_length(materialized) order by asset_id, chunk) as "materializedBytes",
      string_agg(failed, ''::bytea order by asset_id, chunk) as failed,
      array_agg(octet_length(failed) order by asset_id, chunk) as "failedBytes",
      array_agg((extract(epoch from updated_at) * 1000)::float8 order by asset_id, chunk) as "updatedAt"
    from asset_chunk where environment_id = ${environmentId} ${onlyStored}
    group by asset_id / ${ASSETS_A_ROW}::integer`;
  for (const chunk of open) builderOf(chunk.assetId).addOpen(chunk);
  for (const chunks of stored) addStored(chunks, builderOf);
  return new Map([...builders].map(([assetId, builder]) => [assetId, builder.build()]));
}

function addStored(chunks: StoredChunks, builderOf: (assetId: number) => SetsBuilder): void {
  let [materializedAt, failedAt] = [0, 0];
  chunks.assetIds.forEach((assetId, index) => {
    const materializedEnd = materializedAt + (chunks.materializedBytes[index] ?? 0);
    const failedEnd = failedAt + (chunks.failedBytes[index] ?? 0);
    builderOf(assetId).addStored({
      materialized: chunks.materialized.subarray(materializedAt, materializedEnd),
      failed: chunks.failed.subarray(failedAt, failedEnd),
      updatedAt: chunks.updatedAt[index] ?? 0,
    });
    [materializedAt, failedAt] = [materializedEnd, failedEnd];
  });
}

interface StoredChunk {
  readonly materialized: Uint8Array;
  readonly failed: Uint8Array;
  readonly updatedAt: number;
}

/** Gathers what is known of an asset from its chunks. */
class SetsBuilder {
  readonly #materialized = new SetBuilder();
  readonly #failed = new SetBuilder();
  /** Sets of runs that are not over; most assets are in none. */
  #open: Readonly<Record<"running" | "queued" | "skipped", SetBuilder>> | null = null;
  #lastMaterializedAt: number | null = null;

  addStored(chunk: StoredChunk): void {
    const materialized = PartitionSet.decode(chunk.materialized);
    this.#materialized.add(materialized);
    this.#failed.add(PartitionSet.decode(chunk.failed));
    if (!materialized.isEmpty && (this.#lastMaterializedAt === null || chunk.updatedAt > this.#lastMaterializedAt)) {
      this.#lastMaterializedAt = chunk.updatedAt;
    }
  }

  addOpen(chunk: OpenChunk): void {
    this.#open ??= { running: new SetBuilder(), queued: new SetBuilder(), skipped: new SetBuilder() };
    const { running, queued, skipped } = this.#open;
    running.add(PartitionSet.decode(chunk.running));
    // What was up to date has the state that it had.
    const fresh = chunk.fresh === null ? PartitionSet.EMPTY : PartitionSet.decode(chunk.fresh);
    skipped.add(PartitionSet.decode(chunk.skipped).subtract(fresh));
    for (const set of [chunk.waiting, chunk.ready, chunk.backoff]) queued.add(PartitionSet.decode(set));
  }

  build(): PartitionSets {
    const open = this.#open;
    return {
      materialized: this.#materialized.build(),
      failed: this.#failed.build(),
      running: open?.running.build() ?? PartitionSet.EMPTY,
      queued: open?.queued.build() ?? PartitionSet.EMPTY,
      skipped: open?.skipped.build() ?? PartitionSet.EMPTY,
      lastMaterializedAt: this.#lastMaterializedAt === null ? null : new Date(this.#lastMaterializedAt),
    };
  }
}

/** One set out of those of several chunks: made once, however many there are. Of a single chunk it is that chunk's. */
class SetBuilder {
  #first: PartitionSet = PartitionSet.EMPTY;
  #ranges: number[] | null = null;

  add(set: PartitionSet): void {
    if (set.isEmpty) return;
    if (this.#ranges === null && this.#first.isEmpty) {
      this.#first = set;
      return;
    }
    this.#ranges ??= [...this.#first.ranges];
    for (const bound of set.ranges) this.#ranges.push(bound);
  }

  build(): PartitionSet {
    return this.#ranges === null ? this.#first : PartitionSet.fromRanges(this.#ranges);
  }
}
