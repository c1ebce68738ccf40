import type { JsonValue } from "@heddle/core";
import type { Database } from "../database.ts";
import type { OpenTickRequest } from "./load-ticks.ts";

/** Asks the daemon for an evaluation beside the chain of ticks. Asking again under the same id changes nothing. */
export async function requestTick(db: Database, request: OpenTickRequest): Promise<void> {
  await db.transaction(
    "requestTick",
    async (tx) => {
      await tx.sql`
        insert into tick_request (id, kind, name, is_dry_run)
        values (${request.id}, ${request.kind}, ${request.name}, ${request.isDryRun}) on conflict (id) do nothing`;
      await tx.notify("heddle_tick", request.name);
    },
    { isIdempotent: true },
  );
}

/** Answers a request; the first answer counts. */
export async function answerTickRequest(db: Database, id: string, answer: JsonValue): Promise<void> {
  await db.transaction(
    "answerTickRequest",
    async (tx) => {
      await tx.sql`
        update tick_request set answer = ${answer}, answered_at = clock_timestamp()
        where id = ${id} and answered_at is null`;
      await tx.notify("heddle_tick_answer", id);
    },
    { isIdempotent: true },
  );
}

/** The answer to a request; `undefined` while there is none. */
export async function readTickAnswer(db: Database, id: string): Promise<JsonValue | undefined> {
  return db.read("readTickAnswer", async ({ sql }) => {
    const [row] = await sql<{ answer: JsonValue }[]>`
      select answer from tick_request where id = ${id} and answered_at is not null`;
    return row?.answer;
  });
}
