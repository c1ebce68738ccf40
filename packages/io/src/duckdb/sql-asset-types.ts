import type {
  AnyIoManager,
  DependencyValues,
  IoManager,
  Logger,
  MetadataValues,
  PartitionOf,
  PartitionsDefinition,
  RunContext,
} from "@heddle/core";
import type { TypeError } from "@heddle/core/internal";
import type { InferRow, TableSchema } from "../table/schema.ts";
import type { JsonRow, JsonRowOf } from "./json-rows.ts";
import type { SqlFragment } from "./sql-fragment.ts";

type Partitions = PartitionsDefinition | undefined;

/** A row of which nothing is known. */
type AnyRow = Readonly<Record<string, unknown>>;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The row of a value that is a table; `never` for every other value. */
type RowOf<TValue> =
  IsAny<TValue> extends true
    ? AnyRow
    : TValue extends { readonly numRows: number }
      ? AnyRow
      : TValue extends string | ArrayBufferView
        ? never
        : TValue extends readonly (infer TItem)[] | AsyncIterable<infer TItem> | Iterable<infer TItem>
          ? TItem extends { readonly numRows: number }
            ? AnyRow
            : TItem extends ArrayBufferView | readonly unknown[]
              ? never
              : TItem extends object
                ? TItem
                : never
          : never;

/** The value of one partition of what `context.deps` would hold. */
type PartitionValue<TValue> = TValue extends { get(key: never): Promise<infer TOne>; readonly keys: readonly string[] }
  ? Exclude<TOne, undefined>
  : Exclude<TValue, undefined>;

type PartitionKeyOf<TValue> = TValue extends { readonly keys: readonly (infer TKey extends string)[] } ? TKey : string;

/**
 * A dependency of a SQL asset: a table with the rows of all partitions that are read. In a query it stands for its name,
 * to be used after `from`.
 */
export interface SqlInput<TRow = AnyRow, TKey extends string = string> extends SqlFragment {
  /** Keys of the partitions whose rows it has, in order; empty for an upstream without partitions. */
  readonly keys: readonly TKey[];
  /** Keys of partitions that the mapping names and that are not there, where the wait policy tolerates it. */
  readonly missing: readonly TKey[];
  /** A column, quoted; the compiler knows which there are. */
  column(name: keyof TRow & string): SqlFragment;
}

/** What `context.deps` of a SQL asset holds. */
export type SqlInputs<TDeps, TPartitions extends Partitions> = {
  readonly [K in keyof DependencyValues<TDeps, TPartitions>]: SqlInput<
    RowOf<PartitionValue<DependencyValues<TDeps, TPartitions>[K]>>,
    PartitionKeyOf<DependencyValues<TDeps, TPartitions>[K]>
  >;
};

/** `unknown` where a dependency is a table, a readable error where it is not. External assets give order alone. */
export type TablesCheck<TDeps, TPartitions extends Partitions> = {
  readonly [K in keyof TDeps]: K extends keyof DependencyValues<TDeps, TPartitions>
    ? [RowOf<PartitionValue<DependencyValues<TDeps, TPartitions>[K]>>] extends [never]
      ? TypeError<"SQL reads tables: this upstream stores something else. Let it return a list of rows, or give it an I/O manager of tables, such as parquet({ schema }).">
      : unknown
    : unknown;
};

/** What the function of a SQL asset gets. */
export interface SqlContext<TPartition, TInputs, TConfig> {
  /** The dependencies by name, as tables. */
  readonly deps: TInputs;
  /** The partition to make. */
  readonly partition: TPartition;
  /** What the run passed, as the asset's config schema read it; `undefined` for an asset that declares none. */
  readonly config: TConfig;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly run: RunContext;
  /** Records metadata with the materialization. @throws METADATA_INVALID */
  metadata(values: MetadataValues): void;
}

/** The context of a SQL asset, from the options of its asset. */
export type SqlContextOf<TDeps, TPartitions extends Partitions, TConfig> = SqlContext<
  PartitionOf<TPartitions>,
  SqlInputs<TDeps, TPartitions>,
  TConfig
>;

/** What a SQL asset makes, as an I/O manager that knows no schema takes it. */
export type SqlJsonRows<TSchema extends TableSchema | undefined> = TSchema extends TableSchema
  ? JsonRowOf<InferRow<TSchema>>[]
  : JsonRow[];

type SqlRows<TSchema> = TSchema extends TableSchema ? AsyncIterable<InferRow<TSchema>> : never;

/** What is a table of Arrow, or something else with a number of rows. Tables yield rows of any type: they are no test. */
type ArrowParts<TStorable> = Extract<TStorable, { readonly numRows: number }>;

/** `unknown` where an I/O manager stores what a SQL asset makes, else a readable error. */
export type SqlIoCheck<TIo, TSchema extends TableSchema | undefined> =
  TIo extends IoManager<infer TStorable>
    ? [SqlJsonRows<TSchema>] extends [TStorable]
      ? unknown
      : [ArrowParts<TStorable>] extends [never]
        ? [TSchema] extends [undefined]
          ? TypeError<"This I/O manager stores rows of a schema, or no tables at all: give the SQL asset the same `schema`, or another I/O manager.">
          : [SqlRows<TSchema>] extends [TStorable]
            ? unknown
            : TypeError<"This I/O manager does not store the rows that `schema` declares: give both the same schema.">
        : unknown
    : unknown;

/** Any I/O manager, or none. */
export type MaybeIo = AnyIoManager | undefined;
