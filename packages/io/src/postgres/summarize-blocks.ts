import { systemErrorCode } from "../filesystem/file-error.ts";
import { call, transaction } from "./call.ts";
import type { Pool } from "./pool.ts";

/** So many bytes may be written to a table by this process before its index learns of them. */
const UNKNOWN_BYTES = 4 * 1024 * 1024;

/** Another summary or a vacuum is at work; the table is somebody else's. */
const EXCUSES: ReadonlySet<string> = new Set(["55P03", "42501"]);
/** Whoever holds the lock does the same, or will be followed by autovacuum. */
const LOCK_MS = 200;
const SUMMARY_MS = 60_000;
/** What no step alone waits for. */
const NOBODYS = new AbortController().signal;

/** Bytes that were written since the index learned last, by pool and table. */
const unknown = new WeakMap<Pool, Map<string, number>>();

/**
 * Counts what was written to a table, and lets its index learn of it when it is much: blocks that it does not know are
 * read by every search. Nobody waits for it, and nobody needs to hear when it fails: autovacuum does the same later.
 */
export function noteWritten(pool: Pool, table: string, bytes: number): void {
  let tables = unknown.get(pool);
  if (tables === undefined) unknown.set(pool, (tables = new Map()));
  const sum = (tables.get(table) ?? 0) + bytes;
  tables.set(table, sum);
  if (sum < UNKNOWN_BYTES) return;
  tables.set(table, 0);
  summarizeBlocks(pool, table).catch(() => undefined);
}

/** Lets the index of a table learn of new blocks. One call at a time does it for all. @throws IO_STORE_FAILED */
export async function summarizeBlocks(pool: Pool, table: string): Promise<void> {
  const key = `summary ${table}`;
  let running = pool.memory.get(key);
  if (running === undefined) {
    running = summarize(pool, table).finally(() => pool.memory.delete(key));
    pool.memory.set(key, running);
  }
  await running;
}

async function summarize(pool: Pool, table: string): Promise<void> {
  await call(pool, { verb: "index", subject: table, signal: NOBODYS, mayRepeat: () => false }, async (session) => {
    try {
      await transaction(session, { statementMs: SUMMARY_MS }, async () => {
        await session.run(`set local lock_timeout = ${LOCK_MS}`);
        await session.query(
          `select brin_summarize_new_values(i.indexrelid)
           from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
           where i.indrelid = to_regclass($1) and a.amname = 'brin'`,
          [table],
        );
      });
    } catch (error) {
      if (!EXCUSES.has(systemErrorCode(error) ?? "")) throw error;
    }
  });
}
