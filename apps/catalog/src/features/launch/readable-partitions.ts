import { isHeddleError, type PartitionsSpec, resolvePartitions } from "@heddle/core";

/**
 * Whether partitions in words can be read with a definition. True as well where only the server knows the keys: it says then
 * what is wrong.
 */
export function isReadable(spec: PartitionsSpec | null, text: string): boolean {
  if (spec === null || holdsDynamic(spec)) return true;
  try {
    resolvePartitions(spec, { now: Date.now() }).parseRange(text);
    return true;
  } catch (error) {
    if (isHeddleError(error)) return false;
    throw error;
  }
}

function holdsDynamic(spec: PartitionsSpec): boolean {
  if (spec.kind === "multi") return spec.dimensions.some(({ partitions }) => holdsDynamic(partitions));
  return spec.kind === "dynamic";
}
