/** After each of these a run that waits, or goes on, counts as one priority higher. */
export const AGEING_STEP_MS = 600_000;

/** What has a priority, and for how long. */
export interface Ageing {
  /** Higher goes first. */
  readonly priority: number;
  /** Since when it could have gone, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * The priority that counts. Nothing starves: what waits rises step by step until it is level with what is highest, and
 * shares with that from then on; it never rises above, so that a long backfill keeps nothing fresh out either.
 *
 * @param highest of the priorities that were given, among all that compete
 */
export function agedPriority({ priority, waitedMs }: Ageing, highest: number): number {
  return Math.min(Math.max(highest, priority), priority + Math.max(0, Math.floor(waitedMs / AGEING_STEP_MS)));
}

/** Replaces the priorities of all that compete by those that count. */
export function agePriorities<T extends Ageing>(all: readonly T[]): T[] {
  const highest = all.reduce((most, { priority }) => Math.max(most, priority), -Infinity);
  return all.map((one) => ({ ...one, priority: agedPriority(one, highest) }));
}
