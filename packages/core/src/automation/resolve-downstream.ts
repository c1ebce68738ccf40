import type { AssetGraph } from "../asset-graph.ts";
import { canonicalJson } from "../run/hash-plan.ts";
import type { AssetSnapshot } from "../snapshot.ts";
import { walkCondition, type ConditionSpec } from "./condition-spec.ts";
import { mapParts } from "./rewrite-condition.ts";

/** Where conditions downstream are looked up. */
export interface DownstreamScope {
  readonly graph: AssetGraph;
  readonly assets: ReadonlyMap<string, AssetSnapshot>;
}

/** A condition that assets downstream have. */
export interface DownstreamCondition {
  /** Keys of the assets that have it, in the order of the graph. */
  readonly from: readonly string[];
  readonly condition: ConditionSpec;
}

/** Puts the conditions of assets downstream where a condition says `anyDownstream()`. */
export function resolveDownstream(spec: ConditionSpec, key: string, scope: DownstreamScope): ConditionSpec {
  if (spec.kind !== "any-downstream") return mapParts(spec, (part) => resolveDownstream(part, key, scope));
  const of = downstreamConditions(key, scope).map(({ from, condition }) => ({
    ...condition,
    label: condition.label ?? `as for ${from.map((each) => JSON.stringify(each)).join(" and ")}`,
  }));
  return { kind: "or", of, label: spec.label ?? "any downstream" };
}

/**
 * The distinct conditions of the assets downstream of one. Those that say `anyDownstream()` themselves are looked through,
 * and where they say more, count as well.
 */
export function downstreamConditions(key: string, scope: DownstreamScope): DownstreamCondition[] {
  const found = new Map<string, { from: string[]; condition: ConditionSpec }>();
  const visited = new Set<string>();
  const visit = (from: string): void => {
    const index = scope.graph.indexOf(from);
    if (index < 0) return;
    for (const next of scope.graph.downstreamOf(index)) {
      const reader = scope.graph.keyOf(next);
      const condition = scope.assets.get(reader)?.automation?.condition;
      if (condition === undefined || visited.has(reader)) continue;
      visited.add(reader);
      if (condition.kind !== "any-downstream") {
        const resolved = resolveDownstream(condition, reader, scope);
        const text = canonicalJson(resolved);
        const known = found.get(text);
        if (known === undefined) found.set(text, { from: [reader], condition: resolved });
        else known.from.push(reader);
      }
      if ([...walkCondition(condition)].some(({ kind }) => kind === "any-downstream")) visit(reader);
    }
  };
  visit(key);
  return [...found.values()];
}
