import { PartitionSet, partitionScheme } from "@heddle/core/internal";
import type { AutomationRun, CheckFactsRow, NewCheckFacts, PartitionSets } from "@heddle/storage";
import type { IndexedAsset } from "../planning/index.ts";

/** What a process knows of the newest results of one check. */
export interface KnownCheck {
  readonly passed: PartitionSet;
  readonly failed: PartitionSet;
  /** Where the newest result is a failure that blocks. */
  readonly blocked: PartitionSet;
}

/** What a process knows of one asset between evaluations. */
export interface KnownFacts {
  readonly materialized: PartitionSet;
  readonly inProgress: PartitionSet;
  readonly failed: PartitionSet;
  readonly stale: PartitionSet;
  /** Epoch milliseconds. */
  readonly materializedAt: number | null;
  readonly checks: ReadonlyMap<string, KnownCheck>;
  /** Where checks are about to run by themselves, or run, by name. */
  readonly checking: ReadonlyMap<string, PartitionSet>;
}

export const NO_FACTS: KnownFacts = {
  materialized: PartitionSet.EMPTY,
  inProgress: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  materializedAt: null,
  checks: new Map(),
  checking: new Map(),
};

const NO_CHECK: KnownCheck = {
  passed: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  blocked: PartitionSet.EMPTY,
};

/** The facts of an asset with what is stored of its partitions. */
export function withSets(facts: KnownFacts, sets: PartitionSets): KnownFacts {
  const { materialized, failed, running, queued, lastMaterializedAt } = sets;
  return {
    ...facts,
    materialized,
    failed,
    inProgress: running.union(queued),
    materializedAt: lastMaterializedAt?.getTime() ?? null,
  };
}

/** The facts of an asset with what was gathered of its checks. */
export function withChecks(facts: KnownFacts, rows: readonly CheckFactsRow[]): KnownFacts {
  return {
    ...facts,
    checks: new Map(rows.map(({ name, passed, failed, blocked }) => [name, { passed, failed, blocked }])),
  };
}

/**
 * The facts of an asset after some of its steps ended: what was published has its own results only, and what was not
 * published says nothing of what is current, but may block. Checks that ran by themselves are about what is current.
 */
export function withResults(
  facts: KnownFacts,
  { partitions, isPublished }: { readonly partitions: PartitionSet; readonly isPublished: boolean },
  results: readonly NewCheckFacts[],
): KnownFacts {
  if (facts.checks.size === 0 && results.length === 0) return facts;
  const byName = new Map(results.map((result) => [result.name, result]));
  const names = new Set([...facts.checks.keys(), ...byName.keys()]);
  const checks = new Map<string, KnownCheck>();
  for (const name of names) {
    const known = facts.checks.get(name) ?? NO_CHECK;
    const fresh = byName.get(name) ?? { ...NO_CHECK, judged: PartitionSet.EMPTY };
    const blocked = known.blocked.subtract(fresh.passed).subtract(fresh.failed).union(fresh.blocked);
    const renewed = isPublished ? partitions : fresh.judged;
    checks.set(name, {
      passed: known.passed.subtract(renewed).union(fresh.passed.intersect(renewed)),
      failed: known.failed.subtract(renewed).union(fresh.failed.intersect(renewed)),
      blocked,
    });
  }
  return { ...facts, checks };
}

/** Where a declared check blocks: results of checks that are gone do not count. */
export function blockedOf({ checks }: KnownFacts, { definition }: IndexedAsset): PartitionSet {
  return definition.checks.reduce(
    (all, { name }) => all.union(checks.get(name)?.blocked ?? PartitionSet.EMPTY),
    PartitionSet.EMPTY,
  );
}

/** Runs that are remembered: what one was to make never changes. */
const MAX_RUNS = 2_000;

/** What conditions ask about runs. */
export class KnownRuns {
  readonly #runs = new Map<number, AutomationRun>();
  readonly #sets = new Map<string, PartitionSet>();

  unknownOf(ids: Iterable<number>): number[] {
    return [...new Set(ids)].filter((id) => !this.#runs.has(id));
  }

  add(runs: readonly AutomationRun[]): void {
    for (const run of runs) this.#runs.set(run.id, run);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= MAX_RUNS) return;
      this.#runs.delete(oldest);
      this.#sets.clear();
    }
  }

  /** How many requests of conditions in a row led to what a run made of an asset. */
  generationOf(id: number, key: string): number {
    const generations = this.#runs.get(id)?.generations ?? null;
    return generations === null ? 0 : (generations[key] ?? 1);
  }

  /** What a run was to make of an asset, as it is numbered now. */
  targetsOf(id: number, asset: IndexedAsset | undefined): PartitionSet {
    if (asset === undefined) return PartitionSet.EMPTY;
    const name = `${id} ${asset.id}`;
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const target = this.#runs.get(id)?.targets.find(({ key }) => key === asset.key);
    const isSame = target !== undefined && partitionScheme(target.partitionsSpec) === asset.scheme;
    const set = isSame ? PartitionSet.fromRanges(target.partitions) : PartitionSet.EMPTY;
    this.#sets.set(name, set);
    return set;
  }
}
