import { serializeError } from "@heddle/core/internal";
import {
  findAbandoned,
  findCollectableRun,
  findCollectableWipe,
  finishCollection,
  listCollectableChunks,
  listSuperseded,
  listWiped,
  markCollected,
  markRunCollected,
  markWipeCollected,
  type CollectableAssetName,
  type CollectableChunk,
  type CollectableWipe,
  type CollectionClaim,
  type Collector,
  type Database,
  type ListedAttempt,
  type MaterializationPlace,
  type SupersededValue,
} from "@heddle/storage";
import { isDatabaseAway } from "../database-away.ts";
import type { AgedObject } from "./collect-protocol.ts";
import type { CollectProcess } from "./collect-process.ts";
import { CollectionResult } from "./collection-result.ts";

/** Values of one batch: as much as is done again when a worker dies. */
const VALUES_PER_BATCH = 200;
const CHUNKS_PER_BATCH = 64;
/** How often stores are looked through within a grace time. */
const LISTINGS_PER_GRACE = 4;

/** What one collection works with. */
export interface CollectionPassOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly claim: CollectionClaim;
  readonly process: CollectProcess;
  /** Fires when the worker stops. */
  readonly signal: AbortSignal;
}

/**
 * Removes what nothing refers to any more, of one code location: values that were replaced longer ago than the grace
 * time, then objects that attempts have written and never published, then what interrupted writes have left.
 *
 * Each batch is removed first and noted then, and removing is idempotent: a worker that dies at any moment leaves at most
 * a batch that the next one removes again. What cannot be removed is reported, and tried again by the next collection.
 *
 * @returns what it did; undefined when it was stopped, or belongs to another worker by now
 */
export async function runCollection(options: CollectionPassOptions): Promise<CollectionResult | undefined> {
  const pass = new CollectionPass(options);
  try {
    await pass.run();
  } catch (error) {
    if (error instanceof CollectionLost || options.signal.aborted) return undefined;
    if (isDatabaseAway(error)) throw error;
    pass.result.add(serializeError(error));
  }
  await finishCollection(options.db, pass.collector, pass.result.toEnd());
  return pass.result;
}

/** Thrown and caught in this file only. */
class CollectionLost extends Error {}

class CollectionPass {
  readonly result = new CollectionResult();
  readonly collector: Collector;
  readonly #options: CollectionPassOptions;
  /** Values that could not be removed: later runs, which have replaced them as well, do not try again. */
  readonly #failed = new Set<string>();

  constructor(options: CollectionPassOptions) {
    this.#options = options;
    this.collector = { codeLocationId: options.claim.codeLocationId, workerId: options.workerId };
  }

  async run(): Promise<void> {
    const { process, claim } = this.#options;
    const { deploymentId, graceMs } = claim;
    const { problems } = await process.ask({ kind: "begin", deploymentId, graceMs }, "begun");
    for (const problem of problems) this.result.add(problem);
    await this.#collectSuperseded();
    await this.#collectWiped();
    // To look through whole stores takes long, and what is abandoned is few: it waits longer than what was replaced.
    if (claim.listedMsAgo !== null && claim.listedMsAgo < graceMs / LISTINGS_PER_GRACE) return;
    await this.#collectAbandoned();
    const swept = await process.ask({ kind: "sweep" }, "swept");
    this.result.pieces += swept.pieces;
    for (const problem of swept.problems) this.result.add(problem);
    this.result.hasListed = true;
  }

  async #collectSuperseded(): Promise<void> {
    const { db, claim } = this.#options;
    for (let afterRunId = 0; ;) {
      const run = await findCollectableRun(db, { ...claim, afterRunId });
      if (run === undefined) return;
      afterRunId = run.runId;
      if (await this.#collectReplacedBy(run.runId)) this.#own(await markRunCollected(db, this.collector, run.runId));
    }
  }

  /** Whether nothing is left of what a run has replaced, but for what is out of reach for good. */
  async #collectReplacedBy(runId: number): Promise<boolean> {
    let isDone = true;
    for (let after: CollectableChunk | undefined; ;) {
      const query = { runId, after, limit: CHUNKS_PER_BATCH };
      const chunks = await listCollectableChunks(this.#options.db, query);
      for (const chunk of chunks) isDone = (await this.#collectReplacedIn(chunk)) && isDone;
      after = chunks.at(-1);
      if (after === undefined || chunks.length < CHUNKS_PER_BATCH) return isDone;
    }
  }

  #collectReplacedIn(chunk: CollectableChunk): Promise<boolean> {
    const { db } = this.#options;
    return this.#removeAll(chunk, (after) => listSuperseded(db, { chunk, after, limit: VALUES_PER_BATCH }));
  }

  async #collectWiped(): Promise<void> {
    const { db, claim } = this.#options;
    for (let afterWipeId = 0; ;) {
      const wipe: CollectableWipe | undefined = await findCollectableWipe(db, { ...claim, afterWipeId });
      if (wipe === undefined) return;
      afterWipeId = wipe.wipeId;
      const isDone = await this.#removeAll(wipe, (after) => listWiped(db, { wipe, after, limit: VALUES_PER_BATCH }));
      if (isDone) this.#own(await markWipeCollected(db, this.collector, wipe.wipeId));
    }
  }

  /** Removes what is listed, page by page. @returns whether nothing is left, but for what is out of reach for good */
  async #removeAll(
    asset: CollectableAssetName,
    list: (after: MaterializationPlace | undefined) => Promise<readonly SupersededValue[]>,
  ): Promise<boolean> {
    let isDone = true;
    for (let after: MaterializationPlace | undefined; ;) {
      const values = await list(after);
      const free = values.filter((value) => !value.isHeld && !this.#failed.has(nameOf(asset, value)));
      if (free.length < values.length) isDone = false;
      if (free.length > 0) isDone = (await this.#remove(asset, free)) && isDone;
      after = values.at(-1);
      if (after === undefined || values.length < VALUES_PER_BATCH) return isDone;
    }
  }

  async #remove(asset: CollectableAssetName, values: readonly SupersededValue[]): Promise<boolean> {
    const { assetId, assetKey } = asset;
    this.#options.signal.throwIfAborted();
    const request = values.map(({ partitionKey, stored }) => ({ assetKey, partitionKey, stored }));
    const { outcomes } = await this.#options.process.ask({ kind: "remove", values: request }, "removed");
    const removed = values.filter((_, index) => outcomes[index]?.kind === "removed");
    if (removed.length > 0) {
      this.#own(await markCollected(this.#options.db, this.collector, { assetId, places: removed }));
    }
    this.result.values += removed.length;
    for (const { stored } of removed) for (const { bytes } of stored.objects) this.result.valueBytes += bytes;
    for (const [index, value] of values.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || outcome.kind === "removed") continue;
      this.#failed.add(nameOf(asset, value));
      this.result.add(outcome.error, { isFailure: outcome.kind === "failed" });
      if (outcome.kind === "out_of_reach") this.result.outOfReach += 1;
    }
    return !outcomes.some(({ kind }) => kind === "failed");
  }

  async #collectAbandoned(): Promise<void> {
    const { db, process, signal } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const { objects, isLast, problems } = await process.ask({ kind: "list" }, "listed");
      for (const problem of problems) this.result.add(problem);
      const abandoned = await findAbandoned(db, objects.flatMap(toAttempt));
      const removable = objects.filter(({ key }) => abandoned.has(key));
      if (removable.length > 0) {
        const deleted = await process.ask({ kind: "delete", objects: removable }, "deleted");
        this.result.abandoned += deleted.objects;
        this.result.abandonedBytes += deleted.bytes;
        for (const problem of deleted.problems) this.result.add(problem);
      }
      if (isLast) return;
    }
  }

  #own(isOurs: boolean): void {
    if (!isOurs) throw new CollectionLost();
  }
}

function nameOf({ assetId }: CollectableAssetName, { ordinal, runId }: MaterializationPlace): string {
  return `${assetId}/${ordinal}/${runId}`;
}

/** An attempt's id begins with its run's; an object whose key holds no such id is nobody's of ours. */
function toAttempt({ key, value, assetKey, partitionKey, attemptId, modifiedAt }: AgedObject): ListedAttempt[] {
  const runId = Number(/^(?<run>\d{1,15})-[0-9a-z-]+$/.exec(attemptId)?.groups?.["run"] ?? Number.NaN);
  if (Number.isNaN(runId)) return [];
  const listed = { key, assetKey, partitionKey, runId, modifiedAt };
  return [value === undefined ? listed : { ...listed, details: value.details ?? {} }];
}
