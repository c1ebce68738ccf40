import type { Database } from "@heddle/storage";
import { availableParallelism } from "node:os";
import { childEnvironment } from "../child-environment.ts";
import { describeError, type EngineLog } from "../ports.ts";
import { WakeSignal } from "../wake-signal.ts";
import type { DefaultsConfig } from "./protocol.ts";
import { DEFAULT_LEASE_MS } from "./worker-lease.ts";
import { WorkerSession } from "./worker-session.ts";

/** What a worker needs. */
export interface WorkerOptions {
  readonly db: Database;
  readonly log: EngineLog;
  readonly defaults: DefaultsConfig;
  /** Child processes for each code version. @default one for each core */
  readonly processes?: number;
  /** Steps that run at once in one process. @default 4 */
  readonly concurrency?: number;
  /** Heap limit of a child, in megabytes. @default 2048 */
  readonly heapMb?: number;
  /** Environment of the children. @default that of this process, without Heddle's own settings */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * How long its lease lasts without being renewed. The steps of a worker that dies go to others after this time, and
   * one that cannot reach the database for three quarters of it stops what it runs. @default 20_000
   */
  readonly leaseMs?: number;
  /** How long a step may take to end after its signal was aborted; then its process is killed. @default 10_000 */
  readonly cancelGraceMs?: number;
}

/** A running worker. */
export interface Worker {
  /** Resolves when it has stopped, by `stop` or because somebody asked it to drain. */
  readonly stopped: Promise<void>;
  /**
   * Claims nothing more, waits for running steps until `graceMs` (@default 20_000) have passed, then ends them and hands
   * them back; that costs them no attempt.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** After losing its lease a worker begins anew when the database answers again; it looks this often. */
const RESTART_PAUSE_MS = 1_000;
const DEFAULT_CANCEL_GRACE_MS = 10_000;

/** Starts a worker: it claims steps and runs them in warm child processes until it is stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const settings = {
    ...options,
    processes: options.processes ?? availableParallelism(),
    concurrency: options.concurrency ?? 4,
    heapMb: options.heapMb ?? 2_048,
    env: options.env ?? childEnvironment(process.env),
    leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS,
    cancelGraceMs: options.cancelGraceMs ?? DEFAULT_CANCEL_GRACE_MS,
  };
  const stopRequest = new WakeSignal();
  let isStopping = false;
  let session = new WorkerSession(settings);
  await session.start();

  /** Begins anew after a lost lease, as soon as the database answers. Nothing when it is stopped before that. */
  const restart = async (): Promise<WorkerSession | undefined> => {
    while (!isStopping) {
      const next = new WorkerSession(settings);
      try {
        await next.start();
        return next;
      } catch (error) {
        options.log.error("the worker cannot begin anew yet", describeError(error));
        await stopRequest.wait(RESTART_PAUSE_MS);
      }
    }
    return undefined;
  };

  let graceMs = 0;
  const run = async (): Promise<void> => {
    for (;;) {
      const reason = await session.done;
      if (reason === "stopped" || isStopping) return;
      options.log.warn(`this worker's lease is lost (${reason}); what it ran was stopped and goes to others`);
      const next = await restart();
      if (next === undefined) return;
      session = next;
      if (isStopping) await session.stop(graceMs);
    }
  };
  const stopped = run();

  return {
    stopped,
    async stop({ graceMs: asked = 20_000 } = {}) {
      isStopping = true;
      graceMs = asked;
      stopRequest.raise();
      await session.stop(graceMs);
      await stopped;
    },
  };
}
