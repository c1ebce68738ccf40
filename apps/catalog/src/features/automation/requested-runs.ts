import type { AutomatedTarget } from "@heddle/api";
import { formatDuration } from "../../format/durations.ts";

/** What is declared of the runs that a condition asks for, in words, such as `end within 10 m or are canceled`. */
export function describeRequestedRuns(runs: NonNullable<AutomatedTarget["runs"]>): string {
  const { limits = {}, reuse, priority, tags = {} } = runs;
  const { startWithinMs, onLateStart = "cancel", runTimeoutMs, onRunTimeout = "cancel" } = limits;
  const { withinMs, onDeadline = "alert" } = limits;
  const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
  return [
    ...(priority === undefined ? [] : [`have the priority ${priority}`]),
    ...(reuse === "fresh" ? ["skip what is up to date"] : []),
    ...(reuse === "never" ? ["make again what is up to date"] : []),
    ...(startWithinMs === undefined ? [] : [`begin within ${formatDuration(startWithinMs)} ${ELSE[onLateStart]}`]),
    ...(runTimeoutMs === undefined ? [] : [`take at most ${formatDuration(runTimeoutMs)} ${ELSE[onRunTimeout]}`]),
    ...(withinMs === undefined ? [] : [`are over within ${formatDuration(withinMs)} ${ELSE[onDeadline]}`]),
    ...(pairs.length === 0 ? [] : [`are tagged ${pairs.join(", ")}`]),
  ].join(", ");
}

/** What becomes of a run that exceeds a limit. */
const ELSE = { cancel: "or are canceled", alert: "or it is told" } as const;
