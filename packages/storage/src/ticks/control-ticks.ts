import { HeddleError } from "@heddle/core";
import type { Database, Transaction } from "../database.ts";
import type { TickChangeKind, TickKind } from "../schema/index.ts";
import { placeNow } from "./register-ticks.ts";
import { refuseCursor } from "./sensor-ticks.ts";

/** What came of a change. `unknown`: nothing of that name is declared. */
export type TickChange = "changed" | "unchanged" | "unknown";

/** Who changes something by hand, and why. Both are what that person says. */
export interface ChangeAuthor {
  readonly actor?: string | null | undefined;
  readonly reason?: string | null | undefined;
}

/**
 * Pauses a schedule or a sensor, or lets it go on. What a schedule would have done while it was paused is not made up for:
 * its chain of ticks begins anew now. Likewise events that happened then, but not requests from outside: these wait.
 */
export async function setTickPaused(
  db: Database,
  change: ChangeAuthor & { readonly kind: TickKind; readonly name: string; readonly paused: boolean },
): Promise<TickChange> {
  const { kind, name, paused } = change;
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
      await noteChange(tx, { ...change, change: paused ? "paused" : "resumed" });
      if (kind === "schedule" && !paused) {
        await sql`
          update schedule set after = greatest(after, now.ms), covered_until = greatest(covered_until, now.ms),
            retry_tick = null
          from (select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms) as now
          where name = ${name}`;
      }
      if (kind === "sensor") {
        await sql`
          update sensor set version = version + 1, failures = 0,
            cursor = case when ${!paused} and jsonb_typeof(definition -> 'events') = 'object'
                and definition #>> '{events,kind}' <> 'webhook' then ${placeNow(tx)}
              else cursor end
          where name = ${name}`;
      }
      await tx.notify("heddle_tick", name);
      return "changed";
    },
    { isIdempotent: true },
  );
}

/**
 * Sets the cursor of a sensor, `null` for none; an evaluation that is under way takes no effect any more. One that reacts to
 * events can only be set to what happens from now on, by `null`.
 * @throws SENSOR_CURSOR_LIMIT, EVENT_CURSOR_INVALID
 */
export async function setSensorCursor(
  db: Database,
  change: ChangeAuthor & { readonly name: string; readonly cursor: string | null },
): Promise<TickChange> {
  const { name, cursor } = change;
  if (cursor !== null) refuseCursor(name, cursor);
  return db.transaction(
    "setSensorCursor",
    async (tx) => {
      const [row] = await tx.sql<{ isForEvents: boolean }[]>`
        select jsonb_typeof(definition -> 'events') is not distinct from 'object' as "isForEvents" from sensor
        where name = ${name} and removed_at is null for update`;
      if (row === undefined) return "unknown";
      if (row.isForEvents && cursor !== null) throw placeInvalid(name);
      await tx.sql`
        update sensor set cursor = case when ${row.isForEvents} then ${placeNow(tx)} else ${cursor}::text end,
          version = version + 1, failures = 0
        where name = ${name}`;
      await noteChange(tx, { ...change, kind: "sensor", change: "cursor" });
      await tx.notify("heddle_tick", name);
      return "changed";
    },
    { isIdempotent: true },
  );
}

async function noteChange(
  { sql }: Transaction,
  noted: ChangeAuthor & {
    readonly kind: TickKind;
    readonly name: string;
    readonly change: TickChangeKind;
    readonly cursor?: string | null;
  },
): Promise<void> {
  const { kind, name, change, cursor = null, actor = null, reason = null } = noted;
  await sql`
    insert into tick_change (kind, name, change, cursor, actor, reason)
    values (${kind}, ${name}, ${change}, ${cursor}, ${actor}, ${reason})`;
}

function placeInvalid(name: string): HeddleError {
  return new HeddleError(
    "EVENT_CURSOR_INVALID",
    `the sensor "${name}" reacts to events, and no text is a place among them`,
    {
      hint: "Reset it: it then takes what happens from now on.",
      details: { sensor: name },
    },
  );
}
