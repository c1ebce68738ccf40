import type { ApiError } from "@heddle/api";
import { TRPCClientError } from "@trpc/client";

/** A failed call in the words that a page shows. */
export interface ApiFailure {
  readonly message: string;
  readonly hint: string | null;
  readonly code: string;
  /** What the server's log holds too; `null` when the server was not reached. */
  readonly correlationId: string | null;
}

/** Reads what a failed call says about itself. */
export function describeFailure(error: unknown): ApiFailure {
  const reported = error instanceof TRPCClientError ? reportedError(error.data) : null;
  if (reported !== null) {
    const { message, hint, code, correlationId } = reported;
    return { message, hint, code, correlationId };
  }
  return {
    message: "The server did not answer.",
    hint: "Check that `heddle dev` or `heddle start` is running, then try again.",
    code: "SERVER_UNREACHABLE",
    correlationId: null,
  };
}

function reportedError(data: unknown): ApiError | null {
  if (typeof data !== "object" || data === null || !("heddle" in data)) return null;
  const { heddle } = data;
  return isApiError(heddle) ? heddle : null;
}

function isApiError(value: unknown): value is ApiError {
  return (
    typeof value === "object" && value !== null && "message" in value && "code" in value && "correlationId" in value
  );
}
