import type { JsonValue } from "@heddle/core";
import type { CollectionCommand, CollectionState } from "@heddle/core/internal";
import { appendEvents } from "../events.ts";
import type { Database, Transaction, TransactionSql } from "../database.ts";

/** Code locations that one look decides on. */
const LIST_LIMIT = 1_000;

/** What `decideCollections` decides on: every code location whose code was loaded once. */
export async function loadCollectionStates(db: Database): Promise<CollectionState[]> {
  return db.read("loadCollectionStates", async ({ sql }) => [
    ...(await sql<CollectionState[]>`
      select l.id as "codeLocationId",
        (extract(epoch from clock_timestamp() - c.requested_at) * 1000)::double precision as "requestedMsAgo",
        c.code_location_id is not null and ${isOpen(sql)} as "isOpen",
        coalesce(c.failures, 0) as failures
      from code_location l left join collection c on c.code_location_id = l.id
      where l.current_code_version_id is not null
      order by l.id limit ${LIST_LIMIT}::integer`),
  ]);
}

/**
 * Carries out what `decideCollections` returned. What is under way already goes on as it is.
 *
 * @param options.isThorough looks into the stores for what was abandoned, however short ago that was done. @default false
 */
export async function requestCollection(
  db: Database,
  { codeLocationId, graceMs }: Omit<CollectionCommand, "kind">,
  { isThorough = false }: { readonly isThorough?: boolean } = {},
): Promise<void> {
  await db.transaction(
    "requestCollection",
    async (tx) => {
      await tx.sql`
        insert into collection as c (code_location_id, grace_ms) values (${codeLocationId}, ${graceMs})
        on conflict (code_location_id) do update set requested_at = clock_timestamp(), grace_ms = excluded.grace_ms,
          worker_id = null, result = case when ${isThorough} then null else c.result end
        where not (${isOpen(tx.sql)})`;
      await tx.notify("heddle_collect");
    },
    { isIdempotent: true },
  );
}

function isOpen(sql: TransactionSql) {
  return sql`(c.finished_at is null or c.finished_at < c.requested_at)`;
}

/** What a worker has to collect. */
export interface CollectionClaim {
  readonly codeLocationId: number;
  /** The code in force: its I/O managers and stores are those that remove. */
  readonly codeVersionId: number;
  readonly graceMs: number;
  /** When the stores were last looked through for what was abandoned, in milliseconds ago; null: never, as far as is known. */
  readonly listedMsAgo: number | null;
  /** By which a store says whose values lie in it. */
  readonly deploymentId: string;
}

/**
 * Gives a worker a collection that was asked for and that no living worker has. One whose worker died, at whatever
 * moment, is given to another, who begins anew: what is removed already is found no more.
 */
export async function claimCollection(db: Database, workerId: string): Promise<CollectionClaim | undefined> {
  return db.transaction(
    "claimCollection",
    async ({ sql }) => {
      const [claimed] = await sql<CollectionClaim[]>`
        update collection set worker_id = ${workerId}, started_at = clock_timestamp()
        from code_location l, deployment d
        where l.id = collection.code_location_id and collection.code_location_id = (
          select c.code_location_id from collection c
          where ${isOpen(sql)} and not exists (
            select from worker w where w.id = c.worker_id and w.id <> ${workerId} and w.ended_at is null
              and w.lease_until > clock_timestamp()
          )
          order by c.requested_at limit 1 for update skip locked
        ) and exists (select from worker where id = ${workerId} and ended_at is null and lease_until > clock_timestamp())
        returning collection.code_location_id as "codeLocationId", l.current_code_version_id as "codeVersionId",
          collection.grace_ms as "graceMs", d.id as "deploymentId",
          (extract(epoch from clock_timestamp() - (collection.result ->> 'listedAt')::timestamptz) * 1000)::double precision
            as "listedMsAgo"`;
      return claimed;
    },
    { isIdempotent: true },
  );
}

/** Who collects: every transaction of a collection makes sure that it still may. */
export interface Collector {
  readonly codeLocationId: number;
  readonly workerId: string;
}

/** Whether the collection is still this worker's; it stays so until the transaction ends. */
export async function ownsCollection({ sql }: Transaction, { codeLocationId, workerId }: Collector): Promise<boolean> {
  const held = await sql`
    select from collection c join worker w on w.id = c.worker_id
    where c.code_location_id = ${codeLocationId} and c.worker_id = ${workerId} and ${isOpen(sql)}
      and w.ended_at is null and w.lease_until > clock_timestamp()
    for no key update of c`;
  return held.count > 0;
}

/** How a collection ended. */
export interface CollectionEnd {
  readonly hasFailed: boolean;
  /** What it removed and what it could not. */
  readonly result: { readonly [name: string]: JsonValue };
  /** Whether it has looked through the stores for what was abandoned, from end to end. */
  readonly hasListed: boolean;
  /** Whether there is something to tell: one that found nothing leaves no event. */
  readonly isWorthTelling: boolean;
}

/** Ends a collection, whether it succeeded or not. Nothing when another worker has it by now. */
export async function finishCollection(db: Database, collector: Collector, end: CollectionEnd): Promise<void> {
  const { codeLocationId } = collector;
  await db.transaction("finishCollection", async (tx) => {
    if (!(await ownsCollection(tx, collector))) return;
    await tx.sql`
      update collection set finished_at = clock_timestamp(), worker_id = null,
        result = ${end.result}::jsonb || jsonb_build_object(
          'listedAt', case when ${end.hasListed} then to_jsonb(clock_timestamp()) else result -> 'listedAt' end
        ),
        failures = case when ${end.hasFailed} then least(failures + 1, 1000) else 0 end
      where code_location_id = ${codeLocationId}`;
    if (!end.isWorthTelling) return;
    const [location] = await tx.sql<{ name: string }[]>`select name from code_location where id = ${codeLocationId}`;
    const payload = { location: location?.name ?? null, result: end.result };
    await appendEvents(tx, [{ kind: "collected", payload }]);
  });
}

/** What is known of the collections of a deployment. */
export interface CollectionRow {
  readonly location: string;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly isOpen: boolean;
  readonly failures: number;
  readonly result: JsonValue | null;
}

/** Reads the state of every collection there was, by the name of its code location. */
export async function readCollections({ sql }: Transaction): Promise<CollectionRow[]> {
  return [
    ...(await sql<CollectionRow[]>`
      select l.name as location, c.requested_at as "requestedAt", c.started_at as "startedAt",
        c.finished_at as "finishedAt", ${isOpen(sql)} as "isOpen", c.failures, c.result
      from collection c join code_location l on l.id = c.code_location_id
      order by l.name limit ${LIST_LIMIT}::integer`),
  ];
}
