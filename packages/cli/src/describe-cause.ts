import type { RunDetail } from "@heddle/api";

/** Assets that are named. */
const NAMED = 3;

/** Who or what launched a run, and when, in a few words. */
export function describeCause({ origin, createdAt }: Pick<RunDetail, "origin" | "createdAt">): string {
  return `launched ${instantText(createdAt)} ${causeOf(origin)}`;
}

function causeOf(origin: RunDetail["origin"]): string {
  const { kind, name, scheduledAt, runKey, runId, evaluations } = origin;
  switch (kind) {
    case "manual":
      return typeof name === "string" ? `by ${name}` : "by hand";
    case "schedule":
      return `by the schedule ${textOf(name)}${typeof scheduledAt === "number" ? `, whose tick was ${instantText(scheduledAt)}` : ""}`;
    case "sensor":
      return `by the sensor ${textOf(name)}${typeof runKey === "string" ? `, for "${runKey}"` : ""}`;
    case "retry":
      return `to do steps of run ${textOf(runId)} again`;
    case "condition":
      return byConditions(typeof evaluations === "object" && evaluations !== null ? Object.keys(evaluations) : []);
    default:
      return `by ${kind.replaceAll("_", " ")}`;
  }
}

function byConditions(keys: readonly string[]): string {
  if (keys.length === 0) return "by a condition";
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : "";
  return `by the condition${keys.length === 1 ? "" : "s"} of ${keys.slice(0, NAMED).join(", ")}${more}`;
}

function instantText(at: number): string {
  return new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/u, " UTC");
}

/** A name or a number; what another version of Heddle wrote in its place is not repeated. */
function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "?";
}
