import { HeddleError } from "@heddle/core";
import { type NotificationSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";
import { asJson } from "../json.ts";
import { placeNow } from "../ticks/register-ticks.ts";

/**
 * Brings notifications to what a code version declares. One that is new or comes back tells what happens from now on; one
 * that is declared otherwise keeps its place among the events.
 * @throws NOTIFICATION_NAME_DUPLICATE when another code location declares one of them
 * @returns how many are new, changed or gone
 */
export async function registerNotifications(
  tx: Transaction,
  owner: { readonly codeLocationId: number; readonly location: string },
  declared: readonly NotificationSnapshot[],
): Promise<number> {
  const { sql } = tx;
  const names = declared.map(({ name }) => name);
  const [foreign] = await sql<{ name: string; location: string }[]>`
    select n.name, l.name as location from notification n join code_location l on l.id = n.code_location_id
    where n.name = any (${names}::text[]) and n.code_location_id <> ${owner.codeLocationId} and n.removed_at is null
    order by n.name limit 1`;
  if (foreign !== undefined) throw duplicate(owner.location, foreign);
  const upserted = await sql`
    insert into notification (name, code_location_id, definition, cursor)
    select name, ${owner.codeLocationId}::integer, definition, ${placeNow(tx)}
    from unnest(${names}::text[], ${declared.map((one) => asJson(one))}::jsonb[]) as declared (name, definition)
    order by name
    on conflict (name) do update set
      code_location_id = excluded.code_location_id, definition = excluded.definition, removed_at = null,
      cursor = case when notification.removed_at is null then notification.cursor else excluded.cursor end,
      version = notification.version + 1
    where notification.definition is distinct from excluded.definition or notification.removed_at is not null
      or notification.code_location_id <> excluded.code_location_id`;
  const removed = await sql`
    update notification set removed_at = clock_timestamp(), version = version + 1
    where code_location_id = ${owner.codeLocationId} and removed_at is null and name <> all (${names}::text[])`;
  return upserted.count + removed.count;
}

function duplicate(location: string, foreign: { readonly name: string; readonly location: string }): HeddleError {
  return new HeddleError(
    "NOTIFICATION_NAME_DUPLICATE",
    `the notification "${foreign.name}" of ${location} is declared by the code location ${foreign.location} already`,
    {
      hint: "Give one of the two another name, or remove it from one of the projects.",
      details: { location, names: [foreign.name] },
    },
  );
}
