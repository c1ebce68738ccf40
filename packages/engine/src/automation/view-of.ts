import type { FreshnessState } from "@heddle/core";
import {
  PartitionSet,
  type AssetFacts,
  type AutomationView,
  type CheckFacts,
  type DynamicKeys,
  type UpdateBatch,
} from "@heddle/core/internal";
import type { FreshnessRow } from "@heddle/storage";
import type { IndexedAsset } from "../planning/index.ts";
import type { AutomationDefinitions } from "./automation-definitions.ts";
import { blockedOf, NO_FACTS, type KnownFacts, type KnownRuns } from "./known-facts.ts";
import type { ReadChanges, SettledChecks } from "./read-changes.ts";

/** What a view is made of. */
export interface ViewParts {
  readonly at: number;
  readonly cursor: string;
  readonly changed: ReadonlySet<string> | "all";
  readonly dynamicKeys: DynamicKeys;
  readonly definitions: AutomationDefinitions;
  readonly facts: ReadonlyMap<string, KnownFacts>;
  readonly freshness: ReadonlyMap<string, FreshnessRow>;
  readonly changes: ReadChanges;
  readonly runs: KnownRuns;
}

/** Shows what is known as an evaluation asks for it. */
export function viewOf(parts: ViewParts): AutomationView {
  const { at, cursor, changed, dynamicKeys, definitions, changes, runs } = parts;
  const results = Map.groupBy(changes.results, ({ key }) => key);
  const made = new Map<string, AssetFacts>();
  return {
    at,
    cursor,
    changed,
    dynamicKeys,
    factsOf(key) {
      const known = made.get(key) ?? factsOf(key, parts, results.get(key) ?? []);
      made.set(key, known);
      return known;
    },
    runTargets: (run, key) => runs.targetsOf(Number(run), definitions.index.byKey(key)),
  };
}

/** Facts as they are shown where nothing has just happened: most assets, look after look. */
interface ShownFacts {
  readonly asset: IndexedAsset | undefined;
  readonly freshness: FreshnessState | null;
  readonly facts: AssetFacts;
}

const shown = new WeakMap<KnownFacts, ShownFacts>();

function factsOf(
  key: string,
  { definitions, facts, freshness, changes }: ViewParts,
  settled: readonly SettledChecks[],
): AssetFacts {
  const known = facts.get(key) ?? NO_FACTS;
  const state = freshness.get(key)?.state ?? null;
  const asset = definitions.watched.get(key);
  const updates = changes.updates.get(key);
  const before = shown.get(known);
  const isSame = before !== undefined && before.asset === asset && before.freshness === state;
  const isQuiet = updates === undefined && settled.length === 0;
  if (isSame && isQuiet) return before.facts;
  const { materialized, inProgress, failed, stale, checks, checking } = known;
  const byName = new Map<string, CheckFacts>();
  for (const [name, { passed, failed: notPassed }] of checks) {
    const results = settled.flatMap((one) => resultOf(one, name));
    byName.set(name, { passed, failed: notPassed, inProgress: checking.get(name) ?? PartitionSet.EMPTY, results });
  }
  for (const [name, open] of checking) {
    if (!byName.has(name)) byName.set(name, { ...NO_RESULTS, inProgress: open });
  }
  const made: AssetFacts = {
    materialized,
    inProgress,
    failed,
    stale,
    blocked: asset === undefined ? PartitionSet.EMPTY : blockedOf(known, asset),
    freshness: state,
    updates: updates ?? [],
    checks: byName,
  };
  if (isQuiet) shown.set(known, { asset, freshness: state, facts: made });
  return made;
}

const NO_RESULTS: Omit<CheckFacts, "inProgress"> = {
  passed: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  results: [],
};

function resultOf({ results, at, isPublished, generation }: SettledChecks, name: string): UpdateBatch[] {
  const found = results.find((result) => result.name === name);
  if (found === undefined) return [];
  const all = found.passed.union(found.failed);
  const partitions = isPublished ? all : all.intersect(found.judged);
  if (partitions.isEmpty) return [];
  return [{ partitions, changedData: partitions, kind: "check-result", at, readAt: null, run: null, generation }];
}
