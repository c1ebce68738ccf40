import type { AutomationRunsData, RunLimits } from "@heddle/core/internal";

/** What a run that conditions ask for is written with. */
export interface AutomatedRunOptions {
  readonly priority: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly limits: RunLimits | null;
}

/** Fills in what the assets of a run do not say about it. */
export function runOptions({ priority = 0, tags = {}, limits }: AutomationRunsData): AutomatedRunOptions {
  return { priority, tags, limits: limits ?? null };
}
