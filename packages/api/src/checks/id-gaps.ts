import { PartitionSet } from "@heddle/core/internal";

/** No transaction stays open for so long, so an id that has not appeared by then never will. */
const GIVE_UP_AFTER_MS = 60_000;

/**
 * Ids that were given out and have not appeared yet. A sequence hands out ids before transactions commit, so a reader
 * that only asks for what is after the highest id it has seen would miss those that commit late.
 */
export class IdGaps {
  #gaps: readonly { readonly ids: PartitionSet; readonly sinceMs: number }[] = [];

  /** What to look for again, as flat half-open ranges. `nowMs` is of a monotonic clock. */
  ranges(nowMs: number): readonly number[] {
    this.#gaps = this.#gaps.filter(({ ids, sinceMs }) => !ids.isEmpty && nowMs - sinceMs < GIVE_UP_AFTER_MS);
    return this.#gaps.reduce((all, { ids }) => all.union(ids), PartitionSet.EMPTY).ranges;
  }

  /** Takes in which ids have appeared: those after `afterId`, and late ones. */
  note(afterId: number, appeared: readonly number[], nowMs: number): void {
    if (appeared.length === 0) return;
    const seen = PartitionSet.of(appeared);
    const left = this.#gaps.map(({ ids, sinceMs }) => ({ ids: ids.subtract(seen), sinceMs }));
    const highest = seen.last ?? afterId;
    const opened = PartitionSet.range(afterId + 1, highest + 1).subtract(seen);
    this.#gaps = [...left, { ids: opened, sinceMs: nowMs }].filter(({ ids }) => !ids.isEmpty);
  }
}
