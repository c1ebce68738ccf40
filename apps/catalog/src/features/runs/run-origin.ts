import type { RunOrigin } from "@heddle/api";

/** Why a run exists, in a few words. */
export function describeOrigin(origin: RunOrigin): string {
  const name = ["name", "schedule", "sensor", "user", "by"]
    .map((field) => origin[field])
    .find((value) => typeof value === "string");
  const retryOf = origin["retryOf"] ?? origin["runId"];
  switch (origin.kind) {
    case "manual":
      return name === undefined ? "by hand" : `by ${name}`;
    case "retry":
      return typeof retryOf === "number" ? `retry of run ${retryOf}` : "retry";
    case "condition":
      return describeCondition(origin);
    default:
      return name === undefined ? origin.kind.replaceAll("_", " ") : `${origin.kind.replaceAll("_", " ")} ${name}`;
  }
}

/** A condition's run says which assets wanted it. */
function describeCondition({ evaluations }: RunOrigin): string {
  if (typeof evaluations !== "object" || evaluations === null) return "condition";
  const [first, ...more] = Object.keys(evaluations);
  if (first === undefined) return "condition";
  return more.length === 0 ? `condition of ${first}` : `conditions of ${first} and ${more.length} more`;
}

/** The run that this one does again; `null` when it is none. */
export function retriedRun(origin: RunOrigin): number | null {
  const retryOf = origin["retryOf"] ?? origin["runId"];
  return origin.kind === "retry" && typeof retryOf === "number" ? retryOf : null;
}

/** For which time a schedule asked for it; `null` for anything else. */
export function scheduledAt(origin: RunOrigin): number | null {
  const at = origin["scheduledAt"];
  if (origin.kind !== "schedule") return null;
  const instant = typeof at === "number" ? at : typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isFinite(instant) ? instant : null;
}
