import { isHeddleError, type ErrorCode, type JsonValue } from "@heddle/core";
import { ERROR_CATALOGUE, isErrorCode } from "@heddle/core/internal";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { visible } from "./terminal.ts";

/** Codes that mean "called wrongly" rather than "something is not there". */
const USAGE: ReadonlySet<string> = new Set<ErrorCode>([
  "API_INPUT_INVALID",
  "ASSET_KEY_INVALID",
  "ASSET_UNKNOWN",
  "CONFIG_INVALID",
  "PARTITION_SET_INVALID",
  "PARTITION_UNKNOWN",
  "RUN_DEFINITIONS_CHANGED",
  "RUN_OPEN",
  "DYNAMIC_PARTITIONS_UNKNOWN",
  "PARTITION_KEY_INVALID",
  "PARTITIONS_LIMIT",
  "PLAN_CHUNK_UNUSED",
  "PLAN_CONFIG_INVALID",
  "PLAN_EMPTY",
  "PLAN_PARTITIONS_MISSING",
  "PLAN_PARTITIONS_UNKNOWN",
  "PLAN_TOO_LARGE",
  "RUN_NOTHING_TO_RETRY",
  "RUN_UNKNOWN",
  "SCHEDULE_UNKNOWN",
  "SENSOR_CURSOR_LIMIT",
  "SENSOR_UNKNOWN",
  "SELECTION_SYNTAX",
]);
const FAILED: ReadonlySet<string> = new Set<ErrorCode>([
  "CODE_LOCATION_BUILD_FAILED",
  "CODE_LOCATION_LOAD_FAILED",
  "CODE_LOCATION_LOAD_TIMEOUT",
  "CODE_LOCATION_NO_DEFINITIONS",
  "DEFINITIONS_INVALID",
  "PLAN_CHANGED",
  "PLAN_OVERLAPS",
  "PLAN_REFUSED",
]);

/** An error as it is told, to people and to programs. */
interface Told {
  readonly code: ErrorCode;
  readonly message: string;
  /** File and line, or whatever else the error is about; `null` when the message says it all. */
  readonly where: string | null;
  readonly hint: string;
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** How errors are printed. */
export interface PrintErrorOptions {
  /** One JSON document on standard error instead of text. */
  readonly json: boolean;
  /** Adds the stack. */
  readonly verbose: boolean;
}

/** Prints an error on standard error: code, message, where, hint. Gives the exit code that fits. */
export function printError(error: unknown, { json, verbose }: PrintErrorOptions): ExitCode {
  const told = tell(error);
  const stack = verbose && error instanceof Error ? stackOf(error) : undefined;
  const text = json
    ? JSON.stringify({ error: { ...told, ...(stack !== undefined && { stack }) } })
    : formatError(told, stack ?? (told.code === "INTERNAL" ? "Run it again with --verbose to see the stack." : ""));
  process.stderr.write(`${text}\n`);
  if (told.code === "INTERNAL") return EXIT.internal;
  if (FAILED.has(told.code)) return EXIT.failed;
  return USAGE.has(told.code) ? EXIT.usage : EXIT.unavailable;
}

function formatError({ code, message, where, hint }: Told, rest: string): string {
  const lines = message.split("\n").map(visible);
  return [
    `${red("error")} ${code}: ${lines.join("\n")}`,
    ...(where === null ? [] : [`  where: ${visible(where)}`]),
    `  hint: ${visible(hint)}`,
    ...(rest === "" ? [] : [dim(rest.replaceAll(/^/gm, "  "))]),
  ].join("\n");
}

function tell(error: unknown): Told {
  const chain = causesOf(error);
  const found = chain.find((link) => isHeddleError(link));
  if (found !== undefined) {
    const { code, message, hint, details } = found;
    const remedy = isErrorCode(code) ? ERROR_CATALOGUE[code].remedy : "";
    return { code, message, where: placeOf(message, details), hint: hint ?? remedy, details };
  }
  const refused = chain.find(hasIssues);
  const code = refused === undefined ? "INTERNAL" : "API_INPUT_INVALID";
  const message = refused === undefined ? messageOf(error) : refused.issues.map(formatIssue).join("; ");
  return { code, message, where: null, hint: ERROR_CATALOGUE[code].remedy, details: {} };
}

/** The place that an error names in its details, unless its message says it already. */
function placeOf(message: string, { file, line }: Readonly<Record<string, JsonValue>>): string | null {
  if (typeof file !== "string") return null;
  const place = typeof line === "number" ? `${file}:${line}` : file;
  return message.includes(place) ? null : place;
}

const MAX_DEPTH = 6;

/** An error and its causes: callers wrap what they got. */
function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let current = error; typeof current === "object" && current !== null && chain.length < MAX_DEPTH;) {
    chain.push(current);
    current = "cause" in current ? current.cause : undefined;
  }
  return chain;
}

interface Refused {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** What the API says about input that does not fit its schema. */
function hasIssues(error: unknown): error is Refused {
  return typeof error === "object" && error !== null && "issues" in error && Array.isArray(error.issues);
}

function formatIssue({ path, message }: Refused["issues"][number]): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

function stackOf(error: Error): string {
  return causesOf(error)
    .map((link) => (link instanceof Error ? (link.stack ?? link.message) : messageOf(link)))
    .join("\ncaused by: ");
}

const colored = process.stderr.isTTY && process.env["NO_COLOR"] === undefined;
const red = (text: string): string => (colored ? `\u001b[31m${text}\u001b[39m` : text);
const dim = (text: string): string => (colored ? `\u001b[2m${text}\u001b[22m` : text);
