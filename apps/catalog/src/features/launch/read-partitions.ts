import { isHeddleError } from "@heddle/core";
import { type PartitionSet } from "@heddle/core/internal";
import type { Partitions } from "../../partitions/partition-space.ts";

/** What a text of partitions comes to. */
export type PartitionsRead =
  | { readonly kind: "reading" }
  | { readonly kind: "all" }
  /** Only the server knows all keys: it says what is wrong. */
  | { readonly kind: "unknown" }
  | { readonly kind: "set"; readonly set: PartitionSet }
  | { readonly kind: "invalid"; readonly message: string; readonly hint: string | null };

/** Reads partitions in words with the definition that they belong to. */
export function readPartitions(text: string, partitions: Partitions | null): PartitionsRead {
  if (text.trim() === "") return { kind: "all" };
  if (partitions === null) return { kind: "reading" };
  try {
    return { kind: "set", set: partitions.space.parseRange(text) };
  } catch (error) {
    if (!isHeddleError(error)) throw error;
    if (!partitions.knowsAllKeys) return { kind: "unknown" };
    return { kind: "invalid", message: error.message, hint: error.hint ?? null };
  }
}
