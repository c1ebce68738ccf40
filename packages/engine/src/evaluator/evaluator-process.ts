import { HeddleError } from "@heddle/core";
import { deserializeError, type TickAnswer } from "@heddle/core/internal";
import type { ChildProcess } from "node:child_process";
import { childEnvironment } from "../child-environment.ts";
import { forkEntry } from "../process-entry.ts";
import type { LocalBundle } from "../worker/fetch-bundle.ts";
import { tickTimeout } from "./call-function.ts";
import type { EvaluatorCall, EvaluatorCommand, EvaluatorMessage } from "./protocol.ts";
import { TickLog } from "./tick-log.ts";

/** How long a project may take to load; see `loadDefinitions`. */
const START_TIMEOUT_MS = 60_000;
/** A function that does not give the event loop back is ended by the daemon, so long after its own deadline. */
const KILL_AFTER_MS = 500;
const HEAP_MB = 512;

/** What a function gave back. */
export interface Evaluation {
  readonly answer: TickAnswer;
  readonly durationMs: number;
  readonly log: string | null;
}

/** A failure, with what was logged before it. */
export interface FailedEvaluation {
  readonly error: unknown;
  readonly durationMs: number;
  readonly log: string | null;
}

/** A warm process for the functions of one code version. */
export class EvaluatorProcess {
  readonly #child: ChildProcess;
  readonly #log = new TickLog();
  readonly #ready = Promise.withResolvers<void>();
  #waiting: PromiseWithResolvers<Evaluation | FailedEvaluation> | undefined;
  #isUsable = true;

  constructor({ bundle, projectDirectory }: LocalBundle) {
    this.#ready.promise.catch(() => undefined);
    const child = forkEntry("evaluator/evaluator-entry", {
      cwd: projectDirectory,
      env: childEnvironment(process.env),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
      flags: [`--max-old-space-size=${HEAP_MB}`],
    });
    this.#child = child;
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => this.#log.addPrinted(name, text));
    }
    child.on("message", (message: EvaluatorMessage) => this.#receive(message));
    child.once("error", (error) => this.#fail(error));
    child.once("exit", (code, signal) =>
      this.#fail(processLost(signal === null ? `exit code ${code}` : describeSignal(signal))),
    );
    this.#send({ type: "start", bundle });
  }

  /** Whether it can be asked for another one. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Calls one function; the one before must have ended. Never throws. */
  async evaluate(call: EvaluatorCall): Promise<Evaluation | FailedEvaluation> {
    const began = performance.now();
    const subject = `the ${call.tick.kind === "schedule" ? "schedule" : "sensor"} "${call.name}"`;
    const stop = (error: unknown) => {
      this.#fail(error);
      this.close();
    };
    let timer = setTimeout(() => stop(startTimeout()), START_TIMEOUT_MS);
    try {
      await this.#ready.promise;
      clearTimeout(timer);
      this.#waiting = Promise.withResolvers();
      this.#send(call);
      timer = setTimeout(() => stop(tickTimeout(subject, call.timeoutMs)), call.timeoutMs + KILL_AFTER_MS);
      const evaluation = await this.#waiting.promise;
      // A function that did not end in time still runs.
      if ("error" in evaluation && !this.#isStillFree(evaluation.error)) this.close();
      return evaluation;
    } catch (error) {
      this.close();
      return { error, durationMs: performance.now() - began, log: this.#log.take() };
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Ends the process and whatever it has started. */
  close(): void {
    this.#isUsable = false;
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      // Nothing of the group is left: that is what was wanted.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #isStillFree(error: unknown): boolean {
    return this.#isUsable && !(error instanceof Error && "code" in error && error.code === "TICK_TIMEOUT");
  }

  #receive(message: EvaluatorMessage): void {
    switch (message.type) {
      case "ready":
        return this.#ready.resolve();
      case "log":
        return this.#log.add(message.line);
      case "answer": {
        const { answer, durationMs } = message;
        return this.#waiting?.resolve({ answer, durationMs, log: this.#log.take() });
      }
      case "failed": {
        const { error, durationMs } = message;
        return this.#waiting?.resolve({ error: deserializeError(error), durationMs, log: this.#log.take() });
      }
      case "unusable":
        this.#fail(deserializeError(message.error));
    }
  }

  #fail(error: unknown): void {
    this.#isUsable = false;
    this.#ready.reject(error);
    this.#waiting?.reject(error);
  }

  #send(command: EvaluatorCommand): void {
    // A process that is gone tells so by its exit.
    if (this.#child.connected) this.#child.send(command, () => {});
  }
}

/** Lists and notifications show the message alone. */
function describeSignal(signal: NodeJS.Signals): string {
  const isMemory = signal === "SIGABRT" || signal === "SIGKILL";
  return isMemory ? `${signal}, most likely because it took more than its ${HEAP_MB} MB of memory` : signal;
}

function processLost(how: string): HeddleError {
  return new HeddleError("TICK_PROCESS_LOST", `the process for schedules and sensors ended in the middle (${how})`, {
    hint: "A function of a schedule or sensor must not call process.exit, and must not take all memory.",
  });
}

function startTimeout(): HeddleError {
  return new HeddleError(
    "TICK_CODE_UNAVAILABLE",
    `the code did not load within ${START_TIMEOUT_MS / 1_000} s in the process for schedules and sensors`,
  );
}
