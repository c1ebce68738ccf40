import type { Database, Transaction } from "../database.ts";

/** A check of one asset in one environment. */
export interface SilencedCheck {
  readonly environmentId: number;
  readonly assetId: number;
  readonly name: string;
}

/** Somebody who does not want to be told of a check for some time. */
export interface SilenceRow {
  readonly id: number;
  readonly assetId: number;
  readonly name: string;
  readonly until: Date;
  readonly reason: string;
  readonly actor: string | null;
  readonly at: Date;
  readonly liftedAt: Date | null;
  readonly liftedBy: string | null;
}

/** Most silences that are told at once. */
const MAX_SILENCES = 10_000;

/** Silences a check until an instant; one that is silenced already is silenced anew, from now on and for this reason. */
export async function silenceCheck(
  db: Database,
  silence: SilencedCheck & {
    readonly until: Date;
    readonly reason: string;
    readonly actor?: string | null | undefined;
  },
): Promise<void> {
  const { environmentId, assetId, name, until, reason, actor = null } = silence;
  await db.transaction("silenceCheck", async (tx) => {
    await lift(tx, silence, actor);
    await tx.sql`
      insert into check_silence (environment_id, asset_id, name, until, reason, actor)
      values (${environmentId}, ${assetId}, ${name}, ${until}, ${reason}, ${actor})`;
  });
}

/** Lifts the silence of a check; false when it has none. */
export async function liftSilence(
  db: Database,
  check: SilencedCheck & { readonly actor?: string | null | undefined },
): Promise<boolean> {
  return db.transaction("liftSilence", (tx) => lift(tx, check, check.actor ?? null), { isIdempotent: true });
}

/** Every silence that is in force now. */
export async function readSilences({ sql }: Transaction, environmentId: number): Promise<SilenceRow[]> {
  return sql<SilenceRow[]>`
    select distinct on (asset_id, name) ${columns(sql)} from check_silence
    where environment_id = ${environmentId} and lifted_at is null and until > clock_timestamp()
    order by asset_id, name, id desc limit ${MAX_SILENCES}`;
}

/** The silences of one check, the newest first. */
export async function readSilencesOf(
  { sql }: Transaction,
  { environmentId, assetId, name }: SilencedCheck,
  limit: number,
): Promise<SilenceRow[]> {
  return sql<SilenceRow[]>`
    select ${columns(sql)} from check_silence
    where environment_id = ${environmentId} and asset_id = ${assetId} and name = ${name}
    order by id desc limit ${limit}`;
}

async function lift({ sql }: Transaction, check: SilencedCheck, actor: string | null): Promise<boolean> {
  const { environmentId, assetId, name } = check;
  const lifted = await sql`
    update check_silence set lifted_at = clock_timestamp(), lifted_by = ${actor}
    where environment_id = ${environmentId} and asset_id = ${assetId} and name = ${name} and lifted_at is null
      and until > clock_timestamp()`;
  return lifted.count > 0;
}

function columns(sql: Transaction["sql"]) {
  return sql`
    id, asset_id as "assetId", name, until, reason, actor, at, lifted_at as "liftedAt", lifted_by as "liftedBy"`;
}
