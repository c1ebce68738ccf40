import { PartitionSet } from "@heddle/core";
import type { Transaction } from "../database.ts";

/** What is known of an asset's partitions, as sets; they may overlap (a materialized partition may run again). */
export interface PartitionSets {
  readonly materialized: PartitionSet;
  /** The newest step failed. */
  readonly failed: PartitionSet;
  /** Steps of runs that are not over. */
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

interface StoredChunk {
  readonly assetId: number;
  readonly materialized: Uint8Array;
  readonly failed: Uint8Array;
  readonly updatedAt: Date;
}

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
      ${onlyOpen}`;
  const stored = await sql<StoredChunk[]>`
    select asset_id as "assetId", materialized, failed, updated_at as "updatedAt"
    from asset_chunk where environment_id = ${environmentId} ${onlyStored}
    order by asset_id, chunk`;
  for (const chunk of open) builderOf(chunk.assetId).addOpen(chunk);
  for (const chunk of stored) builderOf(chunk.assetId).addStored(chunk);
  return new Map([...builders].map(([assetId, builder]) => [assetId, builder.build()]));
}

/** Gathers the ranges of an asset's chunks; one set is made at the end, however many chunks there were. */
class SetsBuilder {
  readonly #ranges = { materialized: [], failed: [], running: [], queued: [], skipped: [] } as Record<
    "materialized" | "failed" | "running" | "queued" | "skipped",
    number[]
  >;
  #lastMaterializedAt: Date | null = null;

  addStored(chunk: StoredChunk): void {
    const materialized = appendRanges(this.#ranges.materialized, chunk.materialized);
    appendRanges(this.#ranges.failed, chunk.failed);
    if (materialized && (this.#lastMaterializedAt === null || chunk.updatedAt > this.#lastMaterializedAt)) {
      this.#lastMaterializedAt = chunk.updatedAt;
    }
  }

  addOpen(chunk: OpenChunk): void {
    appendRanges(this.#ranges.running, chunk.running);
    // What was up to date has the state that it had.
    if (chunk.fresh === null) appendRanges(this.#ranges.skipped, chunk.skipped);
    else {
      const stopped = PartitionSet.decode(chunk.skipped).subtract(PartitionSet.decode(chunk.fresh));
      for (const bound of stopped.ranges) this.#ranges.skipped.push(bound);
    }
    for (const set of [chunk.waiting, chunk.ready, chunk.backoff]) appendRanges(this.#ranges.queued, set);
  }

  build(): PartitionSets {
    const { materialized, failed, running, queued, skipped } = this.#ranges;
    return {
      materialized: PartitionSet.fromRanges(materialized),
      failed: PartitionSet.fromRanges(failed),
      running: PartitionSet.fromRanges(running),
      queued: PartitionSet.fromRanges(queued),
      skipped: PartitionSet.fromRanges(skipped),
      lastMaterializedAt: this.#lastMaterializedAt,
    };
  }
}

/** Says whether there was anything to append. */
function appendRanges(target: number[], encoded: Uint8Array): boolean {
  const { ranges } = PartitionSet.decode(encoded);
  for (const bound of ranges) target.push(bound);
  return ranges.length > 0;
}
