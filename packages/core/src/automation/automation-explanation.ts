import type { PartitionSet } from "../partitions/partition-set.ts";
import type { ConditionSpec } from "./condition-spec.ts";

/** What an evaluation found for one asset's condition, or one check's. */
export interface AutomationExplanation {
  readonly asset: string;
  readonly check: string | null;
  /** Epoch milliseconds of the evaluation. */
  readonly at: number;
  readonly cursor: string;
  readonly requested: PartitionSet;
  /** Partitions for which the condition holds and which are not requested, to end an endless loop. */
  readonly stopped: PartitionSet;
  readonly root: ExplainedPart;
}

/** What one part of a condition was true for. */
export interface ExplainedPart {
  readonly spec: ConditionSpec;
  /** The asset whose partitions are meant. */
  readonly asset: string;
  readonly held: PartitionSet;
  /** For `since`: when what it still holds for became true, in epoch milliseconds. */
  readonly since?: readonly { readonly at: number; readonly set: PartitionSet }[];
  /** Of a condition on dependencies: one part for each asset that it looked at, about that asset's partitions. */
  readonly parts: readonly ExplainedPart[];
}

/** A number that changes when the explanation holds for other partitions. */
export function fingerprintOf({ root, requested, stopped }: AutomationExplanation): number {
  let hash = 0x811c9dc5;
  const add = (value: number): void => {
    // Ordinals are wider than 32 bits.
    hash = Math.imul(hash ^ (value | 0), 0x01000193);
    hash = Math.imul(hash ^ Math.floor(value / 2 ** 32), 0x01000193);
  };
  const addSet = (set: PartitionSet): void => {
    add(set.ranges.length);
    for (const bound of set.ranges) add(bound);
  };
  const addPart = (part: ExplainedPart): void => {
    addSet(part.held);
    for (const { at, set } of part.since ?? []) {
      add(at);
      addSet(set);
    }
    for (const inner of part.parts) addPart(inner);
  };
  addSet(requested);
  addSet(stopped);
  addPart(root);
  return hash >>> 0;
}
