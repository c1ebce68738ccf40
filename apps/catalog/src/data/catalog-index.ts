import type { AssetsSnapshot } from "@heddle/api";
import type { PartitionsSpec } from "@heddle/core/internal";
import { directedGraph, type DirectedGraph } from "@heddle/graph-layout";
import { snapshotEdges } from "./snapshot-edges.ts";

/**
 * Every declared asset by row. Rows are what the application computes with; ids name assets to the server and keys name
 * them to people. Immutable: new definitions make a new index.
 */
export interface CatalogIndex {
  readonly version: string;
  readonly count: number;
  readonly ids: Int32Array;
  readonly keys: readonly string[];
  /** Last segment of each key: what there is room for on a card. */
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly groupOf: Int32Array;
  readonly codeLocations: readonly string[];
  readonly codeLocationOf: Int32Array;
  readonly external: Uint8Array;
  readonly summaries: readonly string[];
  readonly owners: readonly (readonly string[])[];
  readonly tags: AssetsSnapshot["tags"];
  readonly kinds: readonly (readonly string[])[];
  readonly checkCounts: Int32Array;
  /** Lineage by row; `from` is upstream. */
  readonly graph: DirectedGraph;
  rowOfId(id: number): number | undefined;
  rowOfKey(key: string): number | undefined;
  /** Partitions definition of a row; `null` when it has none. */
  partitionsOf(row: number): PartitionsSpec | null;
  groupNameOf(row: number): string;
}

/** Puts a snapshot into the form that the application computes with. */
export function catalogIndex(snapshot: AssetsSnapshot): CatalogIndex {
  const { keys, groups, partitions, partitionsOf } = snapshot;
  const count = keys.length;
  const rowOfId = new Map(snapshot.ids.map((id, row) => [id, row]));
  const rowOfKey = new Map(keys.map((key, row) => [key, row]));
  const groupOf = Int32Array.from(snapshot.groupOf);
  return {
    version: snapshot.version,
    count,
    ids: Int32Array.from(snapshot.ids),
    keys,
    names: keys.map(lastSegment),
    groups,
    groupOf,
    codeLocations: snapshot.codeLocations,
    codeLocationOf: Int32Array.from(snapshot.codeLocationOf),
    external: Uint8Array.from(snapshot.external),
    summaries: snapshot.summaries,
    owners: snapshot.owners,
    tags: snapshot.tags,
    kinds: snapshot.kinds,
    checkCounts: Int32Array.from(snapshot.checkCounts),
    graph: graphOf(snapshot),
    rowOfId: (id) => rowOfId.get(id),
    rowOfKey: (key) => rowOfKey.get(key),
    partitionsOf: (row) => partitions[partitionsOf[row] ?? -1] ?? null,
    groupNameOf: (row) => groups[groupOf[row] ?? -1] ?? "",
  };
}

function graphOf({ keys, edges }: AssetsSnapshot): DirectedGraph {
  const { from, to } = snapshotEdges(edges);
  return directedGraph(keys.length, from, to);
}

/** Last segment of an asset key. */
export function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
