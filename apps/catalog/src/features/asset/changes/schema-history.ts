import type { Materialization } from "@heddle/api";
import { type MarkedColumn, markColumns } from "../schema/column-changes.ts";

/** A materialization whose columns are others than those of the one before. */
export interface SchemaChange {
  readonly materialization: Materialization;
  readonly changed: readonly MarkedColumn[];
}

/** Where the columns have changed among materializations, the newest first, as they were published. */
export function findSchemaChanges(materializations: readonly Materialization[]): readonly SchemaChange[] {
  const tables = materializations
    .filter(({ stored }) => stored?.columns !== undefined)
    .toSorted((a, b) => b.publishedAt - a.publishedAt);
  return tables.flatMap((materialization, at) => {
    const before = tables[at + 1]?.stored?.columns;
    if (before === undefined) return [];
    const changed = markColumns(materialization.stored?.columns ?? [], before).filter(({ mark }) => mark !== null);
    return changed.length === 0 ? [] : [{ materialization, changed }];
  });
}
