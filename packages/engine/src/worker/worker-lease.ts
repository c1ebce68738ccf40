import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { beatWorker, endWorker, registerWorker, type Database } from "@heddle/storage";
import type { EngineLog } from "../ports.ts";

/** How long a lease lasts, by database time, when nothing else was said. */
export const DEFAULT_LEASE_MS = 20_000;
/** After a beat that failed, in parts of a lease. */
const RETRY_PART = 1 / 20;
/** A claim that waits for a lock holds the worker's row for as long as that may take, 2 s: a beat has to outlast it. */
const SHORTEST_DEADLINE_MS = 2_500;

/** What a lease tells its worker. */
export interface WorkerLeaseHandlers {
  /** Runs of this worker's steps that were asked to be cancelled. */
  cancelRuns(runIds: readonly number[]): void;
  /** Somebody asked the worker to finish what it has and to claim nothing more. */
  drain(): void;
  /** Everything claimed is lost: stop it at once. */
  lost(reason: string): void;
}

/** What a lease is made of. */
export interface WorkerLeaseOptions {
  readonly db: Database;
  readonly log: EngineLog;
  readonly leaseMs: number;
  readonly handlers: WorkerLeaseHandlers;
}

/**
 * The lease of one worker: one row that is renewed for everything that it has claimed, four times in each lease.
 * Renewal happens here, in the supervisor, and never in a process that runs user code. Without a renewal for three
 * quarters of a lease, by the monotonic clock, the worker may no longer assume that it owns anything.
 */
export class WorkerLease {
  readonly id: string = randomUUID();
  readonly #options: WorkerLeaseOptions;
  /** Monotonic time at which the last renewal that succeeded was *sent*. */
  #renewedAt = 0;
  #beatTimer: NodeJS.Timeout | undefined;
  #fenceTimer: NodeJS.Timeout | undefined;
  #over = false;
  #failing = false;

  constructor(options: WorkerLeaseOptions) {
    this.#options = options;
  }

  async start(slots: number): Promise<void> {
    const { db, leaseMs } = this.#options;
    this.#renewedAt = performance.now();
    await registerWorker(db, { id: this.id, host: hostname(), pid: process.pid, slots, leaseMs });
    this.#armFence();
    this.#scheduleBeat(this.#intervalMs);
  }

  /** Stops renewing: the lease runs out by itself. */
  abandon(): void {
    this.#over = true;
    clearTimeout(this.#beatTimer);
    clearTimeout(this.#fenceTimer);
  }

  /** Gives the lease up: what is still claimed goes to others at once. */
  async end(): Promise<void> {
    this.abandon();
    await endWorker(this.#options.db, this.id);
  }

  /** Asks at once instead of at the next beat. */
  async beat(): Promise<void> {
    if (this.#over) return;
    clearTimeout(this.#beatTimer);
    const { db, log, leaseMs, handlers } = this.#options;
    const sentAt = performance.now();
    try {
      // A connection that has gone silent must not take the time in which another one could renew.
      const deadlineMs = Math.max(this.#intervalMs, SHORTEST_DEADLINE_MS);
      const answer = await beatWorker(db, { id: this.id, leaseMs, deadlineMs });
      if (this.#over) return;
      if (!answer.alive) return this.#lose("its lease had ended before it could be renewed");
      // Answers may overtake each other.
      this.#renewedAt = Math.max(this.#renewedAt, sentAt);
      this.#failing = false;
      this.#armFence();
      this.#scheduleBeat(this.#intervalMs);
      if (answer.cancelRuns.length > 0) handlers.cancelRuns(answer.cancelRuns);
      if (answer.drain) handlers.drain();
    } catch (error) {
      if (this.#over) return;
      // The fence decides when it is too late; until then it is tried again.
      if (!this.#failing) log.error("the lease could not be renewed and is tried again", error);
      this.#failing = true;
      this.#scheduleBeat(leaseMs * RETRY_PART);
    }
  }

  get #intervalMs(): number {
    return this.#options.leaseMs / 4;
  }

  #scheduleBeat(delayMs: number): void {
    clearTimeout(this.#beatTimer);
    this.#beatTimer = setTimeout(() => void this.beat(), delayMs);
  }

  #armFence(): void {
    clearTimeout(this.#fenceTimer);
    const left = this.#renewedAt + (this.#options.leaseMs * 3) / 4 - performance.now();
    this.#fenceTimer = setTimeout(() => this.#lose("it could not be renewed in time"), Math.max(0, left));
  }

  #lose(reason: string): void {
    if (this.#over) return;
    this.abandon();
    this.#options.handlers.lost(reason);
  }
}
