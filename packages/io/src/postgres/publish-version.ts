import type { SchemaDrift } from "@heddle/core";
import { transaction } from "./call.ts";
import { CHANGE_MS, lockChanges, readRelation, writeRelation } from "./catalog.ts";
import { columnName, quoteName, quoteText, type RelationNames } from "./names.ts";
import type { Pool } from "./pool.ts";
import type { Session } from "./session.ts";
import { versionMissing, type StoredVersion } from "./stored-version.ts";
import { columnExpression, visibleColumns, type DeclaredColumn, type RelationState } from "./table-plan.ts";

/** What a publication makes visible. */
export interface Publication {
  readonly names: RelationNames;
  readonly assetKey: string;
  /** Empty for an asset without partitions. */
  readonly partitionKey: string;
  readonly fence: number;
  readonly stored: StoredVersion;
  readonly columns: readonly DeclaredColumn[];
  readonly drift: SchemaDrift;
  /** Name of the view's column that tells the partition; `null` for none. */
  readonly partitionColumn: string | null;
}

/**
 * Lets outside readers see a version, in one transaction together with the columns that it needs in the view. Nothing
 * happens when a later attempt is visible already.
 */
export async function publishVersion(pool: Pool, session: Session, publication: Publication): Promise<void> {
  const { names } = publication;
  const key = `visible ${JSON.stringify([names.qualified, publication.columns, publication.partitionColumn])}`;
  // The view was right for these columns when this process looked last: one statement does it if it still is.
  const known = pool.memory.get(key);
  if (known !== undefined && (await movePointer(session, publication, String(await known))) !== "other view") return;
  const after = await transaction(session, { statementMs: CHANGE_MS }, async () => {
    // First the lock of all changes, then rows: in this order everywhere.
    await lockChanges(session);
    const state = await readRelation(session, names);
    const wanted = visibleColumns(publication.columns, state.visible, publication.drift);
    const hasPartition = state.partitionColumn === publication.partitionColumn;
    const isViewRight = state.hasView && hasPartition && isSame(state.visible, wanted);
    const moved = await movePointer(session, publication, null);
    if (moved === "moved" && !isViewRight) await changeView(session, publication, state);
    return moved === "moved" || isViewRight ? JSON.stringify(wanted) : null;
  });
  if (after !== null) pool.memory.set(key, Promise.resolve(after));
}

/**
 * Moves the pointer unless that would be a step back. With `visible`, only if the view has exactly these columns.
 *
 * @throws IO_OBJECT_MISSING
 */
async function movePointer(
  session: Session,
  publication: Publication,
  visible: string | null,
): Promise<"moved" | "step back" | "other view"> {
  const { names, partitionKey, fence, stored } = publication;
  // An asset that has got partitions, or lost them, shows one or the other: that is what is cleared.
  const [row] = await session.query(
    `with relation as (
       select from heddle.relation
       where $6::jsonb is null or (
         name = $1 and visible = $6::jsonb and partition_column is not distinct from $7 and to_regclass($1) is not null
       )
       limit 1
     ), marked as (
       update heddle.version set fence = greatest(coalesce(fence, 0), $5::bigint)
       where id = $3::bigint and token = $4::uuid and not is_removed and exists (select from relation)
       returning id
     ), moved as (
       insert into heddle.published as p (relation, partition_key, version, fence)
       select $1, $2, id, $5::bigint from marked
       on conflict (relation, partition_key) do update
         set version = excluded.version, fence = excluded.fence, published_at = clock_timestamp()
         where p.fence <= excluded.fence
       returning version
     ), cleared as (
       delete from heddle.published
       where relation = $1 and (partition_key = '') <> ($2 = '') and fence <= $5::bigint
         and exists (select from moved)
     )
     select (select count(*) from relation), (select count(*) from marked), (select count(*) from moved)`,
    [
      names.qualified,
      partitionKey,
      String(stored.version),
      stored.token,
      String(fence),
      visible,
      publication.partitionColumn,
    ],
  );
  const [relations, marked, moved] = row ?? [];
  if (relations !== "1") return "other view";
  if (marked !== "1") throw versionMissing(names.qualified, stored);
  return moved === "1" ? "moved" : "step back";
}

function isSame(before: readonly DeclaredColumn[] | null, after: readonly DeclaredColumn[]): boolean {
  return before?.length === after.length && before.every((column, at) => isEqual(column, after[at]));
}

function isEqual(one: DeclaredColumn, other: DeclaredColumn | undefined): boolean {
  return one.name === other?.name && one.type === other.type && one.nullable === other.nullable;
}

async function changeView(session: Session, publication: Publication, state: RelationState): Promise<void> {
  const { names, assetKey } = publication;
  const { partitionColumn } = publication;
  const after = visibleColumns(publication.columns, state.visible, publication.drift);
  // A view can be replaced by one that has more columns behind the others; else it is made anew, with its rights.
  const isExtended =
    state.hasView &&
    state.partitionColumn === partitionColumn &&
    state.visible !== null &&
    state.visible.every((column, at) => hasPlace(column, after[at]));
  const grants = state.hasView && !isExtended ? await readGrants(session, names) : [];
  if (state.hasView && !isExtended) await session.run(`drop view ${names.qualified}`);
  await session.run(`create or replace view ${names.qualified} as ${viewText(publication, after, state)}`);
  const comment = `Asset ${assetKey}: the published rows of ${names.qualifiedVersions}. Made by Heddle.`;
  await session.run([`comment on view ${names.qualified} is ${quoteText(comment)}`, ...grants].join("; "));
  await writeRelation(session, names, { ...state, assetKey, visible: after, partitionColumn });
}

/** Whether a column keeps its place in the view: the view of a column says nothing of nulls. */
function hasPlace(before: DeclaredColumn, after: DeclaredColumn | undefined): boolean {
  return before.name === after?.name && before.type === after.type;
}

/** The partition comes first: columns can be added behind the others alone. */
function viewText(
  { names, partitionColumn }: Publication,
  visible: readonly DeclaredColumn[],
  { made }: RelationState,
): string {
  const columns = visible.map((column) => columnExpression(column, made));
  if (partitionColumn !== null) columns.unshift(`p.partition_key as ${quoteName(columnName(partitionColumn))}`);
  return (
    `select ${columns.join(", ")} from heddle.published p ` +
    `join ${names.qualifiedVersions} r on r.heddle_version = p.version where p.relation = ${quoteText(names.qualified)}`
  );
}

/** The rights on a view that somebody granted, as statements. */
async function readGrants(session: Session, { qualified }: RelationNames): Promise<string[]> {
  const rows = await session.query(
    `select a.privilege_type, case when a.grantee = 0 then 'public' else quote_ident(r.rolname) end, a.is_grantable
     from pg_class c cross join aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee
     where c.oid = to_regclass($1) and a.grantee <> c.relowner`,
    [qualified],
  );
  return rows.map(
    ([right, grantee, isGrantable]) =>
      `grant ${right} on ${qualified} to ${grantee}${isGrantable === "t" ? " with grant option" : ""}`,
  );
}
