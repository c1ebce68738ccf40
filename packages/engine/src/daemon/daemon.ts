import { decide } from "@heddle/core";
import {
  acquireLease,
  executeCommand,
  loadDaemonSnapshot,
  releaseLease,
  runRetention,
  type Database,
  type Lease,
} from "@heddle/storage";
import { randomUUID } from "node:crypto";
import { CodeLocation } from "../code-location/code-location.ts";
import type { Project } from "../code-location/project.ts";
import type { EngineLog } from "../ports.ts";
import { setTimeout as pause } from "node:timers/promises";
import { WakeSignal } from "../wake-signal.ts";

/** The poll that finds what a lost notification would have told. */
const POLL_INTERVAL_MS = 2_000;
/** After an error, so that a database that is away is not hammered. */
const ERROR_PAUSE_MS = 1_000;
const RETENTION_INTERVAL_MS = 3_600_000;
/** Name of the daemons' leadership, and how long before its end it is renewed. */
const LEASE_NAME = "daemon";
const RENEW_BEFORE_MS = 3_500;
/** Runs that are admitted at once, of all origins together. */
const MAX_ADMITTED_RUNS = 50;

/** What a daemon needs. */
export interface DaemonOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Projects whose definitions it keeps loaded. */
  readonly projects: readonly Project[];
  /** Loads a project again when its files change. */
  readonly watch: boolean;
  /** Called after each attempt to load a project. */
  onLoad?(project: Project, error?: unknown): void;
}

/** A running daemon. */
export interface Daemon {
  stop(): Promise<void>;
}

/**
 * Starts the process that decides: it keeps projects loaded, and turns snapshots of the state into commands. Every
 * command is a guarded transaction, so any number of daemons may act at once; none of them runs user code.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { db, log } = options;
  const wake = new WakeSignal();
  let stopped = false;
  const listeners = await Promise.all(
    ["heddle_run", "heddle_code"].map((channel) => db.listen(channel, () => wake.raise())),
  );
  const locations = options.projects.map(
    (project) =>
      new CodeLocation({
        db,
        project,
        log,
        watch: options.watch,
        onLoad: (error?: unknown) => options.onLoad?.(project, error),
      }),
  );
  const loading = Promise.all(locations.map((location) => location.load()));

  const holder = randomUUID();
  let lease: Lease | undefined;
  /** Leadership saves work; safety does not rest on it: every command looks again before it acts. */
  const leads = async (): Promise<boolean> => {
    if (lease !== undefined && lease.trustedUntilMs - performance.now() > RENEW_BEFORE_MS) return true;
    lease = await acquireLease(db, { name: LEASE_NAME, holder });
    return lease !== undefined;
  };
  const loop = async (): Promise<void> => {
    let retentionAt = performance.now();
    while (!stopped) {
      try {
        if (await leads()) {
          await decideOnce(db, log);
          if (performance.now() >= retentionAt) {
            await runRetention(db);
            retentionAt = performance.now() + RETENTION_INTERVAL_MS;
          }
        }
      } catch (error) {
        log.error("a round of decisions failed and will be repeated", error);
        await pause(ERROR_PAUSE_MS);
      }
      await wake.wait(POLL_INTERVAL_MS);
    }
    if (lease !== undefined) await releaseLease(db, lease);
  };
  const running = loop();

  return {
    async stop() {
      stopped = true;
      wake.raise();
      await running;
      await loading;
      await Promise.all(locations.map((location) => location.close()));
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}

async function decideOnce(db: Database, log: EngineLog): Promise<void> {
  const limits = { maxAdmittedRuns: MAX_ADMITTED_RUNS };
  for (const command of decide(await loadDaemonSnapshot(db), limits)) {
    await executeCommand(db, command);
    log.info(`decided: ${command.kind}`, { ...command });
  }
}
