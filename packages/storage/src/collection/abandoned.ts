import type { JsonValue, PartitionSpace } from "@heddle/core";
import type { Database } from "../database.ts";
import { readAssetSpaces } from "./asset-spaces.ts";

/** What an attempt has stored: an object, as its key tells, or a value without objects, as its I/O manager tells. */
export interface ListedAttempt {
  /** Of the object, unchanged; of a value without objects, whatever tells it from others. */
  readonly key: string;
  /** Of a value without objects: by them a materialization names it. */
  readonly details?: JsonValue;
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly runId: number;
  /** Epoch milliseconds of the store's clock. */
  readonly modifiedAt: number;
}

/** How far clocks of stores, workers and the database may lie apart. */
const CLOCK_MARGIN_MS = 3_600_000;
/** A worker that lost its lease may write for some time after its run is over. */
const ZOMBIE_MARGIN_MS = 86_400_000;

/**
 * Finds, among listed objects, those that attempts have written and never published, or that are collected already.
 * An object belongs to it only when all of this is so; whatever else lies there is left alone:
 *
 * - its run is one of this deployment's, made this asset, and is over;
 * - it was written while that run went on, so that a run of another deployment with the same number is not meant;
 * - its partition is known, and no materialization of it by that run that is not collected names it.
 */
export async function findAbandoned(db: Database, listed: readonly ListedAttempt[]): Promise<ReadonlySet<string>> {
  if (listed.length === 0) return new Set();
  return db.read(
    "findAbandoned",
    async (tx) => {
      const spaces = await readAssetSpaces(tx, [...new Set(listed.map(({ assetKey }) => assetKey))]);
      const places = listed.flatMap((object) =>
        (spaces.get(object.assetKey) ?? []).flatMap(({ assetId, space }) => {
          const ordinal = ordinalIn(space, object.partitionKey);
          return ordinal === null ? [] : [{ ...object, assetId, ordinal }];
        }),
      );
      const rows = await tx.sql<{ key: string }[]>`
        select k.key
        from unnest(
          ${places.map(({ key }) => key)}::text[], ${places.map(({ assetId }) => assetId)}::integer[],
          ${places.map(({ ordinal }) => ordinal)}::bigint[], ${places.map(({ runId }) => runId)}::bigint[],
          ${places.map(({ modifiedAt }) => new Date(modifiedAt))}::timestamptz[],
          ${places.map(({ details }) => details ?? null)}::jsonb[]
        ) as k (key, asset_id, ordinal, run_id, modified_at, details)
        join run r on r.id = k.run_id and r.ended_at is not null
          and k.modified_at > r.created_at - ${CLOCK_MARGIN_MS}::double precision * interval '1 millisecond'
          and k.modified_at < r.ended_at + ${ZOMBIE_MARGIN_MS}::double precision * interval '1 millisecond'
        join run_asset a on a.run_id = k.run_id and a.asset_id = k.asset_id
        left join materialization m on m.asset_id = k.asset_id and m.ordinal = k.ordinal and m.run_id = k.run_id
          and m.collected_at is null
        where case
          when k.details is null
            then not exists (select from jsonb_array_elements(m.stored -> 'objects') o where o ->> 'key' = k.key)
          else m.stored -> 'details' is distinct from k.details
        end`;
      return new Set(rows.map(({ key }) => key));
    },
    { pinPlans: true },
  );
}

function ordinalIn(space: PartitionSpace, partitionKey: string | null): number | null {
  if (partitionKey === null) return space.spec === null ? 0 : null;
  return space.spec === null ? null : space.ordinalOf(partitionKey);
}
