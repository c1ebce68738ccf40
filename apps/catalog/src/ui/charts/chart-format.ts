import { formatBytes } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { formatInstant } from "../../format/instants.ts";
import type { ChartAxis } from "./chart-data.ts";

const exact = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** A value as a person reads it: `12,345 rows`, `4.2 MB`, `3 m 05 s`. */
export function formatValue(value: number, unit: string | null): string {
  if (isReadable(value, unit)) return readable(value, unit);
  return unit === null || unit === "" ? exact.format(value) : `${exact.format(value)} ${unit}`;
}

/** The same where room is short; the unit stands elsewhere. */
export function formatAxisValue(value: number, unit: string | null): string {
  return isReadable(value, unit) ? readable(value, unit) : short.format(value);
}

function isReadable(value: number, unit: string | null): boolean {
  return value >= 0 && (unit === "bytes" || unit === "B" || unit === "ms");
}

function readable(value: number, unit: string | null): string {
  return unit === "ms" ? formatDuration(value) : formatBytes(value);
}

/** Where a point stands, in words. */
export function formatPoint(at: number, axis: ChartAxis): string {
  return axis.kind === "time" ? formatInstant(at) : axis.labelOf(at);
}
