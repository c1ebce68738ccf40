import type { SchemaDrift, StoredColumn } from "@heddle/core";
import { findSchemaDrift, schemaDriftError } from "../step/schema-drift.ts";

/** One partition of an asset, with the columns of what was stored of it. */
export interface StoredPartition {
  readonly ordinal: number;
  /** The step, as messages name it: `raw [2024-01-28]`. */
  readonly subject: string;
  readonly columns: readonly StoredColumn[];
}

/**
 * The columns that the partitions of one asset have in one run. Partitions of a run have no order in which they are made,
 * so that two of them agree when a change from either to the other is allowed: the widest columns so far are kept.
 */
export class SiblingColumns {
  readonly #drift: SchemaDrift;
  #widest: StoredPartition | undefined;

  constructor(drift: SchemaDrift) {
    this.#drift = drift;
  }

  /** Why a partition does not agree with those before it; `null` when it does. */
  judge(made: StoredPartition): ReturnType<typeof schemaDriftError> | null {
    const widest = this.#widest;
    if (widest === undefined || widest.ordinal === made.ordinal) {
      this.#widest = made;
      return null;
    }
    const drifted = findSchemaDrift(widest.columns, made.columns, this.#drift);
    if (drifted.length === 0) this.#widest = made;
    if (drifted.length === 0 || findSchemaDrift(made.columns, widest.columns, this.#drift).length === 0) return null;
    return schemaDriftError(made.subject, drifted, `${widest.subject} of the same run`);
  }
}
