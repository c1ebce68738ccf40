import { type StoredValue } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction, TransactionSql } from "../database.ts";
import { readAssetSpaces, type AssetSpace } from "./asset-spaces.ts";
import { ownsCollection, type Collector } from "./requests.ts";
import { rangeBounds } from "../range-bounds.ts";

/** A run whose materializations may have taken the place of others. */
export interface CollectableRun {
  readonly runId: number;
}

/** Names an asset of which values are removed. */
export interface CollectableAssetName {
  readonly assetId: number;
  readonly assetKey: string;
}

/** What one asset of a run made, 8,192 ordinals at most. */
export interface CollectableChunk extends CollectableAssetName {
  readonly runId: number;
  readonly chunk: number;
  readonly made: PartitionSet;
}

/**
 * What was replaced before this instant is read by nobody any more: neither within the grace time, nor by a step that
 * was claimed, and so may have found its inputs, before it was replaced.
 */
function cutoff(sql: TransactionSql, graceMs: number) {
  return sql`least(
    clock_timestamp() - ${graceMs}::double precision * interval '1 millisecond',
    (select min(claimed_at) from claim)
  )`;
}

/**
 * The next run, by id, that ended before all that may still be read, and of which it is not known that everything is
 * removed that it replaced.
 */
export async function findCollectableRun(
  db: Database,
  query: { readonly codeLocationId: number; readonly graceMs: number; readonly afterRunId: number },
): Promise<CollectableRun | undefined> {
  return db.read("findCollectableRun", async ({ sql }) => {
    const [run] = await sql<CollectableRun[]>`
      select r.id as "runId" from run r join code_version v on v.id = r.code_version_id
      where r.ended_at is not null and r.collected_at is null and r.id > ${query.afterRunId}
        and r.ended_at < ${cutoff(sql, query.graceMs)} and v.code_location_id = ${query.codeLocationId}
      order by r.id limit 1`;
    return run;
  });
}

/** What a run made, chunk by chunk, of at most `limit` chunks after the given one. */
export async function listCollectableChunks(
  db: Database,
  query: {
    readonly runId: number;
    readonly after: Pick<CollectableChunk, "assetId" | "chunk"> | undefined;
    readonly limit: number;
  },
): Promise<CollectableChunk[]> {
  const { runId, after = { assetId: 0, chunk: 0 }, limit } = query;
  return db.read("listCollectableChunks", async ({ sql }) => {
    const rows = await sql<(Omit<CollectableChunk, "made"> & { made: Uint8Array })[]>`
      select c.run_id as "runId", c.asset_id as "assetId", a.key as "assetKey", c.chunk, c.success as made
      from run_chunk c join asset a on a.id = c.asset_id
      where c.run_id = ${runId} and (c.asset_id, c.chunk) > (${after.assetId}::integer, ${after.chunk}::integer)
      order by c.asset_id, c.chunk limit ${limit}::integer`;
    return rows.map((row) => ({ ...row, made: PartitionSet.decode(row.made) }));
  });
}

/** Names a materialization of an asset. */
export interface MaterializationPlace {
  readonly ordinal: number;
  readonly runId: number;
}

/** A materialization whose value nobody reads any more. */
export interface SupersededValue extends MaterializationPlace {
  /** `null` without partitions, and for one that the definition does not have any more. */
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
  /** Whether the run that made it goes on, and may read what it made: it has to stay until that ends. */
  readonly isHeld: boolean;
}

function isOf({ assetId }: CollectableAssetName) {
  return (space: AssetSpace): boolean => space.assetId === assetId;
}

/**
 * Whether `m` is what consumers read: itself, or a value that a later one, which was reported, has in common with it.
 */
function isRead(sql: TransactionSql) {
  return sql`exists (
    select from environment e
    join asset_partition p on p.environment_id = e.id and p.asset_id = m.asset_id and p.ordinal = m.ordinal
    join materialization u on u.asset_id = p.asset_id and u.ordinal = p.ordinal and u.run_id = p.run_id
    where u.run_id = m.run_id or u.stored = m.stored
  )`;
}

/**
 * Values that the materializations of a chunk took the place of and that are not removed yet, in the order of ordinal
 * and run, at most `limit` after the given place. None of them is current in any environment. The run must have ended
 * before the cutoff, so that each was replaced before it.
 */
export async function listSuperseded(
  db: Database,
  query: {
    readonly chunk: CollectableChunk;
    readonly after: MaterializationPlace | undefined;
    readonly limit: number;
  },
): Promise<SupersededValue[]> {
  const { chunk, after = { ordinal: -1, runId: 0 }, limit } = query;
  const { ranges } = chunk.made;
  const { starts, ends } = rangeBounds(ranges);
  const list = (sql: TransactionSql) => sql<Omit<SupersededValue, "partitionKey">[]>`
    select m.ordinal, m.run_id as "runId", m.stored,
      exists (select from run o where o.id = m.run_id and o.ended_at is null) as "isHeld"
    from unnest(${starts}::bigint[], ${ends}::bigint[]) as made (first, past)
    join materialization m on m.asset_id = ${chunk.assetId}
      and m.ordinal >= greatest(made.first, ${after.ordinal}::bigint) and m.ordinal < made.past
    join materialization r on r.asset_id = m.asset_id and r.ordinal = m.ordinal and r.run_id = ${chunk.runId}
    where m.run_id <> ${chunk.runId} and m.collected_at is null and m.stored is not null
      and m.published_at < r.published_at
      and (m.ordinal, m.run_id) > (${after.ordinal}::bigint, ${after.runId}::bigint)
      and not ${isRead(sql)}
    order by m.ordinal, m.run_id limit ${limit}::integer`;
  return db.read("listSuperseded", async (tx) => withKeys(tx, chunk, await list(tx.sql)), { pinPlans: true });
}

/** Gives partitions their keys. */
async function withKeys(
  tx: Transaction,
  asset: CollectableAssetName,
  rows: readonly Omit<SupersededValue, "partitionKey">[],
): Promise<SupersededValue[]> {
  if (rows.length === 0) return [];
  const [space] = (await readAssetSpaces(tx, [asset.assetKey])).get(asset.assetKey)?.filter(isOf(asset)) ?? [];
  return rows.map((row) => ({ ...row, partitionKey: (space?.space.keyOf(row.ordinal) ?? "") || null }));
}

/** Partitions of an asset that somebody took back. */
export interface CollectableWipe extends CollectableAssetName {
  readonly wipeId: number;
  readonly partitions: PartitionSet;
}

/** The next wipe, by id, that lies before all that may still be read, and of which not everything is removed yet. */
export async function findCollectableWipe(
  db: Database,
  query: { readonly codeLocationId: number; readonly graceMs: number; readonly afterWipeId: number },
): Promise<CollectableWipe | undefined> {
  return db.read("findCollectableWipe", async ({ sql }) => {
    const [row] = await sql<(Omit<CollectableWipe, "partitions"> & { partitions: Uint8Array })[]>`
      select w.id as "wipeId", w.asset_id as "assetId", a.key as "assetKey", w.partitions
      from wipe w join asset a on a.id = w.asset_id
      where w.collected_at is null and w.id > ${query.afterWipeId}
        and w.wiped_at < ${cutoff(sql, query.graceMs)} and a.code_location_id = ${query.codeLocationId}
      order by w.id limit 1`;
    return row === undefined ? undefined : { ...row, partitions: PartitionSet.decode(row.partitions) };
  });
}

/**
 * Values that were taken back by a wipe and are not removed yet, in the order of ordinal and run, at most `limit` after the
 * given place. What was published after the wipe is not among them, nor what is read by anybody.
 */
export async function listWiped(
  db: Database,
  query: {
    readonly wipe: CollectableWipe;
    readonly after: MaterializationPlace | undefined;
    readonly limit: number;
  },
): Promise<SupersededValue[]> {
  const { wipe, after = { ordinal: -1, runId: 0 }, limit } = query;
  const { ranges } = wipe.partitions;
  const { starts, ends } = rangeBounds(ranges);
  return db.read(
    "listWiped",
    async (tx) => {
      const rows = await tx.sql<Omit<SupersededValue, "partitionKey">[]>`
        select m.ordinal, m.run_id as "runId", m.stored,
          exists (select from run o where o.id = m.run_id and o.ended_at is null) as "isHeld"
        from wipe w
        cross join unnest(${starts}::bigint[], ${ends}::bigint[]) as taken (first, past)
        join materialization m on m.asset_id = w.asset_id
          and m.ordinal >= greatest(taken.first, ${after.ordinal}::bigint) and m.ordinal < taken.past
        left join run r on r.id = m.run_id
        where w.id = ${wipe.wipeId} and m.published_at < w.wiped_at
          and (r.id is null or r.environment_id = w.environment_id)
          and m.collected_at is null and m.stored is not null
          and (m.ordinal, m.run_id) > (${after.ordinal}::bigint, ${after.runId}::bigint)
          and not ${isRead(tx.sql)}
        order by m.ordinal, m.run_id limit ${limit}::integer`;
      return withKeys(tx, wipe, rows);
    },
    { pinPlans: true },
  );
}

/** Takes note that everything is removed that a wipe has taken back; see {@link markCollected}. */
export async function markWipeCollected(db: Database, collector: Collector, wipeId: number): Promise<boolean> {
  return db.transaction(
    "markWipeCollected",
    async (tx) => {
      if (!(await ownsCollection(tx, collector))) return false;
      await tx.sql`update wipe set collected_at = clock_timestamp() where id = ${wipeId} and collected_at is null`;
      return true;
    },
    { isIdempotent: true },
  );
}

/**
 * Takes note that values are removed. Their rows stay as history, for as long as the runs that made them are kept.
 *
 * @returns whether the collection is still this worker's
 */
export async function markCollected(
  db: Database,
  collector: Collector,
  removed: { readonly assetId: number; readonly places: readonly MaterializationPlace[] },
): Promise<boolean> {
  const { assetId, places } = removed;
  return db.transaction(
    "markCollected",
    async (tx) => {
      if (!(await ownsCollection(tx, collector))) return false;
      const ordinals = places.map(({ ordinal }) => ordinal);
      const runIds = places.map(({ runId }) => runId);
      const keys = tx.sql`unnest(${ordinals}::bigint[], ${runIds}::bigint[]) as k (ordinal, run_id)`;
      await tx.sql`
        delete from materialization m using ${keys}
        where m.asset_id = ${assetId} and m.ordinal = k.ordinal and m.run_id = k.run_id
          and not exists (select from run r where r.id = m.run_id)`;
      await tx.sql`
        update materialization m set collected_at = clock_timestamp() from ${keys}
        where m.asset_id = ${assetId} and m.ordinal = k.ordinal and m.run_id = k.run_id and m.collected_at is null`;
      return true;
    },
    { isIdempotent: true, pinPlans: true },
  );
}

/** Takes note that everything is removed that a run has replaced; see {@link markCollected}. */
export async function markRunCollected(db: Database, collector: Collector, runId: number): Promise<boolean> {
  return db.transaction(
    "markRunCollected",
    async (tx) => {
      if (!(await ownsCollection(tx, collector))) return false;
      await tx.sql`
        update run set collected_at = clock_timestamp() where id = ${runId} and ended_at is not null and collected_at is null`;
      return true;
    },
    { isIdempotent: true },
  );
}
