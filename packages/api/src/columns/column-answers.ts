import { ColumnLineage, type ColumnEdge, type StoredColumn } from "@heddle/core";
import { requireAsset, type DefinitionsIndex, type IndexedAsset } from "@heddle/engine/planning";
import { readNewestMaterialization } from "@heddle/storage";
import type { ApiState } from "../api-state.ts";
import type { AssetColumn, AssetColumns, ColumnLineageAnswer, ColumnPathAnswer, FoundColumn } from "../contract.ts";

/** Edges of one answer. */
const MAX_EDGES = 10_000;
/** Neighbours of one column that are told on each side. */
const MAX_NEIGHBOURS = 200;

const lineages = new WeakMap<DefinitionsIndex, ColumnLineage>();

/** Made once for each version of the definitions. */
function lineageOf(index: DefinitionsIndex): ColumnLineage {
  let lineage = lineages.get(index);
  if (lineage === undefined) {
    lineage = new ColumnLineage(index.declared.map(({ definition }) => definition));
    lineages.set(index, lineage);
  }
  return lineage;
}

/** Answers `columns.forAsset`. @throws ASSET_UNKNOWN */
export async function readAssetColumns(state: ApiState, key: string): Promise<AssetColumns> {
  return state.db.read("columns.forAsset", async (tx) => {
    const index = await state.definitions.index(tx);
    const asset = requireAsset(index, key);
    const environmentId = await state.definitions.environmentId(tx);
    const latest = await readNewestMaterialization(tx, { environmentId, assetId: asset.id });
    const stored = latest?.stored?.columns ?? [];
    return { asset: { id: asset.id, key }, columns: describeColumns(asset, stored, lineageOf(index)) };
  });
}

function describeColumns(
  { key, definition }: IndexedAsset,
  stored: readonly StoredColumn[],
  lineage: ColumnLineage,
): AssetColumn[] {
  const found = new Map(stored.map((column) => [column.name, column]));
  const declared = new Map((definition.columns ?? []).map((column) => [column.name, column]));
  // A table that is stored has its columns in the order in which people see them.
  const names = [...found.keys(), ...[...declared.keys()].filter((name) => !found.has(name))];
  return names.map((name) => {
    const ref = { asset: key, column: name };
    const column = found.get(name);
    const description = lineage.descriptionOf(ref);
    const isOwn = description?.by.asset === key && description.by.column === name;
    return {
      name,
      type: column?.type ?? declared.get(name)?.type ?? null,
      nullable: column?.nullable ?? declared.get(name)?.nullable ?? null,
      description: description?.text ?? null,
      describedBy: description === null || isOwn ? null : description.by,
      min: column?.min ?? null,
      max: column?.max ?? null,
      nulls: column?.nulls ?? null,
      isKnown: lineage.isKnown(ref),
      isDerived: declared.get(name)?.derived === true,
      unknownBecause: declared.get(name)?.unknownBecause ?? null,
      upstream: lineage.upstreamOf(ref).slice(0, MAX_NEIGHBOURS),
      downstream: lineage.downstreamOf(ref).slice(0, MAX_NEIGHBOURS),
    };
  });
}

/** Answers `columns.path`. @throws ASSET_UNKNOWN */
export async function readColumnPath(
  state: ApiState,
  { key, column }: { readonly key: string; readonly column: string },
): Promise<ColumnPathAnswer> {
  return state.db.read("columns.path", async (tx) => {
    const index = await state.definitions.index(tx);
    const ref = { asset: requireAsset(index, key).key, column };
    return { column: ref, ...lineageOf(index).pathOf(ref) };
  });
}

/** Answers `columns.find`: declared columns whose name holds the text, those that begin with it first. */
export async function findColumns(
  state: ApiState,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<readonly FoundColumn[]> {
  const wanted = text.toLowerCase();
  const index = await state.db.read("columns.find", (tx) => state.definitions.index(tx));
  const found = index.declared.flatMap(({ id, key, definition }) =>
    (definition.columns ?? []).flatMap(({ name }) => {
      const at = name.toLowerCase().indexOf(wanted);
      return at < 0 ? [] : [{ asset: { id, key }, column: name, at, length: name.length }];
    }),
  );
  return found
    .toSorted((a, b) => Math.sign(a.at) - Math.sign(b.at) || a.length - b.length)
    .slice(0, limit)
    .map(({ asset, column }) => ({ asset, column }));
}

/** Answers `columns.lineage`. @throws ASSET_UNKNOWN */
export async function readColumnLineage(state: ApiState, keys: readonly string[]): Promise<ColumnLineageAnswer> {
  return state.db.read("columns.lineage", async (tx) => {
    const index = await state.definitions.index(tx);
    const lineage = lineageOf(index);
    const edges = keys.flatMap((key): readonly ColumnEdge[] => {
      const { definition } = requireAsset(index, key);
      return (definition.columns ?? []).flatMap(({ name }) => lineage.upstreamOf({ asset: key, column: name }));
    });
    return { edges: edges.slice(0, MAX_EDGES), isCut: edges.length > MAX_EDGES };
  });
}
