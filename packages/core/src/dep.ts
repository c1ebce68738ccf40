import { brand, hasBrand } from "./brand.ts";
import type { AnyUpstream, Asset, Dependency } from "./declarations.ts";
import { isOwnPartitions } from "./own-partitions.ts";
import type { Multiplicity, PartitionMapping } from "./partitions/partition-mapping.ts";
import type { InferPartitionKey } from "./partitions/partitions-definition.ts";
import type { WaitPolicy } from "./partitions/wait-policy.ts";

/** The type of the value that consumers of an asset get; `never` for an external asset. */
export type InferAssetValue<TAsset> = TAsset extends Asset<infer TValue> ? TValue : never;

/** Columns of a value that is a list of rows; any text for other values, which the I/O manager has to understand. */
type ColumnOf<TValue> = TValue extends readonly (infer TRow extends object)[] ? keyof TRow & string : string;

/** A value of which only some columns are loaded; `never` stands for all of them. */
export type WithColumns<TValue, TColumn extends string> = [TColumn] extends [never]
  ? TValue
  : TValue extends readonly (infer TRow extends object)[]
    ? // Written out, so that the compiler shows the columns and not `Pick` of all of them.
      { [K in keyof TRow as K extends TColumn ? K : never]: TRow[K] }[]
    : TValue;

/** A mapping that names no partitions but those of the upstream. */
type MappingTo<TAsset extends AnyUpstream> = PartitionMapping<Multiplicity, InferPartitionKey<TAsset["partitions"]>>;

/** A dependency with what is declared about it; made by {@link dep}. */
export interface Dep<
  TAsset extends AnyUpstream = AnyUpstream,
  TMapping extends PartitionMapping | undefined = PartitionMapping | undefined,
  TColumn extends string = string,
  TWait extends WaitPolicy | undefined = WaitPolicy | undefined,
> {
  readonly kind: "dep";
  readonly asset: TAsset;
  readonly mapping: TMapping;
  readonly columns: readonly TColumn[] | undefined;
  readonly wait: TWait;
}

/** What {@link dep} takes. */
export interface DepOptions<TMapping, TColumn, TWait = WaitPolicy | undefined> {
  /** Which upstream partitions are read. Derived from the two partitions definitions when it is left out. */
  readonly mapping?: TMapping | undefined;
  /** Load only these columns, where the upstream's I/O manager can. */
  readonly columns?: readonly TColumn[] | undefined;
  /**
   * How many of the upstream partitions that are read must be there, where many are read: `atLeast(5)` or
   * `atMostMissing(2)`. @default all of them
   */
  readonly wait?: TWait | undefined;
}

/**
 * A dependency that says more than which asset it is on: how partitions map, how many of them must be there, or which
 * columns are needed.
 *
 * @example
 * deps: { yesterday: dep(rawWeather, { mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) }) }
 */
export function dep<
  TAsset extends AnyUpstream,
  TMapping extends MappingTo<TAsset> | undefined = undefined,
  const TColumn extends ColumnOf<InferAssetValue<TAsset>> = never,
  TWait extends WaitPolicy | undefined = undefined,
>(asset: TAsset, options: DepOptions<TMapping, TColumn, TWait> = {}): Dep<TAsset, TMapping, TColumn, TWait> {
  // Each of the two is absent exactly when its type was not inferred, and is then its default, `undefined`.
  const mapping = options.mapping as TMapping;
  const wait = options.wait as TWait;
  return brand({ kind: "dep", asset, mapping, columns: options.columns, wait } as const, "dep");
}

/** Says whether `value` was made by {@link dep}. */
export function isDep(value: unknown): value is Dep {
  return hasBrand(value, "dep");
}

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
      return [name, { asset: own, mapping: declared.mapping, columns: null, wait: declared.wait ?? null }];
    }
    if (isDep(declared)) {
      const { asset, mapping = null, columns = null, wait = null } = declared;
      return [name, { asset, mapping, columns, wait }];
    }
    // The type promises an asset; where somebody went around the compiler, validation finds out by the brand.
    return [name, { asset: declared as AnyUpstream, mapping: null, columns: null, wait: null }];
  });
  return Object.fromEntries(normalized);
}
