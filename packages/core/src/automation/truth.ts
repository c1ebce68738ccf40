import { PartitionSet } from "../partitions/partition-set.ts";

/** Partitions for which something became true together. */
export interface Piece {
  readonly set: PartitionSet;
  /** When, in epoch milliseconds. */
  readonly at: number;
  /** Not so for what this run makes; `null`: for everything. */
  readonly run: string | null;
  /** How many requests of conditions in a row led to it; `null` where nobody can say. */
  readonly generation: number | null;
}

/** For which partitions a condition holds. */
export interface Truth {
  readonly held: PartitionSet;
  /** Since when, where events made it hold; together they are `held`. `null`: it is so now. */
  readonly pieces: readonly Piece[] | null;
  /** Whether it holds for partitions that do not exist. */
  readonly outside: boolean;
}

/** More pieces than these are joined, the oldest first. */
export const MAX_PIECES = 24;

export const NOWHERE: Truth = { held: PartitionSet.EMPTY, pieces: null, outside: false };

/** What holds without anybody knowing since when. */
export function status(held: PartitionSet, outside = false): Truth {
  return held.isEmpty && !outside ? NOWHERE : { held, pieces: null, outside };
}

const NEVER: Truth = { held: PartitionSet.EMPTY, pieces: [], outside: false };

/** What events made true. */
export function event(pieces: readonly Piece[]): Truth {
  if (pieces.length === 0) return NEVER;
  const kept = pieces.filter(({ set }) => !set.isEmpty);
  return kept.length === 0 ? NEVER : { held: unionOf(kept.map(({ set }) => set)), pieces: kept, outside: false };
}

export function unionOf(sets: readonly PartitionSet[]): PartitionSet {
  return sets.reduce((all, set) => all.union(set), PartitionSet.EMPTY);
}

/** The pieces of a truth; what holds now is one piece of this instant. */
export function piecesOf({ held, pieces }: Truth, now: number): readonly Piece[] {
  if (pieces !== null) return pieces;
  return held.isEmpty ? [] : [{ set: held, at: now, run: null, generation: null }];
}

/** Holds where all do. Events say since when; of several the last one. */
export function allOf(truths: readonly Truth[], all: PartitionSet): Truth {
  const held = truths.reduce(
    (set, truth) => (set.isEmpty || set === truth.held ? set : set.intersect(truth.held)),
    all,
  );
  const outside = truths.every((truth) => truth.outside);
  const eventful = truths.flatMap(({ pieces }) => (pieces === null ? [] : [pieces]));
  const [first, ...rest] = eventful;
  if (first === undefined) return { held, pieces: null, outside };
  const joint = rest.reduce(
    (joined, pieces) => joined.flatMap((a) => pieces.map((b) => bothOf(a, b))).filter(({ set }) => !set.isEmpty),
    first,
  );
  if (joint.length === 0) return { held, pieces: joint, outside };
  const pieces = joint.map((piece) => ({ ...piece, set: piece.set.intersect(held) }));
  return { held, pieces: joinPieces(pieces), outside };
}

function bothOf(a: Piece, b: Piece): Piece {
  const [earlier, later] = a.at <= b.at ? [a, b] : [b, a];
  return { ...later, set: a.set.intersect(b.set), run: later.run ?? earlier.run };
}

/** Holds where any does. */
export function anyOf(truths: readonly Truth[], now: number): Truth {
  const [only] = truths;
  if (only !== undefined && truths.length === 1) return only;
  const held = unionOf(truths.map((truth) => truth.held));
  const outside = truths.some((truth) => truth.outside);
  if (truths.every(({ pieces }) => pieces === null)) return status(held, outside);
  if (held.isEmpty && !outside) return NEVER;
  return { held, pieces: joinPieces(truths.flatMap((truth) => piecesOf(truth, now))), outside };
}

/**
 * One piece for what became true together; of too many the oldest are joined, as if all of them had become true with the
 * newest of these: rather made once too often than left out of date.
 */
export function joinPieces(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.length === 0 || (pieces.length === 1 && pieces[0]?.set.isEmpty === false)) return pieces;
  const joined = new Map<string, Piece>();
  for (const piece of pieces) {
    if (piece.set.isEmpty) continue;
    const name = `${piece.at} ${piece.generation ?? "?"} ${piece.run ?? ""}`;
    const known = joined.get(name);
    joined.set(name, known === undefined ? piece : { ...known, set: known.set.union(piece.set) });
  }
  const sorted = [...joined.values()].toSorted((a, b) => a.at - b.at);
  if (sorted.length <= MAX_PIECES) return sorted;
  const old = sorted.splice(0, sorted.length - MAX_PIECES + 1);
  const last = old.at(-1);
  if (last === undefined) return sorted;
  const generations = old.map(({ generation }) => generation ?? Infinity);
  const least = Math.min(...generations);
  const set = unionOf(old.map((piece) => piece.set));
  return [{ set, at: last.at, run: null, generation: least === Infinity ? null : least }, ...sorted];
}

/** Takes away from pieces what a reset ends: a piece that is not newer than it. */
export function endPieces(pieces: readonly Piece[], resets: readonly Piece[]): readonly Piece[] {
  if (pieces.length === 0 || resets.length === 0) return pieces;
  return pieces.flatMap((piece) => {
    const ended = resets.flatMap((reset) => (reset.at >= piece.at ? [reset.set] : []));
    const set = ended.length === 0 ? piece.set : piece.set.subtract(unionOf(ended));
    return set.isEmpty ? [] : [{ ...piece, set }];
  });
}
