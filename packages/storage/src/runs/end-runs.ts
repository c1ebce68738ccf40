import { deriveFinalStatus, STEP_STATUSES, type StepCounts } from "@heddle/core/internal";
import type { TransactionSql } from "../database.ts";
import { readStepCounts } from "./run-rows.ts";
import type { RunWork } from "./run-work.ts";

/** Ends the runs of which no open step is left. They end in the transaction that takes the last one away. */
export async function endRuns(sql: TransactionSql, work: RunWork): Promise<void> {
  for (const run of work.runs.values()) {
    if (run.unfinished > 0) continue;
    const stored = await readStepCounts(sql, run.id);
    const counts = addChanges(work, run.id, stored);
    // What was up to date stopped nothing.
    if (counts.skipped > 0) await work.fresh.load(sql, [run.id]);
    const fresh = work.fresh.count(run.id);
    const judged = { ...counts, skipped: counts.skipped - fresh, success: counts.success + fresh };
    const status = deriveFinalStatus(run.status, judged);
    if (status === undefined) continue;
    work.setStatus(run, status, "run_ended");
    // A place among the admitted runs is free.
    work.notify("heddle_run");
  }
}

/** The counts as they will be when this transaction's moves are written. */
function addChanges(work: RunWork, runId: number, stored: StepCounts): StepCounts {
  const counts = { ...stored };
  for (const change of work.countChanges) {
    if (change.runId !== runId) continue;
    for (const status of STEP_STATUSES) counts[status] += change.counts[status];
  }
  return counts;
}
