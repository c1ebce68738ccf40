import type { ChildProcess } from "node:child_process";
import type { SerializedError } from "@heddle/core";
import { forkEntry } from "../process-entry.ts";
import { readLog } from "./log-reader.ts";
import type { ChildCommand, ChildMessage, DefaultsConfig, LogFrame, StepAssignment, StepReport } from "./protocol.ts";

/** A bundle must be loaded and ready within this time. */
const START_TIMEOUT_MS = 60_000;
/** A report waits this long for log lines that are still in the pipe. */
const LOG_DRAIN_MS = 2_000;
/** After SIGTERM, before SIGKILL. */
const KILL_GRACE_MS = 5_000;
/** The end of what a process wrote to standard error, kept for its obituary. */
const STDERR_TAIL = 4_096;

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
}

/** How a process ended, and what it took with it. */
export interface StepProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Whether the supervisor itself killed it. */
  readonly killed: boolean;
  /** Could not load its bundle. */
  readonly unusable: SerializedError | null;
  /** Steps that it had and did not report, in the order in which they were given. */
  readonly unfinished: readonly StepAssignment[];
}

/** What a supervisor hears from a process. */
export interface StepProcessHandlers {
  reports(reports: readonly StepReport[]): void;
  log(step: StepAssignment, frame: LogFrame): void;
  exit(exit: StepProcessExit): void;
}

/** A warm child process that runs steps of one bundle. */
export class StepProcess {
  readonly concurrency: number;
  /** Steps given and not reported yet, oldest first. A step starts in this order, at most `concurrency` at once. */
  readonly unfinished = new Map<number, StepAssignment>();
  /** Takes no new steps: something in it may be broken, or it was told to stop. */
  closed = false;
  /** Monotonic time of the last sign of life while it had work. */
  lastAliveAt = performance.now();
  readonly #child: ChildProcess;
  readonly #handlers: StepProcessHandlers;
  readonly #logCounts = new Map<number, number>();
  readonly #heldReports = new Map<number, { report: StepReport; timer: NodeJS.Timeout }>();
  #killed = false;
  #exited = false;
  #stderr = "";
  #unusable: SerializedError | null = null;
  readonly #startTimer: NodeJS.Timeout;

  constructor(options: StepProcessOptions, handlers: StepProcessHandlers) {
    this.concurrency = options.concurrency;
    this.#handlers = handlers;
    this.#child = forkEntry(import.meta.url, "./child-entry", {
      cwd: options.projectDirectory,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A process group of its own: killing it takes grandchildren along.
      detached: true,
      flags: [`--max-old-space-size=${options.heapMb}`],
    });
    this.#startTimer = setTimeout(() => this.kill(), START_TIMEOUT_MS);
    this.#child.on("message", (message) => this.#receive(message as ChildMessage));
    this.#child.on("error", (error) => {
      this.#stderr += `\n${error.message}`;
      if (this.#child.pid === undefined) this.#exit(null, null);
    });
    this.#child.on("close", (code, signal) => this.#exit(code, signal));
    for (const name of ["stdout", "stderr"] as const) {
      const stream = this.#child[name];
      if (stream === null) continue;
      readLog(stream, name, { frame: (frame) => this.#frame(frame), raw: (source, line) => this.#raw(source, line) });
    }
    this.#send({
      type: "start",
      bundle: options.bundle,
      concurrency: options.concurrency,
      defaults: options.defaults,
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Gives it steps; they start in this order. */
  run(steps: readonly StepAssignment[]): void {
    if (this.unfinished.size === 0) this.lastAliveAt = performance.now();
    for (const step of steps) this.unfinished.set(step.id, step);
    this.#send({ type: "run", steps });
  }

  /** Aborts the signal of steps, or takes them from the queue when they have not started. */
  cancel(ids: readonly number[]): void {
    this.#send({ type: "cancel", ids });
  }

  /** Lets it end by itself when nothing runs any more. */
  stop(): void {
    this.closed = true;
    this.#send({ type: "stop" });
  }

  /** Ends it and everything it has started: politely, then by force. */
  kill(graceMs = 0): void {
    this.closed = true;
    this.#killed = true;
    if (graceMs > 0) {
      this.#signal("SIGTERM");
      setTimeout(() => this.#signal("SIGKILL"), Math.min(graceMs, KILL_GRACE_MS)).unref();
    } else {
      this.#signal("SIGKILL");
    }
  }

  /** The steps that may have been running when it died: starts are in order, `concurrency` at once. */
  suspects(unfinished: readonly StepAssignment[]): readonly StepAssignment[] {
    return unfinished.slice(0, this.concurrency);
  }

  #send(command: ChildCommand): void {
    if (this.#exited || !this.#child.connected) return;
    // A channel that breaks in the middle is reported by `close`; what it had is in `unfinished`.
    this.#child.send(command, () => {});
  }

  #receive(message: ChildMessage): void {
    this.lastAliveAt = performance.now();
    switch (message.type) {
      case "ready":
        clearTimeout(this.#startTimer);
        return;
      case "unusable":
        this.#unusable = message.error;
        return this.kill();
      case "alive":
        if (message.tainted) this.closed = true;
        return;
      case "reports":
        return this.#report(message.reports);
    }
  }

  /** Log lines come through a pipe and reports through another: a report waits until its lines are here. */
  #report(reports: readonly StepReport[]): void {
    const complete = reports.filter((report) => {
      if ((this.#logCounts.get(report.id) ?? 0) >= report.logLines) return true;
      const timer = setTimeout(() => this.#release(report.id), LOG_DRAIN_MS);
      this.#heldReports.set(report.id, { report, timer });
      return false;
    });
    if (complete.length > 0) this.#deliver(complete);
  }

  #release(id: number): void {
    const held = this.#heldReports.get(id);
    if (held === undefined) return;
    clearTimeout(held.timer);
    this.#heldReports.delete(id);
    this.#deliver([held.report]);
  }

  #deliver(reports: readonly StepReport[]): void {
    for (const { id } of reports) {
      this.unfinished.delete(id);
      this.#logCounts.delete(id);
    }
    this.#handlers.reports(reports);
  }

  #frame(frame: LogFrame): void {
    const step = this.unfinished.get(frame.i);
    if (step === undefined) return;
    this.#handlers.log(step, frame);
    const count = (this.#logCounts.get(frame.i) ?? 0) + 1;
    this.#logCounts.set(frame.i, count);
    const held = this.#heldReports.get(frame.i);
    if (held !== undefined && count >= held.report.logLines) this.#release(frame.i);
  }

  #raw(stream: "stdout" | "stderr", line: string): void {
    if (stream === "stderr") this.#stderr = `${this.#stderr}${line}\n`.slice(-STDERR_TAIL);
    // Which of several steps wrote it cannot be known; it is shown with the one that has been running longest.
    const [step] = this.unfinished.values();
    if (step !== undefined) this.#handlers.log(step, { i: step.id, t: Date.now(), l: "info", m: line, s: stream });
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#exited || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      // Gone already: `close` follows.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#exited) return;
    // What the process had started must not outlive it.
    this.#signal("SIGKILL");
    this.#exited = true;
    this.closed = true;
    clearTimeout(this.#startTimer);
    for (const id of [...this.#heldReports.keys()]) this.#release(id);
    this.#handlers.exit({
      code,
      signal,
      stderr: this.#stderr.trim(),
      killed: this.#killed,
      unusable: this.#unusable,
      unfinished: [...this.unfinished.values()],
    });
  }
}
