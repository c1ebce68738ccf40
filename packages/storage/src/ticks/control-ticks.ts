import type { Database } from "../database.ts";
import type { TickKind } from "../schema/index.ts";
import { refuseCursor } from "./sensor-ticks.ts";

/** What came of a change. `unknown`: nothing of that name is declared. */
export type TickChange = "changed" | "unchanged" | "unknown";

/**
 * Pauses a schedule or a sensor, or lets it go on. What a schedule would have done while it was paused is not made up for:
 * its chain of ticks begins anew now.
 */
export async function setTickPaused(
  db: Database,
  { kind, name, paused }: { readonly kind: TickKind; readonly name: string; readonly paused: boolean },
): Promise<TickChange> {
  return db.transaction(
    "setTickPaused",
    async (tx) => {
      const { sql } = tx;
      const table = kind === "schedule" ? sql`schedule` : sql`sensor`;
      const [row] = await sql<{ isPaused: boolean }[]>`
        select coalesce(paused, not (definition -> 'enabledByDefault')::boolean) as "isPaused" from ${table}
        where name = ${name} and removed_at is null for update`;
      if (row === undefined) return "unknown";
      await sql`update ${table} set paused = ${paused} where name = ${name}`;
      if (row.isPaused === paused) return "unchanged";
      if (kind === "schedule" && !paused) {
        await sql`
          update schedule set after = greatest(after, now.ms), covered_until = greatest(covered_until, now.ms),
            retry_tick = null
          from (select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms) as now
          where name = ${name}`;
      }
      if (kind === "sensor") await sql`update sensor set version = version + 1, failures = 0 where name = ${name}`;
      await tx.notify("heddle_tick", name);
      return "changed";
    },
    { isIdempotent: true },
  );
}

/** Sets the cursor of a sensor, `null` for none; an evaluation that is under way takes no effect any more. @throws SENSOR_CURSOR_LIMIT */
export async function setSensorCursor(
  db: Database,
  { name, cursor }: { readonly name: string; readonly cursor: string | null },
): Promise<TickChange> {
  if (cursor !== null) refuseCursor(name, cursor);
  return db.transaction(
    "setSensorCursor",
    async (tx) => {
      const changed = await tx.sql`
        update sensor set cursor = ${cursor}, version = version + 1, failures = 0
        where name = ${name} and removed_at is null`;
      if (changed.count === 0) return "unknown";
      await tx.notify("heddle_tick", name);
      return "changed";
    },
    { isIdempotent: true },
  );
}
