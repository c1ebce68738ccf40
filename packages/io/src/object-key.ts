import { HeddleError, type OutputTarget } from "@heddle/core";
import { hash } from "node:crypto";

/** Longest encoded part in bytes; file systems allow 255 for a name, and some of that is taken by temporary names. */
const MAX_PART_BYTES = 200;
/** Longest encoded asset key in bytes; with partition and attempt it stays below the 1,024 bytes of an S3 key. */
const MAX_ASSET_PATH_BYTES = 400;
/** Longest object key in bytes that a store takes. */
const MAX_KEY_BYTES = 1024;
/** How much of a part that is too long stays readable before its hash. */
const READABLE_CHARACTERS = 100;

const EXTENSION = /^[a-z0-9]{1,16}$/;

/**
 * Makes the key of an object: `<asset path>/<partition or _>/<attempt>.<extension>`, such as
 * `weather/raw/2012-01-01/17-1.parquet`.
 *
 * Distinct targets give distinct keys, also on file systems that do not tell letter case or Unicode normal forms apart,
 * and no key can leave the store's root: each part is written with letters, digits, `_`, `-` and `%` alone (see
 * `encodePart`), and no directory's name has the dot that every object's name has.
 *
 * @throws IO_KEY_INVALID when a part has control characters or broken Unicode
 */
export function encodeObjectKey(target: OutputTarget, extension: string): string {
  if (!EXTENSION.test(extension)) {
    throw new HeddleError("IO_KEY_INVALID", `"${extension}" is not a file extension`, {
      hint: "Use 1 to 16 lower-case letters and digits, without a dot.",
    });
  }
  const partition = target.partitionKey === null ? "_" : encodePart(target.partitionKey, "partition key");
  return `${encodeAssetPath(target.assetKey)}/${partition}/${encodePart(target.attemptId, "attempt id")}.${extension}`;
}

/** What the keys of all objects of an asset begin with; those of assets below it do, too. */
export function objectKeyPrefix(assetKey: string): string {
  return `${encodeAssetPath(assetKey)}/`;
}

/** What the key of an object says about it. */
export interface ParsedObjectKey {
  readonly partitionKey: string | null;
  readonly attemptId: string;
}

/**
 * Reads the key of an object of an asset; `null` for one that `encodeObjectKey` has not made for that asset, and for a
 * partition key so long that only its hash is left.
 */
export function parseObjectKey(key: string, assetKey: string): ParsedObjectKey | null {
  const prefix = objectKeyPrefix(assetKey);
  const [partition, name, ...rest] = key.startsWith(prefix) ? key.slice(prefix.length).split("/") : [];
  if (partition === undefined || name === undefined || rest.length > 0) return null;
  const partitionKey = partition === "_" ? null : decodePart(partition);
  const [attempt, extension = "", ...more] = name.split(".");
  const attemptId = decodePart(attempt ?? "");
  if (partitionKey === undefined || attemptId === undefined || more.length > 0) return null;
  // What is no extension, or would be written in another way, was not made here.
  if (!EXTENSION.test(extension)) return null;
  return encodeObjectKey({ assetKey, partitionKey, attemptId }, extension) === key ? { partitionKey, attemptId } : null;
}

function decodePart(part: string): string | undefined {
  if (part === "%z") return "";
  const escaped = part.replace(/%u[0-9a-f]+$/, "");
  try {
    const text = decodeURIComponent(escaped);
    return /\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    // An escape that is none: `%h` begins the hash of a long text, and whatever else there is, is not ours.
    return undefined;
  }
}

function encodeAssetPath(assetKey: string): string {
  const path = assetKey
    .split("/")
    .map((segment) => encodePart(segment, "asset key"))
    .join("/");
  if (path.length <= MAX_ASSET_PATH_BYTES) return path;
  return `${readableStart(path.replaceAll("/", "-"))}%p${hash("sha256", assetKey)}`;
}

/**
 * Encodes one part injectively. After a `%` come two hex digits of a byte that is escaped, or a letter that is no hex
 * digit: `%z` stands for the empty text, `%u` begins the mask of upper-case letters, `%h` and `%p` the hash of a text
 * that is too long.
 *
 * Normal forms stay apart without normalizing, because every byte beyond ASCII is escaped. Letter case stays readable
 * and is repeated in the mask, so that `US` (`US%u3`) and `us` are two names where a disk ignores case.
 */
function encodePart(text: string, what: string): string {
  refuseUnprintable(text, what);
  if (text === "") return "%z";
  const escaped = escapeReserved(text.replaceAll(/[^A-Za-z0-9-]/gu, escapeCharacter));
  const encoded = escaped.length <= MAX_PART_BYTES ? `${escaped}${upperCaseMask(escaped)}` : escaped;
  return encoded.length <= MAX_PART_BYTES ? encoded : `${readableStart(escaped)}%h${hash("sha256", text)}`;
}

function escapeCharacter(character: string): string {
  if (character === "_") return character;
  return Array.from(Buffer.from(character), escapeByte).join("");
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}

/** `_` alone means "no partition"; the other names are devices on Windows, with any extension. */
const RESERVED = /^(?:_|con|prn|aux|nul|com[0-9]|lpt[0-9])$/i;

function escapeReserved(escaped: string): string {
  return RESERVED.test(escaped) ? `${escapeByte(escaped.charCodeAt(0))}${escaped.slice(1)}` : escaped;
}

/** `%u` and one bit for each letter that is not part of an escape, first letter first, in hex; "" when all are lower. */
function upperCaseMask(escaped: string): string {
  const letters = escaped.replaceAll(/%[0-9a-f]{2}|[^A-Za-z]/g, "");
  if (letters === letters.toLowerCase()) return "";
  let mask = 0n;
  for (let index = 0; index < letters.length; index += 1) {
    if (letters.charAt(index) < "a") mask |= 1n << BigInt(index);
  }
  return `%u${mask.toString(16)}`;
}

/** The start of an encoded text, not cut within an escape. */
function readableStart(encoded: string): string {
  return encoded.slice(0, READABLE_CHARACTERS).replace(/%[0-9a-z]?$/, "");
}

function refuseUnprintable(text: string, what: string): void {
  const problem = /\p{Cc}/u.test(text)
    ? "has a control character"
    : text.isWellFormed()
      ? null
      : "has half of a surrogate pair";
  if (problem === null) return;
  throw new HeddleError("IO_KEY_INVALID", `the ${what} ${JSON.stringify(text.slice(0, 200))} ${problem}`, {
    hint: `Rename it: a ${what} becomes part of a storage address.`,
  });
}

/**
 * Refuses what is not the key of an object: keys reach a store from the database too, and a store must not be led out
 * of its root by one that somebody changed there.
 *
 * @throws IO_KEY_INVALID
 */
export function assertObjectKey(key: string): void {
  const isKey =
    key.length <= MAX_KEY_BYTES &&
    key.split("/").every((part) => /^[A-Za-z0-9_%-][A-Za-z0-9_.%-]{0,254}$/.test(part) && !part.endsWith("."));
  if (!isKey) {
    throw new HeddleError("IO_KEY_INVALID", `${JSON.stringify(key.slice(0, 200))} is not an object key`, {
      hint: "Object keys are parts of letters, digits, `_`, `-`, `%` and inner dots, joined by `/`.",
    });
  }
}

/** Refuses what cannot be the beginning of an object key. @throws IO_KEY_INVALID */
export function assertKeyPrefix(prefix: string): void {
  if (prefix === "") return;
  // A prefix may end within a part or after a slash; with a letter behind it, it must be a key.
  assertObjectKey(`${prefix}x`);
}
