import { parseCronFields } from "../cron/cron-expression.ts";
import { calendarStepOf } from "./cadence-fields.ts";
import { capacitiesOf } from "./dimension-layout.ts";
import type { MultiPartitionsSpec, PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";

/**
 * Names how the ordinals and the keys of a definition belong together: two definitions with the same scheme never give
 * one ordinal to two partitions, where static keys are concerned together with the keys that were numbered. What is
 * stored by ordinal keeps its meaning as long as the scheme stays the same.
 *
 * Start, end, offsets, exclusions and key format are no part of it, nor are the time of day and the zone of days, weeks
 * and months: those are numbered by the date.
 * @throws CRON_INVALID for a definition that validation would have refused
 */
export function partitionScheme(spec: PartitionsSpec | null): string {
  if (spec === null) return "none";
  switch (spec.kind) {
    case "static":
      return "static";
    case "dynamic":
      return `dynamic ${quoted(spec.name)}`;
    case "time-window":
      return timeScheme(spec);
    case "multi":
      return multiScheme(spec);
  }
}

function timeScheme(spec: TimeWindowPartitionsSpec): string {
  switch (spec.cadence) {
    case "daily":
    case "monthly":
      return spec.cadence;
    case "weekly":
      return `weekly ${calendarStepOf("weekly", parseCronFields(spec.cron))?.day ?? 0}`;
    case "hourly":
    case "cron":
      return `${spec.cadence} ${normalCron(spec.cron)} ${spec.timeZone.toLowerCase()}`;
  }
}

/** One spelling of a cron expression; names of days and months are read in any letter case. */
export function normalCron(cron: string): string {
  return cron.trim().split(/\s+/).join(" ").toLowerCase();
}

function multiScheme({ dimensions }: MultiPartitionsSpec): string {
  const capacities = capacitiesOf(dimensions);
  const parts = dimensions.map(({ name, partitions }) => {
    const capacity = capacities.get(name);
    return `${quoted(name)}:${partitionScheme(partitions)}${capacity === undefined ? "" : `/${capacity}`}`;
  });
  return `multi(${parts.join(",")})`;
}

/** Names that could be taken for a part of the scheme are quoted. */
function quoted(name: string): string {
  return /^[\p{L}\p{N}_-]+$/u.test(name) ? name : JSON.stringify(name);
}
