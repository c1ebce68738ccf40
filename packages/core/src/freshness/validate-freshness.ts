import { cronProblems } from "../automation/validate-condition.ts";
import { describeType } from "../json-value.ts";
import { isFreshnessPolicy } from "./freshness-policy.ts";

/** Shorter ages change state more often than anybody looks. */
const MIN_AGE_MS = 60_000;
/** Ten years. */
const MAX_AGE_MS = 3_660 * 86_400_000;

/** Says in words what is wrong with a freshness policy; empty when nothing is, or when there is none. */
export function findFreshnessProblems(freshness: unknown, now: number): string[] {
  if (freshness === null || freshness === undefined) return [];
  if (!isFreshnessPolicy(freshness)) return [`freshness is ${describeType(freshness)}; it must be a policy`];
  const { spec } = freshness;
  if (spec.kind === "by") return [...ageProblems("lowerBoundMs", spec.lowerBoundMs), ...cronProblems(spec, now)];
  const { failMs, warnMs } = spec;
  if (warnMs === null) return ageProblems("failMs", failMs);
  const order = warnMs < failMs ? [] : [`warnMs is ${warnMs}; it must be less than failMs, which is ${failMs}`];
  return [...ageProblems("failMs", failMs), ...ageProblems("warnMs", warnMs), ...order];
}

function ageProblems(name: string, value: unknown): string[] {
  const fits = typeof value === "number" && value >= MIN_AGE_MS && value <= MAX_AGE_MS;
  return fits
    ? []
    : [`${name} is ${String(value)}; it must be ${MIN_AGE_MS} (one minute) to ${MAX_AGE_MS} milliseconds (ten years)`];
}
