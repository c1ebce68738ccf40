import { serializeError, type FailureCause } from "@heddle/core";
import { describeStep, explainExit, timeoutError } from "./exit-cause.ts";
import type { LogFrame, StepAssignment, StepReport } from "./protocol.ts";
import { StepProcess, type StepProcessExit, type StepProcessOptions } from "./step-process.ts";

/** After a step's time-out or cancellation its own code may still end it; then its process is killed. */
const KILL_AFTER_MS = 10_000;
/** How often running steps are looked at. */
const WATCH_INTERVAL_MS = 500;
/** Quick steps are given to a process ahead of time, so that it never waits for the next one. */
const MAX_AHEAD = 512;
/** How much work, by the average duration of a step, lies ahead in a process. */
const AHEAD_MS = 25;

/** A step with what it needs to find a process. */
export interface PoolStep extends StepAssignment {
  readonly codeVersionId: number;
  readonly isolation: "shared" | "process";
}

/** How a pool runs its steps. */
export interface StepPoolOptions<TStep extends PoolStep> {
  /** Processes for each code version in use. */
  readonly processes: number;
  /** Steps that run at once in one process. */
  readonly concurrency: number;
  processOptions(codeVersionId: number): Promise<Omit<StepProcessOptions, "concurrency">>;
  report(step: TStep, report: StepReport): void;
  log(step: TStep, frame: LogFrame): void;
}

/** Steps of one code version: what waits, and the processes that run it. */
interface Lane<TStep extends PoolStep> {
  readonly codeVersionId: number;
  readonly waiting: TStep[];
  /** Steps that run alone, in a process of their own: by choice, or because a process died with several. */
  readonly waitingAlone: TStep[];
  readonly shared: Set<StepProcess>;
  readonly alone: Set<StepProcess>;
  starting: boolean;
}

/**
 * Runs steps in warm child processes. A process that dies takes nothing else down: what had not started is given to
 * another, and when several steps may have been guilty, each runs again alone, so that exactly the guilty one fails.
 */
export class StepPool<TStep extends PoolStep> {
  readonly #options: StepPoolOptions<TStep>;
  readonly #lanes = new Map<number, Lane<TStep>>();
  readonly #steps = new Map<number, TStep>();
  /** Steps that were cancelled, with the monotonic time at which their process will be killed. */
  readonly #canceling = new Map<number, number>();
  /** Steps whose process is being killed because they ran too long. */
  readonly #timedOut = new Set<number>();
  readonly #watch: NodeJS.Timeout;
  #averageMs = AHEAD_MS;
  #closed = false;

  constructor(options: StepPoolOptions<TStep>) {
    this.#options = options;
    this.#watch = setInterval(() => this.#watchSteps(), WATCH_INTERVAL_MS);
  }

  /** Steps given to the pool and not reported yet. */
  get size(): number {
    return this.#steps.size;
  }

  /** Steps given to the pool and not reported yet. */
  get steps(): readonly TStep[] {
    return [...this.#steps.values()];
  }

  /** How many steps it wants to have in all to stay busy: more when they are quick. */
  get appetite(): number {
    const slots = this.#options.processes * this.#options.concurrency;
    return Math.max(slots, this.#options.processes * this.#ahead() * 2);
  }

  submit(steps: readonly TStep[]): void {
    for (const step of steps) {
      this.#steps.set(step.id, step);
      const lane = this.#lane(step.codeVersionId);
      (step.isolation === "process" ? lane.waitingAlone : lane.waiting).push(step);
    }
    this.#feedAll();
  }

  /** Cancels steps: waiting ones at once; running ones are asked, and killed when they do not obey. */
  cancel(matches: (step: TStep) => boolean): void {
    for (const lane of this.#lanes.values()) {
      for (const queue of [lane.waiting, lane.waitingAlone]) {
        const canceled = queue.filter(matches);
        if (canceled.length === 0) continue;
        queue.splice(0, queue.length, ...queue.filter((step) => !matches(step)));
        for (const step of canceled) this.#finish(step, canceledReport(step));
      }
      for (const process of [...lane.shared, ...lane.alone]) {
        const ids = [...process.unfinished.keys()].filter((id) => {
          const step = this.#steps.get(id);
          return step !== undefined && !this.#canceling.has(id) && matches(step);
        });
        for (const id of ids) this.#canceling.set(id, performance.now() + KILL_AFTER_MS);
        if (ids.length > 0) process.cancel(ids);
      }
    }
  }

  /** Takes back every step that waits inside the supervisor. Those given to a process stay there. */
  takeWaiting(): TStep[] {
    const taken = [...this.#lanes.values()].flatMap((lane) => [
      ...lane.waiting.splice(0),
      ...lane.waitingAlone.splice(0),
    ]);
    for (const step of taken) this.#steps.delete(step.id);
    return taken;
  }

  /** Kills every process at once; steps that were running are given back, not reported. */
  abandon(): TStep[] {
    this.#closed = true;
    clearInterval(this.#watch);
    const steps = [...this.#steps.values()];
    this.#steps.clear();
    for (const process of this.#processes()) process.kill();
    return steps;
  }

  /** Ends the processes; call it when no step is left. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const process of this.#processes()) process.stop();
    // A resource that never finishes its teardown must not keep the worker.
    setTimeout(() => this.#processes().forEach((process) => process.kill()), KILL_AFTER_MS).unref();
  }

  /** Process ids of the children. */
  get pids(): number[] {
    return this.#processes().flatMap((process) => process.pid ?? []);
  }

  #processes(): StepProcess[] {
    return [...this.#lanes.values()].flatMap((lane) => [...lane.shared, ...lane.alone]);
  }

  #lane(codeVersionId: number): Lane<TStep> {
    let lane = this.#lanes.get(codeVersionId);
    if (lane === undefined) {
      lane = { codeVersionId, waiting: [], waitingAlone: [], shared: new Set(), alone: new Set(), starting: false };
      this.#lanes.set(codeVersionId, lane);
      this.#retireIdleLanes(codeVersionId);
    }
    return lane;
  }

  /** A new code version has come: processes of older ones that have nothing to do end. */
  #retireIdleLanes(current: number): void {
    for (const [id, lane] of this.#lanes) {
      if (id === current || lane.waiting.length + lane.waitingAlone.length > 0) continue;
      if ([...lane.shared, ...lane.alone].some((process) => process.unfinished.size > 0)) continue;
      for (const process of lane.shared) process.stop();
      this.#lanes.delete(id);
    }
  }

  #ahead(): number {
    const { concurrency } = this.#options;
    return Math.max(
      concurrency,
      Math.min(MAX_AHEAD, Math.ceil((AHEAD_MS / Math.max(this.#averageMs, 0.01)) * concurrency)),
    );
  }

  #feedAll(): void {
    for (const lane of this.#lanes.values()) {
      this.#feed(lane).catch((error: unknown) => this.#failLane(lane, error));
    }
  }

  async #feed(lane: Lane<TStep>): Promise<void> {
    if (this.#closed) return;
    this.#feedOpen(lane);
    const wantsShared = lane.waiting.length > 0 && this.#open(lane).length < this.#options.processes;
    const wantsAlone = lane.waitingAlone.length > 0 && lane.alone.size < this.#options.processes;
    if (lane.starting || !(wantsShared || wantsAlone)) return;
    lane.starting = true;
    try {
      const options = await this.#options.processOptions(lane.codeVersionId);
      if (this.#closed) return;
      if (lane.waiting.length > 0 && this.#open(lane).length < this.#options.processes) {
        this.#start(lane, { ...options, concurrency: this.#options.concurrency }, lane.shared);
      }
      while (lane.alone.size < this.#options.processes) {
        const step = lane.waitingAlone.shift();
        if (step === undefined) break;
        this.#start(lane, { ...options, concurrency: 1 }, lane.alone).run([step]);
      }
    } finally {
      lane.starting = false;
    }
    await this.#feed(lane);
  }

  /** Gives waiting steps to the processes that have room, the emptiest first. */
  #feedOpen(lane: Lane<TStep>): void {
    const ahead = this.#ahead();
    const open = this.#open(lane).sort((a, b) => a.unfinished.size - b.unfinished.size);
    for (const [index, process] of open.entries()) {
      const share = Math.ceil(lane.waiting.length / (open.length - index));
      const room = ahead - process.unfinished.size;
      // A handful of steps at a time costs a message each: wait for room for half of what may lie ahead.
      if (room <= 0 || (process.unfinished.size > process.concurrency && room < ahead / 2)) continue;
      const steps = lane.waiting.splice(0, Math.min(room, share));
      if (steps.length > 0) process.run(steps);
    }
  }

  #open(lane: Lane<TStep>): StepProcess[] {
    return [...lane.shared].filter((process) => !process.closed);
  }

  #start(lane: Lane<TStep>, options: StepProcessOptions, into: Set<StepProcess>): StepProcess {
    const process: StepProcess = new StepProcess(options, {
      reports: (reports) => this.#receive(lane, process, reports),
      log: (assignment, frame) => {
        const step = this.#steps.get(assignment.id);
        if (step !== undefined) this.#options.log(step, frame);
      },
      exit: (exit) => this.#exited(lane, process, exit),
    });
    into.add(process);
    return process;
  }

  #receive(lane: Lane<TStep>, process: StepProcess, reports: readonly StepReport[]): void {
    for (const report of reports) {
      const step = this.#steps.get(report.id);
      if (step === undefined) continue;
      this.#averageMs += (report.durationMs - this.#averageMs) * 0.05;
      this.#finish(step, report);
    }
    if (process.unfinished.size === 0 && (process.closed || lane.alone.has(process))) process.stop();
    this.#feedAll();
  }

  #finish(step: TStep, report: StepReport): void {
    this.#steps.delete(step.id);
    this.#canceling.delete(step.id);
    this.#timedOut.delete(step.id);
    this.#options.report(step, report);
  }

  #exited(lane: Lane<TStep>, process: StepProcess, exit: StepProcessExit): void {
    lane.shared.delete(process);
    lane.alone.delete(process);
    if (this.#closed) return;
    const unfinished = exit.unfinished.flatMap((step) => this.#steps.get(step.id) ?? []);
    if (exit.unusable !== null) {
      for (const step of unfinished) this.#finish(step, failure(step, { cause: "error", error: exit.unusable }));
      return this.#feedAll();
    }
    const suspects = unfinished.slice(0, process.concurrency);
    const condemned = suspects.filter((step) => this.#condemn(step));
    // Killed on behalf of one step: the others are innocent. Died by itself with several: each is tried alone.
    const rest = unfinished.filter((step) => !condemned.includes(step));
    const restSuspects = condemned.length > 0 || exit.killed ? [] : rest.slice(0, process.concurrency);
    const [only] = restSuspects;
    if (restSuspects.length === 1 && only !== undefined) {
      const { cause, error } = explainExit(exit, describeStep(only));
      this.#finish(only, failure(only, { cause, error: serializeError(error) }));
    } else {
      lane.waitingAlone.unshift(...restSuspects);
    }
    lane.waiting.unshift(...rest.filter((step) => !restSuspects.includes(step)));
    this.#feedAll();
  }

  /** Ends a step whose process was killed because of it. */
  #condemn(step: TStep): boolean {
    if (this.#canceling.has(step.id)) {
      this.#finish(step, canceledReport(step));
      return true;
    }
    if (this.#timedOut.has(step.id)) {
      const error = serializeError(timeoutError(describeStep(step), step.timeoutMs));
      this.#finish(step, failure(step, { cause: "timeout", error }));
      return true;
    }
    return false;
  }

  #watchSteps(): void {
    const now = performance.now();
    for (const process of this.#processes()) {
      const running = [...process.unfinished.values()].slice(0, process.concurrency);
      const disobeys = running.some((step) => (this.#canceling.get(step.id) ?? Infinity) <= now);
      // The child ends an overdue step itself; only one that blocks its event loop has to be ended from here.
      const blockedMs = now - process.lastAliveAt;
      const overdue = running.filter((step) => blockedMs > step.timeoutMs + KILL_AFTER_MS);
      if (!disobeys && overdue.length === 0) continue;
      if (!disobeys && running.length > 1) {
        // Which of them blocks cannot be seen from outside: like a crash, each is tried alone.
        process.kill();
        this.#suspectAll(process, running);
        continue;
      }
      for (const step of overdue) this.#timedOut.add(step.id);
      process.kill(KILL_AFTER_MS);
    }
  }

  #suspectAll(process: StepProcess, running: readonly StepAssignment[]): void {
    for (const { id } of running) {
      const step = this.#steps.get(id);
      if (step === undefined) continue;
      process.unfinished.delete(id);
      this.#lane(step.codeVersionId).waitingAlone.push(step);
    }
  }

  #failLane(lane: Lane<TStep>, error: unknown): void {
    const serialized = serializeError(error);
    for (const step of [...lane.waiting.splice(0), ...lane.waitingAlone.splice(0)]) {
      this.#finish(step, failure(step, { cause: "worker_lost", error: serialized }));
    }
  }
}

function failure(
  step: PoolStep,
  { cause, error }: { cause: FailureCause; error: ReturnType<typeof serializeError> },
): StepReport {
  return { id: step.id, kind: "failure", cause, error, startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 };
}

function canceledReport(step: PoolStep): StepReport {
  return { id: step.id, kind: "canceled", startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 };
}
