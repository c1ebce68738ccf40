import { isHeddleError } from "@heddle/core";

/** Whether an error says only that the database did not answer, or not in time: later the same may succeed. */
export function isDatabaseAway(error: unknown): boolean {
  return (
    isHeddleError(error, "DATABASE_UNAVAILABLE") ||
    isHeddleError(error, "DATABASE_DEADLINE") ||
    isHeddleError(error, "DATABASE_OUTCOME_UNKNOWN")
  );
}
