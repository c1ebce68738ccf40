import type { AssetGraph } from "../asset-graph.ts";
import { nextTick } from "../cron/ticks.ts";
import { isHeddleError } from "../errors.ts";
import { formatNearest } from "../nearest.ts";
import { evaluateSelection, type SelectableAsset } from "../selection/evaluate-selection.ts";
import { parseSelection } from "../selection/parse-selection.ts";
import { asksForStatus, type Selection } from "../selection/selection.ts";
import { compileWildcard } from "../selection/wildcard.ts";
import { partsOf, walkCondition, type ConditionSpec } from "./condition-spec.ts";

/** Parts that one condition may have. */
const MAX_PARTS = 500;
const MAX_LABEL = 100;
/** Longest look back that a condition may state, in milliseconds: ten years. */
const MAX_LOOKBACK_MS = 3_660 * 86_400_000;

/** What a condition may name. */
export interface ConditionScope {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly graph: AssetGraph;
  readonly assets: ReadonlyMap<
    string,
    SelectableAsset & {
      readonly deps: readonly { readonly upstream: string }[];
      readonly checks: readonly string[];
      readonly hasFreshness: boolean;
    }
  >;
}

/** Says in words what is wrong with a condition; empty when nothing is. */
export function findConditionProblems(
  spec: ConditionSpec,
  on: { readonly asset: string; readonly check: string | null },
  scope: ConditionScope,
): string[] {
  let count = 0;
  for (const _ of walkCondition(spec)) count += 1;
  if (count > MAX_PARTS) return [`it has ${count} parts; ${MAX_PARTS} are the most`];
  // The same part stands several times in most conditions: each problem is told once.
  return [...new Set(problemsWithin(spec, [on.asset], scope))];
}

/** @param looksAt keys of the assets whose partitions this part of the condition is asked of */
function problemsWithin(spec: ConditionSpec, looksAt: readonly string[], scope: ConditionScope): string[] {
  const { label } = spec;
  const problems: string[] = [];
  if (label !== undefined && (label.trim() === "" || label.length > MAX_LABEL)) {
    problems.push(`the label ${JSON.stringify(label)} must have 1 to ${MAX_LABEL} characters`);
  }
  problems.push(...ownProblems(spec, looksAt, scope));
  const inner = assetsOfParts(spec, looksAt, scope);
  return [...problems, ...partsOf(spec).flatMap((part) => problemsWithin(part, inner, scope))];
}

function ownProblems(spec: ConditionSpec, looksAt: readonly string[], scope: ConditionScope): string[] {
  switch (spec.kind) {
    case "cron-tick-passed":
      return cronProblems(spec, scope.now);
    case "in-latest-time-window": {
      const lookback = spec.lookbackMs ?? 0;
      const fits = Number.isFinite(lookback) && lookback >= 0 && lookback <= MAX_LOOKBACK_MS;
      return fits ? [] : [`lookbackMs is ${lookback}; it must be 0 to ${MAX_LOOKBACK_MS} milliseconds (ten years)`];
    }
    case "and":
    case "or":
      return spec.of.length > 0 ? [] : [`its ${spec.kind} joins no conditions`];
    case "any-deps":
    case "all-deps":
      return [spec.allow, spec.ignore].flatMap((text) => (text === undefined ? [] : selectionProblems(text, scope)));
    case "asset-matches":
      return scope.assets.has(spec.asset) ? [] : [unknownAsset(spec.asset, scope)];
    case "check-passed":
    case "check-failed":
      return spec.check === undefined ? [] : checkProblems(spec.check, looksAt, scope);
    case "freshness": {
      const hasPolicy = looksAt.some((key) => scope.assets.get(key)?.hasFreshness === true);
      if (looksAt.length === 0 || hasPolicy) return [];
      return ["it asks for freshness, and no asset that it asks has a freshness policy: declare `freshness`"];
    }
    default:
      return [];
  }
}

/** Whose partitions the parts of a condition are asked of. */
function assetsOfParts(spec: ConditionSpec, looksAt: readonly string[], scope: ConditionScope): readonly string[] {
  if (spec.kind === "asset-matches") return [spec.asset];
  if (spec.kind !== "any-deps" && spec.kind !== "all-deps") return looksAt;
  return [...new Set(looksAt.flatMap((key) => (scope.assets.get(key)?.deps ?? []).map(({ upstream }) => upstream)))];
}

/** What is wrong with a cron expression or its zone. */
export function cronProblems(
  { cron, timeZone }: { readonly cron: string; readonly timeZone: string },
  now: number,
): string[] {
  try {
    nextTick(cron, timeZone, now);
    return [];
  } catch (error) {
    if (isHeddleError(error)) return [`${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`];
    throw error;
  }
}

function selectionProblems(text: string, { graph, assets }: ConditionScope): string[] {
  try {
    const selection = parseSelection(text);
    if (asksForStatus(selection)) {
      return [`the selection ${JSON.stringify(text)} asks for a status; dependencies are chosen by what they are`];
    }
    const unknown = [...fixedKeys(selection)].filter((pattern) => ![...assets.keys()].some(compileWildcard(pattern)));
    if (unknown.length > 0) return unknown.map((key) => unknownAsset(key, { assets }));
    const matched = evaluateSelection(selection, { graph, assets: [...assets.values()] });
    return matched.size > 0 ? [] : [`the selection ${JSON.stringify(text)} matches no asset`];
  } catch (error) {
    if (isHeddleError(error, "SELECTION_SYNTAX")) return [error.message];
    throw error;
  }
}

/** Keys that a selection names without a wildcard. */
function* fixedKeys(selection: Selection): Iterable<string> {
  switch (selection.kind) {
    case "match":
      if (selection.attribute === "key") yield* selection.patterns.filter((pattern) => !/(?<!\\)\*/u.test(pattern));
      return;
    case "and":
    case "or":
      for (const part of selection.of) yield* fixedKeys(part);
      return;
    case "all":
    case "tag":
      return;
    default:
      yield* fixedKeys(selection.of);
  }
}

function unknownAsset(key: string, { assets }: Pick<ConditionScope, "assets">): string {
  const nearest = formatNearest(key, assets.keys());
  return `there is no asset ${JSON.stringify(key)}${nearest === null ? "" : `. ${nearest}`}`;
}

function checkProblems(name: string, looksAt: readonly string[], { assets }: ConditionScope): string[] {
  const names = looksAt.flatMap((key) => assets.get(key)?.checks ?? []);
  if (looksAt.length === 0 || names.includes(name)) return [];
  const nearest = formatNearest(name, names);
  return [`no asset that it asks has a check ${JSON.stringify(name)}${nearest === null ? "" : `. ${nearest}`}`];
}
