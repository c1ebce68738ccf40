import type { DeploymentRow, QueuePlace } from "@heddle/storage";
import type { RunQueuePlace } from "../contract.ts";
import { isDaemonAlive } from "../deployment/deployment-health.ts";

/** Runs that a sentence names. */
const NAMED = 3;

/** Where a queued run stands, and what it waits for: what is most in its way comes first. */
export function describeQueuePlace({ position, length, after }: QueuePlace, deployment: DeploymentRow): RunQueuePlace {
  return { position, length, message: reasonOf({ position, after }, deployment) };
}

function reasonOf({ position, after }: Pick<QueuePlace, "position" | "after">, deployment: DeploymentRow): string {
  if (!isDaemonAlive(deployment)) return "no daemon is running, so nothing is admitted";
  if (after.length > 0) {
    const named = after.slice(0, NAMED).map((id) => `run ${id}`);
    const more = after.length > NAMED ? ` and ${after.length - NAMED} more` : "";
    return `begins when ${named.join(", ")}${more} ${after.length === 1 ? "is" : "are"} over`;
  }
  const admitted = (deployment.openRuns.running ?? 0) + (deployment.openRuns.canceling ?? 0);
  if (position > 1) {
    return `behind ${position - 1} queued ${position === 2 ? "run" : "runs"}${admitted > 0 ? `, ${admitted} at work` : ""}`;
  }
  return admitted > 0 ? `the next, when one of ${admitted} running is over` : "the next to begin";
}
