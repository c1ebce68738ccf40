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
function describeCondition(origin: RunOrigin): string {
  const [first, ...more] = evaluationsOf(origin);
  if (first === undefined) return "condition";
  return more.length === 0 ? `condition of ${first.key}` : `conditions of ${first.key} and ${more.length} more`;
}

/** The evaluations of conditions that asked for a run, by asset; empty for a run of another cause. */
export function evaluationsOf({
  kind,
  evaluations,
}: RunOrigin): readonly { readonly key: string; readonly id: number }[] {
  if (kind !== "condition" || typeof evaluations !== "object" || evaluations === null) return [];
  return Object.entries(evaluations).flatMap(([key, id]) => (typeof id === "number" ? [{ key, id }] : []));
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
