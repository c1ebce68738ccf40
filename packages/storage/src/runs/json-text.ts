/** What PostgreSQL refuses inside `jsonb`, as `JSON.stringify` writes it: NUL, and halves of surrogate pairs. */
const REFUSED = /\\u(?:0000|d[89a-f])/u;
const NUL = "\0";
const REPLACEMENT = "\u{FFFD}";

/**
 * JSON text that the database accepts, or null for null. User code may put anything into metadata and messages; a
 * character that cannot be stored is replaced, because refusing it would refuse the whole batch that it is part of.
 */
export function writeJsonText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(value);
  return REFUSED.test(text) ? JSON.stringify(clean(value)) : text;
}

/** Text that the database accepts. */
export function writeText(text: string): string;
export function writeText(text: string | null): string | null;
export function writeText(text: string | null): string | null {
  return text?.replaceAll(NUL, REPLACEMENT) ?? null;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed().replaceAll(NUL, REPLACEMENT);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key), clean(member)]));
}
