import type { JsonValue } from "@heddle/core";
import type { Database, Transaction } from "../database.ts";

/** Requests that nobody has answered for so long have nobody who waits for them. */
const OPEN_FOR = "1 minute";
/** So long an answer is given again, in the same words. */
const KEPT_FOR = "5 minutes";
/** Old rows that one new request clears away. */
const CLEARED = 50;

/** One materialization that somebody looks at. */
export interface PreviewedValue {
  readonly assetId: number;
  readonly ordinal: number;
  readonly runId: number;
  /** Most rows that are wanted. */
  readonly rows: number;
}

/** Asks for a look at a stored value. */
export interface NewPreviewRequest extends PreviewedValue {
  readonly id: string;
  readonly codeVersionId: number;
  /** What the worker gets: where the value lies, whose it is. */
  readonly subject: JsonValue;
}

/** Asks the workers. Asking again under the same id changes nothing; what is old goes. */
export async function requestPreview(db: Database, request: NewPreviewRequest): Promise<void> {
  await db.transaction(
    "requestPreview",
    async (tx) => {
      await tx.sql`
        delete from preview_request where id in (
          select id from preview_request where requested_at < clock_timestamp() - ${KEPT_FOR}::interval
          limit ${CLEARED} for update skip locked
        )`;
      await tx.sql`
        insert into preview_request (id, asset_id, ordinal, run_id, rows, code_version_id, subject)
        values (${request.id}, ${request.assetId}, ${request.ordinal}, ${request.runId}, ${request.rows},
          ${request.codeVersionId}, ${request.subject})
        on conflict (id) do nothing`;
      await tx.notify("heddle_preview");
    },
    { isIdempotent: true },
  );
}

/** Takes a request back that nobody waits for any more: the worker that reads stops. An answer stays. */
export async function withdrawPreview(db: Database, id: string): Promise<void> {
  await db.transaction(
    "withdrawPreview",
    async (tx) => {
      const { count } = await tx.sql`delete from preview_request where id = ${id} and answered_at is null`;
      if (count > 0) await tx.notify("heddle_preview", id);
    },
    { isIdempotent: true },
  );
}

/** A request that a worker has taken. */
export interface ClaimedPreview {
  readonly id: string;
  readonly codeVersionId: number;
  readonly subject: JsonValue;
  readonly rows: number;
}

/** Gives a worker the oldest open request that no other one reads; `undefined` when there is none. */
export async function claimPreview(db: Database, leaseMs: number): Promise<ClaimedPreview | undefined> {
  return db.transaction("claimPreview", async ({ sql }) => {
    const [claimed] = await sql<ClaimedPreview[]>`
      update preview_request set claimed_until = clock_timestamp() + ${leaseMs}::double precision * interval '1 millisecond'
      where id = (
        select id from preview_request
        where answered_at is null and requested_at > clock_timestamp() - ${OPEN_FOR}::interval
          and (claimed_until is null or claimed_until < clock_timestamp())
        order by requested_at limit 1 for update skip locked
      )
      returning id, code_version_id as "codeVersionId", subject, rows`;
    return claimed;
  });
}

/** Answers a request; the first answer counts, and one that was withdrawn gets none. */
export async function answerPreview(db: Database, id: string, answer: JsonValue): Promise<void> {
  await db.transaction(
    "answerPreview",
    async ({ sql }) => {
      await sql`
        update preview_request set answer = ${answer}, answered_at = clock_timestamp()
        where id = ${id} and answered_at is null`;
    },
    { isIdempotent: true },
  );
}

/** The answer to a request; `undefined` while there is none. */
export async function readPreviewAnswer(db: Database, id: string): Promise<JsonValue | undefined> {
  return db.read("readPreviewAnswer", async ({ sql }) => {
    const [row] = await sql<{ answer: JsonValue }[]>`
      select answer from preview_request where id = ${id} and answered_at is not null`;
    return row?.answer;
  });
}

/** An answer that was given about the same value not long ago and was no error. */
export async function readRecentPreview({ sql }: Transaction, value: PreviewedValue): Promise<JsonValue | undefined> {
  const [row] = await sql<{ answer: JsonValue }[]>`
    select answer from preview_request
    where asset_id = ${value.assetId} and ordinal = ${value.ordinal} and run_id = ${value.runId} and rows = ${value.rows}
      and answered_at > clock_timestamp() - ${KEPT_FOR}::interval and answer ->> 'error' is null
    order by answered_at desc limit 1`;
  return row?.answer;
}
