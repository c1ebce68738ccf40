import type { PartitionSet } from "../partitions/partition-set.ts";
import type { SpentPiece } from "./automation-state.ts";
import { unionOf, type Piece } from "./truth.ts";

/** What the guard knows of one target in one evaluation. */
export interface GuardInput {
  /** Where the condition holds. */
  readonly held: PartitionSet;
  /** Since when, and in which generation, where events say so. */
  readonly pieces: readonly Piece[];
  readonly inProgress: PartitionSet;
  readonly failed: PartitionSet;
  /** Of the evaluation before. */
  readonly spent: readonly SpentPiece[];
  /** Of the evaluation, in epoch milliseconds. */
  readonly at: number;
  /** Largest generation that is requested: see {@link generationLimit}. */
  readonly maxGeneration: number;
}

/** How often the same partition is requested in a row without anything that could be the cause. */
export const MAX_TRIES = 10;

/** What may be requested. */
export interface GuardVerdict {
  readonly requested: PartitionSet;
  /** Partitions whose next request would only lead to the next one. */
  readonly stopped: PartitionSet;
  readonly spent: readonly SpentPiece[];
}

/** In a graph without circles no generation exceeds its depth by more than one. */
export function generationLimit(depth: number): number {
  return depth + 5;
}

/**
 * Ends endless loops. A request that an update caused is one generation older than the run that made the update, when
 * conditions had requested that run; what the outside world causes is of generation 1. A generation that is larger than the
 * graph is deep proves that conditions set off each other in a circle. A request without any cause since the partition's
 * last one (its condition just holds, such as `executionFailed()` after every failure) is one more try.
 *
 * A partition that came to rest (its condition does not hold, no run holds it, it did not fail) begins anew.
 */
export function guardRequests(input: GuardInput): GuardVerdict {
  const { held, inProgress, failed, at, maxGeneration } = input;
  // What a run holds already is not requested a second time, whatever the condition says.
  const candidates = held.subtract(inProgress);
  const assigned = assignGenerations(candidates, input);
  const [over, allowed] = [true, false].map((isOver) =>
    assigned.filter(({ generation, tries }) => (generation > maxGeneration || tries > MAX_TRIES) === isOver),
  );
  const stopped = unionOf((over ?? []).map(({ set }) => set));
  const active = held.union(inProgress).union(failed);
  const again = candidates.subtract(stopped);
  const kept = input.spent.map((piece) => ({ ...piece, set: piece.set.intersect(active).subtract(again) }));
  const fresh = (allowed ?? []).map((piece) => ({ ...piece, at }));
  return { requested: held.subtract(stopped), stopped, spent: joinSpent([...kept, ...fresh]) };
}

function assignGenerations(candidates: PartitionSet, { pieces, spent }: GuardInput): Omit<SpentPiece, "at">[] {
  const assigned: Omit<SpentPiece, "at">[] = [];
  let rest = candidates;
  const assign = (set: PartitionSet, counts: Pick<SpentPiece, "generation" | "tries">): void => {
    if (set.isEmpty) return;
    assigned.push({ set, ...counts });
    rest = rest.subtract(set);
  };
  // Of several causes the least grown counts: what the outside world caused is no loop.
  const known = pieces.flatMap(({ set, at, generation }) => (generation === null ? [] : [{ set, at, generation }]));
  for (const { set, at, generation } of known.toSorted((a, b) => a.generation - b.generation)) {
    // A cause that was there at the last request has been spent on it.
    const used = unionOf(spent.flatMap((piece) => (piece.at >= at ? [piece.set] : [])));
    assign(set.intersect(rest).subtract(used), { generation: generation + 1, tries: 1 });
  }
  for (const { set, generation, tries } of spent) assign(set.intersect(rest), { generation, tries: tries + 1 });
  assign(rest, { generation: 1, tries: 1 });
  return assigned;
}

function joinSpent(pieces: readonly SpentPiece[]): SpentPiece[] {
  const joined = new Map<string, SpentPiece>();
  for (const piece of pieces) {
    if (piece.set.isEmpty) continue;
    const name = `${piece.at} ${piece.generation} ${piece.tries}`;
    const known = joined.get(name);
    joined.set(name, known === undefined ? piece : { ...known, set: known.set.union(piece.set) });
  }
  return [...joined.values()].toSorted((a, b) => a.at - b.at || a.generation - b.generation || a.tries - b.tries);
}
