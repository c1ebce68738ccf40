import { DAY_MS } from "../cron/calendar-days.ts";
import { LocalTicks } from "../cron/local-ticks.ts";
import { EARLIEST_MS, LATEST_MS } from "../cron/zone-rules.ts";
import { isHeddleError } from "../errors.ts";
import { isCronExclusion, parseExclusion, startingIn } from "./exclusions.ts";
import { parseLocalTime } from "./local-time.ts";
import { PartitionSet } from "./partition-set.ts";
import type { MissingKey, TextBounds, TextMeaning } from "./text-meaning.ts";
import type { Timeline } from "./timeline.ts";

/** Ticks of a cron expression that one text may stand for; what has more is told by a definition. */
const MAX_TICKS = 1_000_000;

/**
 * What texts that are no keys stand for by time: a year, a month, a day or a time for the windows that begin in it, and a
 * cron expression for the windows that begin at its ticks.
 */
export function timeText(timeline: Timeline, all: PartitionSet): TextMeaning {
  return {
    read: (text) => {
      const bounds = boundsOf(text, timeline);
      if (bounds !== null) return bounds.first < bounds.end ? PartitionSet.range(bounds.first, bounds.end) : null;
      return ticksOf(text, timeline, all);
    },
    bounds: (text) => {
      const bounds = boundsOf(text, timeline);
      // A year that is mistyped must not be taken for an end that is merely open.
      return bounds !== null && bounds.end > timeline.first && bounds.first < timeline.end ? bounds : null;
    },
    explain: (key) => explain(key, timeline, all),
  };
}

function boundsOf(text: string, { line }: Timeline): TextBounds | null {
  const period = parseLocalTime(text);
  if (period === null || !isKnown(period.local) || !isKnown(period.end)) return null;
  const [first, end] = startingIn({ from: period.local, to: period.end }, line);
  return { first, end };
}

function ticksOf(text: string, { line }: Timeline, all: PartitionSet): PartitionSet | null {
  const { first, last } = all;
  if (!isCronExclusion(text) || first === undefined || last === undefined) return null;
  try {
    const days = (line.tickAt(last).instant - line.tickAt(first).instant) / DAY_MS;
    if (new LocalTicks(text).ticksPerDay * days > MAX_TICKS) return null;
    const ranges = parseExclusion(text, line)?.within(first, last + 1);
    return ranges === undefined ? null : PartitionSet.fromRanges(ranges).intersect(all);
  } catch (error) {
    // A text of several words need not be meant as cron.
    if (isHeddleError(error, "CRON_INVALID")) return null;
    throw error;
  }
}

/** Whether a local time lies in the years that definitions may speak of. */
function isKnown(local: number): boolean {
  return local > EARLIEST_MS + DAY_MS && local < LATEST_MS - DAY_MS;
}

function explain(key: string, timeline: Timeline, all: PartitionSet): MissingKey | null {
  const local = timeline.localOf(key) ?? parseLocalTime(key)?.local;
  if (local === undefined || !isKnown(local)) return null;
  const { line, spec } = timeline;
  const instant = line.zone.instantOf(local);
  const at = line.ceiling(instant);
  const nearest = [all.clip(all.first ?? at, at).last, all.clip(at, Infinity).first].flatMap((ordinal) =>
    ordinal === undefined ? [] : [timeline.keyOf(ordinal) ?? ""],
  );
  if (at < timeline.first) return { why: `the first one is of ${spec.start}`, nearest };
  if (at >= timeline.end) return { why: `the definition ends at ${spec.end}`, nearest };
  if (at > (all.last ?? at) && timeline.has(at)) return { why: "it is yet to come", nearest };
  if (timeline.keyOf(at) === key) return { why: "the definition leaves it out", nearest };
  const isSkipped = instant + line.zone.offsetAt(instant) !== local;
  return { why: isSkipped ? `the clock of ${spec.timeZone} never showed this time` : "no window begins then", nearest };
}
