/** Longest partition key, in bytes of UTF-8: it names stored objects and rows of an index. */
export const MAX_PARTITION_KEY_BYTES = 512;

/**
 * Says why a text cannot be a partition key; `null` when it can. Separators of every kind are allowed: keys of several
 * dimensions escape them, and a range quotes them.
 */
export function checkPartitionKey(key: string): string | null {
  // Projects in JavaScript may give anything.
  if (typeof key !== "string") return "it is no text";
  if (key === "") return "it is empty";
  if (!key.isWellFormed()) return "it has half of a surrogate pair, which is no character";
  if (/[\p{Cc}\u2028\u2029]/u.test(key)) return "it has a control character";
  if (key !== key.trim()) return "it begins or ends with white space";
  const bytes = new TextEncoder().encode(key).length;
  if (bytes > MAX_PARTITION_KEY_BYTES) return `it has ${bytes} bytes, and ${MAX_PARTITION_KEY_BYTES} is the most`;
  return null;
}
