import { agePriorities } from "@heddle/core/internal";

/** A run that has something to claim. */
export interface CapacityCandidate {
  readonly runId: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Since when it could have gone, in milliseconds of database time. */
  readonly waitedMs: number;
  /** Steps of it that run now, anywhere. */
  readonly running: number;
  /** Most steps of it that may run at once; null for no limit. */
  readonly maxConcurrency: number | null;
}

/**
 * Shares free places among runs: by priority, which rises with time, and among equals one by one to the run with the
 * fewest running steps, so that a long backfill never starves the runs that were launched after it; then by lot, since
 * with few places for many runs the oldest would always have them.
 *
 * @param random draws from 0 (inclusive) to 1 (exclusive)
 * @returns places by run id, for runs that get any
 */
export function shareCapacity(
  capacity: number,
  candidates: readonly CapacityCandidate[],
  random: () => number,
): Map<number, number> {
  const shares = new Map<number, number>();
  const queue = agePriorities(candidates)
    .map((candidate) => ({ ...candidate, room: (candidate.maxConcurrency ?? Infinity) - candidate.running }))
    .filter(({ room }) => room > 0)
    .toSorted((a, b) => b.priority - a.priority || a.runId - b.runId);
  let left = capacity;
  for (let at = 0; at < queue.length && left > 0;) {
    const priority = queue[at]?.priority;
    const equals = queue.slice(at).filter((candidate) => candidate.priority === priority);
    at += equals.length;
    left = shareEqually(left, drawLots(equals, left, random), shares);
  }
  return shares;
}

/** The order in which equals are served matters only when there are fewer places than runs. */
function drawLots<T>(equals: readonly T[], places: number, random: () => number): readonly T[] {
  if (places >= equals.length) return equals;
  const drawn = [...equals];
  // Fisher and Yates.
  for (let at = drawn.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    const [a, b] = [drawn[at], drawn[other]];
    if (a === undefined || b === undefined) continue;
    [drawn[at], drawn[other]] = [b, a];
  }
  return drawn;
}

interface Candidate {
  readonly runId: number;
  readonly running: number;
  readonly room: number;
}

/** Raises the runs with the fewest running steps together, level by level, until nothing is left. */
function shareEqually(capacity: number, equals: readonly Candidate[], shares: Map<number, number>): number {
  let left = capacity;
  let open = equals.map((candidate) => ({ ...candidate, share: 0 }));
  while (left > 0 && open.length > 0) {
    const level = Math.min(...open.map(({ running, share }) => running + share));
    const lowest = open.filter(({ running, share }) => running + share === level);
    const others = open.filter((candidate) => !lowest.includes(candidate));
    const nextLevel = Math.min(...others.map(({ running, share }) => running + share));
    const room = Math.min(...lowest.map((candidate) => candidate.room - candidate.share));
    // At least one each, at most up to the next run's level or to the first limit.
    const rise = Math.max(1, Math.min(nextLevel - level, room, Math.floor(left / lowest.length)));
    for (const candidate of lowest) {
      const given = Math.min(rise, left);
      candidate.share += given;
      left -= given;
      if (given > 0) shares.set(candidate.runId, candidate.share);
    }
    open = open.filter((candidate) => candidate.share < candidate.room);
  }
  return left;
}
