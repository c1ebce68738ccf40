import type { ColumnPathAnswer } from "@heddle/api";
import type { FocusView } from "../focus-view.ts";
import type { Scene } from "../scene.ts";
import { type PathAsset, pathAssets } from "./path-assets.ts";

/** The path of one column in the picture. */
export interface ColumnView {
  /** What stays lit: the assets on the path, and the edges between them over which the column goes. */
  readonly view: FocusView;
  readonly assets: readonly PathAsset[];
  /** How many of the assets the filter hides. */
  readonly hidden: number;
}

/** Names of columns on a card, before the rest is counted. */
const NAMED = 2;

/** What an asset on the path says of itself, on a card: its columns there. */
export function columnsText({ columns }: Pick<PathAsset, "columns">): string {
  if (columns.length === 0) return "reads it";
  const rest = columns.length - NAMED;
  return `${columns.slice(0, NAMED).join(", ")}${rest > 0 ? ` +${rest}` : ""}`;
}

/** Where the assets of a scene are. */
interface ShownAssets extends Pick<Scene, "graph" | "nodeOfRow"> {
  readonly index: Pick<Scene["index"], "rowOfKey">;
}

/** Finds what a path goes through in a scene. @param node the node in focus; -1 when there is none */
export function columnView(
  { graph, index, nodeOfRow }: ShownAssets,
  node: number,
  answer: Pick<ColumnPathAnswer, "column" | "edges">,
): ColumnView {
  const nodeOf = (key: string): number => nodeOfRow[index.rowOfKey(key) ?? -1] ?? -1;
  const assets = pathAssets(answer);
  const lit = new Uint8Array(graph.count);
  const columns = new Map<number, PathAsset>();
  const texts = new Map<number, string>();
  for (const asset of assets) {
    const own = nodeOf(asset.key);
    if (own < 0) continue;
    lit[own] = 1;
    columns.set(own, asset);
    texts.set(own, columnsText(asset));
  }
  // An edge between two assets may carry several columns: one that passes as it is makes it a full line.
  const passes = new Map<number, boolean>();
  for (const { from, to, passes: isSame } of answer.edges) {
    const edge = edgeBetween(graph, nodeOf(from.asset), nodeOf(to.asset));
    if (edge >= 0) passes.set(edge, isSame || passes.get(edge) === true);
  }
  const edges = [...passes].toSorted(([a], [b]) => a - b);
  const chosen = (same: boolean): Int32Array =>
    Int32Array.from(edges.filter(([, own]) => own === same).map(([edge]) => edge));
  const count = (side: PathAsset["side"]): number => assets.filter((asset) => asset.side === side).length;
  return {
    view: {
      node,
      lit,
      edges: chosen(true),
      upstream: count("upstream"),
      downstream: count("downstream"),
      columns: { texts, assets: columns, computed: chosen(false) },
    },
    assets,
    hidden: assets.length - columns.size,
  };
}

function edgeBetween({ out }: Scene["graph"], from: number, to: number): number {
  if (from < 0 || to < 0) return -1;
  for (let i = out.start[from] ?? 0; i < (out.start[from + 1] ?? 0); i++) {
    if (out.target[i] === to) return out.edge[i] ?? -1;
  }
  return -1;
}
