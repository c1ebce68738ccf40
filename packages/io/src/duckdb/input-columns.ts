import type { RowFilter, StoredColumn } from "@heddle/core";
import { nameError } from "../encoded-io-manager.ts";
import { schemaMismatch } from "../table/schema-mismatch.ts";
import { databaseTypeOfStored } from "./column-types.ts";
import { filterSql } from "./row-filter-sql.ts";
import type { StoredRelation } from "./relation-io.ts";
import { quoteName } from "./sql-text.ts";
import { isWidened } from "./widened-types.ts";

/** The columns that every one of some stored values has; `null` where one does not say. */
function storedColumnSets(parts: readonly StoredRelation[]): readonly (readonly StoredColumn[])[] | null {
  const sets = parts.map(({ context }) => context.stored.columns);
  return sets.every((set) => set !== undefined) ? sets : null;
}

/** Whether all of some stored values have the very same columns, as far as they say. */
export function haveSameColumns(parts: readonly StoredRelation[]): boolean {
  const shapes = parts.map(({ context }) => shapeOf(context.stored.columns));
  return shapes.every((shape) => shape !== null && shape === shapes[0]);
}

function shapeOf(columns: readonly StoredColumn[] | undefined): string | null {
  return columns === undefined ? null : JSON.stringify(columns.map(({ name, type }) => [name, type]));
}

/**
 * The query that a dependency stands for: what its upstream declares, of what its partitions have stored. A nullable
 * column that was declared later is null in the partitions before, as for every other consumer.
 *
 * @param source a table expression with what the partitions have stored
 * @throws IO_SCHEMA_MISMATCH
 */
export function inputQuery(source: string, parts: readonly StoredRelation[]): string {
  const { own, context } = firstOf(parts);
  const where = context.where === undefined ? null : filterOf(context.where, parts);
  const declared = own?.table?.columns ?? null;
  const stored = storedColumnSets(parts);
  const wanted = context.columns;
  let columns = wanted?.map(quoteName).join(", ") ?? "*";
  if (declared !== null && stored !== null) {
    const read = declared.filter(({ name }) => wanted === undefined || wanted.includes(name));
    for (const part of parts) assertReadAs(read, part);
    columns = read.map((column) => columnSql(column, stored)).join(", ");
  }
  return `select ${columns} from ${source}${where === null ? "" : ` where ${where}`}`;
}

/** The condition of a dependency: what its partitions have stored says which types its columns are. */
function filterOf(where: RowFilter, parts: readonly StoredRelation[]): string | null {
  try {
    return filterSql(where, (name) => {
      const found = parts.flatMap(
        ({ context }) => context.stored.columns?.find((column) => column.name === name) ?? [],
      );
      const [type, ...others] = new Set(found.map((column) => databaseTypeOfStored(column)));
      if (others.length === 0) return type ?? undefined;
      // Types that differ from one partition to the next are read as the widest of them: DuckDB judges those.
      return [type, ...others].includes("DOUBLE") ? "DOUBLE" : undefined;
    });
  } catch (error) {
    throw nameError(firstOf(parts).context, error);
  }
}

function firstOf(parts: readonly StoredRelation[]): StoredRelation {
  const [first] = parts;
  if (first === undefined) throw new RangeError("no stored values to read from");
  return first;
}

function columnSql(column: StoredColumn, stored: readonly (readonly StoredColumn[])[]): string {
  const name = quoteName(column.name);
  const type = databaseTypeOfStored(column);
  const found = stored.map((set) => set.find((candidate) => candidate.name === column.name));
  if (found.every((each) => each === undefined)) return `null::${type ?? "VARCHAR"} as ${name}`;
  const isAsDeclared = type === null || found.every((each) => each === undefined || each.type === column.type);
  return isAsDeclared ? name : `${name}::${type} as ${name}`;
}

/** A cast would round numbers and cut instants without a word. */
function assertReadAs(declared: readonly StoredColumn[], { context }: StoredRelation): void {
  for (const column of declared) {
    const stored = context.stored.columns?.find(({ name }) => name === column.name);
    const problem = stored === undefined ? problemOfAbsent(column) : problemOfType(stored, column);
    if (problem !== null) throw nameError(context, schemaMismatch(column.name, problem));
  }
}

function problemOfAbsent({ nullable }: StoredColumn): string | null {
  return nullable ? null : "the stored table does not have it";
}

function problemOfType(stored: StoredColumn, declared: StoredColumn): string | null {
  const from = databaseTypeOfStored(stored);
  const to = databaseTypeOfStored(declared);
  if (from === null || to === null || from === to || isWidened(from, to)) return null;
  return `it is stored as ${stored.type}, and the schema declares ${declared.type}`;
}

/** A query without rows that has the columns which an upstream declares; `null` when it declares none. */
export function emptyQuery(columns: readonly StoredColumn[] | null | undefined): string | null {
  if (columns === null || columns === undefined) return null;
  const cells = columns.map(
    (column) => `null::${databaseTypeOfStored(column) ?? "VARCHAR"} as ${quoteName(column.name)}`,
  );
  return `select ${cells.join(", ")} where false`;
}
