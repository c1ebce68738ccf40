import { layoutBuffers, LayoutCache, layoutGraph } from "@heddle/graph-layout";
import type { LayoutAnswer, LayoutTask } from "./layout-request.ts";

/** Lives as long as the worker: a reload of code, or another filter, lays out only the groups that changed. */
const cache = new LayoutCache();

self.addEventListener("message", ({ data }: MessageEvent<LayoutTask>) => {
  const startedAt = performance.now();
  const layout = layoutGraph(data.input, { cache });
  const answer: LayoutAnswer = { id: data.id, layout, tookMs: performance.now() - startedAt };
  self.postMessage(answer, { transfer: layout.kind === "layout" ? layoutBuffers(layout) : [] });
});
