import type { Database, Transaction } from "../database.ts";
import { appendEvents } from "../events.ts";

/** What is switched, by whom and why. */
export interface AutomationSwitch {
  readonly asset: string;
  readonly check: string | null;
  readonly isOff: boolean;
  readonly reason: string | null;
  readonly actor: string | null;
}

/** The conditions of several assets, of the assets themselves. */
export interface AutomationsSwitch extends Pick<AutomationSwitch, "isOff" | "reason" | "actor"> {
  readonly assets: readonly string[];
}

/**
 * Switches the condition of an asset or a check off or on. What it would have asked for while it was off is not made up for.
 * @returns false when it was so already; reason and actor are then kept as they were
 */
export async function switchAutomation(db: Database, change: AutomationSwitch): Promise<boolean> {
  const { asset, check, ...rest } = change;
  const changed = await db.transaction("switchAutomation", (tx) => switchAll(tx, [asset], { check, ...rest }), {
    isIdempotent: true,
  });
  return changed.length > 0;
}

/**
 * Switches the conditions of several assets off or on, all or none of them.
 * @returns the assets for which it was not so already, in the order of their keys
 */
export async function switchAutomations(db: Database, change: AutomationsSwitch): Promise<readonly string[]> {
  const { assets, ...rest } = change;
  if (assets.length === 0) return [];
  return db.transaction("switchAutomations", (tx) => switchAll(tx, assets, { check: null, ...rest }), {
    isIdempotent: true,
  });
}

async function switchAll(
  tx: Transaction,
  assets: readonly string[],
  { check, isOff, reason, actor }: Omit<AutomationSwitch, "asset">,
): Promise<readonly string[]> {
  const { sql } = tx;
  const name = check ?? "";
  // In one order, so that two that switch the same conditions never wait for each other.
  const changed = await sql<{ asset: string; id: number | null }[]>`
    with switched as (
      insert into automation_switch as s (asset, check_name, is_off, reason, actor)
      select wanted.asset, ${name}, ${isOff}, ${reason}, ${actor}
      from unnest(${assets}::text[]) as wanted(asset)
      where ${isOff}
        or exists (select from automation_switch known where known.asset = wanted.asset and known.check_name = ${name})
      order by wanted.asset
      on conflict (asset, check_name) do update set is_off = excluded.is_off, reason = excluded.reason,
        actor = excluded.actor, changed_at = clock_timestamp()
      where s.is_off <> excluded.is_off
      returning s.asset
    )
    select switched.asset, asset.id from switched
    left join asset on asset.key = switched.asset and asset.superseded_at is null
    order by switched.asset`;
  const [first] = changed;
  if (first === undefined) return [];
  const kind = isOff ? "automation_off" : "automation_on";
  await appendEvents(
    tx,
    changed.map(({ id }) => ({ kind, assetId: id, payload: { check, reason, actor } })),
  );
  await tx.notify("heddle_automation", first.asset);
  return changed.map(({ asset }) => asset);
}
