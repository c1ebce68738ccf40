import type { PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { appendEvents, readEventCursor, type EventCursor } from "../events.ts";
import { readStaleness, type StalenessRow } from "./staleness-rows.ts";

/** What judging goes on from. */
export interface StalenessState {
  /** 0 when nothing was ever judged. */
  readonly version: number;
  readonly cursor: EventCursor;
  /** By asset id. Where events may be lost, they are of no definition, so that everything is judged again. */
  readonly rows: ReadonlyMap<number, StalenessRow>;
}

/** No asset has this definition. */
const NONE = "";

/** Reads what is known, and up to which event it was judged. */
export async function readStalenessState(tx: Transaction, environmentId: number): Promise<StalenessState> {
  const [round] = await tx.sql<{ version: number; cursor: EventCursor; isLost: boolean }[]>`
    select version, cursor, split_part(cursor, '.', 1)::xid8 > pg_snapshot_xmax(pg_current_snapshot())
      or coalesce((select e.xid > split_part(cursor, '.', 1)::xid8 from event e order by e.id limit 1), false)
      as "isLost"
    from staleness_round where environment_id = ${environmentId}`;
  const isLost = round === undefined || round.isLost;
  const rows = await readStaleness(tx, { environmentId });
  return {
    version: round?.version ?? 0,
    cursor: isLost ? await readEventCursor(tx) : round.cursor,
    rows: isLost ? new Map([...rows].map(([id, row]) => [id, { ...row, definition: NONE }])) : rows,
  };
}

/** One round of judging, about to take effect. */
export interface RecordedStaleness {
  readonly environmentId: number;
  /** The version that it began from; 0 for the first one. */
  readonly expectedVersion: number;
  readonly cursor: EventCursor;
  /** By the clock of the database, when it began to look. */
  readonly at: Date;
  readonly rows: readonly StalenessRow[];
  /** Assets of which nothing is to be known any more. */
  readonly gone: readonly number[];
  /** Partitions that are stale now and were not, or the other way around, by asset id. */
  readonly changed: ReadonlyMap<number, PartitionSet>;
  /** Whether it was behind for so long that somebody may have been told. @default false */
  readonly hasCaughtUp?: boolean;
}

/** Tells which partitions are stale now and were not, or the other way around; without an asset, that it is up to date. */
const CHANGED = "staleness_changed";

/** Lets a round take effect. Of several rounds that began from the same version one does. */
export async function recordStaleness(db: Database, recorded: RecordedStaleness): Promise<"recorded" | "superseded"> {
  return db.transaction(
    "recordStaleness",
    async (tx) => {
      if (!(await moveOn(tx, recorded))) return "superseded";
      const { sql } = tx;
      const { environmentId, at, rows, gone, changed, hasCaughtUp = false } = recorded;
      if (rows.length > 0) {
        await sql`
          insert into asset_staleness (environment_id, asset_id, definition, code, inputs, stale, pending, judged_at)
          select ${environmentId}::smallint, k.*, ${at}::timestamptz from unnest(
            ${rows.map(({ assetId }) => assetId)}::integer[], ${rows.map(({ definition }) => definition)}::text[],
            ${rows.map(({ code }) => code.encode())}::bytea[], ${rows.map(({ inputs }) => inputs.encode())}::bytea[],
            ${rows.map(({ stale }) => stale.encode())}::bytea[], ${rows.map(({ pending }) => pending.encode())}::bytea[]
          ) as k (asset_id, definition, code, inputs, stale, pending)
          on conflict (environment_id, asset_id) do update set definition = excluded.definition, code = excluded.code,
            inputs = excluded.inputs, stale = excluded.stale, pending = excluded.pending, judged_at = excluded.judged_at`;
      }
      if (gone.length > 0) {
        await sql`
          delete from asset_staleness
          where environment_id = ${environmentId} and asset_id = any (${gone}::integer[])`;
      }
      const events = [...changed].map(([assetId, partitions]) => ({ kind: CHANGED, assetId, partitions }));
      await appendEvents(tx, hasCaughtUp && events.length === 0 ? [{ kind: CHANGED }] : events);
      return "recorded";
    },
    // The version tells whether it was done.
    { isIdempotent: true },
  );
}

async function moveOn({ sql }: Transaction, recorded: RecordedStaleness): Promise<boolean> {
  const { environmentId, expectedVersion, cursor, at } = recorded;
  const moved =
    expectedVersion === 0
      ? await sql`
          insert into staleness_round (environment_id, version, cursor, at)
          values (${environmentId}, 1, ${cursor}, ${at}) on conflict (environment_id) do nothing`
      : await sql`
          update staleness_round set version = version + 1, cursor = ${cursor}, at = ${at}
          where environment_id = ${environmentId} and version = ${expectedVersion}`;
  return moved.count === 1;
}
