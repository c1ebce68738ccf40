import type { GraphLayout } from "@heddle/graph-layout";
import { useEffect, useMemo, useState } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { requestLayout } from "./layout-request.ts";
import { buildScene, type Scene, sceneGraph, type SceneGraph } from "./scene.ts";

/** Where a layout stands. */
export type LayoutState =
  | { readonly kind: "working" }
  | { readonly kind: "ready"; readonly scene: Scene }
  /** The keys of a cycle: each feeds the next, the last the first. */
  | { readonly kind: "cycle"; readonly keys: readonly string[] }
  | { readonly kind: "failed"; readonly error: unknown };

type Answer =
  | { readonly source: SceneGraph; readonly layout: GraphLayout }
  | { readonly source: SceneGraph; readonly cycle: readonly number[] }
  | { readonly source: SceneGraph; readonly error: unknown };

/** Lays out some rows of the catalog in the worker. The scene before stays on the canvas until the next one is there. */
export function useLayout(catalog: Catalog, rows: Int32Array | null): LayoutState {
  const { index, statuses } = catalog;
  const source = useMemo(() => sceneGraph(index, rows ?? Int32Array.from(index.keys.keys())), [index, rows]);
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    let wanted = true;
    const input = {
      names: Array.from(source.rows, (row) => index.keys[row] ?? ""),
      groups: Array.from(source.rows, (row) => index.groupNameOf(row) || null),
      edgeFrom: source.edgeFrom,
      edgeTo: source.edgeTo,
    };
    requestLayout(input).then(
      (result) =>
        wanted && setAnswer(result.kind === "cycle" ? { source, cycle: result.cycle } : { source, layout: result }),
      (error: unknown) => wanted && setAnswer({ source, error }),
    );
    return () => {
      wanted = false;
    };
  }, [index, source]);
  return useMemo(() => {
    if (answer === null) return { kind: "working" };
    if ("error" in answer) return { kind: "failed", error: answer.error };
    if ("cycle" in answer)
      return { kind: "cycle", keys: answer.cycle.map((node) => index.keys[answer.source.rows[node] ?? 0] ?? "") };
    // Rows of an older index mean other assets: wait for the layout of this one.
    if (answer.source.nodeOfRow.length !== index.count) return { kind: "working" };
    return { kind: "ready", scene: buildScene({ index, statuses, source: answer.source, layout: answer.layout }) };
  }, [answer, index, statuses]);
}
