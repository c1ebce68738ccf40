import { HeddleError, isHeddleError, type JsonValue } from "@heddle/core";
import type { DatabaseAddress } from "./database-url.ts";

/**
 * What a failure means for the statement that met it:
 * - `lost`: the connection is gone, and with it what was not committed;
 * - `conflict`: the transaction was rolled back because of another one and may be repeated;
 * - `timeout`: the server gave the statement up;
 * - `refused`: the server answered, and the answer is final;
 * - `foreign`: not a failure of the database at all.
 */
export type FailureKind = "lost" | "conflict" | "timeout" | "refused" | "foreign";

/** Serialization failure, deadlock, lock not available in time. */
const CONFLICTS: ReadonlySet<string> = new Set(["40001", "40P01", "55P03"]);
/** Statement cancelled by `statement_timeout`; transaction ended by a limit on its idle or whole time. */
const TIMEOUTS: ReadonlySet<string> = new Set(["57014", "25P03", "25P04"]);
/** Of the driver and the operating system, for a connection that broke or never came about. */
const LOST =
  /^(?:CONNECTION_|CONNECT_TIMEOUT$|ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENETDOWN$|EAI_AGAIN$|ENOENT$|08|57P0)/u;
const SQL_STATE = /^[0-9A-Z]{5}$/u;

/** Says what `error` means; see {@link FailureKind}. */
export function classifyFailure(error: unknown): FailureKind {
  if (isHeddleError(error)) return "foreign";
  const code = readText(error, "code");
  if (code === undefined) return "foreign";
  if (CONFLICTS.has(code)) return "conflict";
  if (TIMEOUTS.has(code)) return "timeout";
  if (LOST.test(code)) return "lost";
  return SQL_STATE.test(code) && readText(error, "severity") !== undefined ? "refused" : "foreign";
}

/** Says whether a connection that did not come about may come about soon: the server restarts, or is full. */
export function isPassingFailure(error: unknown): boolean {
  if (!isHeddleError(error, "DATABASE_UNAVAILABLE")) return false;
  const { reason } = error.details;
  return typeof reason === "string" && PASSING.has(reason);
}

const PASSING: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "53300",
  "57P01",
  "57P02",
  "57P03",
]);

/** A connection did not come about. Names the address, never the password. */
export function connectFailed(address: DatabaseAddress, cause: unknown): HeddleError {
  if (isHeddleError(cause)) return cause;
  const reason =
    cause instanceof Error && cause.message !== "" ? cause.message : (readText(cause, "code") ?? String(cause));
  return new HeddleError("DATABASE_UNAVAILABLE", `cannot connect to the database at ${address.label}: ${reason}`, {
    hint: hintFor(readText(cause, "code")),
    details: { address: address.label, reason: readText(cause, "code") ?? null },
    cause,
  });
}

export function connectTimedOut(address: DatabaseAddress): HeddleError {
  return new HeddleError("DATABASE_UNAVAILABLE", `the database at ${address.label} does not answer`, {
    hint: "Look whether the server runs and whether a firewall lies between; Heddle goes on by itself when it answers.",
    details: { address: address.label, reason: "CONNECT_TIMEOUT" },
  });
}

function hintFor(code: string | undefined): string {
  switch (code) {
    case "28P01":
    case "28000":
      return "Check the user and the password in the database URL.";
    case "3D000":
      return "Create the database, or correct its name in the database URL.";
    case "53300":
      return "Raise max_connections on the server, or run fewer processes or smaller pools against it.";
    case "ENOTFOUND":
      return "Check the host in the database URL.";
    default:
      return "Look whether the server runs and whether the address is right; Heddle goes on by itself when it answers.";
  }
}

/** The connection was lost before `commit` was sent, again and again: nothing was carried out. */
export function transactionLost(name: string, address: DatabaseAddress, cause: unknown): HeddleError {
  return new HeddleError("DATABASE_UNAVAILABLE", `the connection to ${address.label} was lost in "${name}"`, {
    hint: "Nothing of it was carried out. Look at the server; Heddle goes on by itself when it answers.",
    details: { transaction: name, address: address.label },
    cause,
  });
}

/** The connection was lost after `commit` was sent and before its answer. */
export function outcomeUnknown(name: string, address: DatabaseAddress, cause: unknown): HeddleError {
  return new HeddleError(
    "DATABASE_OUTCOME_UNKNOWN",
    `the connection to ${address.label} was lost while "${name}" was committed: it may have been carried out or not`,
    {
      hint: "Read the state again by the key of the work before doing it a second time.",
      details: { transaction: name, address: address.label },
      cause,
    },
  );
}

/** The deadline of a call passed before `commit` was sent: nothing was carried out. */
export function deadlinePassed(name: string, deadlineMs: number, cause?: unknown): HeddleError {
  return new HeddleError("DATABASE_DEADLINE", `"${name}" was not done within ${deadlineMs} ms and was rolled back`, {
    hint: "Look for load or long locks in the database.",
    details: { transaction: name, deadlineMs },
    ...(cause !== undefined && { cause }),
  });
}

/** The server refused a statement, or a conflict outlived its retries. */
export function statementFailed(name: string, cause: unknown): HeddleError {
  const details: Record<string, JsonValue> = { transaction: name };
  for (const [key, field] of Object.entries(ERROR_FIELDS)) {
    const value = readText(cause, field);
    if (value !== undefined) details[key] = value;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const hint = readText(cause, "code") === "26000" ? POOLER_HINT : readText(cause, "hint");
  return new HeddleError("DATABASE_FAILED", `the database refused a statement of "${name}": ${message}`, {
    ...(hint !== undefined && { hint }),
    details,
    cause,
  });
}

const ERROR_FIELDS = { sqlState: "code", constraint: "constraint_name", table: "table_name", column: "column_name" };
const POOLER_HINT =
  "A connection pooler in transaction mode seems to lie between: let it keep prepared statements, or add ?prepare=false to the database URL.";

function readText(error: unknown, key: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  // Any property may be read from an object; what it holds is checked on the next line.
  const value = (error as Record<string, unknown>)[key];
  return typeof value === "string" ? value : undefined;
}
