import { HeddleError, type JsonValue } from "@heddle/core";
import { checkPartitionKey, findNearest, formatNearest, PartitionSet } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { appendEvents } from "../events.ts";
import {
  changeDynamicPartitions,
  lockDefinitions,
  MAX_DYNAMIC_KEYS,
  type ChangedDynamicPartitions,
  type DynamicPartitionsRequest,
} from "./dynamic-changes.ts";
import { describeDynamicEvents } from "./dynamic-events.ts";

/** Most keys of one call. */
export const MAX_DYNAMIC_KEYS_PER_CALL = 10_000;

/** Keys for one dynamic definition. */
export interface ChangeDynamicPartitionsOptions {
  /** Name of the definition. */
  readonly definition: string;
  /** 10,000 at most. A key that is named twice counts once. */
  readonly keys: readonly string[];
  /** Who asked: `{kind: "manual" | "sensor" | …, …}`. */
  readonly origin: { readonly kind: string } & { readonly [name: string]: JsonValue };
}

/** What came of it. */
export interface DynamicPartitionsResult {
  readonly definition: string;
  /** Keys that were not there before, or are not there any more. The others were so already. */
  readonly changed: number;
  /** Their ordinals. */
  readonly partitions: PartitionSet;
}

/**
 * Adds keys to a dynamic definition. Each new key gets the next ordinal, for ever; a key that was removed comes back with
 * the one that it had. Keys that are there stay as they are.
 * @throws DYNAMIC_PARTITIONS_UNKNOWN, PARTITION_KEY_INVALID, PARTITIONS_LIMIT
 */
export async function addDynamicPartitions(
  db: Database,
  options: ChangeDynamicPartitionsOptions,
): Promise<DynamicPartitionsResult> {
  return db.transaction("addDynamicPartitions", (tx) => addDynamicPartitionsIn(tx, options), { isIdempotent: true });
}

/** Adds keys within a transaction; see {@link addDynamicPartitions}. */
export async function addDynamicPartitionsIn(
  tx: Transaction,
  options: ChangeDynamicPartitionsOptions,
): Promise<DynamicPartitionsResult> {
  const keys = distinctKeys(options);
  refuseInvalidKeys(options.definition, keys);
  const size = await lockDefinition(tx, options.definition);
  if (size + keys.length > MAX_DYNAMIC_KEYS) await refuseTooMany(tx, { ...options, keys, size });
  const [changed] = await apply(tx, options, { definition: options.definition, action: "add", keys });
  return resultOf(options.definition, changed?.added);
}

/**
 * Removes keys from a dynamic definition: they exist no more, and what was made of them stays as their history. Runs that
 * hold them go on: what a run makes was settled when it was launched. Keys that were removed before stay as they are.
 * @throws DYNAMIC_PARTITIONS_UNKNOWN, PARTITION_UNKNOWN with the nearest keys, PARTITIONS_LIMIT
 */
export async function removeDynamicPartitions(
  db: Database,
  options: ChangeDynamicPartitionsOptions,
): Promise<DynamicPartitionsResult> {
  return db.transaction("removeDynamicPartitions", (tx) => removeDynamicPartitionsIn(tx, options), {
    isIdempotent: true,
  });
}

/** Removes keys within a transaction; see {@link removeDynamicPartitions}. */
export async function removeDynamicPartitionsIn(
  tx: Transaction,
  options: ChangeDynamicPartitionsOptions,
): Promise<DynamicPartitionsResult> {
  const keys = distinctKeys(options);
  await lockDefinition(tx, options.definition);
  await refuseUnknownKeys(tx, options.definition, keys);
  const [changed] = await apply(tx, options, { definition: options.definition, action: "remove", keys });
  return resultOf(options.definition, changed?.removed);
}

async function apply(
  tx: Transaction,
  { origin }: ChangeDynamicPartitionsOptions,
  request: DynamicPartitionsRequest,
): Promise<ChangedDynamicPartitions[]> {
  if (request.keys.length === 0) return [];
  const changed = await changeDynamicPartitions(tx.sql, [request]);
  const events = describeDynamicEvents(changed, origin);
  await appendEvents(tx, events);
  return changed;
}

function resultOf(definition: string, partitions = PartitionSet.EMPTY): DynamicPartitionsResult {
  return { definition, changed: partitions.size, partitions };
}

/** @returns how many ordinals were given out */
async function lockDefinition(tx: Transaction, definition: string): Promise<number> {
  const [locked] = await lockDefinitions(tx.sql, [definition]);
  if (locked === undefined) throw await definitionUnknown(tx, definition);
  return locked.size;
}

/** Most names that are looked through for the nearest one. */
const NAMES_SEARCHED = 10_000;

/** Says that there is no such dynamic definition, and which names are most like it. */
export async function definitionUnknown({ sql }: Pick<Transaction, "sql">, definition: string): Promise<HeddleError> {
  const names = (
    await sql<{ name: string }[]>`select name from dynamic_definition order by name limit ${NAMES_SEARCHED}`
  ).map(({ name }) => name);
  return new HeddleError(
    "DYNAMIC_PARTITIONS_UNKNOWN",
    `there is no dynamic partitions definition ${JSON.stringify(definition)}`,
    {
      hint: formatNearest(definition, names) ?? hintOf(names),
      details: { definition, nearest: findNearest(definition, names) },
    },
  );
}

function hintOf(names: readonly string[]): string {
  if (names.length === 0) return "No asset declares one: `dynamicPartitions({ name })`.";
  return `There is ${names
    .slice(0, 5)
    .map((name) => JSON.stringify(name))
    .join(", ")}${names.length > 5 ? " and others" : ""}.`;
}

function distinctKeys({ definition, keys }: ChangeDynamicPartitionsOptions): string[] {
  if (keys.length > MAX_DYNAMIC_KEYS_PER_CALL) {
    throw new HeddleError(
      "PARTITIONS_LIMIT",
      `${keys.length} keys for ${JSON.stringify(definition)} at once, and ${MAX_DYNAMIC_KEYS_PER_CALL} is the most`,
      { hint: "Send them in several calls.", details: { definition, keys: keys.length } },
    );
  }
  return [...new Set(keys)];
}

const SHOWN_KEYS = 5;

function refuseInvalidKeys(definition: string, keys: readonly string[]): void {
  const invalid = keys.flatMap((key) => {
    const reason = checkPartitionKey(key);
    return reason === null ? [] : [{ key: key.toWellFormed().replaceAll("\0", "\u{FFFD}").slice(0, 100), reason }];
  });
  const [first] = invalid;
  if (first === undefined) return;
  const more = invalid.length > 1 ? `, and ${invalid.length - 1} more cannot be used either` : "";
  throw new HeddleError(
    "PARTITION_KEY_INVALID",
    `${JSON.stringify(first.key)} cannot be a partition key of ${JSON.stringify(definition)}: ${first.reason}${more}`,
    {
      hint: "Nothing was added. Correct the keys and send all of them again.",
      details: { definition, keys: invalid.slice(0, SHOWN_KEYS) },
    },
  );
}

async function refuseTooMany(
  { sql }: Transaction,
  { definition, keys, size }: { readonly definition: string; readonly keys: readonly string[]; readonly size: number },
): Promise<void> {
  const [known] = await sql<[{ count: number }]>`
    select count(*)::integer as count from dynamic_partition
    where definition = ${definition} and key = any (${keys}::text[])`;
  if (size + keys.length - known.count > MAX_DYNAMIC_KEYS) throw tooManyKeys(definition, size);
}

/** Says that a definition has no room for more keys. */
export function tooManyKeys(definition: string, size: number): HeddleError {
  return new HeddleError(
    "PARTITIONS_LIMIT",
    `${JSON.stringify(definition)} has had ${size} keys, and ${MAX_DYNAMIC_KEYS} is the most that a definition may have`,
    {
      hint: "Keys that were removed count as well. Cut the data more coarsely, or use a definition by time.",
      details: { definition, size },
    },
  );
}

/** Keys that are looked through for the nearest one. */
const KEYS_SEARCHED = 10_000;

async function refuseUnknownKeys({ sql }: Transaction, definition: string, keys: readonly string[]): Promise<void> {
  // What no text can hold was never added, and the server would refuse to look for it.
  const storable = keys.filter((key) => checkPartitionKey(key) === null);
  const rows = await sql<{ key: string }[]>`
    select key from dynamic_partition where definition = ${definition} and key = any (${storable}::text[])`;
  const known = new Set(rows.map(({ key }) => key));
  const unknown = keys.filter((key) => !known.has(key));
  const [first] = unknown;
  if (first === undefined) return;
  const others = await sql<{ key: string }[]>`
    select key from dynamic_partition where definition = ${definition} and removed_at is null
    order by ordinal desc limit ${KEYS_SEARCHED}`;
  const nearest = formatNearest(
    first,
    others.map(({ key }) => key),
  );
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : "";
  throw new HeddleError(
    "PARTITION_UNKNOWN",
    `${JSON.stringify(definition)} has no partition ${JSON.stringify(first.toWellFormed())}${more}`,
    {
      hint:
        nearest ??
        `Keys that were never added cannot be removed: heddle partitions list ${definition} shows those that are there.`,
      details: { definition, keys: unknown.slice(0, SHOWN_KEYS).map((key) => key.toWellFormed()) },
    },
  );
}
