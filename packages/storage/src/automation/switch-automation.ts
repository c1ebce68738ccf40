import type { Database } from "../database.ts";
import { appendEvents } from "../events.ts";

/** What is switched, by whom and why. */
export interface AutomationSwitch {
  readonly asset: string;
  readonly check: string | null;
  readonly isOff: boolean;
  readonly reason: string | null;
  readonly actor: string | null;
}

/**
 * Switches the condition of an asset or a check off or on. What it would have asked for while it was off is not made up for.
 * @returns false when it was so already; reason and actor are then kept as they were
 */
export async function switchAutomation(db: Database, change: AutomationSwitch): Promise<boolean> {
  const { asset, check, isOff, reason, actor } = change;
  return db.transaction(
    "switchAutomation",
    async (tx) => {
      const { sql } = tx;
      const changed = await sql`
        insert into automation_switch as s (asset, check_name, is_off, reason, actor)
        select ${asset}, ${check ?? ""}, ${isOff}, ${reason}, ${actor}
        where ${isOff} or exists (select from automation_switch where asset = ${asset} and check_name = ${check ?? ""})
        on conflict (asset, check_name) do update set is_off = excluded.is_off, reason = excluded.reason,
          actor = excluded.actor, changed_at = clock_timestamp()
        where s.is_off <> excluded.is_off`;
      if (changed.count === 0) return false;
      const [row] = await sql<{ id: number }[]>`select id from asset where key = ${asset} and superseded_at is null`;
      const kind = isOff ? "automation_off" : "automation_on";
      await appendEvents(tx, [{ kind, assetId: row?.id ?? null, payload: { check, reason, actor } }]);
      await tx.notify("heddle_automation", asset);
      return true;
    },
    { isIdempotent: true },
  );
}
