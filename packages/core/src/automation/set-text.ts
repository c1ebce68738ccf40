import { PartitionSet } from "../partitions/partition-set.ts";

/** Writes a set as text, for JSON: short for ranges and for scattered sets alike. Equal sets have equal text. */
export function setToText(set: PartitionSet): string {
  const known = texts.get(set);
  if (known !== undefined) return known;
  const text = encode(set);
  texts.set(set, text);
  return text;
}

/** One set stands in many places. */
const texts = new WeakMap<PartitionSet, string>();

function encode(set: PartitionSet): string {
  let bytes = "";
  for (const byte of set.encode()) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

/** Reads what {@link setToText} wrote. @throws PARTITION_SET_INVALID; another error for what is no base64 */
export function textToSet(text: string): PartitionSet {
  const bytes = atob(text);
  return PartitionSet.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
