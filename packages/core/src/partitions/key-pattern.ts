import { PartitionSet } from "./partition-set.ts";
import type { TextMeaning } from "./text-meaning.ts";

/** Texts with `*` stand for the keys that fit: `eu-*`, `*-2024-*`. */
export function keyPatterns(keys: readonly (string | null)[]): TextMeaning {
  return {
    read: (text) => {
      if (!text.includes("*")) return null;
      const pieces = text.split("*");
      return PartitionSet.of(keys.flatMap((key, ordinal) => (fits(key, pieces) ? [ordinal] : [])));
    },
  };
}

/** Whether a key is made of the pieces, in their order, with anything between them. */
function fits(key: string | null, pieces: readonly string[]): boolean {
  const [start = "", end = ""] = [pieces[0], pieces.at(-1)];
  if (key === null || key.length < start.length + end.length || !key.startsWith(start) || !key.endsWith(end))
    return false;
  const limit = key.length - end.length;
  let at = start.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = key.indexOf(piece, at);
    if (found < 0 || found + piece.length > limit) return false;
    at = found + piece.length;
  }
  return true;
}
