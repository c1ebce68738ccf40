import type { CyclicGraph, GraphLayout, LayoutInput } from "@heddle/graph-layout";
import { useEffect, useMemo, useState } from "react";
import type { CatalogIndex } from "../../data/catalog-index.ts";
import type { Catalog } from "../../data/catalog-state.ts";
import { type OpenedGraph, withoutClosingEdges } from "./closing-edges.ts";
import { requestLayout, requestWholeLayout } from "./layout-request.ts";
import type { LeftOutEdge } from "./left-out-edges.tsx";
import { buildScene, type Scene, sceneGraph, type SceneGraph } from "./scene.ts";

/** Where a layout stands. */
export type LayoutState =
  | { readonly kind: "working" }
  /** `leftOut`: the edges that close cycles; without them there is an order to draw the others in. */
  | { readonly kind: "ready"; readonly scene: Scene; readonly leftOut: readonly LeftOutEdge[] }
  | { readonly kind: "failed"; readonly error: unknown };

type Answer = LaidOut | { readonly error: unknown };

interface LaidOut extends OpenedGraph {
  readonly layout: GraphLayout;
}

const wholeLayouts = new WeakMap<CatalogIndex, Promise<GraphLayout | CyclicGraph>>();

/** Lays out all assets, once for each version of them; what could not be laid out is tried again at the next call. */
function layOutWhole(index: CatalogIndex): Promise<GraphLayout | CyclicGraph> {
  const known = wholeLayouts.get(index);
  if (known !== undefined) return known;
  const layout = requestWholeLayout(index.version, () => inputOf(index, wholeGraph(index)));
  wholeLayouts.set(index, layout);
  layout.catch(() => wholeLayouts.delete(index));
  return layout;
}

const wholeGraphs = new WeakMap<CatalogIndex, SceneGraph>();

function wholeGraph(index: CatalogIndex): SceneGraph {
  let graph = wholeGraphs.get(index);
  if (graph === undefined) wholeGraphs.set(index, (graph = sceneGraph(index, Int32Array.from(index.keys.keys()))));
  return graph;
}

function inputOf(index: CatalogIndex, { rows, edgeFrom, edgeTo }: SceneGraph): LayoutInput {
  return {
    names: Array.from(rows, (row) => index.keys[row] ?? ""),
    groups: Array.from(rows, (row) => index.groupNameOf(row) || null),
    edgeFrom,
    edgeTo,
  };
}

/** Lays out what is left of a graph with cycles when those are opened: code locations are put in force one by one. */
async function layOutOpened(index: CatalogIndex, whole: SceneGraph): Promise<LaidOut> {
  const { source, leftOut } = withoutClosingEdges(whole);
  const layout = await requestLayout(inputOf(index, source));
  if (layout.kind === "cycle") throw new Error("A cycle is left when the edges that close cycles are left out.");
  return { source, leftOut, layout };
}

/** Lays out some rows of the catalog in the worker. The scene before stays on the canvas until the next one is there. */
export function useLayout(catalog: Catalog, rows: Int32Array | null): LayoutState {
  const { index, statuses } = catalog;
  const source = useMemo(() => (rows === null ? wholeGraph(index) : sceneGraph(index, rows)), [index, rows]);
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    let wanted = true;
    const laidOut = rows === null ? layOutWhole(index) : requestLayout(inputOf(index, source));
    laidOut
      .then((layout) => (layout.kind === "cycle" ? layOutOpened(index, source) : { source, leftOut: [], layout }))
      .then(
        (result) => wanted && setAnswer(result),
        (error: unknown) => wanted && setAnswer({ error }),
      );
    return () => {
      wanted = false;
    };
  }, [index, rows, source]);
  return useMemo(() => {
    if (answer === null) return { kind: "working" };
    if ("error" in answer) return { kind: "failed", error: answer.error };
    const { source: drawn, layout, leftOut } = answer;
    // Rows of an older index mean other assets: wait for the layout of this one.
    if (drawn.nodeOfRow.length !== index.count) return { kind: "working" };
    const keyOf = (node: number): string => index.keys[drawn.rows[node] ?? 0] ?? "";
    return {
      kind: "ready",
      scene: buildScene({ index, statuses, source: drawn, layout }),
      leftOut: leftOut.map(({ from, to }) => ({ from: keyOf(from), to: keyOf(to) })),
    };
  }, [answer, index, statuses]);
}
