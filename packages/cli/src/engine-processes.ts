import { fileURLToPath } from "node:url";
import { HeddleError } from "@heddle/core";
import type { Project } from "@heddle/engine";
import { SupervisedProcess, type ProcessMessage, type ProcessName } from "./processes.ts";

/** A process must be ready within this time. */
const READY_TIMEOUT_MS = 30_000;

/** The built catalog, as its package brings it. */
const CATALOG_DIRECTORY = fileURLToPath(new URL("dist", import.meta.resolve("@heddle/catalog/package.json")));

/** How the processes of a project are started. */
export interface ProcessGroupOptions {
  readonly project: Project;
  readonly databaseUrl: string;
  readonly watch: boolean;
  /** Settings for single processes. */
  readonly env?: NodeJS.ProcessEnv;
  /** Anything a process says, and its death. */
  onMessage?(name: ProcessName, message: ProcessMessage): void;
  onDied?(name: ProcessName, how: string, restartInMs: number): void;
}

/** The processes of one project on this machine. */
export class ProcessGroup {
  readonly #options: ProcessGroupOptions;
  readonly #processes = new Map<ProcessName, SupervisedProcess>();

  constructor(options: ProcessGroupOptions) {
    this.#options = options;
  }

  /** Starts a process and waits until it is ready. @throws what the process says that keeps it from starting */
  start(name: ProcessName): Promise<ProcessMessage & { type: "ready" }> {
    const { project, databaseUrl, watch, env } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new HeddleError("PROCESS_NOT_READY", `the ${name} was not ready within ${READY_TIMEOUT_MS / 1_000} s`, {
              hint: "Its log is above; a machine under heavy load may need another try.",
            }),
          ),
        READY_TIMEOUT_MS,
      );
      const process_ = new SupervisedProcess(
        name,
        {
          ...process.env,
          ...env,
          DATABASE_URL: databaseUrl,
          HEDDLE_PROJECT: project.directory,
          HEDDLE_WATCH: watch ? "1" : "0",
          HEDDLE_CATALOG_DIR: CATALOG_DIRECTORY,
        },
        {
          message: (message) => {
            this.#options.onMessage?.(name, message);
            if (message.type !== "ready" && message.type !== "failed") return;
            clearTimeout(timer);
            if (message.type === "ready") resolve(message);
            else
              reject(
                new HeddleError(
                  "PROCESS_FAILED",
                  message.message,
                  message.hint === undefined ? {} : { hint: message.hint },
                ),
              );
          },
          died: (how, restartInMs) => this.#options.onDied?.(name, how, restartInMs),
        },
      );
      this.#processes.set(name, process_);
    });
  }

  pidOf(name: ProcessName): number | undefined {
    return this.#processes.get(name)?.pid;
  }

  /** Stops all of them: the worker first, so that it can still hand its steps back. */
  async stop(): Promise<void> {
    const order: readonly ProcessName[] = ["worker", "daemon", "server"];
    await Promise.all(order.map((name) => this.#processes.get(name)?.stop()));
    this.#processes.clear();
  }
}
