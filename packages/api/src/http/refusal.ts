import { type ErrorCode } from "@heddle/core";
import { ERROR_CATALOGUE } from "@heddle/core/internal";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ApiError } from "../contract.ts";

/** Answers a request that never reached a procedure, in the form in which procedures report errors. */
export function refuse(context: Context, status: ContentfulStatusCode, code: ErrorCode): Response {
  const entry = ERROR_CATALOGUE[code];
  const error: ApiError = {
    code,
    message: entry.summary,
    hint: entry.remedy,
    details: {},
    correlationId: crypto.randomUUID(),
  };
  // tRPC's clients look for `error` with `message`, `code` and `data`.
  return context.json(
    { error: { message: error.message, code: -32_600, data: { httpStatus: status, heddle: error } } },
    status,
  );
}
