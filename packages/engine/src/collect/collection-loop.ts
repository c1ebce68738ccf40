import { serializeError } from "@heddle/core/internal";
import { claimCollection, finishCollection, type CollectionClaim, type Database } from "@heddle/storage";
import { isDatabaseAway } from "../database-away.ts";
import { describeError, type EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import { fetchBundle } from "../worker/fetch-bundle.ts";
import type { DefaultsConfig } from "../worker/protocol.ts";
import { CollectProcess } from "./collect-process.ts";
import { runCollection } from "./collection-pass.ts";
import { CollectionResult } from "./collection-result.ts";

/** The poll that finds what a lost notification would have told, and what a worker that died has left. */
const POLL_INTERVAL_MS = 15_000;

/** What a worker needs to collect. */
export interface CollectionLoopOptions {
  readonly db: Database;
  readonly log: EngineLog;
  readonly workerId: string;
  readonly defaults: DefaultsConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly heapMb: number;
}

/**
 * Does the collections that are asked for while its worker lives, one at a time, each in a process of its own: it shares
 * nothing with the steps but the worker's lease.
 */
export class CollectionLoop {
  readonly #options: CollectionLoopOptions;
  readonly #wake = new WakeSignal();
  readonly #stop = new AbortController();
  #listener: AsyncDisposable | undefined;
  #process: CollectProcess | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(options: CollectionLoopOptions) {
    this.#options = options;
  }

  /** @throws DATABASE_UNAVAILABLE */
  async start(): Promise<void> {
    this.#listener = await this.#options.db.listen("heddle_collect", () => this.#wake.raise());
    this.#wake.raise();
    this.#done = this.#run();
  }

  /** Ends what it does, at once: another worker begins it anew. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.raise();
    this.#process?.[Symbol.dispose]();
    await this.#done;
    await this.#listener?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { db, log, workerId } = this.#options;
    for (;;) {
      await this.#wake.wait(POLL_INTERVAL_MS);
      if (this.#stop.signal.aborted) return;
      try {
        const claim = await claimCollection(db, workerId);
        if (claim === undefined) continue;
        const result = await this.#collect(claim).catch((error: unknown) => this.#giveUp(claim, error));
        if (result !== undefined) this.#report(result);
        // There may be another.
        this.#wake.raise();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.error(
          isDatabaseAway(error) ? "a collection begins anew when the database answers" : "a collection failed",
          describeError(error),
        );
      }
    }
  }

  async #collect(claim: CollectionClaim): Promise<CollectionResult | undefined> {
    const { db, workerId, defaults, env, heapMb } = this.#options;
    const { signal } = this.#stop;
    const bundle = await fetchBundle(db, claim.codeVersionId);
    signal.throwIfAborted();
    using process = new CollectProcess({ ...bundle, defaults, env, heapMb });
    this.#process = process;
    try {
      return await runCollection({ db, workerId, claim, process, signal });
    } finally {
      this.#process = undefined;
    }
  }

  /** A collection that could not even begin has failed: another one is asked for later. */
  async #giveUp({ codeLocationId }: CollectionClaim, error: unknown): Promise<CollectionResult> {
    if (isDatabaseAway(error) || this.#stop.signal.aborted) throw error;
    const { db, workerId } = this.#options;
    const result = new CollectionResult();
    result.add(serializeError(error));
    await finishCollection(db, { codeLocationId, workerId }, result.toEnd());
    return result;
  }

  #report(result: CollectionResult): void {
    const { log } = this.#options;
    if (result.toEnd().isWorthTelling) log.info("collected what nothing refers to any more", result.counts);
    for (const { message, hint } of result.problems) {
      log.warn(hint === undefined ? message : `${message} (${hint})`);
    }
  }
}
