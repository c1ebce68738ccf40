import { serializeError, type Definitions } from "@heddle/core";
import { describeStep, timeoutError } from "./exit-cause.ts";
import type { DeploymentDefaults, StepAssignment, StepReport } from "./protocol.ts";
import type { ResourceScope } from "../step/resource-scope.ts";
import { runStep, type StepResult } from "../step/run-step.ts";
import { currentScope, StepScope } from "./step-scope.ts";

/** How long a step that was aborted may take to come to its end before it is given up. */
const ABORT_GRACE_MS = 8_000;

/** What a queue needs of its process. */
export interface StepQueueOptions {
  readonly definitions: Definitions;
  readonly concurrency: number;
  readonly defaults: DeploymentDefaults;
  readonly resources: ResourceScope;
  /** Writes a log frame at once. */
  emit(frame: string): void;
  report(reports: readonly StepReport[]): void;
  /** Says that this process should be replaced: something in it still runs that nobody waits for. */
  taint(): void;
}

/** Runs steps in the order in which they were added, a fixed number at once. */
export interface StepQueue {
  add(steps: readonly StepAssignment[]): void;
  /** Aborts running steps and drops waiting ones; each of them is reported. */
  cancel(ids: readonly number[]): void;
  /** Waits until nothing runs and closes the resources. */
  close(): Promise<void>;
}

/** Makes the queue of a child process. */
export function createStepQueue(options: StepQueueOptions): StepQueue {
  const waiting: StepAssignment[] = [];
  const running = new Map<number, { readonly scope: StepScope; canceled: boolean }>();
  let reports: StepReport[] = [];
  let idle: (() => void) | undefined;

  /** Reports of steps that end together travel together. */
  const report = (stepReport: StepReport): void => {
    if (reports.push(stepReport) > 1) return;
    setImmediate(() => {
      const batch = reports;
      reports = [];
      options.report(batch);
    });
  };

  const start = (step: StepAssignment): void => {
    const scope = new StepScope(step.id, options.emit);
    const entry = { scope, canceled: false };
    running.set(step.id, entry);
    const startedAt = Date.now();
    const began = performance.now();
    void currentScope
      .run(scope, () => attempt(step, scope, options))
      .then((result) => {
        scope.flush();
        running.delete(step.id);
        const base = {
          id: step.id,
          startedAt,
          durationMs: Math.round((performance.now() - began) * 1000) / 1000,
          logLines: scope.logLines,
        };
        report(
          entry.canceled && result.kind !== "success"
            ? { ...base, kind: "canceled", checks: [] }
            : { ...base, ...result },
        );
        next();
      });
  };

  const next = (): void => {
    while (running.size < options.concurrency) {
      const step = waiting.shift();
      if (step === undefined) break;
      start(step);
    }
    if (running.size === 0) idle?.();
  };

  return {
    add(steps) {
      waiting.push(...steps);
      next();
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
        report({ id, kind: "canceled", startedAt: Date.now(), durationMs: 0, checks: [], logLines: 0 });
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
async function attempt(step: StepAssignment, scope: StepScope, options: StepQueueOptions): Promise<StepResult> {
  const { signal } = scope.controller;
  const timeout = timeoutError(describeStep(step), step.timeoutMs);
  const timer = setLongTimeout(() => scope.controller.abort(timeout), step.timeoutMs);
  const faulted = new Promise<StepResult>((resolve) => {
    scope.onFault(({ cause, error }) => resolve({ kind: "failure", cause, error: serializeError(error), checks: [] }));
  });
  let graceTimer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<StepResult>((resolve) => {
    signal.addEventListener("abort", () => {
      graceTimer = setTimeout(() => {
        options.taint();
        resolve({ kind: "failure", cause: "timeout", error: serializeError(signal.reason), checks: [] });
      }, ABORT_GRACE_MS);
    });
  });
  try {
    const finished = runStep(step, { ...options, signal, log: scope.logger });
    const result = await Promise.race([finished, faulted, givenUp]);
    // A rejection that nobody awaits surfaces right after the function has returned: it counts.
    if (result.kind === "success") await new Promise((resolve) => setImmediate(resolve));
    if (scope.fault !== undefined) {
      options.taint();
      return await faulted;
    }
    if (result.kind === "failure" && signal.aborted && signal.reason === timeout) {
      return { kind: "failure", cause: "timeout", error: serializeError(timeout), checks: result.checks };
    }
    return result;
  } finally {
    clearTimeout(graceTimer);
    timer.clear();
  }
}

/** `setTimeout` holds at most some 24 days; a longer limit is no limit. */
function setLongTimeout(callback: () => void, ms: number): { clear(): void } {
  if (ms > 2_147_483_647) return { clear() {} };
  const timer = setTimeout(callback, ms);
  return { clear: () => clearTimeout(timer) };
}
