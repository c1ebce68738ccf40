import type { LineageGraph } from "../lineage-graph.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import type { PartitionStatus } from "../statuses.ts";
import type { Selection, SelectionAttribute, TraversalDepth } from "./selection.ts";
import { compileWildcard } from "./wildcard.ts";

/** What a selection asks of an asset. */
export type SelectableAsset = Pick<AssetSnapshot, "key" | "group" | "kinds" | "owners" | "tags">;

/** What a selection is evaluated on. */
export interface SelectionScope {
  readonly graph: LineageGraph;
  /** The assets of the graph, in any order. */
  readonly assets: readonly SelectableAsset[];
  /** The statuses that partitions of an asset have now; needed when {@link asksForStatus} says so. */
  readonly statusOf?: (key: string) => Iterable<PartitionStatus>;
}

/** Evaluates a selection: the numbers of the selected assets in `scope.graph`. */
export function evaluateSelection(selection: Selection, scope: SelectionScope): Set<number> {
  switch (selection.kind) {
    case "all":
      return allOf(scope);
    case "match":
      return select(scope, matcherOf(selection.attribute, selection.patterns, scope));
    case "tag":
      return select(scope, tagMatcherOf(selection.name, selection.values));
    case "traverse":
      return traverse(selection, scope);
    case "roots":
      return edgeOf(evaluateSelection(selection.of, scope), scope.graph, "upstream");
    case "sinks":
      return edgeOf(evaluateSelection(selection.of, scope), scope.graph, "downstream");
    case "not":
      return without(allOf(scope), evaluateSelection(selection.of, scope));
    case "and":
      return selection.of.map((part) => evaluateSelection(part, scope)).reduce(intersection);
    case "or":
      return selection.of.map((part) => evaluateSelection(part, scope)).reduce(union);
  }
}

/** The keys of the selected assets, in topological order. */
export function selectKeys(selection: Selection, scope: SelectionScope): string[] {
  const selected = evaluateSelection(selection, scope);
  const { graph } = scope;
  return [...graph.topologicalOrder].filter((index) => selected.has(index)).map((index) => graph.keyOf(index));
}

function union(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a, ...b]);
}

function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a].filter((index) => b.has(index)));
}

function without(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a].filter((index) => !b.has(index)));
}

function allOf({ graph }: SelectionScope): Set<number> {
  return new Set(graph.keys.keys());
}

function select({ assets, graph }: SelectionScope, matches: (asset: SelectableAsset) => boolean): Set<number> {
  const selected = new Set<number>();
  for (const asset of assets) {
    const index = graph.indexOf(asset.key);
    if (index !== -1 && matches(asset)) selected.add(index);
  }
  return selected;
}

function matcherOf(
  attribute: SelectionAttribute,
  patterns: readonly string[],
  scope: SelectionScope,
): (asset: SelectableAsset) => boolean {
  const matches = anyOf(patterns);
  switch (attribute) {
    case "key":
      return (asset) => matches(asset.key);
    case "group":
      return (asset) => matches(asset.group);
    case "kind":
      return (asset) => asset.kinds.some(matches);
    case "owner":
      return (asset) => asset.owners.some(matches);
    case "status":
      return (asset) => [...(scope.statusOf?.(asset.key) ?? [])].some(matches);
  }
}

function tagMatcherOf(name: string, values: readonly string[] | null): (asset: SelectableAsset) => boolean {
  const matchesName = anyOf([name]);
  const matchesValue = values === null ? () => true : anyOf(values);
  return (asset) => Object.entries(asset.tags).some(([tag, value]) => matchesName(tag) && matchesValue(value));
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const matchers = patterns.map(compileWildcard);
  return (text) => matchers.some((matches) => matches(text));
}

/** The union of both directions, each from the operand itself. */
function traverse(selection: Selection & { kind: "traverse" }, scope: SelectionScope): Set<number> {
  const of = evaluateSelection(selection.of, scope);
  const steps = (depth: TraversalDepth): number => (depth === "all" ? Infinity : depth);
  const upstream = selection.upstream === null ? of : scope.graph.ancestors(of, steps(selection.upstream));
  const downstream = selection.downstream === null ? of : scope.graph.descendants(of, steps(selection.downstream));
  return union(upstream, downstream);
}

/** Those of `selected` that reach no other of them in one direction, however many assets lie between. */
function edgeOf(selected: ReadonlySet<number>, graph: LineageGraph, direction: "upstream" | "downstream"): Set<number> {
  const order = direction === "upstream" ? graph.topologicalOrder : graph.topologicalOrder.toReversed();
  const next = (index: number) => (direction === "upstream" ? graph.upstreamOf(index) : graph.downstreamOf(index));
  const reaches = new Uint8Array(graph.size);
  const edge = new Set<number>();
  for (const index of order) {
    reaches[index] = next(index).some((other) => selected.has(other) || reaches[other] === 1) ? 1 : 0;
    if (selected.has(index) && reaches[index] === 0) edge.add(index);
  }
  return edge;
}
