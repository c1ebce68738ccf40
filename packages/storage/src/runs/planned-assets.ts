import { HeddleError } from "@heddle/core";
import { partitionScheme, type RunPlan } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import type { PooledAsset } from "../pools/run-pools.ts";

/** The assets of one plan, as they are registered. */
export interface PlannedAssets {
  /** By position in the plan. */
  readonly ids: readonly number[];
  readonly pooled: readonly PooledAsset[];
  /** @throws RUN_CODE_LOCATIONS_MIXED, RUN_DEFINITIONS_CHANGED */
  newestCodeVersionId(): number;
}

interface AssetRecord {
  readonly id: number;
  readonly place: number;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly codeVersionId: number | null;
  readonly isInForce: boolean;
}

/**
 * Finds the assets of plans by key and by how the plan numbers their partitions: a plan whose definitions are not in force
 * any more makes partitions of the definitions that it was made with. One statement for all plans.
 * @throws RUN_ASSET_UNKNOWN
 */
export async function findPlannedAssets(sql: TransactionSql, plans: readonly RunPlan[]): Promise<PlannedAssets[]> {
  const assets = plans.flatMap((plan) => plan.assets);
  const schemes = new Map<RunPlan["assets"][number]["partitionsSpec"], string>();
  const schemeOf = (spec: RunPlan["assets"][number]["partitionsSpec"]): string => {
    const scheme = schemes.get(spec) ?? partitionScheme(spec);
    schemes.set(spec, scheme);
    return scheme;
  };
  const rows = await sql<AssetRecord[]>`
    select a.id, k.place::integer as place, l.name as location, a.definition -> 'tags' as tags,
      l.current_code_version_id as "codeVersionId",
      a.superseded_at is null as "isInForce"
    from unnest(
      ${assets.map(({ key }) => key)}::text[], ${assets.map(({ partitionsSpec }) => schemeOf(partitionsSpec))}::text[]
    ) with ordinality as k (key, scheme, place)
    join asset a on a.key = k.key and a.scheme = k.scheme
    join code_location l on l.id = a.code_location_id`;
  const byPlace = new Map(rows.map((row) => [row.place - 1, row]));
  let first = 0;
  return plans.map((plan) => {
    const found = plan.assets.map(({ key }, position) => ({ key, row: byPlace.get(first + position) }));
    first += plan.assets.length;
    return readPlannedAssets(found);
  });
}

function readPlannedAssets(
  found: readonly { readonly key: string; readonly row: AssetRecord | undefined }[],
): PlannedAssets {
  const rows = found.flatMap(({ row }) => row ?? []);
  if (rows.length < found.length)
    throw assetsUnknown(found.flatMap(({ key, row }) => (row === undefined ? [key] : [])));
  return {
    ids: rows.map(({ id }) => id),
    pooled: rows.map(({ location, tags }) => ({ location, assetTags: tags })),
    newestCodeVersionId: () => {
      const outdated = found.flatMap(({ key, row }) => (row?.isInForce === false ? [key] : []));
      if (outdated.length > 0) throw definitionsChanged(outdated);
      const locations = [...new Set(rows.map(({ location }) => location))].toSorted();
      const [codeVersionId] = rows.map((row) => row.codeVersionId);
      if (locations.length === 1 && typeof codeVersionId === "number") return codeVersionId;
      throw locationsMixed(locations);
    },
  };
}

function assetsUnknown(keys: readonly string[]): HeddleError {
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : "";
  return new HeddleError(
    "RUN_ASSET_UNKNOWN",
    `the plan names assets, or definitions of their partitions, that no code location declares: ${shown.join(", ")}${more}`,
    {
      hint: "Load the code location that declares them, then plan again.",
      details: { assets: keys.slice(0, 100) },
    },
  );
}

function definitionsChanged(keys: readonly string[]): HeddleError {
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  return new HeddleError(
    "RUN_DEFINITIONS_CHANGED",
    `the partitions of ${shown.join(", ")}${keys.length > shown.length ? ` and ${keys.length - shown.length} more` : ""} ` +
      "are defined otherwise since the plan was made",
    { hint: "Plan again.", details: { assets: keys.slice(0, 100) } },
  );
}

function locationsMixed(locations: readonly string[]): HeddleError {
  return new HeddleError(
    "RUN_CODE_LOCATIONS_MIXED",
    `a run executes one version of one project's code, and the plan needs ${locations.join(", ")}`,
    {
      hint: "Launch a run for each code location.",
      details: { codeLocations: [...locations] },
    },
  );
}
