import type { SchemaDrift } from "@heddle/core";
import { beforeAbort } from "../before-abort.ts";
import { call, transaction } from "./call.ts";
import { CHANGE_MS, ensureCatalog, lockChanges, readRelation, remembered, writeRelation } from "./catalog.ts";
import { indexName, quoteName, type RelationNames } from "./names.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { planTable, type DeclaredColumn, type TablePlan } from "./table-plan.ts";

/** The table of an asset, and what it is to hold. */
export interface WantedTable {
  readonly names: RelationNames;
  readonly assetKey: string;
  readonly columns: readonly DeclaredColumn[];
  readonly drift: SchemaDrift;
  /** Lists of declared columns that outside readers look rows up by. */
  readonly indexes: readonly (readonly string[])[];
}

/** Makes or extends a table as it is needed, and says in which column each declared one is. */
export async function prepareTable(
  pool: Pool,
  wanted: WantedTable,
  signal: AbortSignal,
): Promise<TablePlan["columns"]> {
  // Many steps may wait for it: it goes on when one of them is canceled.
  const prepared = remembered(pool, memoryKey(wanted), () =>
    call(pool, { verb: "prepare", subject: wanted.names.qualified, signal: NOBODYS }, (session) =>
      prepare(session, wanted),
    ),
  );
  return beforeAbort(prepared, signal);
}

/** Of what no step alone waits for: it ends by the limits of its calls. */
const NOBODYS = new AbortController().signal;

/** Has a table looked at again, because it was found to be another. */
export function forgetTable(pool: Pool, wanted: WantedTable): void {
  pool.memory.delete(memoryKey(wanted));
}

function memoryKey({ names, assetKey, columns, drift, indexes }: WantedTable): string {
  return JSON.stringify(["table", names.qualified, assetKey, columns, drift, indexes]);
}

async function prepare(session: Session, wanted: WantedTable): Promise<TablePlan["columns"]> {
  await ensureCatalog(session);
  const state = await readRelation(session, wanted.names);
  const plan = planTable(wanted.columns, state, wanted);
  const isThere = state.assetKey !== null && state.actual !== null && Object.keys(plan.add).length === 0;
  if (isThere && (await hasIndexes(session, wanted))) return plan.columns;
  return transaction(session, { statementMs: CHANGE_MS }, async () => {
    await lockChanges(session);
    return change(session, wanted);
  });
}

async function change(session: Session, wanted: WantedTable): Promise<TablePlan["columns"]> {
  const { names, assetKey } = wanted;
  // It may have changed before the lock was ours.
  const state = await readRelation(session, names);
  const { add, columns } = planTable(wanted.columns, state, wanted);
  const added = Object.entries(add).map(([name, type]) => `${quoteName(name)} ${type}`);
  if (state.actual === null) await createTable(session, names, added);
  else if (added.length > 0) {
    await session.run(
      `alter table ${names.qualifiedVersions} ${added.map((column) => `add column if not exists ${column}`).join(", ")}`,
    );
  }
  for (const index of wanted.indexes) {
    const places = index.map((name) => quoteName(columns[name] ?? name));
    await session.run(
      `create index if not exists ${quoteName(indexName(names.table, index))} on ${names.qualifiedVersions} ` +
        `(${places.join(", ")}, heddle_version)`,
    );
  }
  const adopted = Object.values(columns).map((place) => [place, state.actual?.[place] ?? add[place] ?? ""]);
  const made = { ...state.made, ...Object.fromEntries(adopted) };
  await writeRelation(session, names, { ...state, assetKey, made });
  return columns;
}

/**
 * Rows of one version lie together, mostly: an index of ranges of blocks finds them, and costs nothing when rows are
 * written, where an index of every row would double the time. It learns of new blocks by autovacuum, which is asked to
 * come after 100,000 rows.
 */
async function createTable(
  session: Session,
  { schema, table, qualifiedVersions }: RelationNames,
  columns: readonly string[],
): Promise<void> {
  const [found] = await session.query("select 1 from pg_namespace where nspname = $1", [schema]);
  // Not `if not exists`, which needs the right to create even where nothing is to be created.
  if (found === undefined) await session.run(`create schema ${quoteName(schema)}`);
  await session.run(
    `create table ${qualifiedVersions} (heddle_version bigint not null, heddle_row integer not null, ${columns.join(", ")}) ` +
      "with (autovacuum_vacuum_insert_threshold = 100000, autovacuum_vacuum_insert_scale_factor = 0.02); " +
      `create index ${quoteName(indexName(table, ["heddle_version"]))} on ${qualifiedVersions} ` +
      "using brin (heddle_version int8_minmax_multi_ops, heddle_row) with (pages_per_range = 32)",
  );
}

async function hasIndexes(session: Session, { names, indexes }: WantedTable): Promise<boolean> {
  if (indexes.length === 0) return true;
  const wanted = indexes.map((index) => indexName(names.table, index));
  const [row] = await session.query(
    "select count(*) from pg_indexes where schemaname = $1 and indexname = any ($2::text[])",
    [names.schema, `{${wanted.map((name) => `"${name}"`).join(",")}}`],
  );
  return Number(row?.[0]) === wanted.length;
}
