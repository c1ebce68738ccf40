import type { SerializedError } from "@heddle/core/internal";
import type { RecordedError } from "./contract.ts";

/** Causes below this are left out. */
const MAX_CAUSES = 5;

/** An error as it was recorded, for the reader. */
export function describeRecordedError(error: SerializedError | null, depth = 0): RecordedError | null {
  if (error === null) return null;
  return {
    name: error.name,
    code: error.code ?? null,
    message: error.message,
    hint: error.hint ?? null,
    stack: error.stack ?? null,
    cause: depth < MAX_CAUSES ? describeRecordedError(error.cause ?? null, depth + 1) : null,
  };
}
