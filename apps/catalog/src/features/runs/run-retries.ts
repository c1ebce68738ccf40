import type { RunSummary } from "@heddle/api";
import { formatCount } from "../../format/amounts.ts";

/** What of a run that is over is done again. */
export type RetryScope = "failed" | "from_failure" | "unfinished" | "all";

/** One way to do work of a run again. */
export interface Retry {
  readonly only: RetryScope;
  /** What its button says. */
  readonly label: string;
  /** Steps that it makes. */
  readonly count: number;
}

/** The ways to do work of a run again that differ from each other, the most likely one first; none while it is not over. */
export function retriesOf({ endedAt, counts, total }: Pick<RunSummary, "endedAt" | "counts" | "total">): Retry[] {
  if (endedAt === null) return [];
  const { failed, skipped, canceled } = counts;
  const retries: Retry[] = [];
  const add = (only: RetryScope, count: number, label: string): void => {
    if (count > 0) retries.push({ only, count, label });
  };
  // What was canceled was meant to be made: going on comes before making failures good.
  if (canceled > 0)
    add("unfinished", failed + skipped + canceled, `Resume the rest (${formatCount(failed + skipped + canceled)})`);
  if (failed > 0 && skipped > 0)
    add("from_failure", failed + skipped, `Retry ${formatCount(failed + skipped)} failed and skipped`);
  if (failed > 0) add("failed", failed, `Retry ${formatCount(failed)} failed`);
  add("all", total, "Run everything again");
  return retries;
}
