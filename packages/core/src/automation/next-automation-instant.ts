import { nextTick } from "../cron/ticks.ts";
import { timelineOf } from "../partitions/timeline.ts";
import type { CompiledAutomation } from "./compile-automation.ts";

/**
 * The next instant at which a clock brings conditions something: a tick that one asks for, or the end of a window. Events
 * come besides. `null` when no clock matters.
 *
 * @param after epoch milliseconds
 * @param of position of the one target that is asked about. @default all of them
 */
export function nextAutomationInstant(
  { clocks, timelines }: Pick<CompiledAutomation, "clocks" | "timelines">,
  after: number,
  of?: number,
): number | null {
  const isAsked = ({ targets }: { readonly targets: readonly number[] }): boolean =>
    of === undefined ? targets.length > 0 : targets.includes(of);
  const ticks = clocks.filter(isAsked).map(({ clock }) => nextTick(clock.cron, clock.timeZone, after));
  const ends = timelines.filter(isAsked).flatMap(({ spec }) => {
    const timeline = timelineOf(spec);
    const ordinal = timeline.floor(after);
    // A definition that has ended has no more windows to come.
    if (ordinal - Math.abs(spec.endOffset) > timeline.end) return [];
    // Hollow ordinals stand for no time: the next real window is what counts.
    for (let next = ordinal + 1; next <= ordinal + MAX_HOLLOW; next += 1) {
      const end = timeline.startOf(next);
      if (end > after) return [end];
    }
    return [];
  });
  const all = [...ticks, ...ends];
  return all.length === 0 ? null : Math.min(...all);
}

/** More ordinals without any time do not follow each other. */
const MAX_HOLLOW = 1_000;
