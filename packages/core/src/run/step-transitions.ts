import type { RunStatus, StepStatus } from "../statuses.ts";

/** What can happen to a step. */
export const STEP_EVENTS = [
  "unblock",
  "skip",
  "claim",
  "release",
  "succeed",
  "reuse",
  "fail",
  "back_off",
  "retry",
  "due",
  "cancel",
] as const;
export type StepEvent = (typeof STEP_EVENTS)[number];

/**
 * Every transition of a step: event → state → next state. Whatever is not listed cannot happen. `success`, `failed`,
 * `skipped` and `canceled` have no way out: terminal is final, and trying again is the work of another run.
 */
export const STEP_TRANSITIONS: { readonly [event in StepEvent]: { readonly [from in StepStatus]?: StepStatus } } = {
  /** Everything that it reads within the run is there. */
  unblock: { waiting: "ready" },
  /** Something that it reads within the run failed, was skipped or was canceled. */
  skip: { waiting: "skipped" },
  /** A worker took it. */
  claim: { ready: "running" },
  /** The worker handed it back unfinished; that costs no attempt. */
  release: { running: "ready" },
  /** Its result was published. */
  succeed: { running: "success" },
  /** Its partition turned out to be up to date, so that it was skipped; what reads it goes on. */
  reuse: { running: "skipped" },
  /** An attempt failed, and there will be no other. */
  fail: { running: "failed" },
  /** An attempt failed, and the next one has to wait. */
  back_off: { running: "backoff" },
  /** An attempt failed, and the next one may begin at once. */
  retry: { running: "ready" },
  /** The time to wait is over. */
  due: { backoff: "ready" },
  /** Its run is being canceled. */
  cancel: { waiting: "canceled", ready: "canceled", backoff: "canceled", running: "canceled" },
};

/** What can happen to a run. */
export const RUN_EVENTS = ["admit", "pause", "resume", "cancel", "succeed", "fail", "finish_cancel"] as const;
export type RunEvent = (typeof RUN_EVENTS)[number];

/** Every transition of a run: event → status → next status. `success`, `failed` and `canceled` have no way out. */
export const RUN_TRANSITIONS: { readonly [event in RunEvent]: { readonly [from in RunStatus]?: RunStatus } } = {
  /** The daemon lets it begin (or go on). */
  admit: { queued: "running" },
  /** Nothing more is claimed; what runs finishes. */
  pause: { queued: "paused", running: "paused" },
  /** It queues again: the place that it had was free for others meanwhile. */
  resume: { paused: "queued" },
  /** What does not run is canceled at once; what runs is asked to stop. */
  cancel: { queued: "canceling", running: "canceling", paused: "canceling" },
  /** No step is left, and every one of them succeeded. */
  succeed: { running: "success", paused: "success", queued: "success" },
  /** No step is left, and not every one of them succeeded. */
  fail: { running: "failed", paused: "failed", queued: "failed" },
  /** No step is left after a cancellation. */
  finish_cancel: { canceling: "canceled" },
};

/** State of a step after `event`; `undefined` when the event cannot happen in this state. */
export function nextStepStatus(status: StepStatus, event: StepEvent): StepStatus | undefined {
  return STEP_TRANSITIONS[event][status];
}

/** Status of a run after `event`; `undefined` when the event cannot happen in this status. */
export function nextRunStatus(status: RunStatus, event: RunEvent): RunStatus | undefined {
  return RUN_TRANSITIONS[event][status];
}
