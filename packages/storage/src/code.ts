import { HeddleError } from "@heddle/core";
import { type DefinitionsSnapshot, type PartitionsSpec, type SerializedError } from "@heddle/core/internal";
import type { Database, Transaction } from "./database.ts";
import { insertDefinitions } from "./dynamic/dynamic-changes.ts";
import { dynamicNamesOf } from "./dynamic/dynamic-names.ts";
import { appendEvents } from "./events.ts";
import { asJson } from "./json.ts";
import { oneRow } from "./one-row.ts";
import { registerNotifications } from "./notifications/register-notifications.ts";
import { registerPools } from "./pools/register-pools.ts";
import { numberAssets, upsertAssets } from "./register-assets.ts";
import { registerTicks } from "./ticks/register-ticks.ts";

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
 * the load error. Partitions are numbered so that no ordinal ever comes to mean another key; the stored snapshot and the
 * stored definitions hold that numbering. Registering the same version again changes nothing. A handful of statements,
 * however many assets.
 * @throws ASSET_DUPLICATE, TICK_NAME_DUPLICATE when another code location declares one of the assets, schedules or sensors
 */
export async function registerCodeVersion(db: Database, code: NewCodeVersion): Promise<RegisteredCode> {
  return db.transaction("registerCodeVersion", (tx) => register(tx, code), { isIdempotent: true });
}

async function register(tx: Transaction, code: NewCodeVersion): Promise<RegisteredCode> {
  const { sql } = tx;
  const codeLocationId = await upsertLocation(tx, code);
  // Which numberings there are must not change until this one is among them; readers go on.
  await sql`lock table asset in share row exclusive mode`;
  await refuseForeignAssets(tx, codeLocationId, code);
  const before = await readNumberedSpecs(tx, codeLocationId, code.hash);
  const assets = await numberAssets(tx, code.snapshot.assets, before);
  const snapshot: DefinitionsSnapshot = { ...code.snapshot, assets: assets.map(({ definition }) => definition) };
  const { id: codeVersionId } = oneRow(
    await sql<{ id: number }[]>`
    insert into code_version (code_location_id, hash, snapshot, bundle)
    values (${codeLocationId}, ${code.hash}, ${asJson(snapshot)}, ${code.bundle})
    on conflict (code_location_id, hash) do update set snapshot = excluded.snapshot
    returning id`,
  );
  const changed = await upsertAssets(tx, { codeLocationId, codeVersionId }, assets);
  await insertDefinitions(sql, dynamicNamesOf(snapshot.assets));
  const removed = await sql`
    update asset set removed_at = clock_timestamp()
    where code_location_id = ${codeLocationId} and removed_at is null and superseded_at is null
      and key <> all (${code.snapshot.assets.map(({ key }) => key)}::text[])`;
  const ticks = await registerTicks(tx, { codeLocationId, codeVersionId, location: code.location }, code.snapshot);
  if (ticks > 0) await tx.notify("heddle_tick", code.location);
  const notifications = code.snapshot.notifications ?? [];
  await registerNotifications(tx, { codeLocationId, location: code.location }, notifications);
  // Steps may have room now that had none.
  if ((await registerPools(tx, codeLocationId, code.snapshot.pools ?? [])) > 0) await tx.notify("heddle_work");
  const put = await sql`
    update code_location
    set current_code_version_id = ${codeVersionId}, load_error = null, loaded_at = clock_timestamp()
    where id = ${codeLocationId} and (current_code_version_id is distinct from ${codeVersionId}
      or load_error is not null or ${changed + removed.count > 0})`;
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

/** The definitions of a code version as they were numbered when it was registered, by asset key; none when it is new. */
async function readNumberedSpecs(
  { sql }: Transaction,
  codeLocationId: number,
  hash: string,
): Promise<Map<string, PartitionsSpec | null>> {
  const rows = await sql<{ key: string; partitions: PartitionsSpec | null }[]>`
    select asset ->> 'key' as key, asset -> 'partitions' as partitions
    from code_version, jsonb_array_elements(snapshot -> 'assets') as asset
    where code_location_id = ${codeLocationId} and hash = ${hash}`;
  return new Map(rows.map(({ key, partitions }) => [key, partitions]));
}

async function refuseForeignAssets({ sql }: Transaction, codeLocationId: number, code: NewCodeVersion): Promise<void> {
  const foreign = await sql<{ key: string; location: string }[]>`
    select asset.key, code_location.name as location
    from asset join code_location on code_location.id = asset.code_location_id
    where asset.key = any (${code.snapshot.assets.map(({ key }) => key)}::text[])
      and asset.code_location_id <> ${codeLocationId} and asset.removed_at is null and asset.superseded_at is null
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
