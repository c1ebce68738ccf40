import { fileURLToPath } from "node:url";
import { HeddleError } from "@heddle/core";
import { deserializeError } from "@heddle/core/internal";
import type { Project } from "@heddle/engine";
import { interruption } from "./interruption.ts";
import { SupervisedProcess, type ProcessMessage, type ProcessName } from "./processes.ts";

/** A process must be ready within this time. */
const READY_TIMEOUT_MS = 30_000;

/** How the processes of a project are started. */
export interface ProcessGroupOptions {
  readonly project: Project;
  readonly databaseUrl: string;
  readonly watch: boolean;
  /** Settings for single processes. */
  readonly env?: NodeJS.ProcessEnv;
  /** Anything that a process says after it was ready for the first time. */
  onMessage?(name: ProcessName, message: ProcessMessage): void;
  onDied?(name: ProcessName, how: string, restartInMs: number): void;
}

/** The processes of one project on this machine. */
export class ProcessGroup implements AsyncDisposable {
  readonly #options: ProcessGroupOptions;
  readonly #processes = new Map<ProcessName, SupervisedProcess>();
  readonly #onSecond: Disposable;

  constructor(options: ProcessGroupOptions) {
    this.#options = options;
    this.#onSecond = interruption.onSecond(() => {
      for (const process_ of this.#processes.values()) process_.kill();
    });
  }

  /** Starts a process and waits until it is ready. @throws what the process says that keeps it from starting */
  start(name: ProcessName): Promise<ProcessMessage & { type: "ready" }> {
    return new Promise((resolve, reject) => {
      // The process keeps this one alive while it starts; a start that was broken off must not.
      const timer = setTimeout(() => reject(notReady(name)), READY_TIMEOUT_MS).unref();
      let isSettled = false;
      const settle = (finish: () => void): void => {
        isSettled = true;
        clearTimeout(timer);
        finish();
      };
      const message = (said: ProcessMessage): void => {
        if (isSettled || (said.type !== "ready" && said.type !== "failed")) this.#options.onMessage?.(name, said);
        else if (said.type === "ready") settle(() => resolve(said));
        else {
          // Another try would fail in the same way.
          void supervised.stop();
          settle(() => reject(deserializeError(said.error)));
        }
      };
      const died = (how: string, restartInMs: number): void => this.#options.onDied?.(name, how, restartInMs);
      const supervised = new SupervisedProcess(name, this.#environment(), { message, died });
      this.#processes.set(name, supervised);
    });
  }

  /** Stops all of them; a worker hands its steps back to the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process_) => process_.stop()));
    this.#processes.clear();
    this.#onSecond[Symbol.dispose]();
  }

  #environment(): NodeJS.ProcessEnv {
    const { project, databaseUrl, watch, env } = this.#options;
    return {
      ...process.env,
      HEDDLE_LOG: process.env["HEDDLE_LOG"] ?? (process.env["HEDDLE_DEBUG"] ? "info" : "warn"),
      HEDDLE_CATALOG_DIR: process.env["HEDDLE_CATALOG_DIR"] ?? catalogDirectory(),
      ...env,
      DATABASE_URL: databaseUrl,
      HEDDLE_PROJECT: project.directory,
      HEDDLE_WATCH: watch ? "1" : "0",
    };
  }
}

/** The built catalog, as its package brings it. */
function catalogDirectory(): string {
  return fileURLToPath(new URL("dist", import.meta.resolve("@heddle/catalog/package.json")));
}

function notReady(name: ProcessName): HeddleError {
  return new HeddleError("PROCESS_NOT_READY", `the ${name} was not ready within ${READY_TIMEOUT_MS / 1_000} s`, {
    hint: "Its log is above; a machine under heavy load may need another try.",
  });
}
