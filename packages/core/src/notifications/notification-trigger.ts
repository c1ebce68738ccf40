/** How a run ended. */
type RunEnd = "success" | "failed" | "canceled";

/** What a notification is sent for, as data; made by `runFailed()` and its like. */
export type NotificationTrigger =
  | { readonly kind: "run-ended"; readonly statuses: readonly RunEnd[] }
  | { readonly kind: "run-late" }
  | { readonly kind: "step-failed" }
  | {
      readonly kind: "check-failed";
      readonly outcomes: readonly ("warned" | "failed")[];
      /** `null`: whatever their name. */
      readonly checks: readonly string[] | null;
    }
  | { readonly kind: "freshness-changed"; readonly states: readonly ("pass" | "warn" | "fail")[] }
  | { readonly kind: "automation-stopped" }
  | {
      readonly kind: "tick-failed";
      readonly ticker: "schedule" | "sensor";
      /** `null`: whatever their name. */
      readonly names: readonly string[] | null;
    }
  | { readonly kind: "code-failed" }
  | {
      readonly kind: "manual-change";
      /** `null`: all of them. */
      readonly actions: readonly string[] | null;
    };

/** A run has failed. */
export function runFailed(): NotificationTrigger {
  return { kind: "run-ended", statuses: ["failed"] };
}

/** A run has succeeded. */
export function runSucceeded(): NotificationTrigger {
  return { kind: "run-ended", statuses: ["success"] };
}

/** A run was canceled. */
export function runCanceled(): NotificationTrigger {
  return { kind: "run-ended", statuses: ["canceled"] };
}

/** A run was not over by its deadline, or ran longer than it may. */
export function runLate(): NotificationTrigger {
  return { kind: "run-late" };
}

/** Steps have failed for good: what is tried again is not told. */
export function stepFailed(): NotificationTrigger {
  return { kind: "step-failed" };
}

/**
 * An asset check did not pass.
 * @param options.severity `warn`: also checks of severity `warn`. @default "error"
 * @param options.checks only checks of these names. @default all of them
 */
export function checkNotPassed(
  options: { readonly severity?: "warn" | "error"; readonly checks?: readonly string[] } = {},
): NotificationTrigger {
  const { severity = "error", checks = null } = options;
  return { kind: "check-failed", outcomes: severity === "warn" ? ["failed", "warned"] : ["failed"], checks };
}

/** The freshness of an asset has become one of these. @default ["fail"] */
export function freshnessChanged(...states: readonly ("pass" | "warn" | "fail")[]): NotificationTrigger {
  return { kind: "freshness-changed", states: states.length === 0 ? ["fail"] : states };
}

/** An automation condition was stopped because it set itself off again and again. */
export function automationStopped(): NotificationTrigger {
  return { kind: "automation-stopped" };
}

/** A tick of a schedule has failed for good. @param names only of these schedules; all when none is given */
export function scheduleFailed(...names: readonly string[]): NotificationTrigger {
  return { kind: "tick-failed", ticker: "schedule", names: names.length === 0 ? null : names };
}

/** An evaluation of a sensor has failed. @param names only of these sensors; all when none is given */
export function sensorFailed(...names: readonly string[]): NotificationTrigger {
  return { kind: "tick-failed", ticker: "sensor", names: names.length === 0 ? null : names };
}

/** The newest code of a code location does not load. */
export function codeFailed(): NotificationTrigger {
  return { kind: "code-failed" };
}

/**
 * A person has changed something: launched, canceled, paused, edited.
 * @param actions only these, such as `plan.launch` or `runs.cancel`; all when none is given
 */
export function manualChange(...actions: readonly string[]): NotificationTrigger {
  return { kind: "manual-change", actions: actions.length === 0 ? null : actions };
}

/** Says what a notification tells of, in words: `runs that failed`. */
export function describeTrigger(trigger: NotificationTrigger): string {
  switch (trigger.kind) {
    case "run-ended":
      return `runs that ${trigger.statuses.map((status) => RUN_ENDS[status]).join(" or ")}`;
    case "run-late":
      return "runs that are late";
    case "step-failed":
      return "steps that failed";
    case "check-failed":
      return `${ofNames("checks", trigger.checks)} that ${trigger.outcomes.includes("warned") ? "failed or warned" : "failed"}`;
    case "freshness-changed":
      return `freshness that became ${trigger.states.join(" or ")}`;
    case "automation-stopped":
      return "automation that was stopped";
    case "tick-failed":
      return `${ofNames(`${trigger.ticker}s`, trigger.names)} that failed`;
    case "code-failed":
      return "code that does not load";
    case "manual-change":
      return trigger.actions === null ? "changes by hand" : `changes by hand: ${trigger.actions.join(", ")}`;
  }
}

const RUN_ENDS = { success: "succeeded", failed: "failed", canceled: "were canceled" } as const;

function ofNames(noun: string, names: readonly string[] | null): string {
  return names === null ? noun : `${noun} ${names.join(", ")}`;
}
