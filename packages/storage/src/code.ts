import { HeddleError, type AssetSnapshot, type DefinitionsSnapshot, type SerializedError } from "@heddle/core";
import type { Database, Transaction } from "./database.ts";
import { appendEvents } from "./events.ts";
import { asJson } from "./json.ts";
import { oneRow } from "./one-row.ts";

/** A code location's code as it was built and loaded. */
export interface NewCodeVersion {
  /** Name of the code location. */
  readonly location: string;
  /** Directory of the project on the machine that loads it. */
  readonly directory: string;
  /** SHA-256 of the bundle before compression, hex. */
  readonly hash: string;
  readonly snapshot: DefinitionsSnapshot;
  /** The bundle, gzip. */
  readonly bundle: Uint8Array;
}

export interface RegisteredCode {
  readonly codeLocationId: number;
  readonly codeVersionId: number;
  /** Assets whose definition is new or another than before. */
  readonly changed: number;
  /** Assets that this code no longer declares. Their history stays. */
  readonly removed: number;
}

/**
 * Puts a code version in force: stores it unless it is there already, brings the assets to its definitions, and clears
 * the load error. Registering the same version again changes nothing. A handful of statements, however many assets.
 * @throws ASSET_DUPLICATE when another code location declares one of the assets
 */
export async function registerCodeVersion(db: Database, code: NewCodeVersion): Promise<RegisteredCode> {
  return db.transaction("registerCodeVersion", (tx) => register(tx, code), { isIdempotent: true });
}

async function register(tx: Transaction, code: NewCodeVersion): Promise<RegisteredCode> {
  const { sql } = tx;
  const codeLocationId = await upsertLocation(tx, code);
  const { id: codeVersionId } = oneRow(
    await sql<{ id: number }[]>`
    insert into code_version (code_location_id, hash, snapshot, bundle)
    values (${codeLocationId}, ${code.hash}, ${asJson(code.snapshot)}, ${code.bundle})
    on conflict (code_location_id, hash) do update set hash = excluded.hash
    returning id`,
  );
  await refuseForeignAssets(tx, codeLocationId, code);
  const changed = await upsertAssets(tx, { codeLocationId, codeVersionId }, code.snapshot.assets);
  const removed = await sql`
    update asset set removed_at = clock_timestamp()
    where code_location_id = ${codeLocationId} and removed_at is null
      and key <> all (${code.snapshot.assets.map(({ key }) => key)}::text[])`;
  const put = await sql`
    update code_location
    set current_code_version_id = ${codeVersionId}, load_error = null, loaded_at = clock_timestamp()
    where id = ${codeLocationId} and (current_code_version_id is distinct from ${codeVersionId} or load_error is not null)`;
  if (put.count > 0 || changed > 0 || removed.count > 0) {
    const payload = { location: code.location, codeVersionId, changed, removed: removed.count };
    await appendEvents(tx, [{ kind: "code_loaded", payload }]);
    await tx.notify("heddle_code", code.location);
  }
  return { codeLocationId, codeVersionId, changed, removed: removed.count };
}

/** Also locks the row, so that registrations of one code location follow each other. */
async function upsertLocation(
  { sql }: Transaction,
  { location, directory }: Pick<NewCodeVersion, "location" | "directory">,
): Promise<number> {
  const { id } = oneRow(
    await sql<{ id: number }[]>`
    insert into code_location (name, directory) values (${location}, ${directory})
    on conflict (name) do update set directory = excluded.directory
    returning id`,
  );
  return id;
}

async function refuseForeignAssets({ sql }: Transaction, codeLocationId: number, code: NewCodeVersion): Promise<void> {
  const foreign = await sql<{ key: string; location: string }[]>`
    select asset.key, code_location.name as location
    from asset join code_location on code_location.id = asset.code_location_id
    where asset.key = any (${code.snapshot.assets.map(({ key }) => key)}::text[])
      and asset.code_location_id <> ${codeLocationId} and asset.removed_at is null
    order by asset.key limit 10`;
  const [first] = foreign;
  if (first === undefined) return;
  throw new HeddleError(
    "ASSET_DUPLICATE",
    `the asset "${first.key}" of ${code.location} is declared by the code location ${first.location} already`,
    {
      hint: "Give one of the two another key, or remove it from one of the projects.",
      details: { location: code.location, assets: foreign.map(({ key }) => key) },
    },
  );
}

/** Rows are written in the order of their keys, as everywhere, so that two registrations cannot deadlock. */
async function upsertAssets(
  { sql }: Transaction,
  ids: { readonly codeLocationId: number; readonly codeVersionId: number },
  assets: readonly AssetSnapshot[],
): Promise<number> {
  const written = await sql`
    insert into asset (key, code_location_id, definition, code_version_id)
    select key, ${ids.codeLocationId}::integer, definition, ${ids.codeVersionId}::integer
    from unnest(
      ${assets.map(({ key }) => key)}::text[],
      ${assets.map(asJson)}::jsonb[]
    ) as declared (key, definition)
    order by key
    on conflict (key) where superseded_at is null do update set
      code_location_id = excluded.code_location_id,
      definition = excluded.definition,
      code_version_id = excluded.code_version_id,
      removed_at = null
    where asset.definition is distinct from excluded.definition
      or asset.code_location_id <> excluded.code_location_id
      or asset.removed_at is not null`;
  return written.count;
}

/** Notes why the newest code of a location does not load. What is in force stays so. */
export async function recordLoadError(
  db: Database,
  failure: { readonly location: string; readonly directory: string; readonly error: SerializedError },
): Promise<void> {
  await db.transaction(
    "recordLoadError",
    async (tx) => {
      const codeLocationId = await upsertLocation(tx, failure);
      await tx.sql`
        update code_location set load_error = ${asJson(failure.error)} where id = ${codeLocationId}`;
      const payload = { location: failure.location, message: failure.error.message };
      await appendEvents(tx, [{ kind: "code_failed", payload }]);
      await tx.notify("heddle_code", failure.location);
    },
    { isIdempotent: true },
  );
}
