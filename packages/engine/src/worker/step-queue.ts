import { type Definitions, type HeddleError } from "@heddle/core";
import { serializeError } from "@heddle/core/internal";
import { describeStep, noProgressError, timeoutError } from "./exit-cause.ts";
import { REPORT_BATCH, type DeploymentDefaults, type StepAssignment, type StepReport } from "./protocol.ts";
import type { ResourceScope } from "../step/resource-scope.ts";
import { runChunk, type ChunkListener, type ChunkResult } from "../step/run-chunk.ts";
import { runStep, type StepResult } from "../step/run-step.ts";
import { observeStep } from "../step/observe.ts";
import { runStoredChecks } from "../step/run-stored-checks.ts";
import type { StepPorts } from "../step/step-ports.ts";
import type { SubStepRecord } from "../step/sub-steps.ts";
import { canceledReport } from "./step-reports.ts";
import { currentScope, StepScope } from "./step-scope.ts";

/** What a queue needs of its process. */
export interface StepQueueOptions {
  readonly definitions: Definitions;
  readonly concurrency: number;
  /** How long a step that was aborted may take to come to its end before it is given up. */
  readonly graceMs: number;
  readonly defaults: DeploymentDefaults;
  readonly resources: ResourceScope;
  /** Writes a log frame at once. */
  emit(frame: string): void;
  /** Where the sub-steps of a step are recorded. */
  recordOf(step: StepAssignment): SubStepRecord;
  report(reports: readonly StepReport[]): void;
  /** Says that this process should be replaced: something in it may be broken. */
  taint(): void;
  /** Says that a step, reported by now, runs on against its signal: only the end of this process ends it. */
  stuck(): void;
}

/** Runs steps in the order in which they were added, a fixed number at once. */
export interface StepQueue {
  /** Whether a step runs. */
  readonly isBusy: boolean;
  add(steps: readonly StepAssignment[]): void;
  /** Aborts running steps and drops waiting ones; each of them is reported. */
  cancel(ids: readonly number[]): void;
  /** Waits until nothing runs and closes the resources. */
  close(): Promise<void>;
}

/** A step that runs. */
interface Running {
  readonly scope: StepScope;
  canceled: boolean;
}

/** How an attempt ended. `isStuck`: its code runs on. */
interface Ended {
  readonly result: StepResult | ChunkResult;
  readonly isStuck: boolean;
}

/** A step that takes less is quick; the report of one is held back for no longer than this. */
const QUICK_MS = 1;

const NOBODY: ChunkListener = { about() {}, report() {} };

/** Makes the queue of a child process. */
export function createStepQueue(options: StepQueueOptions): StepQueue {
  const waiting: StepAssignment[] = [];
  const running = new Map<number, Running>();
  let reports: StepReport[] = [];
  let isAnyStuck = false;
  let idle: (() => void) | undefined;

  let reportBy = 0;

  const sendReports = (): void => {
    const isDone = running.size === 0 && waiting.length === 0;
    if (!isDone && !isAnyStuck && reports.length < REPORT_BATCH && performance.now() < reportBy) {
      setImmediate(sendReports);
      return;
    }
    const batch = reports;
    reports = [];
    options.report(batch);
    if (isAnyStuck) options.stuck();
  };

  /** Reports of steps that end together travel together, and of quick ones a few more: a message costs as much as they. */
  const report = (stepReport: StepReport): void => {
    if (stepReport.durationMs >= QUICK_MS) reportBy = 0;
    else if (reports.length === 0) reportBy = performance.now() + QUICK_MS;
    if (reports.push(stepReport) === 1) setImmediate(sendReports);
  };

  const run = async (step: StepAssignment, entry: Running): Promise<void> => {
    const { scope } = entry;
    const startedAt = Date.now();
    const began = performance.now();
    const listener = step.chunk === undefined ? NOBODY : listenTo(step.id, entry);
    const { result, isStuck } = await currentScope.run(scope, () => attempt(step, scope, { ...options, listener }));
    scope.end();
    running.delete(step.id);
    isAnyStuck ||= isStuck;
    const durationMs = Math.round((performance.now() - began) * 1000) / 1000;
    const base = { id: step.id, startedAt, durationMs, logLines: scope.logLines };
    const wasCanceled = entry.canceled && result.kind === "failure";
    if (wasCanceled) report({ ...base, kind: "canceled", checks: [] });
    else report(result.kind === "ended" ? { ...base, kind: "ended", checks: [] } : { ...base, ...result });
    startNext();
  };

  /** Reports the partitions of a chunk as they come. What comes after the chunk's own end is nobody's. */
  const listenTo = (id: number, { scope }: Running): ChunkListener => {
    let startedAt = Date.now();
    let began = performance.now();
    return {
      about(ordinal) {
        if (!scope.ended) scope.partition = ordinal ?? undefined;
      },
      report(ordinal, result) {
        if (scope.ended) return;
        const durationMs = Math.round((performance.now() - began) * 1000) / 1000;
        report({ id, ordinal, startedAt, durationMs, logLines: scope.logLines, ...result });
        startedAt = Date.now();
        began = performance.now();
      },
    };
  };

  const startNext = (): void => {
    while (running.size < options.concurrency) {
      const step = waiting.shift();
      if (step === undefined) break;
      const entry = { scope: new StepScope(step.id, options.emit), canceled: false };
      running.set(step.id, entry);
      void run(step, entry);
    }
    if (running.size === 0) idle?.();
  };

  return {
    get isBusy() {
      return running.size > 0;
    },
    add(steps) {
      for (const step of steps) waiting.push(step);
      startNext();
    },
    cancel(ids) {
      for (const id of ids) {
        const entry = running.get(id);
        if (entry !== undefined) {
          entry.canceled = true;
          entry.scope.controller.abort(new DOMException("the step was canceled", "AbortError"));
          continue;
        }
        const index = waiting.findIndex((step) => step.id === id);
        if (index < 0) continue;
        waiting.splice(index, 1);
        report(canceledReport(id));
      }
    },
    async close() {
      if (running.size > 0 || waiting.length > 0) await new Promise<void>((resolve) => (idle = resolve));
      await options.resources.close();
    },
  };
}

/**
 * Runs one step to whichever comes first: its end, a fault that surfaced outside its promise, or its time-out followed
 * by a grace time. Never rejects.
 */
async function attempt(
  step: StepAssignment,
  scope: StepScope,
  { listener, ...options }: StepQueueOptions & { readonly listener: ChunkListener },
): Promise<Ended> {
  const { signal } = scope.controller;
  // Made only when it is needed: an error takes its stack, which costs more than a quick step.
  let timeout: HeddleError | undefined;
  const timer = setLongTimeout(() => {
    timeout = timeoutError(describeStep(step), step.timeoutMs);
    scope.controller.abort(timeout);
  }, step.timeoutMs);
  let stalled: HeddleError | undefined;
  const watch = watchProgress(step, scope, (error) => {
    stalled = error;
    scope.controller.abort(error);
  });
  const faulted = new Promise<Ended>((resolve) => {
    scope.onFault(({ cause, error }) => {
      const result = { kind: "failure", cause, error: serializeError(error), checks: [] } as const;
      resolve({ result, isStuck: false });
    });
  });
  let graceTimer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<Ended>((resolve) => {
    const giveUp = (): void => {
      const error = serializeError(signal.reason);
      const cause = stalled !== undefined && signal.reason === stalled ? "no_progress" : "timeout";
      resolve({ result: { kind: "failure", cause, error, checks: [] }, isStuck: true });
    };
    signal.addEventListener("abort", () => (graceTimer = setTimeout(giveUp, options.graceMs)));
  });
  try {
    const ports = {
      ...options,
      signal,
      log: scope.logger,
      ...(step.noProgressMs !== undefined && { progress: scope.progress }),
    };
    const finished = begin(step, ports, listener);
    const ended = await Promise.race([finished.then((result) => ({ result, isStuck: false })), faulted, givenUp]);
    // A rejection that nobody awaits surfaces right after the function has returned: it counts. And reports of steps
    // that end one right after the other must get away before others start that may end the process.
    await new Promise((resolve) => setImmediate(resolve));
    if (scope.fault !== undefined) {
      options.taint();
      return await faulted;
    }
    const { result, isStuck } = ended;
    if (result.kind === "failure" && timeout !== undefined && signal.reason === timeout) {
      const error = serializeError(timeout);
      return { result: { kind: "failure", cause: "timeout", error, checks: result.checks }, isStuck };
    }
    if (result.kind === "failure" && stalled !== undefined && signal.reason === stalled) {
      const error = serializeError(stalled);
      return { result: { kind: "failure", cause: "no_progress", error, checks: result.checks }, isStuck };
    }
    return ended;
  } finally {
    clearTimeout(graceTimer);
    timer.clear();
    watch.clear();
  }
}

function begin(step: StepAssignment, ports: StepPorts, listener: ChunkListener): Promise<StepResult | ChunkResult> {
  if (step.observes !== undefined) return observeStep(step, ports);
  if (step.checks !== undefined) return runStoredChecks(step, step.checks, ports);
  return step.chunk === undefined ? runStep(step, ports) : runChunk(step, ports, listener);
}

/** Tells when nothing was seen of a step for longer than it may; never of one that has no such limit. */
function watchProgress(step: StepAssignment, scope: StepScope, tell: (error: HeddleError) => void): { clear(): void } {
  const { noProgressMs } = step;
  if (noProgressMs === undefined) return { clear() {} };
  let timer: { clear(): void } | undefined;
  const look = (): void => {
    const left = scope.progressAt + noProgressMs - performance.now();
    if (left > 0) timer = setLongTimeout(look, left);
    else tell(noProgressError(describeStep(step), noProgressMs));
  };
  scope.progress();
  look();
  return { clear: () => timer?.clear() };
}

/** `setTimeout` holds at most some 24 days; a longer limit is no limit. */
function setLongTimeout(callback: () => void, ms: number): { clear(): void } {
  if (ms > 2_147_483_647) return { clear() {} };
  const timer = setTimeout(callback, ms);
  return { clear: () => clearTimeout(timer) };
}
