import type { AnyUpstream } from "../declarations.ts";
import { condition, type AutomationCondition } from "./automation-condition.ts";

/** What {@link anyDeps} takes besides the condition. */
export interface AnyDepsOptions {
  /** Does not count as many partitions as the wait policy of a dependency lets be missing. @default false */
  readonly tolerant?: boolean | undefined;
}

/** What {@link allDeps} takes besides the condition. */
export interface AllDepsOptions {
  /** Of each dependency: at least one of the partitions that are read, or every one. @default "any" */
  readonly partitions?: "any" | "every" | undefined;
  /** Leaves out external assets that nobody observes: nothing that could be waited for happens to them. @default false */
  readonly observed?: boolean | undefined;
}

/** Holds where the condition does not. */
export function not<TLabel extends string>(negated: AutomationCondition<TLabel>): AutomationCondition<TLabel> {
  return condition({ kind: "not", of: negated.spec }, negated.problems);
}

/** Holds where the condition holds for a partition that is read of any dependency. */
export function anyDeps<TLabel extends string>(
  of: AutomationCondition<TLabel>,
  { tolerant }: AnyDepsOptions = {},
): AutomationCondition<TLabel> {
  return condition({ kind: "any-deps", of: of.spec, ...(tolerant === true && { tolerant }) }, of.problems);
}

/** Holds where the condition holds for a partition that is read of each dependency; and where there is no dependency. */
export function allDeps<TLabel extends string>(
  of: AutomationCondition<TLabel>,
  { partitions, observed }: AllDepsOptions = {},
): AutomationCondition<TLabel> {
  const every = partitions === "every";
  const spec = {
    kind: "all-deps",
    of: of.spec,
    ...(every && { every }),
    ...(observed === true && { observed }),
  } as const;
  return condition(spec, of.problems);
}

/**
 * Holds where the condition holds for the partition of another asset that corresponds, whether the asset depends on it or
 * not: the same time, else the same key; any partition where one of the two has no partitions. For what a dependency reads
 * use `anyDeps(…).allow(asset)`.
 *
 * @param asset the other asset, or its key
 */
export function assetMatches<TLabel extends string>(
  asset: AnyUpstream | string,
  of: AutomationCondition<TLabel>,
): AutomationCondition<TLabel> {
  const key = typeof asset === "string" ? asset : asset.key;
  return condition({ kind: "asset-matches", asset: key, of: of.spec }, of.problems);
}

/**
 * Holds where the condition of an asset downstream, applied to this asset, holds: an asset is then made for what needs it.
 */
export function anyDownstream(): AutomationCondition<never> {
  return condition({ kind: "any-downstream" });
}
