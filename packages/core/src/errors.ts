import { brand, hasBrand } from "./brand.ts";
import { isErrorCode, type ErrorCode } from "./error-catalogue.ts";
import type { JsonValue } from "./types.ts";

/** What an error may say besides its message. */
export interface HeddleErrorOptions {
  /** What to do about it, in one or two sentences. */
  readonly hint?: string;
  /** Values that a program may want: keys, paths, limits. Plain JSON, no secrets. */
  readonly details?: Readonly<Record<string, JsonValue>>;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * Every error that Heddle throws: a permanent `code`, a message that says what went wrong, where and why, and a `hint`
 * that says what to do.
 *
 * Test for it with {@link isHeddleError}, never with `instanceof`: a code location has its own copy of this class.
 *
 * @example
 * throw new HeddleError("ASSET_UNKNOWN", 'there is no asset "weather/row"', { hint: 'Did you mean "weather/raw"?' });
 */
export class HeddleError extends Error {
  override readonly name = "HeddleError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, JsonValue>>;

  constructor(code: ErrorCode, message: string, options: HeddleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    brand(this, "error");
  }
}

/** Says whether `error` is Heddle's own, and, when `code` is given, whether it is that one. */
export function isHeddleError(error: unknown, code?: ErrorCode): error is HeddleError {
  if (!hasBrand(error, "error")) return false;
  // The brand says that it is one, of whichever copy of the class.
  return code === undefined || (error as HeddleError).code === code;
}

/** An error as plain JSON, for crossing processes and for the database. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Heddle's code, or the code of a system error such as `ENOENT`. */
  readonly code?: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, JsonValue>>;
  readonly cause?: SerializedError;
  /** The parts of an `AggregateError`, the first few of them. */
  readonly errors?: readonly SerializedError[];
}

/** Causes and parts deeper than this are left out. */
const MAX_DEPTH = 6;
const MAX_PARTS = 10;
/** Longest message and stack, in UTF-16 units; an error is not a place for a payload. */
const MAX_TEXT = 32_768;

/**
 * Turns whatever was thrown into plain JSON. Only named properties are taken, so that an error of a database client does
 * not carry its connection settings along. Never throws.
 */
export function serializeError(error: unknown): SerializedError {
  return serializeAt(error, 0);
}

function serializeAt(error: unknown, depth: number): SerializedError {
  if (typeof error !== "object" || error === null || !("message" in error)) {
    return { name: "NonError", message: clip(describeThrown(error)) };
  }
  const text = (key: string): string | undefined => {
    const value = readProperty(error, key);
    return typeof value === "string" ? clip(value) : undefined;
  };
  const [stack, code, hint] = [text("stack"), text("code"), text("hint")];
  const cause = depth < MAX_DEPTH ? readProperty(error, "cause") : undefined;
  const parts = depth < MAX_DEPTH ? readProperty(error, "errors") : undefined;
  return {
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(hint !== undefined && { hint }),
    ...(isHeddleError(error) && { details: error.details }),
    ...(cause !== undefined && cause !== null && { cause: serializeAt(cause, depth + 1) }),
    ...(Array.isArray(parts) && { errors: parts.slice(0, MAX_PARTS).map((part) => serializeAt(part, depth + 1)) }),
  };
}

/**
 * Makes an error again from what {@link serializeError} wrote: a {@link HeddleError} when the code is one that this
 * version knows, else a plain `Error` with the same name, message, stack and code.
 */
export function deserializeError(serialized: SerializedError): Error {
  const cause = serialized.cause === undefined ? undefined : deserializeError(serialized.cause);
  const error = makeError(serialized, cause);
  define(error, "name", serialized.name);
  define(error, "stack", serialized.stack ?? `${serialized.name}: ${serialized.message}`);
  return error;
}

function makeError(serialized: SerializedError, cause: Error | undefined): Error {
  const { code, message, hint, details } = serialized;
  if (serialized.name === "HeddleError" && isErrorCode(code)) {
    return new HeddleError(code, message, {
      ...(hint !== undefined && { hint }),
      ...(details !== undefined && { details }),
      ...(cause !== undefined && { cause }),
    });
  }
  const options = cause === undefined ? undefined : { cause };
  const error =
    serialized.errors === undefined
      ? new Error(message, options)
      : new AggregateError(serialized.errors.map(deserializeError), message, options);
  if (code !== undefined) define(error, "code", code);
  return error;
}

/** Sets a property that is not enumerable, as those of a real error are. */
function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
}

/** Reads a property of a stranger's object: a getter that throws must not hide the error that is being reported. */
function readProperty(value: object, key: string): unknown {
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

function describeThrown(value: unknown): string {
  try {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return "a value that cannot be shown was thrown";
  }
}

function clip(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length - MAX_TEXT} more)`;
}
