import type { ChildProcess } from "node:child_process";
import { HeddleError } from "@heddle/core";
import { serializeError, type FailureCause } from "@heddle/core/internal";
import { forkEntry } from "../process-entry.ts";
import { readLog } from "./log-reader.ts";
import { RawOutput } from "./raw-output.ts";
import type { RecordedSubStep } from "../step/sub-steps.ts";
import type {
  ChildCommand,
  ChildMessage,
  DefaultsConfig,
  LogFrame,
  StepAssignment,
  StepQuestion,
  StepReport,
} from "./protocol.ts";
import type { SupervisedFailure } from "./step-reports.ts";

/** A bundle must be loaded and ready within this time. */
const START_TIMEOUT_MS = 60_000;
/**
 * What is still in a pipe is waited for as long as something comes, and this long without: the report of a step, or the
 * end of its process, is known already.
 */
const LOG_DRAIN_MS = 2_000;
/** After SIGTERM, before SIGKILL. */
const KILL_GRACE_MS = 5_000;
/** A process that was told to end in order may take this long for it, resources included. */
const STOP_TIMEOUT_MS = 10_000;

/** Steps that travel together. */
const RUN_BATCH = 64;

/** How a child process of a worker is started. */
export interface StepProcessOptions {
  readonly bundle: string;
  readonly projectDirectory: string;
  /** Steps that run at once in it. */
  readonly concurrency: number;
  readonly defaults: DefaultsConfig;
  readonly env: NodeJS.ProcessEnv;
  /** Heap limit in megabytes. */
  readonly heapMb: number;
  /** How long a step that was aborted may take to come to its end. */
  readonly graceMs: number;
}

/** How a process ended, and what it took with it. */
export interface StepProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Whether the supervisor itself killed it. */
  readonly killed: boolean;
  /** Why it could never run a step: its bundle does not load, or the system starts no process. */
  readonly unusable: SupervisedFailure | null;
  /** Steps that it had and did not report, in the order in which they were given. */
  readonly unfinished: readonly StepAssignment[];
}

/** What a supervisor hears from a process. */
export interface StepProcessHandlers {
  reports(reports: readonly StepReport[]): void;
  log(step: StepAssignment, frame: LogFrame): void;
  /** A step asks, and waits for the answer. */
  ask(step: StepAssignment, question: StepQuestion): Promise<readonly RecordedSubStep[]>;
  exit(exit: StepProcessExit): void;
}

/** A warm child process that runs steps of one bundle. */
export class StepProcess {
  readonly concurrency: number;
  /** Steps given and not reported yet, oldest first. A step starts in this order, at most `concurrency` at once. */
  readonly unfinished = new Map<number, StepAssignment>();
  /** Takes no new steps: something in it may be broken, or it was told to stop. */
  closed = false;
  /** It is given more steps when no more than this many are unfinished; the pool's own note. */
  refillAt = 0;
  /** Monotonic time of the last sign of life while it had work. */
  lastAliveAt = performance.now();
  /** Monotonic time of the last log line: a sign of progress also of one whose event loop stands still. */
  lastLineAt = performance.now();
  readonly #child: ChildProcess;
  readonly #handlers: StepProcessHandlers;
  readonly #raw = new RawOutput();
  readonly #logCounts = new Map<number, number>();
  /** Reports that wait for log lines, oldest first, by step. */
  readonly #heldReports = new Map<number, { reports: StepReport[]; timer: NodeJS.Timeout }>();
  readonly #startTimer: NodeJS.Timeout;
  #stopTimer: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #killed = false;
  #isReady = false;
  #isGone = false;
  #exited = false;
  #unusable: SupervisedFailure | null = null;

  constructor(options: StepProcessOptions, handlers: StepProcessHandlers) {
    this.concurrency = options.concurrency;
    this.#handlers = handlers;
    this.#child = forkEntry("worker/child-entry", {
      cwd: options.projectDirectory,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A process group of its own: killing it takes grandchildren along.
      detached: true,
      flags: [`--max-old-space-size=${options.heapMb}`],
    });
    this.#startTimer = setTimeout(() => this.#startTimedOut(), START_TIMEOUT_MS);
    this.#listen();
    const { bundle, concurrency, defaults, graceMs } = options;
    this.#send({ type: "start", bundle, concurrency, defaults, graceMs });
  }

  /** Whether its bundle is loaded. Steps that it was given before have not begun. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gives it steps; they start in this order. */
  run(steps: readonly StepAssignment[]): void {
    if (this.unfinished.size === 0) this.lastAliveAt = performance.now();
    for (const step of steps) this.unfinished.set(step.id, step);
    // It begins with the first ones while the others are still being written.
    for (let at = 0; at < steps.length; at += RUN_BATCH) {
      this.#send({ type: "run", steps: steps.slice(at, at + RUN_BATCH) });
    }
  }

  /** Aborts the signal of steps, or takes them from the queue when they have not started. */
  cancel(ids: readonly number[]): void {
    this.#send({ type: "cancel", ids });
  }

  /** Lets it end by itself when nothing runs any more and its resources are closed; kills it when that takes too long. */
  stop(): void {
    if (this.#stopTimer !== undefined || this.#isGone) return;
    this.closed = true;
    this.#send({ type: "stop" });
    this.#stopTimer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
  }

  /** Ends it and everything that it has started: at once, or politely first. */
  kill(options: { readonly politely?: boolean } = {}): void {
    this.closed = true;
    this.#killed = true;
    if (options.politely === true && this.#killTimer === undefined) {
      this.#signal("SIGTERM");
      this.#killTimer = setTimeout(() => this.#signal("SIGKILL"), KILL_GRACE_MS);
    } else if (options.politely !== true) {
      this.#signal("SIGKILL");
    }
  }

  #listen(): void {
    const child = this.#child;
    child.on("message", (message) => this.#receive(message));
    child.on("error", (cause) => {
      // Errors of a process that runs are followed by its end; this one never began.
      if (child.pid !== undefined) return;
      const error = new HeddleError("STEP_PROCESS_FAILED", `no process could be started: ${cause.message}`, {
        hint: "The machine may be out of memory or processes. The step is tried again.",
        cause,
      });
      this.#fail("worker_lost", error);
      this.#exit(null, null);
    });
    child.once("exit", (code, signal) => {
      // What the process had started must not outlive it, nor keep its pipes open.
      this.#signal("SIGKILL");
      this.#isGone = true;
      const timer = setTimeout(() => this.#exit(code, signal), LOG_DRAIN_MS);
      child.once("close", () => {
        clearTimeout(timer);
        this.#exit(code, signal);
      });
    });
    for (const name of ["stdout", "stderr"] as const) {
      const stream = child[name];
      if (stream === null) continue;
      readLog(stream, name, {
        frame: (frame) => this.#frame(frame),
        raw: (source, line) => this.#printed(source, line),
      });
    }
  }

  #send(command: ChildCommand): void {
    if (this.#isGone || !this.#child.connected) return;
    // A channel that breaks in the middle is reported by the end of the process; what it had is in `unfinished`.
    this.#child.send(command, () => {});
  }

  #receive(received: unknown): void {
    if (!isChildMessage(received) || this.#exited) return;
    this.lastAliveAt = performance.now();
    switch (received.type) {
      case "ready":
        this.#isReady = true;
        clearTimeout(this.#startTimer);
        return;
      case "unusable":
        this.#unusable ??= { cause: "error", error: received.error };
        return this.kill();
      case "alive":
        if (received.tainted) this.closed = true;
        return;
      case "stuck":
        return this.kill({ politely: true });
      case "reports":
        return this.#report(received.reports);
      case "ask":
        return void this.#answer(received);
      case "collected":
      case "previewed":
        // Only asked of processes that do nothing else.
        return;
    }
  }

  async #answer({ question, id, about }: ChildMessage & { type: "ask" }): Promise<void> {
    const step = this.unfinished.get(id);
    // Of a step that was reported, by a function that goes on all the same.
    if (step === undefined) return;
    try {
      this.#send({ type: "answer", question, subSteps: await this.#handlers.ask(step, about) });
    } catch (error) {
      this.#send({ type: "answer", question, error: serializeError(error) });
    }
  }

  #startTimedOut(): void {
    const message = `the bundle was not loaded within ${START_TIMEOUT_MS / 1_000} s`;
    const hint =
      "Modules should only declare: move work, connections and endless loops into asset functions or resources.";
    this.#fail("unresponsive", new HeddleError("CODE_LOCATION_LOAD_TIMEOUT", message, { hint }));
    this.kill();
  }

  #fail(cause: FailureCause, error: HeddleError): void {
    if (!this.#isReady) this.#unusable ??= { cause, error: serializeError(error) };
  }

  /** Log lines come through a pipe and reports through another: a report waits until its lines are here. */
  #report(reports: readonly StepReport[]): void {
    const complete = reports.filter((report) => {
      const held = this.#heldReports.get(report.id);
      if (held === undefined && (this.#logCounts.get(report.id) ?? 0) >= report.logLines) return true;
      if (held === undefined) this.#hold(report.id, [report]);
      else held.reports.push(report);
      return false;
    });
    if (complete.length > 0) this.#deliver(complete);
  }

  /** Waits as long as lines come. */
  #hold(id: number, reports: StepReport[]): void {
    const seen = this.#logCounts.get(id) ?? 0;
    const timer = setTimeout(() => {
      if ((this.#logCounts.get(id) ?? 0) > seen) this.#hold(id, reports);
      else this.#release(id, Infinity);
    }, LOG_DRAIN_MS);
    this.#heldReports.set(id, { reports, timer });
  }

  /** Delivers what waited for no more than `lines` log lines. */
  #release(id: number, lines: number): void {
    const held = this.#heldReports.get(id);
    if (held === undefined) return;
    const waiting = held.reports.findIndex(({ logLines }) => logLines > lines);
    const complete = held.reports.splice(0, waiting < 0 ? held.reports.length : waiting);
    if (held.reports.length === 0) {
      clearTimeout(held.timer);
      this.#heldReports.delete(id);
    }
    if (complete.length > 0) this.#deliver(complete);
  }

  #deliver(reports: readonly StepReport[]): void {
    for (const { id, ordinal } of reports) {
      if (ordinal !== undefined) continue;
      this.unfinished.delete(id);
      this.#logCounts.delete(id);
      this.#raw.forget(id);
    }
    this.#handlers.reports(reports);
  }

  #frame(frame: LogFrame): void {
    this.lastLineAt = performance.now();
    const step = this.unfinished.get(frame.i);
    if (step === undefined) return;
    this.#handlers.log(step, frame);
    const count = (this.#logCounts.get(frame.i) ?? 0) + 1;
    this.#logCounts.set(frame.i, count);
    if (this.#heldReports.has(frame.i)) this.#release(frame.i, count);
  }

  #printed(stream: "stdout" | "stderr", line: string): void {
    this.lastLineAt = performance.now();
    // Which of several steps wrote it cannot be known; it is shown with the one that has been running longest.
    const [step] = this.unfinished.values();
    const frame = this.#raw.take(step?.id, { stream, line });
    if (step !== undefined && frame !== undefined) this.#handlers.log(step, frame);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#isGone || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      // Gone already: `exit` follows.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#exited) return;
    this.closed = true;
    this.#isGone = true;
    for (const timer of [this.#startTimer, this.#stopTimer, this.#killTimer]) clearTimeout(timer);
    // A process that left its group may hold the pipes open; nobody reads them any more.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    const held = [...this.#heldReports.keys()];
    for (const id of held) this.#release(id, Infinity);
    this.#exited = true;
    this.#handlers.exit({
      code,
      signal,
      stderr: this.#raw.tail,
      killed: this.#killed,
      unusable: this.#unusable,
      unfinished: [...this.unfinished.values()],
    });
  }
}

/** User code shares the channel and may say anything on it. */
function isChildMessage(message: unknown): message is ChildMessage {
  if (typeof message !== "object" || message === null || !("type" in message)) return false;
  return message.type !== "reports" || ("reports" in message && Array.isArray(message.reports));
}
