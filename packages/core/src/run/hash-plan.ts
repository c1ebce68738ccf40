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
  return sha256(canonicalJson({ protocol: plan.protocol, order: plan.order, purpose: plan.purpose, assets }));
}

/** Bytes that one call takes as arguments. */
const BYTES_AT_ONCE = 8_192;

/** One character for each byte. */
function toText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += BYTES_AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + BYTES_AT_ONCE));
  }
  return text;
}

/** JSON with the keys of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return textOf(value) ?? "null";
}

/**
 * `undefined` for what JSON leaves out. Written by hand: with a replacer, every object is taken apart and made anew; and
 * plans of thousands of assets are hashed while conditions wait for their runs.
 */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return textOfArray(value);
  if ("toJSON" in value && typeof value.toJSON === "function") return textOf(value.toJSON());
  let text = "";
  const members = value as Readonly<Record<string, unknown>>;
  // In the order of UTF-16 code units, as `<` has it.
  for (const key of Object.keys(value).toSorted()) {
    const written = textOf(members[key]);
    if (written !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${written}`;
  }
  return `{${text}}`;
}

function textOfArray(values: readonly unknown[]): string {
  let text = "";
  for (const value of values) text += `${text === "" ? "" : ","}${textOf(value) ?? "null"}`;
  return `[${text}]`;
}
