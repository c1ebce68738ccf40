import { HeddleError } from "./errors.ts";

/** Longest asset key, in bytes of UTF-8; the catalog, the database and every store can hold it. */
export const MAX_ASSET_KEY_BYTES = 255;

/**
 * Splits an asset key into its segments: `"weather/raw"` → `["weather", "raw"]`.
 *
 * @throws ASSET_KEY_INVALID when it is no asset key; see {@link findAssetKeyProblem}
 */
export function parseAssetKey(key: string): readonly string[] {
  const problem = findAssetKeyProblem(key);
  if (problem !== null) {
    throw new HeddleError("ASSET_KEY_INVALID", `${JSON.stringify(key)} is not an asset key: ${problem}`, {
      hint: 'Write segments joined by "/", such as "weather/raw".',
      details: { key },
    });
  }
  return key.split("/");
}

/** Joins segments to an asset key. @throws ASSET_KEY_INVALID */
export function formatAssetKey(segments: readonly string[]): string {
  const key = segments.join("/");
  parseAssetKey(key);
  return key;
}

/**
 * Says in words why `key` cannot be an asset key, or `null` when it can. A key is made of segments joined by `/`, none
 * of them empty, `.` or `..`; it has no control characters and no marks that change the direction of text, is in
 * Unicode normal form C, and has at most {@link MAX_ASSET_KEY_BYTES} bytes.
 */
export function findAssetKeyProblem(key: unknown): string | null {
  if (typeof key !== "string") return "it is not a string";
  if (key === "") return "it is empty";
  if (!key.isWellFormed()) return "it holds half of a surrogate pair";
  const unprintable = UNPRINTABLE.exec(key)?.[0].codePointAt(0);
  if (unprintable !== undefined) {
    const code = unprintable.toString(16).toUpperCase().padStart(4, "0");
    return `it holds a control character or a mark that changes the direction of text (U+${code})`;
  }
  if (key !== key.normalize("NFC"))
    return `it is not in Unicode normal form C (write ${JSON.stringify(key.normalize("NFC"))})`;
  const bytes = utf8Length(key);
  if (bytes > MAX_ASSET_KEY_BYTES) return `it has ${bytes} bytes, and ${MAX_ASSET_KEY_BYTES} are the most`;
  for (const segment of key.split("/")) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..")
      return `"${segment}" is not a segment, as it has a meaning of its own in paths`;
    if (segment !== segment.trim()) return `the segment "${segment}" begins or ends with a blank`;
  }
  return null;
}

/**
 * The form in which two keys are equal that a file system may take for one: without difference of letter case and of
 * Unicode normal form.
 */
export function foldAssetKey(key: string): string {
  // Upper case first: it also unites letters that have two lower-case forms, such as the Greek sigma.
  return key.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/u;

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
