import type { Database, Transaction } from "../database.ts";

/** Where a loop of the daemon that leads stands. */
export interface LoopBeat {
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** How much later than it was due the last round began. */
  readonly lagMs: number;
  readonly durationMs: number;
  /** Rounds that have failed, one after the other. */
  readonly failures: number;
}

/** One that was written down. */
export interface LoopRow extends LoopBeat {
  readonly beatAt: Date;
}

/** Writes down where loops stand, all at once. */
export async function recordLoops(db: Database, beats: readonly LoopBeat[]): Promise<void> {
  if (beats.length === 0) return;
  await db.transaction(
    "recordLoops",
    async ({ sql }) => {
      await sql`
        insert into daemon_loop (name, host, pid, beat_at, lag_ms, duration_ms, failures)
        select name, host, pid, clock_timestamp(), lag_ms, duration_ms, failures
        from unnest(
          ${beats.map(({ name }) => name)}::text[], ${beats.map(({ host }) => host)}::text[],
          ${beats.map(({ pid }) => pid)}::integer[], ${beats.map(({ lagMs }) => lagMs)}::integer[],
          ${beats.map(({ durationMs }) => durationMs)}::integer[], ${beats.map(({ failures }) => failures)}::integer[]
        ) as beat (name, host, pid, lag_ms, duration_ms, failures)
        order by name
        on conflict (name) do update set host = excluded.host, pid = excluded.pid, beat_at = excluded.beat_at,
          lag_ms = excluded.lag_ms, duration_ms = excluded.duration_ms, failures = excluded.failures`;
    },
    { isIdempotent: true },
  );
}

/** The loops of the daemon that leads, or led last, by name. */
export async function readLoops({ sql }: Transaction): Promise<LoopRow[]> {
  return sql<LoopRow[]>`
    select name, host, pid, beat_at as "beatAt", lag_ms as "lagMs", duration_ms as "durationMs", failures
    from daemon_loop order by name limit 100`;
}
