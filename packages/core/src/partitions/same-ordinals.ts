import type { PartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";

/** Whether two definitions give every partition the same ordinal, so that sets of one are sets of the other. */
export function haveSameOrdinals(a: PartitionsSpec, b: PartitionsSpec): boolean {
  if (a === b) return true;
  if (a.kind === "static" && b.kind === "static") return isSameList(a.keys, b.keys);
  if (a.kind === "dynamic" && b.kind === "dynamic") return a.name === b.name;
  if (a.kind === "time-window" && b.kind === "time-window") {
    return a.cadence === b.cadence && haveSameWindows(a, b) && (a.cadence !== "cron" || a.start === b.start);
  }
  if (a.kind !== "multi" || b.kind !== "multi" || a.dimensions.length !== b.dimensions.length) return false;
  return a.dimensions.every(({ name, partitions }, place) => {
    const other = b.dimensions[place];
    return other !== undefined && other.name === name && haveSameOrdinals(partitions, other.partitions);
  });
}

/** Whether the windows of two definitions by time have the same bounds, wherever they start and whatever they leave out. */
export function haveSameWindows(a: TimeWindowPartitionsSpec, b: TimeWindowPartitionsSpec): boolean {
  return isSameTimeZone(a, b) && a.cron.trim().split(/\s+/).join(" ") === b.cron.trim().split(/\s+/).join(" ");
}

export function isSameTimeZone(a: TimeWindowPartitionsSpec, b: TimeWindowPartitionsSpec): boolean {
  return a.timeZone.toLowerCase() === b.timeZone.toLowerCase();
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
