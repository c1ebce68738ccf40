import { DirectedGraph } from "graphology";

import { packEdges, type GraphEdges } from "./graph-edges.ts";
import { LineageGraph } from "./lineage-graph.ts";

/** What the graph needs to know of an asset; an `AssetSnapshot` has it. */
export interface GraphAsset {
  readonly key: string;
  readonly deps: readonly { readonly upstream: string }[];
}

/**
 * The lineage of declared assets. Dependencies on assets that are not among them are left out, and so are those of an asset
 * on itself: they do not order anything.
 */
export class AssetGraph extends LineageGraph {
  /** Builds the graph of `assets`; of several assets with one key the first is taken. */
  static fromSnapshot(assets: readonly GraphAsset[]): AssetGraph {
    const graph = new DirectedGraph({ allowSelfLoops: false });
    const keys: string[] = [];
    for (const { key } of assets) {
      if (graph.hasNode(key)) continue;
      graph.addNode(key, { index: keys.length });
      keys.push(key);
    }
    for (const { key, deps } of assets) {
      for (const { upstream } of deps) {
        if (upstream !== key && graph.hasNode(upstream)) graph.mergeDirectedEdge(upstream, key);
      }
    }
    const indices = new Map(keys.map((key, index) => [key, index]));
    const edges = (neighbours: (key: string) => string[]): GraphEdges =>
      packEdges(keys.map((key) => neighbours(key).map((other) => indices.get(other) ?? 0)));
    return new AssetGraph(keys, {
      upstream: edges((key) => graph.inNeighbors(key)),
      downstream: edges((key) => graph.outNeighbors(key)),
    });
  }
}
