import { PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";

/** Keys that are put into a dynamic definition, or taken out of it. */
export interface DynamicPartitionsRequest {
  /** Name of the definition. */
  readonly definition: string;
  readonly action: "add" | "remove";
  readonly keys: readonly string[];
}

/** What became of the keys of one definition. */
export interface ChangedDynamicPartitions {
  readonly definition: string;
  /** Ordinals of the keys that are new, or there again. */
  readonly added: PartitionSet;
  /** Ordinals of the keys that are gone. They keep them. */
  readonly removed: PartitionSet;
}

/** Most keys that one definition ever has, removed ones included. */
export const MAX_DYNAMIC_KEYS = 1_000_000;

/** A definition with what it may still take. */
export interface LockedDefinition {
  readonly name: string;
  /** Ordinals that were given out. */
  readonly size: number;
}

/**
 * Locks definitions by name, so that nobody else gives out ordinals of theirs. They come last in the order of locks. Those
 * that do not exist are not in the answer.
 */
export async function lockDefinitions(sql: TransactionSql, names: readonly string[]): Promise<LockedDefinition[]> {
  await sql`select from dynamic_definition where name = any (${names}::text[]) order by name for no key update`;
  // A statement of its own: what the first one waited for is visible only to those after it.
  return sql<LockedDefinition[]>`
    select d.name, coalesce((select max(ordinal) + 1 from dynamic_partition where definition = d.name), 0) as size
    from dynamic_definition d where d.name = any (${names}::text[])`;
}

/** Makes definitions of which nothing is known yet. */
export async function insertDefinitions(sql: TransactionSql, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await sql`
    insert into dynamic_definition (name) select unnest(${names.toSorted()}::text[]) order by 1 on conflict do nothing`;
}

/** What is asked of one key in the end. */
interface KeyChange {
  readonly definition: string;
  readonly key: string;
  readonly action: "add" | "remove";
}

/**
 * Carries out requests in their order: of several about one key the last one counts. Every key that is new gets the next
 * ordinal of its definition; a key that was removed comes back with its own. The definitions must be locked and have room.
 */
export async function changeDynamicPartitions(
  sql: TransactionSql,
  requests: readonly DynamicPartitionsRequest[],
): Promise<ChangedDynamicPartitions[]> {
  const last = new Map<string, KeyChange>();
  for (const { definition, action, keys } of requests) {
    // A name has no line break, so that no two pairs look alike.
    for (const key of keys) last.set(`${definition}\n${key}`, { definition, key, action });
  }
  const changes = [...last.values()];
  const added = await addKeys(
    sql,
    changes.filter(({ action }) => action === "add"),
  );
  const removed = await removeKeys(
    sql,
    changes.filter(({ action }) => action === "remove"),
  );
  const names = [...new Set([...added.keys(), ...removed.keys()])].toSorted();
  if (names.length > 0) {
    await sql`
      update dynamic_definition set version = (random() * 9007199254740991)::bigint where name = any (${names}::text[])`;
  }
  return names.map((definition) => ({
    definition,
    added: added.get(definition) ?? PartitionSet.EMPTY,
    removed: removed.get(definition) ?? PartitionSet.EMPTY,
  }));
}

interface ChangedRow {
  readonly definition: string;
  readonly ordinals: number[];
}

async function addKeys(sql: TransactionSql, keys: readonly KeyChange[]): Promise<Map<string, PartitionSet>> {
  if (keys.length === 0) return new Map();
  const rows = await sql<ChangedRow[]>`
    with wanted as (
      select * from unnest(
        ${keys.map(({ definition }) => definition)}::text[], ${keys.map(({ key }) => key)}::text[]
      ) with ordinality as k (definition, key, place)
    ), revived as (
      update dynamic_partition p set removed_at = null, added_at = clock_timestamp()
      from wanted w where p.definition = w.definition and p.key = w.key and p.removed_at is not null
      returning p.definition, p.ordinal
    ), inserted as (
      insert into dynamic_partition (definition, ordinal, key)
      select w.definition,
        (select coalesce(max(ordinal) + 1, 0) from dynamic_partition where definition = w.definition)
          + row_number() over (partition by w.definition order by w.place) - 1,
        w.key
      from wanted w
      where not exists (select from dynamic_partition p where p.definition = w.definition and p.key = w.key)
      returning definition, ordinal
    )
    select definition, array_agg(ordinal) as ordinals
    from (select * from revived union all select * from inserted) changed group by definition`;
  return setsOf(rows);
}

async function removeKeys(sql: TransactionSql, keys: readonly KeyChange[]): Promise<Map<string, PartitionSet>> {
  if (keys.length === 0) return new Map();
  const rows = await sql<ChangedRow[]>`
    with removed as (
      update dynamic_partition p set removed_at = clock_timestamp()
      from unnest(
        ${keys.map(({ definition }) => definition)}::text[], ${keys.map(({ key }) => key)}::text[]
      ) as w (definition, key)
      where p.definition = w.definition and p.key = w.key and p.removed_at is null
      returning p.definition, p.ordinal
    )
    select definition, array_agg(ordinal) as ordinals from removed group by definition`;
  return setsOf(rows);
}

function setsOf(rows: readonly ChangedRow[]): Map<string, PartitionSet> {
  return new Map(rows.map(({ definition, ordinals }) => [definition, PartitionSet.of(ordinals)]));
}
