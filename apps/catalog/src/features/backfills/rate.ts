import { formatCount } from "../../format/amounts.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How many steps there are in the time, in the unit that gives a readable number: `1,240 a second`, `3.5 a minute`; "" for none. */
export function describeRate(steps: number, elapsedMs: number): string {
  if (steps <= 0 || elapsedMs <= 0) return "";
  const perSecond = (steps * SECOND) / elapsedMs;
  if (perSecond >= 1) return `${readable(perSecond)} a second`;
  const perMinute = (steps * MINUTE) / elapsedMs;
  return perMinute >= 1 ? `${readable(perMinute)} a minute` : `${readable((steps * HOUR) / elapsedMs)} an hour`;
}

function readable(rate: number): string {
  return rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1).replace(/\.0$/u, "");
}
