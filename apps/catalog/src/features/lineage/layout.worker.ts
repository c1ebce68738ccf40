import type { AssetsSnapshotResult } from "@heddle/api";
import { type CyclicGraph, type GraphLayout, layoutBuffers, LayoutCache, layoutGraph } from "@heddle/graph-layout";
import { dataOf } from "../../data/early-answers.ts";
import { snapshotEdges } from "../../data/snapshot-edges.ts";
import type { LayoutAnswer, LayoutTask } from "./layout-request.ts";

/** Lives as long as the worker: a reload of code, or another filter, lays out only the groups that changed. */
const cache = new LayoutCache();

/** The layout of all assets that the page has asked for before its scripts were there, until it is taken. */
let whole: WholeLayout | null = null;

interface WholeLayout {
  readonly version: string;
  readonly layout: GraphLayout | CyclicGraph;
  readonly tookMs: number;
}

self.addEventListener("message", ({ data }: MessageEvent<LayoutTask>) => {
  if (data.kind === "snapshot") {
    whole = layOutSnapshot(data.text);
    return;
  }
  const answer = data.kind === "whole" ? takeWhole(data.id, data.version) : layOut(data);
  const { layout } = answer;
  self.postMessage(answer, { transfer: layout?.kind === "layout" ? layoutBuffers(layout) : [] });
});

function layOut({ id, input }: Extract<LayoutTask, { readonly kind: "graph" }>): LayoutAnswer {
  const startedAt = performance.now();
  const layout = layoutGraph(input, { cache });
  return { id, layout, tookMs: performance.now() - startedAt };
}

function takeWhole(id: number, version: string): LayoutAnswer {
  const known = whole?.version === version ? whole : null;
  whole = null;
  return { id, layout: known?.layout ?? null, tookMs: known?.tookMs ?? 0 };
}

/** The same layout that the page asks for when it has read the snapshot; `null` when there is none to lay out. */
function layOutSnapshot(text: string): WholeLayout | null {
  // The server that answers served this page: it keeps to the contract that the page was built with.
  const snapshot = dataOf(text) as AssetsSnapshotResult | null;
  if (snapshot === null || snapshot.kind === "unchanged") return null;
  const { version, keys, groups, groupOf, edges } = snapshot;
  const { from, to } = snapshotEdges(edges);
  const startedAt = performance.now();
  const names = groupOf.map((group) => groups[group] || null);
  const layout = layoutGraph({ names: keys, groups: names, edgeFrom: from, edgeTo: to }, { cache });
  return { version, layout, tookMs: performance.now() - startedAt };
}
