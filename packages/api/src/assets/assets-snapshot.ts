import type { PartitionsSpec } from "@heddle/core/internal";
import type { DefinitionsIndex, IndexedAsset } from "@heddle/engine/planning";
import type { ApiState } from "../api-state.ts";
import type { AssetsSnapshot, AssetsSnapshotResult } from "../contract.ts";

const MAX_SUMMARY_LENGTH = 200;

/** Answers `assets.snapshot`; `unchanged` when the caller holds the current version. */
export async function readAssetsSnapshot(
  state: ApiState,
  knownVersion: string | null | undefined,
): Promise<AssetsSnapshotResult> {
  const index = await state.db.read("assets.snapshot", (tx) => state.definitions.index(tx));
  if (index.version === knownVersion) return { kind: "unchanged", version: index.version };
  return { kind: "snapshot", ...snapshotOf(index) };
}

/** Every page that opens asks for them; they are the same until other code is in force. */
const snapshots = new WeakMap<DefinitionsIndex, AssetsSnapshot>();

/** The columns of some declarations. */
export function snapshotOf(index: DefinitionsIndex): AssetsSnapshot {
  let known = snapshots.get(index);
  if (known === undefined) snapshots.set(index, (known = buildSnapshot(index)));
  return known;
}

function buildSnapshot(index: DefinitionsIndex): AssetsSnapshot {
  const { graph, declared } = index;
  const assets = [...graph.topologicalOrder].flatMap((number) => declared[number] ?? []);
  const column = <T>(valueOf: (asset: IndexedAsset) => T): T[] => assets.map(valueOf);
  const groups = new Dictionary<string>();
  const codeLocations = new Dictionary<string>();
  const partitions = new Dictionary<PartitionsSpec>();
  return {
    version: index.version,
    ids: column((asset) => asset.id),
    keys: column((asset) => asset.key),
    groupOf: column(({ definition }) => groups.indexOf(definition.group)),
    groups: groups.values,
    codeLocationOf: column((asset) => codeLocations.indexOf(asset.codeLocation)),
    codeLocations: codeLocations.values,
    external: column(({ definition }) => (definition.kind === "external" ? 1 : 0)),
    summaries: column(({ definition }) => summaryOf(definition.description)),
    owners: column(({ definition }) => definition.owners),
    tags: column(({ definition }) => definition.tags),
    kinds: column(({ definition }) => definition.kinds),
    partitionsOf: column(({ definition }) =>
      definition.partitions === null ? -1 : partitions.indexOf(definition.partitions),
    ),
    partitions: partitions.values,
    checkCounts: column(({ definition }) => definition.checks.length),
    edges: edgesOf(index),
  };
}

/** Edges between rows: the row of an asset is its place in the topological order. */
function edgesOf({ graph }: DefinitionsIndex): AssetsSnapshot["edges"] {
  const rowOf = new Int32Array(graph.size);
  for (const [row, number] of graph.topologicalOrder.entries()) rowOf[number] = row;
  const counts: number[] = [];
  const back: number[] = [];
  for (const [row, number] of graph.topologicalOrder.entries()) {
    const before = back.length;
    for (const upstream of graph.upstreamOf(number)) back.push(row - (rowOf[upstream] ?? 0));
    counts.push(back.length - before);
  }
  return { counts, back };
}

function summaryOf(description: string | null): string {
  const line = description?.trim().split("\n", 1)[0]?.trim() ?? "";
  return line.length <= MAX_SUMMARY_LENGTH ? line : `${line.slice(0, MAX_SUMMARY_LENGTH - 1)}…`;
}

/** Distinct values in the order of their first use. */
class Dictionary<T> {
  readonly values: T[] = [];
  readonly #indices = new Map<T, number>();

  indexOf(value: T): number {
    let at = this.#indices.get(value);
    if (at === undefined) {
      this.#indices.set(value, (at = this.values.length));
      this.values.push(value);
    }
    return at;
  }
}
