import { PARTITION_STATUSES } from "@heddle/core/internal";
import { URGENCY } from "@heddle/engine/planning";

/** By status code: the lower, the more urgent. */
const RANK = PARTITION_STATUSES.map((status) => URGENCY.indexOf(status));

/** Runs of equal status, and how many ordinals one of their statuses stands for. */
export interface CoarseStatuses {
  /** `[statusCode, start, end, …]`; covers exactly what the list that was given covers. */
  readonly runs: readonly number[];
  /** 1: exact. Else a power of two: the partitions in a block of so many ordinals show their most urgent status. */
  readonly resolution: number;
}

/**
 * Shortens a list of runs of equal status until it has at most `maxRuns` of them: the partitions in a block of ordinals
 * take their most urgent status, and blocks double in size until that is enough. Gaps between partitions stay, so where
 * there are more gaps than that, more runs stay too. Cost is by the number of runs.
 */
export function coarsenStatuses(runs: readonly number[], maxRuns: number): CoarseStatuses {
  const span = (runs.at(-1) ?? 0) - (runs[1] ?? 0);
  let coarse = runs;
  let resolution = 1;
  while (coarse.length > maxRuns * 3 && resolution < span) {
    resolution *= 2;
    coarse = mergeBlocks(coarse, resolution);
  }
  return { runs: coarse, resolution };
}

/** Adjacent partitions of one block of ordinals that are to show one status. */
interface Block {
  code: number;
  readonly index: number;
  readonly start: number;
  end: number;
}

function mergeBlocks(runs: readonly number[], size: number): number[] {
  const merged: number[] = [];
  let block: Block | undefined;
  for (let at = 0; at < runs.length; at += 3) {
    const [code = 0, start = 0, end = 0] = [runs[at], runs[at + 1], runs[at + 2]];
    // Three steps at most: the rest of a block that began before, whole blocks, the beginning of one that goes on.
    for (let from = start; from < end;) {
      const index = Math.floor(from / size);
      const isWhole = from === index * size && end - from >= size;
      const to = isWhole ? Math.floor(end / size) * size : Math.min(end, (index + 1) * size);
      if (!isWhole && block?.index === index && block.end === from) {
        block.code = moreUrgent(block.code, code);
        block.end = to;
      } else {
        append(merged, block);
        block = { code, index, start: from, end: to };
      }
      from = to;
    }
  }
  append(merged, block);
  return merged;
}

function append(runs: number[], block: Block | undefined): void {
  if (block === undefined) return;
  const last = runs.length - 3;
  if (runs[last] === block.code && runs[last + 2] === block.start) runs[last + 2] = block.end;
  else runs.push(block.code, block.start, block.end);
}

function moreUrgent(a: number, b: number): number {
  return (RANK[a] ?? 0) <= (RANK[b] ?? 0) ? a : b;
}

/** The part of a list of runs that lies within `[start, end)`. */
export function clipStatuses(runs: readonly number[], start: number, end: number): number[] {
  const clipped: number[] = [];
  for (let at = 0; at < runs.length; at += 3) {
    const from = Math.max(start, runs[at + 1] ?? 0);
    const to = Math.min(end, runs[at + 2] ?? 0);
    if (from < to) clipped.push(runs[at] ?? 0, from, to);
  }
  return clipped;
}
