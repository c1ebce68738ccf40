import { normalCron, partitionScheme } from "./partition-scheme.ts";
import type { PartitionsSpec, StaticPartitionsSpec, TimeWindowPartitionsSpec } from "./partitions-spec.ts";

/** Whether two definitions give every partition the same ordinal, so that sets of one are sets of the other. */
export function haveSameOrdinals(a: PartitionsSpec, b: PartitionsSpec): boolean {
  if (a === b) return true;
  if (a.kind === "static" && b.kind === "static") {
    return haveSameKeys(a, b) && isSameList(a.ordinals ?? [...a.keys.keys()], b.ordinals ?? [...b.keys.keys()]);
  }
  if (a.kind === "dynamic" && b.kind === "dynamic") return a.name === b.name;
  if (a.kind === "time-window" && b.kind === "time-window") {
    // The same dates have the same numbers in every zone and the same keys in every one that writes them alike.
    return a.cadence === b.cadence && (haveSameWindows(a, b) || (a.format === b.format && isSameCalendar(a, b)));
  }
  if (a.kind !== "multi" || b.kind !== "multi" || partitionScheme(a) !== partitionScheme(b)) return false;
  return a.dimensions.every(({ name, partitions }, place) => {
    const other = b.dimensions[place];
    return other !== undefined && other.name === name && haveSameOrdinals(partitions, other.partitions);
  });
}

/** Whether both count days, weeks or months, and the same ones. */
function isSameCalendar(a: TimeWindowPartitionsSpec, b: TimeWindowPartitionsSpec): boolean {
  return a.cadence !== "hourly" && a.cadence !== "cron" && partitionScheme(a) === partitionScheme(b);
}

/** Whether two static definitions have the same keys in the same order, however they are numbered. */
export function haveSameKeys(a: StaticPartitionsSpec, b: StaticPartitionsSpec): boolean {
  return isSameList(a.keys, b.keys);
}

/** Whether two definitions say the same, however their partitions were numbered: then equal keys are the same partitions. */
export function isSameDefinition(a: PartitionsSpec | null, b: PartitionsSpec | null): boolean {
  return a === b || JSON.stringify(withoutNumbers(a)) === JSON.stringify(withoutNumbers(b));
}

function withoutNumbers(spec: PartitionsSpec | null): PartitionsSpec | null {
  if (spec?.kind === "static") return { kind: "static", keys: spec.keys };
  if (spec?.kind !== "multi") return spec;
  const dimensions = spec.dimensions.map(({ name, partitions }) => ({
    name,
    partitions: withoutNumbers(partitions) ?? partitions,
  }));
  return { kind: "multi", dimensions };
}

/** Whether the windows of two definitions by time have the same bounds, wherever they start and whatever they leave out. */
export function haveSameWindows(a: TimeWindowPartitionsSpec, b: TimeWindowPartitionsSpec): boolean {
  return isSameTimeZone(a, b) && normalCron(a.cron) === normalCron(b.cron);
}

export function isSameTimeZone(a: TimeWindowPartitionsSpec, b: TimeWindowPartitionsSpec): boolean {
  return a.timeZone.toLowerCase() === b.timeZone.toLowerCase();
}

function isSameList<T extends string | number>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
