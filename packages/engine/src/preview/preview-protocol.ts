import type { StoredValue } from "@heddle/core";
import type { SerializedError, StoredPreview } from "@heddle/core/internal";

/** Which stored value a process is to show. */
export interface PreviewTask {
  readonly assetKey: string;
  readonly partitionKey: string | null;
  readonly stored: StoredValue;
  /** Most rows, from 1 to 1,000. */
  readonly rows: number;
}

/** What a worker answers: one of both. */
export interface PreviewAnswer {
  readonly preview?: StoredPreview;
  readonly error?: SerializedError;
}
