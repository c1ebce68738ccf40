import type { PartitionSpace } from "../partitions/partition-space.ts";
import { evaluateFreshness, type FreshnessInput } from "./evaluate-freshness.ts";
import type { FreshnessState } from "./freshness-spec.ts";

/** One change of an asset's freshness: a row of its history. */
export interface FreshnessChange {
  /** `null` for the first state that is known. */
  readonly from: FreshnessState | null;
  readonly to: FreshnessState;
  /** When it changed, in epoch milliseconds, whenever that was noticed. */
  readonly at: number;
}

/** What {@link freshnessChanges} takes. */
export interface FreshnessChangesInput extends Omit<FreshnessInput, "space" | "at"> {
  /** The asset's partitions, resolved at an instant. */
  readonly spaceAt: (at: number) => PartitionSpace;
  /** The state that is known; `null` for none. */
  readonly state: FreshnessState | null;
  /** Since when what is materialized is as it is: epoch milliseconds. */
  readonly since: number;
  /** Epoch milliseconds of the present. */
  readonly until: number;
}

/** A stretch of time has a handful of changes; a policy that cannot come to rest ends here. */
const MAX_CHANGES = 1_000;

/**
 * What changed since something was last materialized, in order, at the instants at which it changed: nothing is lost while
 * nobody looked, and looking more often finds no more. Call it before every change of what is materialized, and after it.
 */
export function freshnessChanges(input: FreshnessChangesInput): FreshnessChange[] {
  const changes: FreshnessChange[] = [];
  let state = input.state;
  let at: number | null = input.since;
  for (let looked = 0; at !== null && at <= input.until && looked < MAX_CHANGES; looked += 1) {
    const found = evaluateFreshness({ ...input, space: input.spaceAt(at), at });
    if (found.state !== state) changes.push({ from: state, to: found.state, at });
    state = found.state;
    at = found.changesAt;
  }
  return changes;
}
