import {
  PartitionSet,
  type AssetFacts,
  type AutomationView,
  type CheckFacts,
  type DynamicKeys,
  type UpdateBatch,
} from "@heddle/core";
import type { FreshnessRow } from "@heddle/storage";
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

function factsOf(
  key: string,
  { definitions, facts, freshness, changes }: ViewParts,
  settled: readonly SettledChecks[],
): AssetFacts {
  const { materialized, inProgress, failed, stale, checks, ...rest } = facts.get(key) ?? NO_FACTS;
  const asset = definitions.watched.get(key);
  const byName = new Map<string, CheckFacts>();
  for (const [name, { passed, failed: notPassed }] of checks) {
    const results = settled.flatMap((one) => resultOf(one, name));
    byName.set(name, { passed, failed: notPassed, inProgress: PartitionSet.EMPTY, results });
  }
  return {
    materialized,
    inProgress,
    failed,
    stale,
    blocked:
      asset === undefined
        ? PartitionSet.EMPTY
        : blockedOf({ materialized, inProgress, failed, stale, checks, ...rest }, asset),
    freshness: freshness.get(key)?.state ?? null,
    updates: changes.updates.get(key) ?? [],
    checks: byName,
  };
}

function resultOf({ results, at, isPublished }: SettledChecks, name: string): UpdateBatch[] {
  const found = isPublished ? results.find((result) => result.name === name) : undefined;
  if (found === undefined) return [];
  const partitions = found.passed.union(found.failed);
  return [{ partitions, changedData: partitions, kind: "check-result", at, readAt: null, run: null, generation: 0 }];
}
