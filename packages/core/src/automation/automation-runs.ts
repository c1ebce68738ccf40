import { isRecord } from "../definitions.ts";
import { describeType } from "../json-value.ts";
import { findLimitsProblem, runLimitsData, type RunLimits, type RunLimitsOptions } from "../run/run-limits.ts";
import type { PlanReuse } from "../run/run-plan.ts";
import { isPriority, MAX_PRIORITY } from "../run/run-priority.ts";

/**
 * What the runs are like that a condition asks for. Requests of one evaluation that belong together become one run where
 * they agree in all of this.
 */
export interface AutomationRuns {
  /** By when each run has to begin and to end, counted from its request. @default no limit */
  readonly limits?: Omit<RunLimitsOptions, "deadline"> | undefined;
  /**
   * Whether a partition that is up to date when its step would start is skipped: where the asset declares `cache` or its
   * condition asks for other data alone, as `eager()` does, always (`fresh`), or not at all (`never`). @default "declared"
   */
  readonly reuse?: PlanReuse | undefined;
  /** Higher goes first. @default 0 */
  readonly priority?: number | undefined;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What the runs are like that look at something and make nothing: checks by themselves, observations. */
export type LookingRuns = Omit<AutomationRuns, "reuse">;

/** {@link AutomationRuns} as data; absent where it is as usual. */
export interface AutomationRunsData {
  readonly limits?: RunLimits;
  readonly reuse?: PlanReuse;
  readonly priority?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

const NAMES: readonly string[] = ["limits", "reuse", "priority", "tags"] satisfies (keyof AutomationRuns)[];

/** Writes what runs are like as data. */
export function automationRunsData({ limits, reuse, priority, tags }: AutomationRuns): AutomationRunsData {
  return {
    ...(limits !== undefined && { limits: runLimitsData(limits) }),
    ...(reuse !== undefined && { reuse }),
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && { tags }),
  };
}

/** Says what of stated options cannot be: of runs that make something, or only look. */
export function findAutomationRunsProblems(given: unknown, { isLooking }: { readonly isLooking: boolean }): string[] {
  if (!isRecord(given)) return [`automationRuns is ${describeType(given)}; it must be an object`];
  const { limits, reuse, priority, tags } = given;
  const problems = Object.keys(given)
    .filter((name) => !NAMES.includes(name) || (isLooking && name === "reuse"))
    .map((name) => `automationRuns has ${JSON.stringify(name)}, which means nothing here`);
  const late = limits === undefined ? null : findLimitsProblem(limits);
  if (late !== null) problems.push(`automationRuns.limits ${late}`);
  if (isRecord(limits) && limits["deadline"] !== undefined) {
    problems.push("automationRuns.limits has a deadline, which is one instant for all runs; withinMs counts from each");
  }
  if (reuse !== undefined && reuse !== "declared" && reuse !== "fresh" && reuse !== "never") {
    problems.push('automationRuns.reuse must be "declared", "fresh" or "never"');
  }
  if (priority !== undefined && !isPriority(priority)) {
    problems.push(`automationRuns.priority must be a whole number from -${MAX_PRIORITY} to ${MAX_PRIORITY}`);
  }
  if (tags !== undefined && !(isRecord(tags) && Object.values(tags).every((value) => typeof value === "string"))) {
    problems.push("automationRuns.tags must be an object of texts");
  }
  return problems;
}
