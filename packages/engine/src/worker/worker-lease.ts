import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { beatWorker, endWorker, registerWorker, type Database } from "@heddle/storage";
import type { EngineLog } from "../ports.ts";

/** How long a lease lasts, by database time. */
export const LEASE_MS = 20_000;
/** How often it is renewed. */
const BEAT_INTERVAL_MS = 5_000;
/** Without a renewal for this long, by the monotonic clock, the worker may no longer assume that it owns anything. */
const TRUST_MS = LEASE_MS - 5_000;

/** What a lease tells its worker. */
export interface WorkerLeaseHandlers {
  /** Runs of this worker's steps that were asked to be cancelled. */
  cancelRuns(runIds: readonly number[]): void;
  /** Everything claimed is lost: stop it at once. */
  lost(reason: string): void;
}

/**
 * The lease of one worker: one row that is renewed for everything that it has claimed. Renewal happens here, in the
 * supervisor, and never in a process that runs user code.
 */
export class WorkerLease {
  readonly id: string = randomUUID();
  readonly #db: Database;
  readonly #handlers: WorkerLeaseHandlers;
  readonly #log: EngineLog;
  /** Monotonic time at which the last renewal that succeeded was *sent*. */
  #renewedAt = 0;
  #beatTimer: NodeJS.Timeout | undefined;
  #fenceTimer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(db: Database, handlers: WorkerLeaseHandlers, log: EngineLog) {
    this.#db = db;
    this.#handlers = handlers;
    this.#log = log;
  }

  async start(slots: number): Promise<void> {
    this.#renewedAt = performance.now();
    await registerWorker(this.#db, { id: this.id, host: hostname(), pid: process.pid, slots, leaseMs: LEASE_MS });
    this.#armFence();
    this.#scheduleBeat();
  }

  /** Gives the lease up: what is still claimed goes to others at once. */
  async end(): Promise<void> {
    this.#stop();
    await endWorker(this.#db, this.id);
  }

  /** Asks at once instead of at the next beat. */
  async beat(): Promise<void> {
    clearTimeout(this.#beatTimer);
    const sentAt = performance.now();
    try {
      const answer = await beatWorker(this.#db, { id: this.id, leaseMs: LEASE_MS });
      if (this.#over) return;
      if (!answer.alive) return this.#lose("its lease had ended before it could be renewed");
      this.#renewedAt = sentAt;
      this.#armFence();
      if (answer.cancelRuns.length > 0) this.#handlers.cancelRuns(answer.cancelRuns);
    } catch (error) {
      // The fence below decides; until then the next beat tries again.
      this.#log.error("the lease could not be renewed", error);
    }
    if (!this.#over) this.#scheduleBeat();
  }

  #scheduleBeat(): void {
    clearTimeout(this.#beatTimer);
    this.#beatTimer = setTimeout(() => void this.beat(), BEAT_INTERVAL_MS);
  }

  #armFence(): void {
    clearTimeout(this.#fenceTimer);
    const left = this.#renewedAt + TRUST_MS - performance.now();
    this.#fenceTimer = setTimeout(() => this.#lose("it could not be renewed in time"), Math.max(0, left));
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#handlers.lost(reason);
  }

  #stop(): void {
    this.#over = true;
    clearTimeout(this.#beatTimer);
    clearTimeout(this.#fenceTimer);
  }
}
