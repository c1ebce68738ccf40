import {
  NO_PARTITION_SETS,
  readDataVersions,
  readSingleMaterializations,
  type PartitionSets,
  type SingleMaterialization,
  type Transaction,
} from "@heddle/storage";
import type { DefinitionsIndex, IndexedAsset } from "./definitions-index.ts";
import type { PlanningState } from "./planning-state.ts";

/** Why an unpartitioned asset is out of date. */
export type StaleReason =
  | { readonly kind: "code" }
  | { readonly kind: "upstream"; readonly key: string; readonly at: Date };

/** Why assets are out of date, by asset id; an asset that is not in it is not stale. */
export type StaleAssets = ReadonlyMap<number, readonly StaleReason[]>;

export interface StalenessScope {
  readonly index: DefinitionsIndex;
  readonly definitions: PlanningState["definitions"];
  readonly environmentId: number;
  readonly assets: readonly IndexedAsset[];
  /** Sets of at least the assets and what they depend on. */
  readonly sets: ReadonlyMap<number, PartitionSets>;
  /** What the daemon has judged by data versions, by asset id: of partitions that are read it knows better than the clock. */
  readonly judged: ReadonlyMap<number, unknown>;
}

/**
 * Judges unpartitioned assets: such an asset is stale when its code has changed since it was materialized, or when
 * something that it reads as a whole was materialized after it and came out different. Partitions of other assets are
 * not judged: that would take reading a row for each of them.
 */
export async function findStaleAssets(tx: Transaction, scope: StalenessScope): Promise<StaleAssets> {
  const judged = scope.assets.filter(
    (asset) => isSingle(asset) && asset.removedAt === null && asset.supersededAt === null,
  );
  const upstream = judged.flatMap((asset) => scope.index.upstreamOf(asset)).filter(isSingle);
  const ids = new Set([...judged, ...upstream].map((asset) => asset.id));
  const rows = await readSingleMaterializations(tx, { environmentId: scope.environmentId, assetIds: [...ids] });
  const current = new Map(rows.map((row) => [row.assetId, row]));
  const newer = judged.flatMap((asset) => findNewerInputs(asset, current, scope));
  const same = await findUnchanged(tx, newer);
  const codeVersions = await scope.definitions.assetCodeVersions(
    tx,
    rows.map((row) => row.codeVersionId),
  );

  const stale = new Map<number, StaleReason[]>();
  const add = (assetId: number, reason: StaleReason): void => {
    const reasons = stale.get(assetId);
    if (reasons === undefined) stale.set(assetId, [reason]);
    else reasons.push(reason);
  };
  for (const { id, key, definition } of judged) {
    const made = codeVersions.get(current.get(id)?.codeVersionId ?? -1)?.get(key);
    if (made !== undefined && made !== definition.codeVersion) add(id, { kind: "code" });
  }
  for (const input of newer) {
    if (!same.has(input)) add(input.assetId, { kind: "upstream", key: input.upstream.key, at: input.at });
  }
  return stale;
}

function isSingle(asset: IndexedAsset): boolean {
  const { partitions, kind, observed } = asset.definition;
  return partitions === null && (kind === "asset" || observed === true);
}

/** Something that was materialized after what reads it. */
interface NewerInput {
  readonly assetId: number;
  readonly upstream: IndexedAsset;
  readonly at: Date;
  /** The runs whose data versions say whether it changed at all, where the one that was read is known. */
  readonly runs: { readonly read: number; readonly current: number } | null;
}

function findNewerInputs(
  asset: IndexedAsset,
  current: ReadonlyMap<number, SingleMaterialization>,
  { index, sets, judged }: StalenessScope,
): NewerInput[] {
  const own = current.get(asset.id);
  if (own === undefined) return [];
  return asset.definition.deps.flatMap((dep): NewerInput[] => {
    const upstream = index.byKey(dep.upstream);
    if (upstream === undefined || upstream.id === asset.id) return [];
    if (!isSingle(upstream)) {
      if (judged.has(asset.id)) return [];
      const at = (sets.get(upstream.id) ?? NO_PARTITION_SETS).lastMaterializedAt;
      // Only a mapping to all partitions makes the newest one an input for certain.
      if (dep.mapping.kind !== "all" || at === null || at <= own.publishedAt) return [];
      return [{ assetId: asset.id, upstream, at, runs: null }];
    }
    const newest = current.get(upstream.id);
    if (newest === undefined || newest.publishedAt <= own.publishedAt) return [];
    const read = own.inputs?.find((input) => input.assetId === upstream.id)?.runId;
    if (read === newest.runId) return [];
    const runs = read === undefined ? null : { read, current: newest.runId };
    return [{ assetId: asset.id, upstream, at: newest.publishedAt, runs }];
  });
}

/** Those that are newer and yet the same data. */
async function findUnchanged(tx: Transaction, inputs: readonly NewerInput[]): Promise<ReadonlySet<NewerInput>> {
  const refs = inputs.flatMap(({ upstream, runs }) =>
    runs === null ? [] : [runs.read, runs.current].map((runId) => ({ assetId: upstream.id, runId })),
  );
  const versions = await readDataVersions(tx, refs);
  return new Set(
    inputs.filter(({ upstream, runs }) => {
      if (runs === null) return false;
      const read = versions.get(`${upstream.id}:${runs.read}`) ?? null;
      return read !== null && read === versions.get(`${upstream.id}:${runs.current}`);
    }),
  );
}
