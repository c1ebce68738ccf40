import type { DynamicKeys } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { definitionUnknown } from "../dynamic/dynamic-partitions.ts";

/** What a process remembers of a definition. */
interface KnownDefinition {
  /** Drawn anew with each change, so that the same number never stands for other keys, whatever the database. */
  readonly version: number;
  /** The key of every ordinal; `null` where it was removed. */
  readonly present: readonly (string | null)[];
  /** The key of every ordinal, removed ones included. */
  readonly all: readonly string[];
}

/** Definitions that a process remembers; the one that was used longest ago goes first. */
const CACHE_LIMIT = 64;

const cache = new Map<string, KnownDefinition>();

/**
 * Reads the keys of dynamic definitions by ordinal, `null` for a removed one. A definition of which nothing is known has
 * none. Keys are read only after they have changed; otherwise it takes one small statement.
 */
export async function readDynamicKeys(tx: Transaction, names: readonly string[]): Promise<DynamicKeys> {
  const known = await readDefinitions(tx, names);
  return Object.fromEntries([...known].map(([name, { present }]) => [name, present]));
}

/** The same, with the keys of removed partitions: what stored ordinals meant and mean. */
export async function readDynamicHistory(tx: Transaction, names: readonly string[]): Promise<DynamicKeys> {
  const known = await readDefinitions(tx, names);
  return Object.fromEntries([...known].map(([name, { all }]) => [name, all]));
}

async function readDefinitions(
  { sql }: Transaction,
  names: readonly string[],
): Promise<ReadonlyMap<string, KnownDefinition>> {
  const found = new Map<string, KnownDefinition>();
  if (names.length === 0) return found;
  const rows = await sql<{ name: string; version: number }[]>`
    select name, version from dynamic_definition where name = any (${names}::text[])`;
  const versions = new Map(rows.map(({ name, version }) => [name, version]));
  for (const name of new Set(names)) {
    const version = versions.get(name);
    let known = cache.get(name);
    if (version === undefined) known = { version: 0, present: [], all: [] };
    else if (known?.version !== version) known = { version, ...(await readKeys({ sql }, name)) };
    found.set(name, known);
    if (version !== undefined) keep(name, known);
  }
  return found;
}

function keep(name: string, known: KnownDefinition): void {
  cache.delete(name);
  cache.set(name, known);
  const [oldest] = cache.keys();
  if (cache.size > CACHE_LIMIT && oldest !== undefined) cache.delete(oldest);
}

async function readKeys(
  { sql }: Pick<Transaction, "sql">,
  name: string,
): Promise<{ present: readonly (string | null)[]; all: readonly string[] }> {
  // One row, however many keys: ordinals have no gaps.
  const [row] = await sql<{ all: string[] | null; removed: number[] | null }[]>`
    select array_agg(key order by ordinal) as all, array_agg(ordinal) filter (where removed_at is not null) as removed
    from dynamic_partition where definition = ${name}`;
  const all = row?.all ?? [];
  if (row === undefined || row.removed === null) return { present: all, all };
  const present: (string | null)[] = [...all];
  for (const ordinal of row.removed) present[ordinal] = null;
  return { present, all };
}

/** One key of a dynamic definition. */
export interface DynamicPartitionRow {
  readonly ordinal: number;
  readonly key: string;
  readonly addedAt: Date;
  /** While it is removed: since when. */
  readonly removedAt: Date | null;
}

export interface DynamicPartitionsQuery {
  readonly definition: string;
  /** Only keys that hold this text, whatever its case. */
  readonly text?: string | undefined;
  /** Removed keys as well. @default false */
  readonly removed?: boolean | undefined;
  /** Only keys after this ordinal. */
  readonly afterOrdinal?: number | undefined;
  readonly limit: number;
}

/** A page of keys in the order in which they were added first. */
export interface DynamicPartitionsPage {
  /** Keys that exist, whatever is asked for. */
  readonly total: number;
  readonly rows: readonly DynamicPartitionRow[];
  /** The ordinal after which to go on; `null` at the end. */
  readonly nextAfter: number | null;
}

/** Lists the keys of a dynamic definition. @throws DYNAMIC_PARTITIONS_UNKNOWN */
export async function listDynamicPartitions(
  tx: Transaction,
  query: DynamicPartitionsQuery,
): Promise<DynamicPartitionsPage> {
  const { definition, text, removed = false, afterOrdinal = -1, limit } = query;
  const { sql } = tx;
  const [counted] = await sql<{ total: number }[]>`
    select (select count(*)::integer from dynamic_partition where definition = d.name and removed_at is null) as total
    from dynamic_definition d where d.name = ${definition}`;
  if (counted === undefined) throw await definitionUnknown(tx, definition);
  const rows = await sql<DynamicPartitionRow[]>`
    select ordinal, key, added_at as "addedAt", removed_at as "removedAt" from dynamic_partition
    where definition = ${definition} and ordinal > ${afterOrdinal}
      ${removed ? sql`` : sql`and removed_at is null`}
      ${text === undefined ? sql`` : sql`and position(lower(${text}) in lower(key)) > 0`}
    order by ordinal limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  return { total: counted.total, rows: page, nextAfter: rows.length > limit ? (page.at(-1)?.ordinal ?? null) : null };
}

/** Every dynamic definition that was ever declared, with the number of its keys. */
export async function listDynamicDefinitions({
  sql,
}: Transaction): Promise<readonly { readonly name: string; readonly total: number }[]> {
  return sql<{ name: string; total: number }[]>`
    select d.name, (
      select count(*)::integer from dynamic_partition where definition = d.name and removed_at is null
    ) as total
    from dynamic_definition d order by d.name limit 1000`;
}
