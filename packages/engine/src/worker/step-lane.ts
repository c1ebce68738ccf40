import type { StepAssignment, StepTask } from "./protocol.ts";
import type { StepProcess } from "./step-process.ts";

/** A step with what it needs to find a process. */
export interface PoolStep extends StepTask {
  readonly assetId: number;
  readonly codeVersionId: number;
  readonly isolation: "shared" | "process";
  /**
   * Ordinals of a chunk that have not come to an end. Whoever is told of one takes it out: a chunk that is executed again
   * is executed without it.
   */
  readonly left?: Set<number>;
}

/** One execution of a step. A step whose process dies is executed again, under another id. */
export interface Execution<TStep extends PoolStep> {
  readonly step: TStep;
  readonly assignment: StepAssignment;
  /** How often the step was executed for its claim, this time included. */
  readonly number: number;
}

/** Steps of one code version: what waits, and the processes that run it. */
export interface Lane<TStep extends PoolStep> {
  readonly codeVersionId: number;
  waiting: Execution<TStep>[];
  /** Steps that run alone, in a process of their own: by choice, or because a process died with several. */
  waitingAlone: Execution<TStep>[];
  readonly shared: Set<StepProcess>;
  readonly alone: Set<StepProcess>;
  starting: boolean;
  /** Whether a process is wanted before there is a step for it. */
  isExpectant: boolean;
  /** Monotonic time at which it last had something to do, as far as somebody looked. */
  busyAt: number;
}

/** Makes a lane without processes. */
export function createLane<TStep extends PoolStep>(codeVersionId: number): Lane<TStep> {
  return {
    codeVersionId,
    waiting: [],
    waitingAlone: [],
    shared: new Set(),
    alone: new Set(),
    starting: false,
    isExpectant: false,
    busyAt: performance.now(),
  };
}

/** The processes of a lane. */
export function processesOf<TStep extends PoolStep>(lane: Lane<TStep>): StepProcess[] {
  return [...lane.shared, ...lane.alone];
}

/** The shared processes of a lane that take steps. */
export function openProcesses<TStep extends PoolStep>(lane: Lane<TStep>): StepProcess[] {
  return [...lane.shared].filter((process) => !process.closed);
}

/** Whether a lane has nothing to do. */
export function isIdle<TStep extends PoolStep>(lane: Lane<TStep>): boolean {
  const hasWaiting = lane.starting || lane.waiting.length + lane.waitingAlone.length > 0;
  return !hasWaiting && processesOf(lane).every((process) => process.unfinished.size === 0);
}

/**
 * What a process is sent. An execution after the first stores under a key of its own: the one before it may have stored
 * something already.
 */
export function toAssignment(step: PoolStep, id: number, number: number): StepAssignment {
  return {
    id,
    runId: step.runId,
    assetKey: step.assetKey,
    ordinal: step.ordinal,
    partitionKey: step.partitionKey,
    window: step.window,
    attemptId: number === 1 ? step.attemptId : `${step.attemptId}-${number}`,
    fence: step.fence,
    attempt: step.attempt,
    timeoutMs: step.timeoutMs,
    ...(step.noProgressMs !== undefined && { noProgressMs: step.noProgressMs }),
    inputs: step.inputs,
    ...(step.previousColumns !== undefined && { previousColumns: step.previousColumns }),
    ...(step.config !== undefined && { config: step.config }),
    ...(step.observes !== undefined && { observes: step.observes }),
    ...(step.checks !== undefined && { checks: step.checks }),
    ...(step.chunk !== undefined && { chunk: step.chunk.filter(({ ordinal }) => step.left?.has(ordinal) !== false) }),
  };
}
