import {
  numberPartitions,
  partitionScheme,
  type AssetSnapshot,
  type NumberedPartitions,
  type Numbering,
  type PartitionsSpec,
} from "@heddle/core/internal";
import type { Transaction } from "./database.ts";
import { asJson } from "./json.ts";

/*
 * Ordinals are what is stored, and keys are what they mean; so a definition is numbered against what its asset had
 * before. As long as both fit together the asset keeps its row, and keys that were known keep their ordinals. A
 * definition that numbers otherwise gets a row of its own, beside the old one and its history; and the old row is in
 * force again when the old definition comes back.
 */

/** An asset as it is registered: its definition numbered. */
export interface NumberedAsset {
  readonly definition: AssetSnapshot;
  readonly numbering: Numbering;
}

/** What is known of an asset's numberings. */
interface KnownNumbering {
  readonly id: number;
  readonly key: string;
  readonly scheme: string;
  readonly numbering: Numbering | null;
  readonly isInForce: boolean;
  /** Only of a row from before assets were numbered, whose scheme is empty. */
  readonly unnumbered: PartitionsSpec | null;
}

/**
 * Numbers the definitions of a code version. Must be alone with the table of assets.
 *
 * @param before the definitions of this very code version as they were numbered when it was registered first: runs may
 *   go by them, so they stay as they were
 */
export async function numberAssets(
  tx: Transaction,
  assets: readonly AssetSnapshot[],
  before: ReadonlyMap<string, PartitionsSpec | null>,
): Promise<NumberedAsset[]> {
  const known = Map.groupBy(await readNumberings(tx, assets), (row) => row.key);
  return assets.map((asset) => {
    const preferred = before.get(asset.key);
    const { spec, numbering } = chooseNumbering(
      asset.partitions,
      known.get(asset.key) ?? [],
      preferred === undefined ? undefined : partitionScheme(preferred),
    );
    return { definition: { ...asset, partitions: spec }, numbering };
  });
}

/** @param known what is in force first, then the newest first */
function chooseNumbering(
  spec: PartitionsSpec | null,
  known: readonly KnownNumbering[],
  preferredScheme: string | undefined,
): NumberedPartitions {
  const ordered = known.toSorted((a, b) => Number(b.scheme === preferredScheme) - Number(a.scheme === preferredScheme));
  const others: NumberedPartitions[] = [];
  for (const { scheme, numbering } of ordered) {
    if (numbering === null) continue;
    const numbered = numberPartitions(spec, numbering);
    if (numbered.numbering.scheme === scheme) return numbered;
    others.push(numbered);
  }
  // What is new must not share a scheme with what it does not fit: such a scheme has been outgrown.
  const taken = new Set(known.map(({ scheme }) => scheme));
  const fresh = numberPartitions(spec, null);
  return [fresh, ...others].find(({ numbering }) => !taken.has(numbering.scheme)) ?? fresh;
}

async function readNumberings(tx: Transaction, assets: readonly AssetSnapshot[]): Promise<KnownNumbering[]> {
  const rows = await tx.sql<KnownNumbering[]>`
    select id, key, scheme, numbering, superseded_at is null as "isInForce",
      case when scheme = '' then definition -> 'partitions' end as unnumbered
    from asset where key = any (${assets.map(({ key }) => key)}::text[])
    order by key, superseded_at desc nulls first, id desc`;
  const unnumbered = rows.filter(({ scheme }) => scheme === "");
  if (unnumbered.length === 0) return rows;
  const numbered = new Map(unnumbered.map((row) => [row.id, numberEarlier(row)]));
  const updates = [...numbered];
  await tx.sql`
    update asset set scheme = k.scheme, numbering = k.numbering
    from unnest(
      ${updates.map(([id]) => id)}::integer[], ${updates.map(([, { scheme }]) => scheme)}::text[],
      ${updates.map(([, numbering]) => asJson(numbering))}::jsonb[]
    ) as k (id, scheme, numbering)
    where asset.id = k.id`;
  return rows.map((row) => {
    const numbering = numbered.get(row.id);
    return numbering === undefined ? row : { ...row, scheme: numbering.scheme, numbering };
  });
}

/** The numbering of a definition from before they were numbered, as its ordinals were counted then. */
function numberEarlier({ id, unnumbered }: KnownNumbering): Numbering {
  const isCountedAlike =
    unnumbered === null ||
    unnumbered.kind === "static" ||
    unnumbered.kind === "dynamic" ||
    (unnumbered.kind === "time-window" && unnumbered.cadence !== "cron");
  if (isCountedAlike) return numberPartitions(unnumbered, null).numbering;
  // Nothing that is declared now counts as it did, so it fits nothing.
  return { scheme: `earlier ${id}`, keys: {} };
}

/**
 * Brings the table to the given definitions. Rows are written in the order of their keys, as everywhere.
 *
 * @returns how many definitions are new, or others than before
 */
export async function upsertAssets(
  { sql }: Transaction,
  ids: { readonly codeLocationId: number; readonly codeVersionId: number },
  assets: readonly NumberedAsset[],
): Promise<number> {
  const keys = assets.map(({ definition }) => definition.key);
  const schemes = assets.map(({ numbering }) => numbering.scheme);
  await sql`
    update asset set superseded_at = clock_timestamp()
    from unnest(${keys}::text[], ${schemes}::text[]) as declared (key, scheme)
    where asset.key = declared.key and asset.scheme <> declared.scheme and asset.superseded_at is null`;
  const written = await sql`
    insert into asset (key, scheme, numbering, code_location_id, definition, code_version_id)
    select key, scheme, numbering, ${ids.codeLocationId}::integer, definition, ${ids.codeVersionId}::integer
    from unnest(
      ${keys}::text[], ${schemes}::text[], ${assets.map(({ numbering }) => asJson(numbering))}::jsonb[],
      ${assets.map(({ definition }) => asJson(definition))}::jsonb[]
    ) as declared (key, scheme, numbering, definition)
    order by key
    on conflict (key, scheme) do update set
      code_location_id = excluded.code_location_id,
      numbering = excluded.numbering,
      definition = excluded.definition,
      code_version_id = excluded.code_version_id,
      removed_at = null,
      superseded_at = null
    where asset.definition is distinct from excluded.definition
      or asset.numbering is distinct from excluded.numbering
      or asset.code_location_id <> excluded.code_location_id
      or asset.removed_at is not null
      or asset.superseded_at is not null`;
  return written.count;
}
