import { HeddleError } from "@heddle/core";
import type { Database } from "@heddle/storage";
import { availableParallelism } from "node:os";
import { describeError, type EngineLog } from "../ports.ts";
import type { DefaultsConfig } from "./protocol.ts";
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
}

/** A running worker. */
export interface Worker {
  /**
   * Claims nothing more, waits for running steps until `graceMs` have passed, then ends them and hands them back; that
   * costs them no attempt.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}

/** After losing its lease a worker begins anew when the database answers again; it looks this often. */
const RESTART_PAUSE_MS = 1_000;

/** Starts a worker: it claims steps and runs them in warm child processes until it is stopped. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const settings = {
    ...options,
    processes: options.processes ?? availableParallelism(),
    concurrency: options.concurrency ?? 4,
    heapMb: options.heapMb ?? 2_048,
    env: options.env ?? childEnvironment(process.env),
  };
  let stopping: { graceMs: number } | undefined;
  let session = new WorkerSession(settings);
  await session.start();

  const restart = async (): Promise<WorkerSession> => {
    for (;;) {
      const next = new WorkerSession(settings);
      try {
        await next.start();
        return next;
      } catch (error) {
        options.log.error("the worker cannot begin anew yet", describeError(error));
        await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
        if (stopping !== undefined)
          throw new HeddleError("WORKER_STOPPED", "the worker was stopped while the database was away");
      }
    }
  };

  const running = (async () => {
    for (;;) {
      const reason = await session.done;
      if (reason === "stopped") return;
      options.log.warn(`this worker's lease is lost (${reason}); what it ran was stopped and goes to others`);
      session = await restart();
      if (stopping !== undefined) await session.stop(stopping.graceMs);
    }
  })();

  return {
    async stop({ graceMs = 20_000 } = {}) {
      stopping = { graceMs };
      await session.stop(graceMs);
      await running.catch((error: unknown) => options.log.error("the worker ended", error));
    },
  };
}

/** What user code sees of the environment: everything but Heddle's own settings and the metadata database. */
function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => name !== "DATABASE_URL" && !/^HEDDLE_(PROJECT|WATCH|PORT|CATALOG)/.test(name),
    ),
  );
}
