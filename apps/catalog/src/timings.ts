/**
 * What the application times, as entries of the browser's performance timeline: developer tools show them, and the
 * benchmark of the catalog reads them. Only the newest entry of each name is kept.
 */
export type Timing =
  /** From the request of a layout to its answer; the worker's own time is in the detail, as `workMs`. */
  | "lineage-layout"
  /** A scene was painted for the first time. */
  | "lineage-painted"
  /** From a change of the focus to the frame that shows it. */
  | "lineage-focus"
  /** The search behind one query of the palette. */
  | "palette-query"
  /** From the statuses of an asset's partitions to their picture. */
  | "partition-strip";

/** Notes that something has happened. */
export function markTiming(timing: Timing): void {
  performance.clearMarks(`heddle:${timing}`);
  performance.mark(`heddle:${timing}`);
}

/** Notes how long something took that began at `start`, in milliseconds of `performance.now()`. */
export function measureTiming(timing: Timing, start: number, detail?: Readonly<Record<string, number>>): void {
  performance.clearMeasures(`heddle:${timing}`);
  performance.measure(`heddle:${timing}`, { start, ...(detail !== undefined && { detail }) });
}
