import type { SerializedError } from "@heddle/core/internal";
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The processes of a deployment, by the package or subpath whose module is their entry. */
export const PROCESS_ENTRIES = {
  server: "@heddle/server",
  daemon: "@heddle/daemon",
  worker: "@heddle/daemon/worker",
} as const;
export type ProcessName = keyof typeof PROCESS_ENTRIES;

/** What a process says to the one that started it. */
export type ProcessMessage =
  | { readonly type: "ready"; readonly address?: string }
  | { readonly type: "loaded"; readonly project: string }
  | { readonly type: "load-failed"; readonly project: string; readonly error: SerializedError }
  | { readonly type: "failed"; readonly error: SerializedError };

/** The pause before a process that has died is started again; it doubles up to the longest one. */
const RESTART_PAUSE_MS = 500;
const LONGEST_RESTART_PAUSE_MS = 30_000;
/** A process that ran for this long was healthy: the pause begins anew. */
const HEALTHY_MS = 60_000;
/** How long a process may take to stop before it is killed, besides the time that its steps are given. */
const STOP_TIMEOUT_MS = 10_000;

/** What happens to a process. */
export interface ProcessHandlers {
  message(message: ProcessMessage): void;
  /** It ended without being asked to. */
  died(how: string, restartInMs: number): void;
}

/** A process that is started again when it dies, until it is stopped. */
export class SupervisedProcess {
  readonly #name: ProcessName;
  readonly #env: NodeJS.ProcessEnv;
  readonly #handlers: ProcessHandlers;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #pauseMs = RESTART_PAUSE_MS;
  #stopping = false;

  constructor(name: ProcessName, env: NodeJS.ProcessEnv, handlers: ProcessHandlers) {
    this.#name = name;
    this.#env = env;
    this.#handlers = handlers;
    this.#start();
  }

  /** Asks it to stop, waits, and kills it if it does not. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS + (Number(this.#env["HEDDLE_STOP_GRACE_MS"]) || 0));
      child.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
      child.kill("SIGTERM");
    });
  }

  /** Ends it at once, together with what it has started in its own process group. */
  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child?.pid === undefined || hasEnded(child)) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      // It ended in this very moment; or, on Windows, there are no groups.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      child.kill("SIGKILL");
    }
  }

  #start(): void {
    const startedAt = performance.now();
    const entry = import.meta.resolve(PROCESS_ENTRIES[this.#name]);
    const execArgv = ["--enable-source-maps"];
    if (entry.endsWith(".ts")) execArgv.push("--conditions=@heddle/source", "--no-warnings");
    const child = fork(fileURLToPath(entry), {
      env: this.#env,
      execArgv,
      // A Ctrl-C in the terminal goes to this process only, which then stops its processes in order.
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    // Our own process on the other end.
    child.on("message", (message) => this.#handlers.message(message as ProcessMessage));
    child.once("exit", (code, signal) => {
      if (this.#stopping) return;
      if (performance.now() - startedAt > HEALTHY_MS) this.#pauseMs = RESTART_PAUSE_MS;
      this.#handlers.died(signal === null ? `exit code ${code}` : signal, this.#pauseMs);
      this.#restart = setTimeout(() => this.#start(), this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_RESTART_PAUSE_MS);
    });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
