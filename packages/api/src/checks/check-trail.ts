import { verdictOf, type CheckTrailRow, type CheckVerdict, type NewCheckResult } from "@heddle/storage";
import type { PartitionSet } from "@heddle/core/internal";

/** Newest results of a check that are remembered. */
export const TRAIL_LENGTH = 24;

/** Changes of outcome on one partition among these that make a check flap. */
const FLAPS = 3;

/** One of the newest results of a check. */
interface TrailResult {
  readonly id: number;
  readonly ordinal: number;
  readonly outcome: CheckVerdict;
  readonly at: number;
}

/** The newest results of a check, the oldest first, and what they say together. */
export interface CheckTrail {
  readonly recent: readonly TrailResult[];
  /** When an outcome last became another one on its partition; a first success is no change. */
  readonly changedAt: number | null;
}

export const EMPTY_TRAIL: CheckTrail = { recent: [], changedAt: null };

const OUTCOMES = { p: "passed", w: "warned", f: "failed" } as const;

/** A trail as the database gathers it. */
export function trailOf({ recent, changedAt }: CheckTrailRow): CheckTrail {
  return {
    recent: recent.map(([id, ordinal, letter, at]) => ({ id, ordinal, outcome: OUTCOMES[letter], at })),
    changedAt: changedAt?.getTime() ?? null,
  };
}

/** Takes newer results in; `before` is what the partitions said until then. Results that it holds already stay single. */
export function extendTrail(
  trail: CheckTrail,
  results: readonly NewCheckResult[],
  before: { readonly [outcome in CheckVerdict]: PartitionSet },
): CheckTrail {
  const known = new Set(trail.recent.map(({ id }) => id));
  const added = results
    .filter(({ id }) => !known.has(id))
    .map((result) => ({
      id: result.id,
      ordinal: result.ordinal,
      outcome: verdictOf(result),
      at: result.at.getTime(),
    }));
  const outcomes = new Map<number, CheckVerdict>();
  let { changedAt } = trail;
  for (const { ordinal, outcome, at } of added) {
    const last = outcomes.get(ordinal) ?? verdictBefore(before, ordinal);
    if (last !== outcome) changedAt = Math.max(changedAt ?? 0, at);
    outcomes.set(ordinal, outcome);
  }
  const recent = [...trail.recent, ...added].toSorted((a, b) => a.id - b.id).slice(-TRAIL_LENGTH);
  return { recent, changedAt };
}

/** A partition without a result counts as one that passed: its first success is nothing new. */
function verdictBefore(before: { readonly [outcome in CheckVerdict]: PartitionSet }, ordinal: number): CheckVerdict {
  if (before.failed.has(ordinal)) return "failed";
  return before.warned.has(ordinal) ? "warned" : "passed";
}

/** Whether the outcome goes to and fro on one partition. */
export function isFlapping({ recent }: CheckTrail): boolean {
  return [...Map.groupBy(recent, ({ ordinal }) => ordinal).values()].some(
    (results) => results.filter(({ outcome }, i) => i > 0 && outcome !== results[i - 1]?.outcome).length >= FLAPS,
  );
}
