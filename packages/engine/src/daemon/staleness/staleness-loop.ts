import { isHeddleError } from "@heddle/core";
import { recordStaleness, type Database } from "@heddle/storage";
import { DefinitionsCache } from "../../planning/index.ts";
import type { EngineLog } from "../../ports.ts";
import { StalenessMemory, type StalenessLook } from "../../staleness/index.ts";
import { WakeSignal } from "../../wake-signal.ts";
import type { LoopBeats } from "../loop-beats.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 10_000;
/** While another daemon leads. */
const IDLE_INTERVAL_MS = 1_000;
const ERROR_PAUSE_MS = 1_000;
/** What happens closely after an event is judged along with it. */
const CALM_MS = 150;
const SHORTEST_PAUSE_MS = 250;
/** While things happen, it works for one part of the time and leaves so many to those who make partitions. */
const PAUSE_FACTOR = 40;
/** What is committed and cannot be seen yet, because an older transaction still runs, is looked at again after this time. */
const HELD_BACK_MS = 500;
/** How often the place among the events is written down when it moved over nothing that concerns staleness. */
const MOVE_ON_MS = 600_000;
const DEADLINE_MS = 120_000;
const LOOP_NAME = "staleness";

/** What partitions are judged with. */
export interface StalenessLoopOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Name of the environment that is judged. */
  readonly environment: string;
  /** The database under the lease of the leading daemon; `undefined` while this one does not lead. */
  leading(): Database | undefined;
  /** Notes how the loop goes on. */
  readonly beats?: LoopBeats | undefined;
  /** Partitions whose recorded inputs one round compares with what is current. @default 20_000 */
  readonly maxLookups?: number;
}

/**
 * Keeps judged which partitions are out of date, while this daemon leads: after what happens, and never without a reason. A
 * round takes effect in one transaction, guarded by what it began from. While partitions are being made it takes one part in
 * forty of the time of one core at most, however much there is to judge, and is behind for as long.
 */
export class StalenessLoop {
  readonly #options: StalenessLoopOptions;
  readonly #memory: StalenessMemory;
  readonly #wake = new WakeSignal();
  #writtenAt = performance.now();
  #isStopped = false;
  /** Ends a pause before its time. */
  #cut: (() => void) | undefined;

  constructor(options: StalenessLoopOptions) {
    this.#options = options;
    const { environment, maxLookups } = options;
    const planning = { definitions: new DefinitionsCache(environment) };
    this.#memory = new StalenessMemory(planning, maxLookups === undefined ? {} : { maxLookups });
  }

  /** Something has happened, or definitions may be others. */
  wake(): void {
    this.#wake.raise();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake.raise();
    this.#cut?.();
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const { waitMs, pauseMs } = await this.round();
      this.#options.beats?.expect(LOOP_NAME, Math.max(waitMs, pauseMs));
      await this.#pause(pauseMs);
      if (waitMs > 0 && (await this.#wake.wait(waitMs))) await this.#pause(CALM_MS);
    }
  }

  /** One look and what follows from it: how long to leave the machine to others, and how long there is nothing to do. */
  async round(): Promise<{ readonly pauseMs: number; readonly waitMs: number }> {
    const db = this.#options.leading();
    if (db === undefined) {
      this.#memory.forget();
      return { pauseMs: 0, waitMs: IDLE_INTERVAL_MS };
    }
    const began = performance.now();
    try {
      const { beats } = this.#options;
      const look = await (beats === undefined ? this.#judge(db) : beats.round(LOOP_NAME, () => this.#judge(db)));
      return pace(look, performance.now() - began);
    } catch (error) {
      this.#memory.forget();
      // Another daemon leads, or this one stops: whoever leads then does it.
      if (this.#isStopped || isHeddleError(error, "DATABASE_LEASE_LOST")) {
        return { pauseMs: 0, waitMs: IDLE_INTERVAL_MS };
      }
      this.#options.log.error("stale partitions could not be judged, and are again in a second", error);
      return { pauseMs: ERROR_PAUSE_MS, waitMs: 0 };
    }
  }

  /** @returns what was looked at; `null` when another one has judged in the meantime */
  async #judge(db: Database): Promise<StalenessLook | null> {
    const look = await this.#options.db.read("staleness", (tx) => this.#memory.look(tx), { deadlineMs: DEADLINE_MS });
    const { rows, gone } = look.recorded;
    const isTime = performance.now() - this.#writtenAt > MOVE_ON_MS;
    const isWritten = rows.length > 0 || gone.length > 0 || look.isBusy || this.#memory.isNew(look) || isTime;
    if (isWritten) {
      if ((await recordStaleness(db, look.recorded)) === "superseded") {
        this.#memory.forget();
        return null;
      }
      this.#writtenAt = performance.now();
    }
    this.#memory.accept(look, isWritten);
    return look;
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#isStopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#cut = resolve;
    await promise;
    clearTimeout(timer);
    this.#cut = undefined;
  }
}

function pace(look: StalenessLook | null, tookMs: number): { readonly pauseMs: number; readonly waitMs: number } {
  if (look === null) return { pauseMs: SHORTEST_PAUSE_MS, waitMs: 0 };
  const { isBusy, isPartial, isHeldBack } = look;
  // What was left over when nothing happens any more may be made up for faster.
  const pauseMs = isBusy ? Math.max(SHORTEST_PAUSE_MS, tookMs * PAUSE_FACTOR) : isPartial ? tookMs : 0;
  return { pauseMs, waitMs: isPartial ? 0 : isHeldBack ? HELD_BACK_MS : POLL_INTERVAL_MS };
}
