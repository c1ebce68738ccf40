import type { Database } from "@heddle/storage";
import type { EngineLog } from "../ports.ts";
import type { DefaultsConfig } from "./protocol.ts";

/** How a worker's session runs; see the options of `startWorker`. */
export interface WorkerSettings {
  readonly db: Database;
  readonly log: EngineLog;
  readonly defaults: DefaultsConfig;
  readonly processes: number;
  readonly concurrency: number;
  readonly heapMb: number;
  readonly env: NodeJS.ProcessEnv;
  readonly leaseMs: number;
  readonly cancelGraceMs: number;
}
