import { isHeddleError, type ErrorCode } from "@heddle/core";
import { ERROR_CATALOGUE } from "@heddle/core/internal";
import type { TRPC_ERROR_CODE_KEY, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { ApiError } from "./contract.ts";

/** How an error of Heddle's is told in terms of HTTP, by the beginning of its code; the first that fits counts. */
const STATUS_BY_CODE: readonly (readonly [prefix: string, status: TRPC_ERROR_CODE_KEY])[] = [
  ["ASSET_UNKNOWN", "NOT_FOUND"],
  ["AUTOMATION_EVALUATION_UNKNOWN", "NOT_FOUND"],
  ["AUTOMATION_CHECK_UNKNOWN", "NOT_FOUND"],
  ["AUTOMATION_", "BAD_REQUEST"],
  ["CHECK_UNKNOWN", "NOT_FOUND"],
  ["DEFINITIONS_VERSION_UNKNOWN", "NOT_FOUND"],
  ["POOL_UNKNOWN", "NOT_FOUND"],
  ["POOL_", "BAD_REQUEST"],
  ["RUN_UNKNOWN", "NOT_FOUND"],
  ["STEP_UNKNOWN", "NOT_FOUND"],
  ["SCHEDULE_UNKNOWN", "NOT_FOUND"],
  ["SENSOR_UNKNOWN", "NOT_FOUND"],
  ["SENSOR_CURSOR_LIMIT", "BAD_REQUEST"],
  ["EVENT_CURSOR_INVALID", "BAD_REQUEST"],
  ["TICK_", "CONFLICT"],
  ["DYNAMIC_PARTITIONS_UNKNOWN", "NOT_FOUND"],
  ["CODE_LOCATION_UNKNOWN", "NOT_FOUND"],
  ["NOTIFICATION_UNKNOWN", "NOT_FOUND"],
  ["NOTIFICATION_MESSAGE_UNKNOWN", "NOT_FOUND"],
  ["API_TOO_MANY", "TOO_MANY_REQUESTS"],
  ["API_", "BAD_REQUEST"],
  ["PARTITION", "BAD_REQUEST"],
  ["PREVIEW_", "CONFLICT"],
  // What keeps a stored value from being shown.
  ["IO_", "CONFLICT"],
  ["MAPPING_", "BAD_REQUEST"],
  ["SELECTION_", "BAD_REQUEST"],
  ["PLAN_OVERLAPS", "CONFLICT"],
  ["PLAN_REFUSED", "CONFLICT"],
  ["PLAN_", "BAD_REQUEST"],
  ["LOG_CURSOR", "BAD_REQUEST"],
  ["RUN_", "CONFLICT"],
  ["OBSERVATION_", "CONFLICT"],
  ["REPORT_", "CONFLICT"],
  ["WIPE_PARTITIONS_BUSY", "CONFLICT"],
  ["WIPE_", "BAD_REQUEST"],
  ["DATABASE_UNAVAILABLE", "SERVICE_UNAVAILABLE"],
  ["DATABASE_DEADLINE", "SERVICE_UNAVAILABLE"],
  ["DATABASE_OUTCOME_UNKNOWN", "SERVICE_UNAVAILABLE"],
];

const CODE_BY_STATUS: { readonly [status in TRPC_ERROR_CODE_KEY]?: ErrorCode } = {
  BAD_REQUEST: "API_INPUT_INVALID",
  PARSE_ERROR: "API_INPUT_INVALID",
  UNPROCESSABLE_CONTENT: "API_INPUT_INVALID",
  NOT_FOUND: "API_PROCEDURE_UNKNOWN",
  METHOD_NOT_SUPPORTED: "API_METHOD_REFUSED",
  UNSUPPORTED_MEDIA_TYPE: "API_CONTENT_TYPE_REFUSED",
};

/** Most faults of one input that are told. */
const MAX_ISSUES = 20;

/** The HTTP side of an error of Heddle's; `INTERNAL_SERVER_ERROR` for what nobody expected. */
export function statusOf(error: unknown): TRPC_ERROR_CODE_KEY {
  if (!isHeddleError(error)) return "INTERNAL_SERVER_ERROR";
  return STATUS_BY_CODE.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? "INTERNAL_SERVER_ERROR";
}

/** Errors that a caller can do nothing about and that somebody has to look at: these are logged in full. */
export function isUnexpected(error: TRPCError): boolean {
  return error.code === "INTERNAL_SERVER_ERROR";
}

const correlationIds = new WeakMap<Error, string>();

/** The id under which an error is told and logged: always the same for the same error. */
export function correlationIdOf(error: Error): string {
  let id = correlationIds.get(error);
  if (id === undefined) correlationIds.set(error, (id = crypto.randomUUID()));
  return id;
}

/** What a caller is told. Nothing of an unexpected error but its id. */
export function describeError(error: TRPCError): ApiError {
  const correlationId = correlationIdOf(error);
  const { cause } = error;
  if (isHeddleError(cause) && !isUnexpected(error)) {
    const { code, message, hint, details } = cause;
    return { code, message, hint: hint ?? ERROR_CATALOGUE[code].remedy, details, correlationId };
  }
  const code = CODE_BY_STATUS[error.code] ?? "INTERNAL";
  const { summary, remedy } = ERROR_CATALOGUE[code];
  if (code === "INTERNAL") {
    const hint = `Look for ${correlationId} in the server's log.`;
    return {
      code,
      message: "the server could not answer because of an error of its own",
      hint,
      details: {},
      correlationId,
    };
  }
  const details = cause instanceof ZodError ? { issues: describeIssues(cause) } : {};
  return { code, message: summary, hint: remedy, details, correlationId };
}

function describeIssues(error: ZodError): { path: string; message: string }[] {
  return error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}
