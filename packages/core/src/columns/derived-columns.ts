import type { PartitionContext } from "../asset-context.ts";
import type { AnyUpstream, Dependency } from "../declarations.ts";
import type { AssetSnapshot, ColumnSnapshot, ColumnSource } from "../snapshot.ts";

/** What an asset that can tell where its columns come from is given. */
export interface DeriveColumnsScope {
  /** The columns of a dependency, by its name; `null` where they are not known before it is read. */
  readonly columnsOf: (dependency: string) => readonly string[] | null;
  /** A partition of the asset, for code that asks for one; `undefined` where it has none. */
  readonly partition: PartitionContext | undefined;
  /** Fires when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** Where one column comes from, by names of dependencies. */
export interface DerivedColumn {
  readonly name: string;
  /** `null` where it cannot be told. */
  readonly from:
    | readonly { readonly dependency: string; readonly columns: readonly string[]; readonly passes: boolean }[]
    | null;
  /** Why it cannot be told. */
  readonly unknownBecause: string | null;
}

/** What was found out about the columns of an asset. */
export interface DerivedColumns {
  readonly columns: readonly DerivedColumn[];
  /** Why there may be others; `null` when these are all. */
  readonly unknownBecause: string | null;
}

/** Columns of an asset with what was found out about them; what the asset itself says wins. */
export function mergeDerivedColumns(
  { columns = [] }: Pick<AssetSnapshot, "columns">,
  derived: DerivedColumns,
  { typed, deps }: { readonly typed: readonly ColumnSnapshot[]; readonly deps: Readonly<Record<string, Dependency>> },
): readonly ColumnSnapshot[] {
  const found = new Map(derived.columns.map((column) => [column.name.toLowerCase(), column]));
  const known = columns.length > 0 ? columns : typed;
  const named = new Set(known.map(({ name }) => name.toLowerCase()));
  const others = derived.columns.filter(({ name }) => name !== "" && !named.has(name.toLowerCase()));
  // A result that has to have the columns of its schema has no others.
  const all = [...known, ...(typed.length > 0 ? [] : others.map(({ name }): ColumnSnapshot => ({ name })))];
  return all.map((column): ColumnSnapshot => {
    if (column.from !== undefined) return column;
    const own = found.get(column.name.toLowerCase());
    if (own?.from === undefined || own.from === null) {
      return {
        ...column,
        unknownBecause: own?.unknownBecause ?? derived.unknownBecause ?? "the query does not name it",
      };
    }
    return { ...column, from: own.from.flatMap((source) => sourceOf(source, deps)), derived: true };
  });
}

function sourceOf(
  { dependency, columns, passes }: NonNullable<DerivedColumn["from"]>[number],
  deps: Readonly<Record<string, Dependency>>,
): ColumnSource[] {
  const upstream: AnyUpstream | undefined = deps[dependency]?.asset;
  return upstream === undefined ? [] : [{ upstream: upstream.key, columns, passes }];
}
