import type { JsonValue } from "@heddle/core";
import type { SerializedError } from "@heddle/core/internal";
import type { CollectionEnd } from "@heddle/storage";

/** Different problems that are kept of one collection. */
const MAX_PROBLEMS = 10;

/** What one collection has removed and could not, as it goes on. */
export class CollectionResult {
  /** Values that others had taken the place of, and the bytes of their objects. */
  values = 0;
  valueBytes = 0;
  /** Objects that attempts had written and never published. */
  abandoned = 0;
  abandonedBytes = 0;
  /** Temporary files and open uploads. */
  pieces = 0;
  /** Values that lie where nothing of the project stores any more. */
  outOfReach = 0;
  /** Values and objects that could not be removed this time. */
  failed = 0;
  /** Whether the stores were looked through for what was abandoned. */
  hasListed = false;
  readonly #problems = new Map<string, SerializedError>();

  /** Takes note of a problem; what is known already is counted only. */
  add(error: SerializedError, { isFailure = true } = {}): void {
    if (isFailure) this.failed += 1;
    if (this.#problems.size < MAX_PROBLEMS) this.#problems.set(error.message, error);
  }

  get problems(): readonly SerializedError[] {
    return [...this.#problems.values()];
  }

  get counts(): { readonly [name: string]: number } {
    const { values, valueBytes, abandoned, abandonedBytes, pieces, outOfReach, failed } = this;
    return { values, valueBytes, abandoned, abandonedBytes, pieces, outOfReach, failed };
  }

  toEnd(): CollectionEnd {
    const { values, abandoned, pieces, outOfReach, failed } = this;
    return {
      hasFailed: failed > 0,
      result: this.#toJson(),
      hasListed: this.hasListed,
      isWorthTelling: values + abandoned + pieces + outOfReach + failed > 0,
    };
  }

  #toJson(): { readonly [name: string]: JsonValue } {
    return {
      ...this.counts,
      problems: this.problems.map(({ code, message, hint }) => ({
        code: code ?? null,
        message,
        hint: hint ?? null,
      })),
    };
  }
}
