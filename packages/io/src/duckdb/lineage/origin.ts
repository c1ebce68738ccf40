/** A column of a table that the query is given. */
export interface SourceColumn {
  /** Name of the dependency. */
  readonly table: string;
  readonly column: string;
}

/** Where a value comes from. */
export interface Origin {
  readonly sources: readonly SourceColumn[];
  /** Whether it is the one source as it is. */
  readonly passes: boolean;
  /** Why it cannot be said; `null` when it can. */
  readonly unknown: string | null;
}

/** A value that comes from no table. */
export const NOWHERE: Origin = { sources: [], passes: false, unknown: null };

export function unknownOrigin(why: string): Origin {
  return { sources: [], passes: false, unknown: why };
}

/** A value that is computed from others. */
export function computedFrom(origins: readonly Origin[]): Origin {
  const sources = new Map(
    origins.flatMap((origin) => origin.sources).map((source) => [`${source.table}\n${source.column}`, source]),
  );
  return {
    sources: [...sources.values()],
    passes: false,
    unknown: origins.find(({ unknown }) => unknown !== null)?.unknown ?? null,
  };
}

/** A value that is one or the other, as in a union: passed through only where both are the same. */
export function eitherOf(a: Origin, b: Origin): Origin {
  const [first, second] = [a.sources[0], b.sources[0]];
  const isSame = a.passes && b.passes && first?.table === second?.table && first?.column === second?.column;
  return isSame ? a : computedFrom([a, b]);
}

/** A column of a relation. */
export interface OriginColumn {
  /** Empty where only the database gives it a name. */
  readonly name: string;
  readonly origin: Origin;
}

/** What a part of a query gives. */
export interface Relation {
  readonly columns: readonly OriginColumn[];
  /** Why there may be columns beside these; `null` when these are all. */
  readonly rest: string | null;
  /** Where a column comes from that is not among them; `null` when there can be none. */
  readonly other: ((column: string) => Origin) | null;
}

export function relationOf(columns: readonly OriginColumn[], rest: string | null = null): Relation {
  return { columns, rest, other: rest === null ? null : () => unknownOrigin(rest) };
}

/** The same columns by other names, as many as are given. */
export function renamed(relation: Relation, names: readonly string[]): Relation {
  if (names.length === 0) return relation;
  const columns = relation.columns.map((column, place) => ({ ...column, name: names[place] ?? column.name }));
  return { ...relation, columns };
}

/** Names are compared as DuckDB does. */
export function isNamed(name: string, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase();
}
