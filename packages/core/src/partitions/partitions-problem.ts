import type { ErrorCode } from "../error-catalogue.ts";
import { isHeddleError } from "../errors.ts";

/** One thing that is wrong with a partitions definition, and what to do about it. */
export interface PartitionsProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export function problem(message: string, hint: string): PartitionsProblem {
  return { code: "PARTITIONS_INVALID", message, hint };
}

/** The problem that `read` throws, or none. Only Heddle's own errors are problems of a definition. */
export function problemOf(read: () => unknown): PartitionsProblem | null {
  try {
    read();
    return null;
  } catch (error) {
    return toProblem(error);
  }
}

function toProblem(error: unknown): PartitionsProblem {
  if (!isHeddleError(error)) throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? "" };
}
