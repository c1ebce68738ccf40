export type { LayoutInput } from "./canonical-graph.ts";
export { type Adjacency, degree, directedGraph, type DirectedGraph } from "./directed-graph.ts";
export { type CyclicGraph, type GraphLayout, layoutBuffers } from "./graph-layout.ts";
export { GROUP_PART_SEPARATOR } from "./grouping.ts";
export { LayoutCache } from "./layout-cache.ts";
export { layoutGraph, type LayoutRequest } from "./layout-graph.ts";
export { DEFAULT_LAYOUT_OPTIONS, type LayoutOptions } from "./layout-options.ts";
