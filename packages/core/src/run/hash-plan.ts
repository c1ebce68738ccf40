import { PartitionSet } from "../partitions/partition-set.ts";
import { sha256 } from "../sha256.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * Names what a plan does, hex. Two plans have the same hash exactly when they make the same partitions of the same
 * assets with the same code and config, in the same order and pieces, waiting for the same, and replace as much; when
 * they were made, and what they warn of, does not matter. So a person can confirm a plan, and it can be made again from
 * the newest state and compared.
 */
export function hashPlan(plan: RunPlan): string {
  // What is counted apart from `overwrites` is news about the state, and no difference in what is done.
  // A scattered set has a million bounds as ranges and a hundred kilobytes as it is stored.
  const assets = plan.assets.map((asset) => ({
    ...asset,
    partitions: toText(PartitionSet.fromRanges(asset.partitions).encode()),
    counts: null,
  }));
  return sha256(canonicalJson({ protocol: plan.protocol, order: plan.order, assets }));
}

/** One character for each byte. */
function toText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** JSON with the keys of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
