import { serializeError } from "@heddle/core/internal";
import { describeStep, explainExit, noProgressError, timeoutError } from "./exit-cause.ts";
import { REPORT_BATCH, type StepAssignment, type StepReport } from "./protocol.ts";
import {
  createLane,
  isIdle,
  openProcesses,
  processesOf,
  toAssignment,
  type Execution,
  type Lane,
  type PoolStep,
} from "./step-lane.ts";
import type { StepPoolOptions } from "./step-pool-options.ts";
import { StepProcess, type StepProcessExit, type StepProcessOptions } from "./step-process.ts";
import { BLOCKED_MARGIN_MS, watchProcess } from "./step-watch.ts";
import { canceledReport, endedReport, failureReport } from "./step-reports.ts";

/** How often running steps are looked at. */
const WATCH_INTERVAL_MS = 500;
/** Processes of a code version that is not the newest end when they had nothing to do for this long. */
const RETIRE_AFTER_MS = 30_000;

/**
 * Runs steps in warm child processes. A process that dies takes nothing else down: what had not started is given to
 * another, and when several steps may have been guilty, each runs again alone, so that exactly the guilty one fails.
 */
export class StepPool<TStep extends PoolStep> {
  readonly #options: StepPoolOptions<TStep>;
  readonly #lanes = new Map<number, Lane<TStep>>();
  readonly #executions = new Map<number, Execution<TStep>>();
  /** Steps that were cancelled, with the monotonic time at which their process will be killed. */
  readonly #canceling = new Map<number, number>();
  /** Steps whose process is being killed because they ran too long, or showed no progress for too long. */
  readonly #timedOut = new Map<number, "timeout" | "no_progress">();
  #watch: NodeJS.Timeout | undefined;
  #watchedAt = 0;
  #lastId = 0;
  #closed = false;
  #whenEmpty: (() => void) | undefined;
  #whenGone: (() => void) | undefined;

  constructor(options: StepPoolOptions<TStep>) {
    this.#options = options;
  }

  /** Steps given to the pool and not reported yet. */
  get steps(): readonly TStep[] {
    return [...this.#executions.values()].map(({ step }) => step);
  }

  /** Whether a process could begin with a step at once: nothing waits, and not every slot is taken. */
  get hasRoom(): boolean {
    return this.#executions.size < this.#options.processes * this.#options.concurrency;
  }

  submit(steps: readonly TStep[]): void {
    if (steps.length === 0) return;
    for (const step of steps) {
      const execution = this.#execution(step, 1);
      const lane = this.#lane(step.codeVersionId);
      (step.isolation === "process" ? lane.waitingAlone : lane.waiting).push(execution);
    }
    this.#startWatch();
    this.#feedAll();
  }

  /** Has a process of this code running before the first step wants one: that one need not wait for it. */
  prepare(codeVersionId: number): void {
    const lane = this.#lane(codeVersionId);
    if (this.#closed || processesOf(lane).length > 0) return;
    lane.isExpectant = true;
    // Processes of older code end when they have nothing to do.
    this.#startWatch();
    this.#feedAll();
  }

  /** Cancels steps: waiting ones at once; running ones are asked, and killed when they do not obey. */
  cancel(matches: (step: TStep) => boolean): void {
    for (const lane of this.#lanes.values()) {
      for (const name of ["waiting", "waitingAlone"] as const) {
        const canceled = lane[name].filter(({ step }) => matches(step));
        if (canceled.length === 0) continue;
        lane[name] = lane[name].filter(({ step }) => !matches(step));
        for (const execution of canceled) this.#finish(execution, canceledReport(execution.assignment.id));
      }
      for (const process of processesOf(lane)) {
        const ids = [...process.unfinished.keys()].filter((id) => {
          const execution = this.#executions.get(id);
          return execution !== undefined && !this.#canceling.has(id) && matches(execution.step);
        });
        const killAt = performance.now() + this.#options.graceMs + BLOCKED_MARGIN_MS;
        for (const id of ids) this.#canceling.set(id, killAt);
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
    for (const { assignment } of taken) this.#executions.delete(assignment.id);
    this.#settleEmpty();
    return taken.map(({ step }) => step);
  }

  /** Resolves when no step is left. */
  async empty(): Promise<void> {
    if (this.#executions.size > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
  }

  /** Kills every process at once; steps that were running are given back, not reported. */
  abandon(): TStep[] {
    const { steps } = this;
    this.#executions.clear();
    this.#close();
    for (const process of this.#processes()) process.kill();
    return [...steps];
  }

  /** Ends the processes in order, so that they close their resources; kills those that are left after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#close();
    for (const process of this.#processes()) process.stop();
    const timer = setTimeout(() => this.#processes().forEach((process) => process.kill()), timeoutMs);
    if (this.#processes().length > 0) await new Promise<void>((resolve) => (this.#whenGone = resolve));
    clearTimeout(timer);
  }

  /** Process ids of the children. */
  get pids(): number[] {
    return this.#processes().flatMap((process) => process.pid ?? []);
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    this.#settleEmpty();
  }

  #settleEmpty(): void {
    if (this.#executions.size === 0) this.#whenEmpty?.();
  }

  #processes(): StepProcess[] {
    return [...this.#lanes.values()].flatMap(processesOf);
  }

  #execution(step: TStep, number: number): Execution<TStep> {
    this.#lastId += 1;
    const execution = { step, number, assignment: toAssignment(step, this.#lastId, number) };
    this.#executions.set(this.#lastId, execution);
    return execution;
  }

  /** Forgets executions that their process took with it, and makes new ones of their steps. */
  #again(executions: readonly Execution<TStep>[]): Execution<TStep>[] {
    return executions.map(({ step, number, assignment }) => {
      this.#executions.delete(assignment.id);
      return this.#execution(step, number + 1);
    });
  }

  #lane(codeVersionId: number): Lane<TStep> {
    let lane = this.#lanes.get(codeVersionId);
    if (lane === undefined) this.#lanes.set(codeVersionId, (lane = createLane(codeVersionId)));
    return lane;
  }

  /** Once newer code is in use, processes of older versions end when they have nothing to do. */
  #retireLanes(): void {
    const newest = Math.max(...this.#lanes.keys());
    const now = performance.now();
    for (const [id, lane] of this.#lanes) {
      if (!isIdle(lane)) lane.busyAt = now;
      if (id === newest || now - lane.busyAt < RETIRE_AFTER_MS) continue;
      for (const process of processesOf(lane)) process.stop();
      if (processesOf(lane).length === 0) this.#lanes.delete(id);
    }
  }

  #feedAll(): void {
    for (const lane of this.#lanes.values()) {
      this.#feed(lane).catch((error: unknown) => this.#refuse(lane, error));
    }
  }

  async #feed(lane: Lane<TStep>): Promise<void> {
    while (!this.#closed) {
      this.#feedOpen(lane);
      const { processes, concurrency, graceMs } = this.#options;
      const isWanted = (): boolean =>
        (lane.waiting.length > 0 || lane.isExpectant) && openProcesses(lane).length < processes;
      const wantsShared = isWanted();
      const wantsAlone = lane.waitingAlone.length > 0 && lane.alone.size < processes;
      if (lane.starting || !(wantsShared || wantsAlone)) return;
      lane.starting = true;
      try {
        const options = { ...(await this.#options.processOptions(lane.codeVersionId)), graceMs };
        if (this.#closed) return;
        if (isWanted()) {
          lane.isExpectant = false;
          this.#start(lane, { ...options, concurrency }, lane.shared);
        }
        while (lane.alone.size < processes) {
          const execution = lane.waitingAlone.shift();
          if (execution === undefined) break;
          this.#start(lane, { ...options, concurrency: 1 }, lane.alone).run([execution.assignment]);
        }
      } finally {
        lane.starting = false;
      }
    }
  }

  /** Gives waiting steps to the processes that have room, the emptiest first. */
  #feedOpen(lane: Lane<TStep>): void {
    if (lane.waiting.length === 0) return;
    const open = openProcesses(lane).toSorted((a, b) => a.unfinished.size - b.unfinished.size);
    for (const [index, process] of open.entries()) {
      // A handful of steps at a time costs a message each: wait until half of what lay ahead is done.
      if (process.unfinished.size > Math.max(process.concurrency, process.refillAt)) continue;
      let load = this.#loadOf(process);
      const share = Math.ceil(lane.waiting.length / (open.length - index));
      let count = 0;
      while (count < share && load < process.concurrency) {
        load += this.#options.pace.weightOf(lane.waiting[count]?.step.assetId ?? 0);
        count += 1;
      }
      if (count === 0) continue;
      process.run(lane.waiting.splice(0, count).map(({ assignment }) => assignment));
      process.refillAt = Math.floor(process.unfinished.size / 2);
      if (lane.waiting.length === 0) return;
    }
  }

  #loadOf(process: StepProcess): number {
    let load = 0;
    for (const id of process.unfinished.keys()) {
      load += this.#options.pace.weightOf(this.#executions.get(id)?.step.assetId ?? 0);
    }
    return load;
  }

  #start(lane: Lane<TStep>, options: StepProcessOptions, into: Set<StepProcess>): StepProcess {
    const process: StepProcess = new StepProcess(options, {
      reports: (reports) => this.#receive(lane, process, reports),
      log: (assignment, frame) => {
        const execution = this.#executions.get(assignment.id);
        if (execution !== undefined) this.#options.log(execution.step, frame);
      },
      ask: async (assignment, question) => {
        const execution = this.#executions.get(assignment.id);
        return execution === undefined ? [] : this.#options.ask(execution.step, question);
      },
      exit: (exit) => this.#exited(lane, process, exit),
    });
    into.add(process);
    return process;
  }

  #receive(lane: Lane<TStep>, process: StepProcess, reports: readonly StepReport[]): void {
    for (const report of reports) {
      const execution = this.#executions.get(report.id);
      if (execution === undefined) continue;
      if (report.ordinal !== undefined) {
        this.#options.report(execution.step, report);
        continue;
      }
      if (report.kind !== "canceled") this.#options.pace.learn(execution.step.assetId, report.durationMs);
      this.#finish(execution, report);
    }
    if (process.unfinished.size === 0 && (process.closed || lane.alone.has(process))) process.stop();
    this.#feedAll();
  }

  #finish({ step, assignment: { id } }: Execution<TStep>, report: StepReport): void {
    this.#executions.delete(id);
    this.#canceling.delete(id);
    this.#timedOut.delete(id);
    this.#options.report(step, report);
    this.#settleEmpty();
  }

  #exited(lane: Lane<TStep>, process: StepProcess, exit: StepProcessExit): void {
    lane.shared.delete(process);
    lane.alone.delete(process);
    if (this.#processes().length === 0) this.#whenGone?.();
    if (this.#closed) return;
    const left = exit.unfinished.flatMap(({ id }) => this.#executions.get(id) ?? []);
    const unfinished = left.filter(({ step }) => step.left?.size !== 0);
    const done = left.filter(({ step }) => step.left?.size === 0);
    for (const execution of done) this.#finish(execution, endedReport(execution.assignment.id));
    const { unusable } = exit;
    if (unusable !== null) {
      for (const execution of unfinished) this.#finish(execution, failureReport(execution.assignment.id, unusable));
    } else {
      this.#blame(lane, process, { ...exit, unfinished });
    }
    this.#feedAll();
  }

  /** Settles or runs again what a process took with it. */
  #blame(
    lane: Lane<TStep>,
    process: StepProcess,
    exit: Omit<StepProcessExit, "unfinished"> & { readonly unfinished: readonly Execution<TStep>[] },
  ): void {
    const innocent = exit.unfinished.filter((execution) => !this.#condemn(execution));
    // Killed on behalf of a step: the others are innocent. Died by itself: those that ran are suspects, and as many
    // before them may have ended without a word having come through.
    const isGuiltKnown = exit.killed || innocent.length < exit.unfinished.length;
    const suspects = isGuiltKnown ? [] : innocent.slice(0, process.concurrency * 2 + REPORT_BATCH);
    const [only] = suspects;
    if (suspects.length === 1 && only !== undefined) {
      const { cause, error } = explainExit(exit, describeStep(only.step));
      this.#finish(only, failureReport(only.assignment.id, { cause, error: serializeError(error) }));
    } else {
      lane.waitingAlone.unshift(...this.#again(suspects));
    }
    lane.waiting.unshift(...this.#again(innocent.slice(suspects.length)));
  }

  /** Ends a step whose process was killed because of it. */
  #condemn(execution: Execution<TStep>): boolean {
    const { id } = execution.assignment;
    if (this.#canceling.has(id)) {
      this.#finish(execution, canceledReport(id));
      return true;
    }
    const cause = this.#timedOut.get(id);
    if (cause !== undefined) {
      const { timeoutMs, noProgressMs = 0 } = execution.step;
      const name = describeStep(execution.step);
      const error = cause === "timeout" ? timeoutError(name, timeoutMs) : noProgressError(name, noProgressMs);
      this.#finish(execution, failureReport(id, { cause, error: serializeError(error) }));
      return true;
    }
    return false;
  }

  #startWatch(): void {
    this.#watchedAt = performance.now();
    this.#watch ??= setInterval(() => this.#watchSteps(), WATCH_INTERVAL_MS);
  }

  /** A process ends overdue and canceled steps itself; one that blocks its event loop has to be ended from here. */
  #watchSteps(): void {
    const now = performance.now();
    const sinceLast = now - this.#watchedAt;
    this.#watchedAt = now;
    // After a standstill of this very process the signs of life of the others are still to be read.
    if (sinceLast > WATCH_INTERVAL_MS * 3) return;
    for (const lane of this.#lanes.values()) {
      for (const process of processesOf(lane)) this.#watchProcess(lane, process, now);
    }
    this.#retireLanes();
    if (this.#executions.size > 0 || this.#lanes.size > 1) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #watchProcess(lane: Lane<TStep>, process: StepProcess, now: number): void {
    const killAt = (id: number): number => this.#canceling.get(id) ?? Infinity;
    const verdict = watchProcess(process, { graceMs: this.#options.graceMs, now, killAt });
    if (verdict.action === "leave") return;
    if (verdict.action === "separate") {
      this.#separate(lane, process, verdict.steps);
      process.kill();
      return;
    }
    for (const { id, cause } of verdict.overdue) this.#timedOut.set(id, cause);
    process.kill({ politely: true });
  }

  /** Which of several steps blocks a process cannot be seen from outside: like after a crash, each is tried alone. */
  #separate(lane: Lane<TStep>, process: StepProcess, running: readonly StepAssignment[]): void {
    const executions = running.flatMap(({ id }) => {
      process.unfinished.delete(id);
      return this.#executions.get(id) ?? [];
    });
    lane.waitingAlone.push(...this.#again(executions));
  }

  #refuse(lane: Lane<TStep>, error: unknown): void {
    lane.isExpectant = false;
    const refused = [...lane.waiting.splice(0), ...lane.waitingAlone.splice(0)];
    for (const { assignment } of refused) this.#executions.delete(assignment.id);
    this.#options.refused(
      refused.map(({ step }) => step),
      error,
    );
    this.#settleEmpty();
  }
}
