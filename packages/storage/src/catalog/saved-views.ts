import { HeddleError } from "@heddle/core";
import type { Database, Transaction } from "../database.ts";

/** A page of the catalog with its filters, under a name. */
export interface SavedViewRow {
  readonly id: number;
  readonly page: string;
  readonly name: string;
  /** Parameters of the address, as they stand after its `?`. */
  readonly search: string;
  readonly savedAt: Date;
}

/** Views that one page may have. */
export const MAX_SAVED_VIEWS = 500;

/** The saved views of a page by name. */
export async function readSavedViews({ sql }: Transaction, page: string): Promise<SavedViewRow[]> {
  return sql<SavedViewRow[]>`
    select id, page, name, search, saved_at as "savedAt" from saved_view
    where page = ${page} order by lower(name), id limit ${MAX_SAVED_VIEWS}::integer`;
}

/**
 * Saves a view; one of the same name is replaced and keeps its id.
 * @throws SAVED_VIEWS_FULL
 */
export async function saveView(
  db: Database,
  { page, name, search }: { readonly page: string; readonly name: string; readonly search: string },
): Promise<SavedViewRow> {
  return db.transaction(
    "saveView",
    async ({ sql }) => {
      const [row] = await sql<SavedViewRow[]>`
        insert into saved_view (page, name, search)
        select ${page}, ${name}, ${search}
        where exists (select from saved_view where page = ${page} and name = ${name})
          or (select count(*) from saved_view where page = ${page}) < ${MAX_SAVED_VIEWS}::integer
        on conflict (page, name) do update set search = excluded.search, saved_at = clock_timestamp()
        returning id, page, name, search, saved_at as "savedAt"`;
      if (row !== undefined) return row;
      throw new HeddleError(
        "SAVED_VIEWS_FULL",
        `this page has ${MAX_SAVED_VIEWS} saved views, which is as many as it may`,
        {
          hint: "Delete one that nobody opens, or save over it.",
          details: { page },
        },
      );
    },
    { isIdempotent: true },
  );
}

/** Deletes a view. @returns whether there was one */
export async function deleteView(db: Database, id: number): Promise<boolean> {
  return db.transaction(
    "deleteView",
    async ({ sql }) => {
      const gone = await sql`delete from saved_view where id = ${id} returning id`;
      return gone.length > 0;
    },
    { isIdempotent: true },
  );
}
