import type { Asset } from "../declarations.ts";
import type { ColumnOf, Dep, RowOf } from "../dep.ts";
import type { OwnPartitions } from "../own-partitions.ts";

/** Columns of what a dependency gives: those that it loads; any text where its value has no rows with known columns. */
type SourceColumnOf<TDep> =
  TDep extends Dep<infer TAsset, infer _TMapping, infer TColumn, infer _TWait, infer TIo>
    ? [TColumn] extends [never]
      ? ColumnOf<TAsset, TIo>
      : TColumn
    : TDep extends OwnPartitions<infer TValue, infer _TMapping, infer _TWait>
      ? ColumnNames<TValue>
      : TDep extends Asset<infer TValue>
        ? ColumnNames<TValue>
        : string;

/** The columns of a value; any text for a value without rows. */
type ColumnNames<TValue> = [RowOf<TValue>] extends [never] ? string : keyof RowOf<TValue> & string;

/** What an asset says about one of its columns. */
export interface ColumnOptions<TDeps> {
  /** What it holds. @default that of the column which is passed through */
  readonly description?: string | undefined;
  /**
   * Where it comes from, by the name of the dependency: the one column that is passed through as it is, or a list of those
   * that it is computed from. Left out: not known. `{}`: from no other asset.
   */
  readonly from?:
    | { readonly [TName in keyof TDeps]?: SourceColumnOf<TDeps[TName]> | readonly SourceColumnOf<TDeps[TName]>[] }
    | undefined;
}

/** What an asset says about its columns, by their names. `TValue` is what its consumers get. */
export type ColumnsOptions<TValue, TDeps> = [RowOf<TValue>] extends [never]
  ? { readonly [name: string]: ColumnOptions<TDeps> }
  : { readonly [TName in keyof RowOf<TValue> & string]?: ColumnOptions<TDeps> };

/** A column as declared, whatever its types were. */
export interface DeclaredColumn {
  readonly description?: string | undefined;
  readonly from?: { readonly [dependency: string]: string | readonly string[] | undefined } | undefined;
}

/** Columns as declared. */
export type DeclaredColumns = { readonly [name: string]: DeclaredColumn | undefined };
