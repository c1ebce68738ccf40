import type { AssetSnapshot, Numbering } from "@heddle/core/internal";
import { asc, eq } from "drizzle-orm";
import type { Transaction } from "../database.ts";
import { asset, codeLocation, environment } from "../schema/index.ts";

/** An asset as it was declared last, or as it was declared before its partitions were numbered otherwise. */
export interface DeclaredAsset {
  readonly id: number;
  readonly key: string;
  /** How ordinals and keys of its partitions belong together; see `partitionScheme`. */
  readonly scheme: string;
  /** Every static key that ever had an ordinal of this asset; `null` until its code is loaded anew after an upgrade. */
  readonly numbering: Numbering | null;
  readonly codeLocation: string;
  readonly definition: AssetSnapshot;
  /** When it disappeared from its code location; `null` while it is declared. */
  readonly removedAt: Date | null;
  /** When a definition that numbers its partitions otherwise took over; `null` while this one is in force. */
  readonly supersededAt: Date | null;
}

/** Every asset that is or was declared, in the order of their ids. */
export interface StoredDefinitions {
  readonly version: string;
  readonly assets: readonly DeclaredAsset[];
}

/** A text that changes whenever a code location takes other definitions: cheap to ask for. */
export async function readDefinitionsVersion({ sql }: Transaction): Promise<string> {
  const [row] = await sql<{ version: string }[]>`
    select md5(coalesce(string_agg(concat_ws(':', id, current_code_version_id, extract(epoch from loaded_at)), ',' order by id), '')) as version
    from code_location`;
  return row?.version ?? "";
}

/** All declarations with the version that they are. */
export async function readDefinitions(tx: Transaction): Promise<StoredDefinitions> {
  const version = await readDefinitionsVersion(tx);
  const assets = await tx.drizzle
    .select({
      id: asset.id,
      key: asset.key,
      scheme: asset.scheme,
      numbering: asset.numbering,
      codeLocation: codeLocation.name,
      definition: asset.definition,
      removedAt: asset.removedAt,
      supersededAt: asset.supersededAt,
    })
    .from(asset)
    .innerJoin(codeLocation, eq(codeLocation.id, asset.codeLocationId))
    .orderBy(asc(asset.id));
  return { version, assets };
}

/** The id of an environment, or `null` when there is none of that name yet. */
export async function readEnvironmentId({ drizzle }: Transaction, name: string): Promise<number | null> {
  const [row] = await drizzle.select({ id: environment.id }).from(environment).where(eq(environment.name, name));
  return row?.id ?? null;
}

/** Code version of every asset in the given versions of code locations: code version id → asset key → code version. */
export async function readAssetCodeVersions(
  { sql }: Transaction,
  codeVersionIds: readonly number[],
): Promise<Map<number, Map<string, string>>> {
  const versions = new Map<number, Map<string, string>>(codeVersionIds.map((id) => [id, new Map()]));
  if (codeVersionIds.length === 0) return versions;
  const rows = await sql<{ id: number; key: string; codeVersion: string }[]>`
    select code_version.id, asset ->> 'key' as key, asset ->> 'codeVersion' as "codeVersion"
    from code_version, jsonb_array_elements(snapshot -> 'assets') as asset
    where code_version.id = any(${codeVersionIds}::integer[])`;
  for (const row of rows) versions.get(row.id)?.set(row.key, row.codeVersion);
  return versions;
}
