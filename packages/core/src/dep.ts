import { brand, hasBrand } from "./brand.ts";
import type { AnyUpstream, Asset, Dependency } from "./declarations.ts";
import type { AnyIoManager, IoManager, SameAsStored } from "./io-manager.ts";
import { isOwnPartitions } from "./own-partitions.ts";
import type { Multiplicity, PartitionMapping } from "./partitions/partition-mapping.ts";
import type { InferPartitionKey } from "./partitions/partitions-definition.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";
import type { RowFilter, RowFilterOf } from "./row-filter.ts";
import type { TypeError } from "./types.ts";

/** The type of the value that consumers of an asset get; `never` for an external asset. */
export type InferAssetValue<TAsset> = TAsset extends Asset<infer TValue> ? TValue : never;

/** What a consumer of an asset gets when it loads through `TIo`: what that one loads, else what the asset's own does. */
export type LoadedThrough<TAsset, TIo> =
  TIo extends IoManager<never, infer TLoaded>
    ? [TLoaded] extends [SameAsStored]
      ? InferAssetValue<TAsset>
      : TLoaded | (undefined extends InferAssetValue<TAsset> ? undefined : never)
    : InferAssetValue<TAsset>;

/** The row of a value that is a list of rows or gives them one after the other; `never` for every other value. */
export type RowOf<TValue> = TValue extends readonly (infer TRow extends object)[]
  ? TRow
  : TValue extends AsyncIterable<infer TItem extends object>
    ? // Bytes and record batches are objects too, and no rows.
      TItem extends ArrayBufferView | { readonly numRows: number }
      ? never
      : TItem
    : never;

/** The row that can be named in `columns` and `where`: of what is loaded, else of what the asset's own I/O manager loads. */
type NamedRow<TAsset, TIo> = [RowOf<LoadedThrough<TAsset, TIo>>] extends [never]
  ? RowOf<InferAssetValue<TAsset>>
  : RowOf<LoadedThrough<TAsset, TIo>>;

/** Columns of the rows; any text for other values, which the I/O manager has to understand. */
export type ColumnOf<TAsset, TIo> = [NamedRow<TAsset, TIo>] extends [never]
  ? string
  : keyof NamedRow<TAsset, TIo> & string;

/** Values that are certainly no table. */
type NoTable = string | number | bigint | boolean | null | undefined | Uint8Array | readonly unknown[];

/** Conditions on the columns of the rows; on any column for other values that may be tables. */
type WhereOf<TAsset, TIo> = [NamedRow<TAsset, TIo>] extends [never]
  ? [LoadedThrough<TAsset, TIo>] extends [NoTable]
    ? TypeError<"This asset has no rows with columns: leave `where` out.">
    : RowFilter
  : RowFilterOf<NamedRow<TAsset, TIo>>;

/** A value of which only some columns are loaded; `never` stands for all of them. */
export type WithColumns<TValue, TColumn extends string> = [TColumn] extends [never]
  ? TValue
  : TValue extends readonly (infer TRow extends object)[]
    ? // Written out, so that the compiler shows the columns and not `Pick` of all of them.
      { [K in keyof TRow as K extends TColumn ? K : never]: TRow[K] }[]
    : [RowOf<TValue>] extends [never]
      ? TValue
      : TValue extends AsyncIterable<infer TRow>
        ? AsyncIterable<{ [K in keyof TRow as K extends TColumn ? K : never]: TRow[K] }>
        : TValue;

/** A mapping that names no partitions but those of the upstream. */
type MappingTo<TAsset extends AnyUpstream> = PartitionMapping<Multiplicity, InferPartitionKey<TAsset["partitions"]>>;

/** A dependency with what is declared about it; made by {@link dep}. */
export interface Dep<
  TAsset extends AnyUpstream = AnyUpstream,
  TMapping extends PartitionMapping | undefined = PartitionMapping | undefined,
  TColumn extends string = string,
  TWait extends WaitPolicy | undefined = WaitPolicy | undefined,
  TIo extends AnyIoManager | undefined = AnyIoManager | undefined,
> {
  readonly kind: "dep";
  readonly asset: TAsset;
  readonly mapping: TMapping;
  readonly columns: readonly TColumn[] | undefined;
  readonly wait: TWait;
  readonly where: RowFilter | undefined;
  readonly io: TIo;
}

/** What {@link dep} takes. */
export interface DepOptions<
  TMapping,
  TColumn,
  TWait = WaitPolicy | undefined,
  TIo = AnyIoManager | undefined,
  TWhere = RowFilter,
> {
  /** Which upstream partitions are read. Derived from the two partitions definitions when it is left out. */
  readonly mapping?: TMapping | undefined;
  /** Load only these columns, where the upstream's I/O manager can. */
  readonly columns?: readonly TColumn[] | undefined;
  /**
   * Load only the rows that fit: a condition on each column that is named, such as `{ tempMax: { gte: 30 } }`. An I/O
   * manager that knows how to leaves out what does not fit without reading it.
   */
  readonly where?: TWhere | undefined;
  /**
   * Load through this I/O manager instead of the upstream's own: one of the same stored format that gives another value,
   * such as `parquetBatches()` for an asset that is stored with `parquet()`. The value has the type that it loads.
   */
  readonly io?: TIo | undefined;
  /**
   * How many of the upstream partitions that are read must be there, where many are read: `atLeast(5)` or
   * `atMostMissing(2)`. @default all of them
   */
  readonly wait?: TWait | undefined;
}

/**
 * A dependency that says more than which asset it is on: how partitions map, how many of them must be there, which
 * columns and rows are needed, or as what value it is loaded.
 *
 * @example
 * deps: {
 *   yesterday: dep(rawWeather, { mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) }),
 *   hot: dep(rawWeather, { columns: ["day", "tempMax"], where: { tempMax: { gte: 30 } } }),
 * }
 */
export function dep<
  TAsset extends AnyUpstream,
  TMapping extends MappingTo<TAsset> | undefined = undefined,
  const TColumn extends ColumnOf<TAsset, TIo> = never,
  TWait extends WaitPolicy | undefined = undefined,
  TIo extends AnyIoManager | undefined = undefined,
>(
  asset: TAsset,
  options: DepOptions<TMapping, TColumn, TWait, TIo, WhereOf<TAsset, TIo>> = {},
): Dep<TAsset, TMapping, TColumn, TWait, TIo> {
  // Each of the three is absent exactly when its type was not inferred, and is then its default, `undefined`.
  const mapping = options.mapping as TMapping;
  const wait = options.wait as TWait;
  const io = options.io as TIo;
  // The conditions on the columns of a row are conditions on columns.
  const where = options.where as RowFilter | undefined;
  return brand({ kind: "dep", asset, mapping, columns: options.columns, wait, where, io } as const, "dep");
}

/** Says whether `value` was made by {@link dep}. */
export function isDep(value: unknown): value is Dep {
  return hasBrand(value, "dep");
}

/** What is known of a dependency that says nothing but which asset it is on. */
const PLAIN = { mapping: null, columns: null, wait: null, where: null, io: null } as const;

/**
 * Brings the ways of naming a dependency into one form. What is none of them is kept as it is: validation reports it
 * together with everything else.
 * @param own the asset that declares them, for dependencies on its own partitions
 */
export function normalizeDependencies(
  deps: Readonly<Record<string, unknown>>,
  own: AnyUpstream,
): Readonly<Record<string, Dependency>> {
  const normalized: [string, Dependency][] = Object.entries(deps).map(([name, declared]) => {
    if (isOwnPartitions(declared)) {
      return [name, { ...PLAIN, asset: own, mapping: declared.mapping, wait: declared.wait ?? null }];
    }
    if (isDep(declared)) {
      const { asset, mapping = null, columns = null, wait = null, where = null, io = null } = declared;
      return [name, { asset, mapping, columns, wait, where, io }];
    }
    // The type promises an asset; where somebody went around the compiler, validation finds out by the brand.
    return [name, { ...PLAIN, asset: declared as AnyUpstream }];
  });
  return Object.fromEntries(normalized);
}
