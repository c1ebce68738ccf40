import { PARTITION_CHUNK_SIZE, PartitionSet } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import { advanceSteps } from "./advance-steps.ts";
import type { ClaimChanges } from "./claim-changes.ts";
import { readRunning, type TakenSteps } from "./claiming.ts";
import type { RunWork } from "./run-work.ts";
import type { Settlement } from "./settlement.ts";
import type { AttemptPlace, OutcomeResult, StepOutcome } from "./step-outcome.ts";

/** What a settlement knows by the time it comes to what ran ahead. */
export interface AheadContext {
  readonly work: RunWork;
  readonly settlement: Settlement;
  readonly claims: ClaimChanges;
  /** Whether the worker may claim: taking what ran ahead is claiming. */
  readonly mayClaim: boolean;
}

/**
 * Takes steps that a worker ran ahead of their claims: on what it had made and not settled, while nobody else could take
 * them. In the database they waited. Here they become ready by the very outcomes that they were built on, and are
 * published or claimed before anybody else sees it.
 *
 * What a run made ahead is taken in the order in which it was made, and only as long as nothing of it was refused: so
 * nothing is ever published that read what was not.
 */
export class AheadSteps {
  readonly #context: AheadContext;
  /** Runs of which something was refused. */
  readonly #refused = new Set<number>();
  /** How many were claimed, by run. */
  readonly #claimed = new Map<number, number>();

  constructor(context: AheadContext) {
    this.#context = context;
  }

  /**
   * Publishes what has become ready, level by level.
   *
   * @param results of the outcomes so far; those that are taken here are filled in, the others stay open
   */
  async settle(
    sql: TransactionSql,
    outcomes: readonly StepOutcome[],
    results: (OutcomeResult | undefined)[],
  ): Promise<void> {
    const queues = this.#queue(outcomes, results);
    const { work, settlement } = this.#context;
    for (let isAnyTaken = true; isAnyTaken;) {
      isAnyTaken = false;
      for (const queue of queues.values()) {
        const blocked = queue.findIndex((index) => !this.#isReady(outcomes[index]));
        for (const index of queue.splice(0, blocked < 0 ? queue.length : blocked)) {
          const outcome = outcomes[index];
          if (outcome === undefined) continue;
          work.move("claim", outcome, PartitionSet.of([outcome.ordinal]));
          results[index] = settlement.accept(outcome);
          isAnyTaken = true;
        }
      }
      if (isAnyTaken) await advanceSteps(sql, work, settlement.apply());
    }
    for (const [runId, queue] of queues) if (queue.length > 0) this.#refused.add(runId);
  }

  /** Claims steps that run by now and have become ready, as far as the limit of their run allows. */
  async claim(sql: TransactionSql, running: readonly AttemptPlace[]): Promise<TakenSteps[]> {
    const { work } = this.#context;
    const wanted = running.filter((place) => this.#mayTake(place.runId) && this.#isReady(place));
    const limited = [...new Set(wanted.map(({ runId }) => runId))].filter((id) => work.run(id).maxConcurrency !== null);
    const owned = limited.length === 0 ? new Map<number, number>() : await readRunning(sql, limited);
    return wanted.flatMap((place) => {
      const { runId, assetId, claimId, ordinal } = place;
      const claimed = this.countClaimed(runId);
      const taken = (owned.get(runId) ?? 0) - this.#context.claims.countFreed(runId) + claimed;
      if (taken >= (work.run(runId).maxConcurrency ?? Infinity)) return [];
      const partitions = work.move("claim", place, PartitionSet.of([ordinal]));
      work.tell("steps_claimed", place, partitions);
      this.#claimed.set(runId, claimed + 1);
      // What counts against a pool never runs ahead.
      return [{ runId, assetId, claimId, partitions, isChunk: false, pools: null }];
    });
  }

  /** How many steps of a run were claimed here. */
  countClaimed(runId: number): number {
    return this.#claimed.get(runId) ?? 0;
  }

  /** What ran ahead, by run, in order, where all that it may have been built on was published. */
  #queue(outcomes: readonly StepOutcome[], results: readonly (OutcomeResult | undefined)[]): Map<number, number[]> {
    const queues = new Map<number, number[]>();
    for (const [index, outcome] of outcomes.entries()) {
      const result = results[index];
      if (outcome.kind !== "success" || result === "published") continue;
      const { runId } = outcome;
      if (outcome.isAhead !== true || result !== undefined) {
        this.#refused.add(runId);
        continue;
      }
      const queue = queues.get(runId);
      if (queue === undefined) queues.set(runId, [index]);
      else queue.push(index);
    }
    for (const runId of queues.keys()) if (!this.#mayTake(runId)) queues.delete(runId);
    return queues;
  }

  #mayTake(runId: number): boolean {
    const { work, mayClaim } = this.#context;
    return mayClaim && work.runs.get(runId)?.status === "running" && !this.#refused.has(runId);
  }

  #isReady(place: AttemptPlace | undefined): boolean {
    if (place === undefined) return false;
    const chunk = this.#context.work.chunk(place, Math.floor(place.ordinal / PARTITION_CHUNK_SIZE));
    if (chunk === undefined || chunk.chunkSize !== null || chunk.pools !== null) return false;
    return chunk.get("ready").has(place.ordinal);
  }
}
