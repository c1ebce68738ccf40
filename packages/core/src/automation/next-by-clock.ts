import { nextTick } from "../cron/ticks.ts";
import { type ConditionSpec, partsOf } from "./condition-spec.ts";

interface NextByClockInput {
  readonly condition: ConditionSpec;
  /** Whether the asset reads anything that can change. */
  readonly hasSources: boolean;
  /** Epoch milliseconds. */
  readonly after: number;
}

/**
 * When a condition holds next that waits for ticks of a clock and for nothing else: the next tick. `null` where something
 * else has a say, so that nobody can tell.
 */
export function nextByClock({ condition, hasSources, after }: NextByClockInput): number | null {
  if (!dependsOnClockAlone(condition, hasSources)) return null;
  const ticks = [...ticksOf(condition)].map(({ cron, timeZone }) => nextTick(cron, timeZone, after));
  return ticks.length === 0 ? null : Math.min(...ticks);
}

function dependsOnClockAlone(spec: ConditionSpec, hasSources: boolean): boolean {
  switch (spec.kind) {
    case "cron-tick-passed":
    case "in-latest-time-window":
    // What is being made is made.
    case "in-progress":
      return true;
    // What ends it follows from a request.
    case "since":
      return dependsOnClockAlone(spec.trigger, hasSources);
    case "any-deps":
    case "all-deps":
      return !hasSources;
    case "and":
    case "or":
    case "not":
    case "newly-true":
      return partsOf(spec).every((part) => dependsOnClockAlone(part, hasSources));
    default:
      return false;
  }
}

/** The clocks whose ticks make it hold; those within dependencies and resets do not. */
function* ticksOf(spec: ConditionSpec): Iterable<Extract<ConditionSpec, { readonly kind: "cron-tick-passed" }>> {
  if (spec.kind === "cron-tick-passed") yield spec;
  if (spec.kind === "since") yield* ticksOf(spec.trigger);
  if (spec.kind === "and" || spec.kind === "or") for (const part of spec.of) yield* ticksOf(part);
}
