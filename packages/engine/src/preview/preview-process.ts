import { HeddleError } from "@heddle/core";
import { deserializeError, serializeError } from "@heddle/core/internal";
import type { ChildProcess } from "node:child_process";
import { forkEntry } from "../process-entry.ts";
import type { LocalBundle } from "../worker/fetch-bundle.ts";
import type { ChildCommand, ChildMessage, DefaultsConfig } from "../worker/protocol.ts";
import type { PreviewAnswer, PreviewTask } from "./preview-protocol.ts";

/** A read that was given up has so long to end; then its process goes. */
const CANCEL_GRACE_MS = 500;
/** How much of what it printed is kept, to explain its end. */
const STDERR_TAIL = 2_000;
const HEAP_MB = 768;

/** What a process that shows stored values needs. */
export interface PreviewProcessOptions extends LocalBundle {
  readonly defaults: DefaultsConfig;
  readonly env: NodeJS.ProcessEnv;
}

/** A child process with the project's code, which reads the beginnings of stored values, one at a time. */
export class PreviewProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #failed = Promise.withResolvers<never>();
  #answered: ((message: ChildMessage & { type: "previewed" }) => void) | undefined;
  #lastId = 0;
  #stderr = "";
  #isUsable = true;

  constructor({ bundle, projectDirectory, defaults, env }: PreviewProcessOptions) {
    // Whoever waits for an answer hears of it; that nobody does is no error.
    this.#failed.promise.catch(() => {});
    this.#child = forkEntry("worker/child-entry", {
      cwd: projectDirectory,
      env,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
      flags: [`--max-old-space-size=${HEAP_MB}`],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
    this.#child.on("message", (message) => this.#receive(message));
    this.#child.once("error", (cause) => this.#fail(ended(`could not be started: ${cause.message}`, cause)));
    this.#child.once("exit", (code, signal) => {
      this.#fail(ended(`ended (${signal ?? `exit code ${code}`}): ${this.#stderr.trim()}`));
    });
    this.#send({ type: "start", bundle, concurrency: 1, defaults, graceMs: 0 });
  }

  /** Whether it can be asked for another one. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * Reads one value; the one before must have ended. What keeps it from being read is part of the answer. When the signal
   * fires, what is under way is given up: in peace if it ends soon, else with the process.
   *
   * @throws what the signal was aborted with
   */
  async read(task: PreviewTask, signal: AbortSignal): Promise<PreviewAnswer> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<ChildMessage & { type: "previewed" }>();
    this.#answered = (message) => {
      if (message.id === id) resolve(message);
    };
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      this.#send({ type: "cancel_preview", id });
      timer = setTimeout(() => this[Symbol.dispose](), CANCEL_GRACE_MS);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      signal.throwIfAborted();
      this.#send({ type: "preview", id, task });
      const { answer } = await Promise.race([promise, this.#failed.promise]);
      signal.throwIfAborted();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      return { error: serializeError(error) };
    } finally {
      signal.removeEventListener("abort", giveUp);
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#isUsable = false;
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      // With whatever the project's modules have started.
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #fail(error: unknown): void {
    this.#isUsable = false;
    this.#failed.reject(error);
  }

  #send(command: ChildCommand): void {
    // A channel that breaks is followed by the end of the process.
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  #receive(received: unknown): void {
    // User code shares the channel and may say anything on it.
    if (typeof received !== "object" || received === null || !("type" in received)) return;
    const message = received as ChildMessage;
    if (message.type === "unusable") this.#fail(deserializeError(message.error));
    else if (message.type === "previewed") this.#answered?.(message);
  }
}

function ended(why: string, cause?: unknown): HeddleError {
  return new HeddleError("PREVIEW_PROCESS_FAILED", `the process that reads values for previews ${why}`, {
    hint: "Ask again; if it recurs, look at what it printed.",
    ...(cause !== undefined && { cause }),
  });
}
