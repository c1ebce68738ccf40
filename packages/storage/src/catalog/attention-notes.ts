import type { Database, Transaction } from "../database.ts";

/** The newest word about the problems of an asset. */
export interface AttentionNoteRow {
  readonly assetKey: string;
  /** Names the problems that it was said of. */
  readonly problem: string;
  readonly text: string;
  readonly notedAt: Date;
  /** Until when the problems are left alone; `null`: until there are others. */
  readonly until: Date | null;
}

/** What {@link noteAttention} records. */
export interface NewAttentionNote {
  readonly environmentId: number;
  readonly assetKey: string;
  readonly problem: string;
  readonly text: string;
  /** How long the problems are left alone; `null`: until there are others. */
  readonly durationMs: number | null;
}

/** Notes that are told: more assets do not ask for anybody at once. */
const MAX_NOTES = 10_000;

/** The newest word about each asset, as far as it was not taken back and its time is not over. */
export async function readAttentionNotes(
  { sql }: Transaction,
  environmentId: number,
): Promise<Map<string, AttentionNoteRow>> {
  const rows = await sql<AttentionNoteRow[]>`
    select distinct on (asset_key) asset_key as "assetKey", problem, text, noted_at as "notedAt", until
    from attention_note
    where environment_id = ${environmentId} and ended_at is null and (until is null or until > clock_timestamp())
    order by asset_key, id desc limit ${MAX_NOTES}::integer`;
  return new Map(rows.map((row) => [row.assetKey, row]));
}

/** Records that the problems of an asset were seen, or are left alone for a while; an earlier word about it ends. */
export async function noteAttention(db: Database, note: NewAttentionNote): Promise<void> {
  const { environmentId, assetKey, problem, text, durationMs } = note;
  await db.transaction("noteAttention", async ({ sql }) => {
    await sql`
      update attention_note set ended_at = clock_timestamp()
      where environment_id = ${environmentId} and asset_key = ${assetKey} and ended_at is null`;
    await sql`
      insert into attention_note (environment_id, asset_key, problem, text, until)
      values (${environmentId}, ${assetKey}, ${problem}, ${text},
        clock_timestamp() + ${durationMs}::double precision * interval '1 millisecond')`;
  });
}

/** Takes the word about an asset back. @returns whether there was one */
export async function endAttentionNote(
  db: Database,
  { environmentId, assetKey }: { readonly environmentId: number; readonly assetKey: string },
): Promise<boolean> {
  return db.transaction(
    "endAttentionNote",
    async ({ sql }) => {
      const ended = await sql`
        update attention_note set ended_at = clock_timestamp()
        where environment_id = ${environmentId} and asset_key = ${assetKey} and ended_at is null returning id`;
      return ended.length > 0;
    },
    { isIdempotent: true },
  );
}
