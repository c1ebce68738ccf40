import type { AssetSnapshot } from "@heddle/core/internal";
import type { Transaction } from "../database.ts";

/** An asset as one version of its code location's code declares it. */
export interface AssetVersion {
  readonly codeVersionId: number;
  readonly codeLocation: string;
  readonly hash: string;
  /** When the version was loaded first. */
  readonly createdAt: Date;
  /** Whether the version is in force. */
  readonly isCurrent: boolean;
  readonly definition: AssetSnapshot;
}

/** The definition of an asset in a version, or in the newest that declares it; `undefined` when there is none. */
export async function findAssetVersion(
  { sql }: Transaction,
  { key, codeVersionId = null }: { readonly key: string; readonly codeVersionId?: number | null | undefined },
): Promise<AssetVersion | undefined> {
  const [found] = await sql<AssetVersion[]>`
    select v.id as "codeVersionId", l.name as "codeLocation", v.hash, v.created_at as "createdAt",
      l.current_code_version_id = v.id as "isCurrent", own.definition
    from code_version v join code_location l on l.id = v.code_location_id
    cross join lateral (
      select a as definition from jsonb_array_elements(v.snapshot -> 'assets') as a where a ->> 'key' = ${key} limit 1
    ) as own
    where v.id = ${codeVersionId} or (${codeVersionId}::integer is null
      and v.code_location_id in (select code_location_id from asset where key = ${key}))
    order by "isCurrent" desc, v.id desc limit 1`;
  return found;
}

/** A version of a code location, and what it makes of one asset. */
export interface AssetVersionStep extends Omit<AssetVersion, "definition"> {
  /** `null` where the version does not declare the asset. */
  readonly definition: AssetSnapshot | null;
}

/**
 * The versions of the code locations that have ever declared an asset, the newest first, each with its definition of the
 * asset. Reads one definition of each version, and not their snapshots.
 */
export async function readAssetVersions(
  { sql }: Transaction,
  { key, beforeId = null, limit }: { readonly key: string; readonly beforeId?: number | null; readonly limit: number },
): Promise<AssetVersionStep[]> {
  return [
    ...(await sql<AssetVersionStep[]>`
      select v.id as "codeVersionId", l.name as "codeLocation", v.hash, v.created_at as "createdAt",
        l.current_code_version_id = v.id as "isCurrent", (
          select a from jsonb_array_elements(v.snapshot -> 'assets') as a where a ->> 'key' = ${key} limit 1
        ) as definition
      from (
        select id, code_location_id, hash, created_at, snapshot from code_version
        where code_location_id in (select code_location_id from asset where key = ${key})
          and (${beforeId}::integer is null or id < ${beforeId}::integer)
        order by id desc limit ${limit}::integer
      ) as v join code_location l on l.id = v.code_location_id
      order by v.id desc`),
  ];
}

/** The version of a code location before another one; `undefined` when none is kept. */
export async function findVersionBefore(
  { sql }: Transaction,
  codeVersionId: number,
): Promise<{ readonly codeVersionId: number; readonly hash: string; readonly createdAt: Date } | undefined> {
  const [found] = await sql<{ codeVersionId: number; hash: string; createdAt: Date }[]>`
    select v.id as "codeVersionId", v.hash, v.created_at as "createdAt"
    from code_version v join code_version later on later.code_location_id = v.code_location_id and v.id < later.id
    where later.id = ${codeVersionId}
    order by v.id desc limit 1`;
  return found;
}
