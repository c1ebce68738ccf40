import { PartitionSet } from "@heddle/core/internal";
import {
  verdictOf,
  readCheckTrails,
  readCheckVerdicts,
  readEnvironmentId,
  readNewCheckResults,
  readRunCheckCounts,
  readSettledCheckResultId,
  type CheckVerdict,
  type CheckVerdictRow,
  type Database,
  type NewCheckResult,
} from "@heddle/storage";
import { EMPTY_TRAIL, extendTrail, TRAIL_LENGTH, trailOf, type CheckTrail } from "./check-trail.ts";
import { IdGaps } from "./id-gaps.ts";

/** What the newest results of one check say. */
export interface CheckSets {
  readonly passed: PartitionSet;
  readonly warned: PartitionSet;
  readonly failed: PartitionSet;
  /** Id of the newest result. */
  readonly lastId: number;
}

/** How many results, one for each check and partition, there are of each outcome. */
export interface CheckCounts {
  readonly passed: number;
  readonly warned: number;
  readonly failed: number;
}

const NO_COUNTS: CheckCounts = { passed: 0, warned: 0, failed: 0 };
const NO_SETS: CheckSets = {
  passed: PartitionSet.EMPTY,
  warned: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  lastId: 0,
};
/** Results that are read at once. */
const PAGE_SIZE = 20_000;
/** Runs whose failed checks are remembered from before the start of the server. */
const MAX_RUNS = 50_000;

/**
 * The newest result of every check on every partition, as sets, and the failed checks of runs. The database keeps
 * results only as a history, so the server gathers them once when it first needs them and then follows what is added.
 */
export class CheckStandings {
  readonly #environment: string;
  readonly #byAsset = new Map<number, Map<string, CheckSets>>();
  readonly #byRun = new Map<number, { warned: number; failed: number }>();
  readonly #gaps = new IdGaps();
  #lastId: number | undefined;
  #environmentId: number | undefined;
  #refreshing: Promise<void> | undefined;
  /** By asset and name; gathered when somebody first asks for them, because only the pages of checks do. */
  #trails: Map<string, CheckTrail> | undefined;
  #wantsTrails = false;

  constructor(environment: string) {
    this.#environment = environment;
  }

  /** Takes in all results that are committed by now; callers at the same time share the work. */
  refresh(db: Database): Promise<void> {
    this.#refreshing ??= this.#refresh(db).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** The same, with the newest results of every check. */
  async refreshTrails(db: Database): Promise<void> {
    if (this.#trails === undefined) {
      this.#wantsTrails = true;
      // One that is under way may have begun without them.
      await this.#refreshing;
    }
    await this.refresh(db);
  }

  /** The newest results of one check, once {@link refreshTrails} was asked for. */
  trailOf(assetId: number, name: string): CheckTrail {
    return this.#trails?.get(trailKey(assetId, name)) ?? EMPTY_TRAIL;
  }

  /** What the newest results of an asset's checks say, by the name of the check. */
  ofAsset(assetId: number): ReadonlyMap<string, CheckSets> {
    return this.#byAsset.get(assetId) ?? new Map();
  }

  /** Sums over the checks that an asset declares; results of checks that are gone do not count. */
  countsOf(asset: {
    readonly id: number;
    readonly definition: { readonly checks: readonly { name: string }[] };
  }): CheckCounts {
    const checks = this.#byAsset.get(asset.id);
    if (checks === undefined) return NO_COUNTS;
    const declared = asset.definition.checks.flatMap(({ name }) => checks.get(name) ?? []);
    return {
      passed: declared.reduce((sum, { passed }) => sum + passed.size, 0),
      warned: declared.reduce((sum, { warned }) => sum + warned.size, 0),
      failed: declared.reduce((sum, { failed }) => sum + failed.size, 0),
    };
  }

  /** Results of a run that did not pass. */
  countsOfRun(runId: number): { readonly warned: number; readonly failed: number } {
    return this.#byRun.get(runId) ?? { warned: 0, failed: 0 };
  }

  async #refresh(db: Database): Promise<void> {
    this.#environmentId ??=
      (await db.read("environment", (tx) => readEnvironmentId(tx, this.#environment))) ?? undefined;
    if (this.#environmentId === undefined) return;
    this.#lastId ??= await this.#gather(db, this.#environmentId);
    for (;;) {
      const afterId = this.#lastId;
      const gaps = this.#gaps.ranges(performance.now());
      const results = await db.read("new check results", (tx) =>
        readNewCheckResults(tx, { afterId, gaps, limit: PAGE_SIZE }),
      );
      this.#follow(results, afterId);
      if (results.length < PAGE_SIZE) break;
    }
    if (this.#wantsTrails && this.#trails === undefined) {
      this.#trails = await this.#gatherTrails(db, this.#environmentId, this.#lastId);
    }
  }

  async #gatherTrails(db: Database, environmentId: number, untilId: number): Promise<Map<string, CheckTrail>> {
    const trails = new Map<string, CheckTrail>();
    for (let after: number | null = 0; after !== null;) {
      const afterAssetId: number = after;
      const page = await db.read("check trails", (tx) =>
        readCheckTrails(tx, { environmentId, untilId, afterAssetId, length: TRAIL_LENGTH }),
      );
      for (const row of page.trails) trails.set(trailKey(row.assetId, row.name), trailOf(row));
      after = page.nextAfter;
    }
    return trails;
  }

  /** Reads everything that is there for good; answers up to which id that is. */
  async #gather(db: Database, environmentId: number): Promise<number> {
    this.#byAsset.clear();
    this.#byRun.clear();
    const untilId = await db.read("settled check results", (tx) => readSettledCheckResultId(tx));
    let afterAssetId: number | null = 0;
    while (afterAssetId !== null) {
      const after: number = afterAssetId;
      const page = await db.read("check verdicts", (tx) =>
        readCheckVerdicts(tx, { environmentId, untilId, afterAssetId: after }),
      );
      for (const outcome of page.outcomes) this.#addOutcome(outcome);
      afterAssetId = page.nextAfter;
    }
    const counts = await db.read("check counts of runs", (tx) =>
      readRunCheckCounts(tx, { environmentId, untilId, limit: MAX_RUNS }),
    );
    for (const { runId, warned, failed } of counts) this.#byRun.set(runId, { warned, failed });
    return untilId;
  }

  #addOutcome({ assetId, name, outcome, ranges, lastId }: CheckVerdictRow): void {
    const sets = this.ofAsset(assetId).get(name) ?? NO_SETS;
    this.#put(assetId, name, {
      ...sets,
      [outcome]: PartitionSet.fromRanges(ranges),
      lastId: Math.max(sets.lastId, lastId),
    });
  }

  #follow(results: readonly NewCheckResult[], afterId: number): void {
    this.#gaps.note(
      afterId,
      results.map((result) => result.id),
      performance.now(),
    );
    const own = results.filter((result) => result.environmentId === this.#environmentId);
    for (const [assetId, ofAsset] of Map.groupBy(own, (result) => result.assetId)) {
      for (const [name, ofCheck] of Map.groupBy(ofAsset, (result) => result.name)) {
        const before = this.ofAsset(assetId).get(name) ?? NO_SETS;
        this.#trails?.set(trailKey(assetId, name), extendTrail(this.trailOf(assetId, name), ofCheck, before));
        this.#put(assetId, name, applyResults(before, ofCheck));
      }
    }
    for (const result of own) this.#countForRun(result);
    this.#lastId = Math.max(afterId, results.at(-1)?.id ?? afterId);
  }

  #countForRun({ runId, passed, severity }: NewCheckResult): void {
    if (passed) return;
    const counts = this.#byRun.get(runId) ?? { warned: 0, failed: 0 };
    counts[severity === "warn" ? "warned" : "failed"] += 1;
    this.#byRun.set(runId, counts);
  }

  #put(assetId: number, name: string, sets: CheckSets): void {
    const checks = this.#byAsset.get(assetId);
    if (checks === undefined) this.#byAsset.set(assetId, new Map([[name, sets]]));
    else checks.set(name, sets);
  }
}

function trailKey(assetId: number, name: string): string {
  return `${assetId}/${name}`;
}

/** Moves the partitions of newer results into the sets of their outcomes. */
function applyResults(sets: CheckSets, results: readonly NewCheckResult[]): CheckSets {
  const outcomes = new Map<number, CheckVerdict>();
  for (const result of results) outcomes.set(result.ordinal, verdictOf(result));
  const touched = PartitionSet.of(outcomes.keys());
  const of = (outcome: CheckVerdict): PartitionSet => {
    const added = [...outcomes].flatMap(([ordinal, newest]) => (newest === outcome ? [ordinal] : []));
    return sets[outcome].subtract(touched).union(PartitionSet.of(added));
  };
  return {
    passed: of("passed"),
    warned: of("warned"),
    failed: of("failed"),
    lastId: Math.max(sets.lastId, ...results.map((result) => result.id)),
  };
}
