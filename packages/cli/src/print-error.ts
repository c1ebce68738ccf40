import { isHeddleError, type ErrorCode } from "@heddle/core";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Codes of errors that mean "called wrongly" rather than "something is not there". */
const USAGE: ReadonlySet<string> = new Set<ErrorCode | "PLAN_EMPTY">([
  "ASSET_UNKNOWN",
  "PARTITION_UNKNOWN",
  "SELECTION_SYNTAX",
  "PLAN_EMPTY",
  "CONFIG_INVALID",
]);
const FAILED: ReadonlySet<string> = new Set<ErrorCode>([
  "DEFINITIONS_INVALID",
  "CODE_LOCATION_BUILD_FAILED",
  "CODE_LOCATION_LOAD_FAILED",
  "CODE_LOCATION_LOAD_TIMEOUT",
  "CODE_LOCATION_NO_DEFINITIONS",
]);

/** Prints an error as a person wants to read it and gives the exit code that fits. `HEDDLE_DEBUG=1` adds the stack. */
export function printError(error: unknown, { json }: { readonly json: boolean }): ExitCode {
  const found = findHeddleError(error);
  const code = found?.code ?? "UNEXPECTED";
  const message = found?.message ?? messageOf(error);
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint: found?.hint ?? null } })}\n`);
  } else {
    process.stderr.write(`${red("error")} ${message}\n`);
    if (found?.hint !== undefined) process.stderr.write(`  ${found.hint}\n`);
    if (found !== undefined) process.stderr.write(`  ${dim(`code ${code}; see docs/error-codes.md`)}\n`);
  }
  const unexpected = found === undefined;
  if (process.env["HEDDLE_DEBUG"] || (unexpected && !json)) {
    process.stderr.write(`${dim(error instanceof Error ? (error.stack ?? "") : "")}\n`);
  }
  if (unexpected || FAILED.has(code)) return EXIT.failed;
  return USAGE.has(code) ? EXIT.usage : EXIT.unavailable;
}

interface Shown {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Heddle's error, also where a caller has wrapped it. */
function findHeddleError(error: unknown): Shown | undefined {
  for (let current = error, depth = 0; depth < 5 && typeof current === "object" && current !== null; depth++) {
    if (isHeddleError(current)) return current;
    current = (current as { cause?: unknown }).cause;
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

const colored = process.stderr.isTTY && process.env["NO_COLOR"] === undefined;
const red = (text: string): string => (colored ? `\u001b[31m${text}\u001b[39m` : text);
const dim = (text: string): string => (colored ? `\u001b[2m${text}\u001b[22m` : text);
