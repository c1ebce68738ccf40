import { HeddleError } from "@heddle/core";
import { deserializeError } from "@heddle/core/internal";
import type { ChildProcess } from "node:child_process";
import { forkEntry } from "../process-entry.ts";
import type { ChildCommand, ChildMessage, DefaultsConfig } from "../worker/protocol.ts";
import type { CollectReply, CollectRequest } from "./collect-protocol.ts";

/** A process that has not answered after this time never will. */
const REQUEST_TIMEOUT_MS = 600_000;
/** How much of what it printed is kept, to explain its end. */
const STDERR_TAIL = 4_000;

/** What a process that collects needs. */
export interface CollectProcessOptions {
  readonly bundle: string;
  readonly projectDirectory: string;
  readonly defaults: DefaultsConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly heapMb: number;
}

type ReplyOf<TKind extends CollectReply["kind"]> = Extract<CollectReply, { readonly kind: TKind }>;

/** A child process with the project's code, which removes what it is told to. Dispose of it to end it. */
export class CollectProcess implements Disposable {
  readonly #child: ChildProcess;
  readonly #failed = Promise.withResolvers<never>();
  #answered: ((message: ChildMessage & { type: "collected" }) => void) | undefined;
  #lastId = 0;
  #stderr = "";

  constructor({ bundle, projectDirectory, defaults, env, heapMb }: CollectProcessOptions) {
    // Whoever waits for an answer hears of it; that nobody does is no error.
    this.#failed.promise.catch(() => {});
    this.#child = forkEntry("worker/child-entry", {
      cwd: projectDirectory,
      env,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
      flags: [`--max-old-space-size=${heapMb}`],
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
    this.#child.on("message", (message) => this.#receive(message));
    this.#child.once("error", (cause) => this.#failed.reject(ended(`could not be started: ${cause.message}`, cause)));
    this.#child.once("exit", (code, signal) => {
      this.#failed.reject(ended(`ended (${signal ?? `exit code ${code}`}): ${this.#stderr.trim()}`));
    });
    this.#send({ type: "start", bundle, concurrency: 1, defaults, graceMs: 0 });
  }

  /** Has it do one thing. @throws COLLECTION_PROCESS_FAILED when it ends or stands still, or what kept it from loading */
  async ask<TKind extends CollectReply["kind"]>(request: CollectRequest, kind: TKind): Promise<ReplyOf<TKind>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<ChildMessage & { type: "collected" }>();
    this.#answered = (message) => {
      if (message.id === id) resolve(message);
    };
    const timer = setTimeout(() => {
      this.#failed.reject(ended(`did not answer within ${REQUEST_TIMEOUT_MS / 60_000} minutes`));
    }, REQUEST_TIMEOUT_MS);
    try {
      this.#send({ type: "collect", id, request });
      const { reply, error } = await Promise.race([promise, this.#failed.promise]);
      if (error !== undefined) throw deserializeError(error);
      if (reply?.kind === kind) return reply as ReplyOf<TKind>; // the kind was compared
      throw ended("answered something else than it was asked");
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      // With whatever the project's modules have started.
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #send(command: ChildCommand): void {
    // A channel that breaks is followed by the end of the process.
    if (this.#child.connected) this.#child.send(command, () => {});
  }

  #receive(received: unknown): void {
    // User code shares the channel and may say anything on it.
    if (typeof received !== "object" || received === null || !("type" in received)) return;
    const message = received as ChildMessage;
    if (message.type === "unusable") this.#failed.reject(deserializeError(message.error));
    else if (message.type === "collected") this.#answered?.(message);
  }
}

function ended(why: string, cause?: unknown): HeddleError {
  return new HeddleError("COLLECTION_PROCESS_FAILED", `the process that removes stored values ${why}`, {
    hint: "What it had removed is removed. The rest is tried again later.",
    ...(cause !== undefined && { cause }),
  });
}
