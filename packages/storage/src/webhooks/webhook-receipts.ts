import type { JsonValue } from "@heddle/core";
import type { SensorSnapshot } from "@heddle/core/internal";
import type { Database, Transaction } from "../database.ts";
import { appendEvents } from "../events.ts";
import { asJson } from "../json.ts";

/** A request that came in with a right signature. */
export interface NewReceipt {
  readonly sensor: string;
  /** How its sender names it. */
  readonly deliveryId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonValue;
}

/** A request that was kept. */
export interface ReceiptRow {
  readonly id: number;
  readonly deliveryId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonValue;
}

/** Reads requests by their numbers; those that are not kept any more are left out. */
export async function readReceipts({ sql }: Transaction, ids: readonly number[]): Promise<Map<number, ReceiptRow>> {
  const rows = await sql<ReceiptRow[]>`
    select id, delivery_id as "deliveryId", headers, payload from webhook_receipt where id = any (${ids}::bigint[])`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The sensor that requests to an address are for; `undefined` when there is none. Also one that is paused. */
export async function findWebhookSensor(
  db: Database,
  { location, name }: { readonly location: string; readonly name: string },
): Promise<SensorSnapshot | undefined> {
  return db.read("findWebhookSensor", async ({ sql }) => {
    const [row] = await sql<{ definition: SensorSnapshot }[]>`
      select s.definition from sensor s join code_location l on l.id = s.code_location_id
      where s.name = ${name} and l.name = ${location} and s.removed_at is null
        and s.definition #>> '{events,kind}' = 'webhook'`;
    return row?.definition;
  });
}

/**
 * Keeps a request, and tells it in the stream of events, from which its sensor takes it. The same delivery again changes
 * nothing.
 */
export async function recordReceipt(
  db: Database,
  { sensor, deliveryId, headers, payload }: NewReceipt,
): Promise<{ readonly id: number; readonly created: boolean }> {
  return db.transaction(
    "recordReceipt",
    async (tx) => {
      // As text: `null` and booleans are JSON as well, and no parameters of the type jsonb.
      const [made] = await tx.sql<{ id: number }[]>`
        insert into webhook_receipt (sensor, delivery_id, headers, payload)
        values (${sensor}, ${deliveryId}, ${asJson(headers)}, ${JSON.stringify(payload)}::text::jsonb)
        on conflict (sensor, delivery_id) do nothing returning id`;
      if (made === undefined) {
        const [known] = await tx.sql<{ id: number }[]>`
          select id from webhook_receipt where sensor = ${sensor} and delivery_id = ${deliveryId}`;
        return { id: known?.id ?? 0, created: false };
      }
      await appendEvents(tx, [{ kind: "webhook_received", payload: { sensor, receiptId: made.id, deliveryId } }]);
      await tx.notify("heddle_tick", sensor);
      return { id: made.id, created: true };
    },
    { isIdempotent: true },
  );
}
