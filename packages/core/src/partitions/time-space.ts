import { DEFAULT_FORMAT_LIMIT } from "./key-space.ts";
import type { PartitionSpace } from "./partition-space.ts";
import type { TimeWindowPartitionsSpec } from "./partitions-spec.ts";
import { formatRangeText, parseRangeText, type RangeSource } from "./range-text.ts";
import { timeText } from "./time-text.ts";
import { timelineOf } from "./timeline.ts";

/** The space of a definition by time at an instant, in epoch milliseconds. */
export function timeSpace(spec: TimeWindowPartitionsSpec, now: number): PartitionSpace {
  const timeline = timelineOf(spec);
  const all = timeline.existingAt(now);
  const source: RangeSource = {
    all,
    keyOf: (ordinal) => timeline.keyOf(ordinal),
    ordinalOf: (key) => timeline.ordinalOf(key),
    isGap: (from, to) => timeline.holes(from, to).size === to - from,
    meaning: timeText(timeline, all),
  };
  return {
    spec,
    all,
    timeline,
    dimensions: null,
    keyOf: source.keyOf,
    ordinalOf: source.ordinalOf,
    windowOf: (ordinal) => timeline.windowOf(ordinal),
    formerOrdinalOf: () => null,
    parseRange: (text) => parseRangeText(text, source),
    format: (set, limit = DEFAULT_FORMAT_LIMIT) => formatRangeText(set, source, limit),
  };
}
