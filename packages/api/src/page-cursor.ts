import { HeddleError } from "@heddle/core";

/** Writes a place in a list as an opaque cursor. */
export function writeCursor(...parts: readonly number[]): string {
  return parts.map((part) => part.toString(36)).join(".");
}

/** Reads what {@link writeCursor} wrote from `size` numbers. @throws API_CURSOR_INVALID */
export function parseCursor(cursor: string, size: number): number[] {
  const parts = cursor.split(".");
  const numbers = parts.map((part) => (/^-?[0-9a-z]{1,11}$/.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  if (parts.length === size && numbers.every(Number.isSafeInteger)) return numbers;
  throw new HeddleError("API_CURSOR_INVALID", "the cursor is not one that this server gave out", {
    details: { cursor },
  });
}
