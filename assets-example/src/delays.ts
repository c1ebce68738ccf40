import { percent, round, sumOf } from "./statistics.ts";

/** What is counted of departures. Counts and sums can be added up over days and airports; shares and means cannot. */
export interface DelayCounts {
  readonly departures: number;
  /** How many of them arrived at least 15 minutes late. */
  readonly late: number;
  /** Minutes of delay, of all of them together. */
  readonly delaySum: number;
}

/** How punctual departures were. */
export interface Delays {
  readonly departures: number;
  readonly latePercent: number;
  /** Minutes. */
  readonly delayMean: number;
}

/** Sums up the delays of any number of airports, days or months. */
export function delaysOf(counts: readonly DelayCounts[]): Delays {
  const departures = sumOf(counts, (count) => count.departures);
  const late = sumOf(counts, (count) => count.late);
  const delaySum = sumOf(counts, (count) => count.delaySum);
  const delayMean = departures === 0 ? 0 : round(delaySum / departures);
  return { departures, latePercent: percent(late, departures), delayMean };
}
