import type { StepAssignment } from "./protocol.ts";
import type { StepProcess } from "./step-process.ts";

/** A process that does not answer is given this much longer than its steps are. */
export const BLOCKED_MARGIN_MS = 1_000;

/** A step that should have ended, and by which of its limits. */
export interface OverdueStep {
  readonly id: number;
  readonly cause: "timeout" | "no_progress";
}

/** What is to be done about a process whose steps should have ended. */
export type WatchVerdict =
  | { readonly action: "leave" }
  /** One of several blocks it, and from outside nobody sees which: each is tried alone. */
  | { readonly action: "separate"; readonly steps: readonly StepAssignment[] }
  | { readonly action: "kill"; readonly overdue: readonly OverdueStep[] };

/**
 * Judges a process from outside. One whose event loop turns ends overdue and canceled steps by itself; this finds the ones
 * that do not answer.
 *
 * @param killAt when a step that was canceled has had its time, monotonic; `Infinity` for others
 */
export function watchProcess(
  process: Pick<StepProcess, "isReady" | "unfinished" | "concurrency" | "lastAliveAt" | "lastLineAt">,
  { graceMs, now, killAt }: { readonly graceMs: number; readonly now: number; killAt(id: number): number },
): WatchVerdict {
  if (!process.isReady) return { action: "leave" };
  const running = [...process.unfinished.values()].slice(0, process.concurrency);
  const blockedMs = now - process.lastAliveAt - graceMs - BLOCKED_MARGIN_MS;
  // A loop that blocks and logs goes on; one that only blocks does not.
  const silentMs = Math.min(blockedMs, now - process.lastLineAt - graceMs - BLOCKED_MARGIN_MS);
  const overdue: OverdueStep[] = [];
  for (const { id, timeoutMs, noProgressMs = Infinity } of running) {
    if (blockedMs > timeoutMs) overdue.push({ id, cause: "timeout" });
    else if (silentMs > noProgressMs) overdue.push({ id, cause: "no_progress" });
  }
  const disobeys = running.some(({ id }) => killAt(id) <= now);
  if (disobeys) return { action: "kill", overdue };
  if (overdue.length === 0) return { action: "leave" };
  return running.length > 1 ? { action: "separate", steps: running } : { action: "kill", overdue };
}
