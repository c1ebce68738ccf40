import { isHeddleError, resolvePartitions } from "@heddle/core";
import { type PartitionsSpec } from "@heddle/core/internal";
import { dynamicNames } from "../../partitions/dynamic-names.ts";

/**
 * Whether partitions in words can be read with a definition. True as well where only the server knows the keys: it says then
 * what is wrong.
 */
export function isReadable(spec: PartitionsSpec | null, text: string): boolean {
  if (spec === null || dynamicNames(spec).length > 0) return true;
  try {
    resolvePartitions(spec, { now: Date.now() }).parseRange(text);
    return true;
  } catch (error) {
    if (isHeddleError(error)) return false;
    throw error;
  }
}
