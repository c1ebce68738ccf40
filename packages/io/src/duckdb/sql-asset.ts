import {
  asset,
  type AnyAsset,
  type Asset,
  type AssetContext,
  type AutomationOptions,
  type CheckOptions,
  type ColumnsOptions,
  type ConfigSchema,
  type ConfigValue,
  type DependenciesCheck,
  type DescriptionOptions,
  type ExecutionOptions,
  type LoadedValue,
  type MaybePromise,
  type OwnValueCheck,
  type PartitionOf,
  type PartitionsDefinition,
} from "@heddle/core";
import type { DeriveColumnsScope } from "@heddle/core/internal";
import type { TableSchema } from "../table/schema.ts";
import { resolveLimits, type DatabaseLimits, type ResolvedLimits } from "./database-limits.ts";
import { jsonRows } from "./json-rows.ts";
import { runQuery } from "./run-query.ts";
import type { MaybeIo, SqlContextOf, SqlIoCheck, SqlJsonRows, TablesCheck } from "./sql-asset-types.ts";
import { renderSql, type SqlFragment } from "./sql-fragment.ts";
import { openInputs, readStored } from "./sql-inputs.ts";
import { resultForm, sqlIo } from "./sql-io.ts";

/** What {@link sqlAsset} takes. Its type arguments are inferred; nobody writes them. */
export interface SqlAssetOptions<
  TPartitions extends PartitionsDefinition | undefined,
  TDeps,
  TSchema extends TableSchema | undefined,
  TIo extends MaybeIo,
  TConfig extends ConfigSchema | undefined,
>
  extends DescriptionOptions, ExecutionOptions, AutomationOptions {
  /** Asset key: segments joined by `/`, such as `weather/summary`. */
  readonly key: string;
  /** How the asset is cut; one partition is made at a time. Without it the asset is made as a whole. */
  readonly partitions?: TPartitions;
  /** The assets that the query reads, by the name that they have in it. Each has to be a table. */
  readonly deps?: (TDeps & DependenciesCheck<TDeps, TPartitions> & TablesCheck<TDeps, TPartitions>) | undefined;
  /**
   * The columns of the result, which are checked: their names, their types, and that there is a value where one has to
   * be. Without it the columns follow from the query, and the compiler knows nothing about them.
   */
  readonly schema?: TSchema;
  /** Stores the rows: any I/O manager of tables. Without it they are stored as JSON. */
  readonly io?: (TIo & SqlIoCheck<TIo, TSchema>) | undefined;
  /** What a run may pass as `context.config`: a schema of zod, valibot or any other Standard Schema. */
  readonly config?: TConfig;
  /** Name of the version of the query. @default a hash of its code and of everything of the project that it uses */
  readonly codeVersion?: string | undefined;
  /** Memory, threads and temporary files. */
  readonly database?: DatabaseLimits | undefined;
  /**
   * Makes the query. An unchanged result stops what comes after it from being made again: end with `order by`, because
   * a database gives rows in any order otherwise.
   */
  readonly sql: (context: SqlContextOf<TDeps, TPartitions, ConfigValue<TConfig>>) => MaybePromise<SqlFragment>;
  /** What its columns hold and where they come from. @default where they come from is read out of the query, as far as it says so */
  readonly columns?: ColumnsOptions<LoadedValue<TIo, SqlJsonRows<TSchema>>, NoInfer<TDeps>> | undefined;
  /** Tests of this asset by name. */
  readonly checks?:
    | Readonly<Record<string, CheckOptions<LoadedValue<TIo, SqlJsonRows<TSchema>>, PartitionOf<TPartitions>, object>>>
    | undefined;
}

/** What the engine gives a SQL asset instead of values: where its dependencies are stored. */
type Stored = Readonly<Record<string, unknown>>;

/**
 * Declares an asset that a query makes, run by DuckDB over what the upstream assets have stored: Parquet is read where
 * it lies, and of it only what the query asks for. Values go into the query as parameters, never as text.
 *
 * What consumers get follows from `schema` and `io`, as for every asset.
 *
 * @example
 * export const summary = sqlAsset({
 *   key: "weather/summary",
 *   partitions: monthlyPartitions({ start: "2012-01" }),
 *   deps: { days: rawWeather },
 *   schema: warmth,
 *   io: parquet({ schema: warmth }),
 *   sql: ({ deps, partition }) => sql`
 *     select ${partition.key} as month, station, avg(tempMax) as tempMax
 *     from ${deps.days} group by station order by station`,
 * });
 */
export function sqlAsset<
  TPartitions extends PartitionsDefinition | undefined = undefined,
  TDeps extends Readonly<Record<string, unknown>> = Record<never, never>,
  TSchema extends TableSchema | undefined = undefined,
  TIo extends MaybeIo = undefined,
  TConfig extends ConfigSchema | undefined = undefined,
>(
  options: SqlAssetOptions<TPartitions, TDeps, TSchema, TIo, TConfig> &
    OwnValueCheck<TDeps, LoadedValue<TIo, SqlJsonRows<TSchema>>>,
): Asset<
  LoadedValue<TIo, SqlJsonRows<TSchema>>,
  TPartitions,
  AssetContext<PartitionOf<TPartitions>, Stored, Record<never, never>, ConfigValue<TConfig>>,
  unknown,
  object
> {
  // What the types of the two factories say about their options is the same; only the compiler cannot see that.
  const declare = asset as unknown as (options: object) => AnyAsset;
  const { sql, schema, io, database, kinds = ["sql", "duckdb"], ...rest } = options;
  const limits = resolveLimits(database ?? {});
  const declared: AnyAsset = declare({
    ...rest,
    kinds,
    io: io === undefined ? undefined : resultForm(io) === "json" ? io : sqlIo(io),
    materialize: (context: AnyContext) =>
      materialize(context, { asset: declared, sql, schema: schema ?? null, io, limits }),
  });
  readStored(declared);
  const names = Object.keys(schema?.columns ?? {});
  Object.assign(declared, {
    deriveColumns: async (scope: DeriveColumnsScope) => {
      const { deriveColumns } = await import("./lineage/derive-columns.ts");
      return deriveColumns({ ...scope, asset: declared, sql, schema: names });
    },
  });
  // Where it is declared is where this function was called.
  const [caller, ...callers] = declared.source?.callers ?? [];
  if (caller !== undefined)
    for (const made of [declared, ...declared.checks]) Object.assign(made, { source: { ...caller, callers } });
  // Its value, partitions and context are those that the options state.
  return declared as unknown as ReturnType<typeof sqlAsset<TPartitions, TDeps, TSchema, TIo, TConfig>>;
}

type AnyContext = AssetContext<
  { readonly key: string } | undefined,
  Readonly<Record<string, unknown>>,
  object,
  unknown
>;

interface Declared {
  readonly asset: AnyAsset;
  /** Takes the very context whose type was made from the options. */
  readonly sql: (context: never) => MaybePromise<SqlFragment>;
  readonly schema: TableSchema | null;
  readonly io: MaybeIo;
  readonly limits: ResolvedLimits;
}

async function materialize(context: AnyContext, { asset, sql, schema, io, limits }: Declared): Promise<unknown> {
  const { partition, config, signal, log, run } = context;
  const subject = { assetKey: asset.key, partitionKey: partition?.key ?? null };
  const opened = await openInputs(asset, context.deps);
  const deps = Object.fromEntries([...opened].map(([name, { input }]) => [name, input]));
  const metadata = context.metadata.bind(context);
  const made = await sql({ deps, partition, config, signal, log, run, metadata } as never);
  const inputs = new Map([...opened].map(([name, { parts }]) => [name, parts]));
  const result = await runQuery({ subject, sql: renderSql(made), inputs, schema, limits, signal });
  if (io !== undefined && resultForm(io) !== "json") return result;
  try {
    return await jsonRows(result, subject);
  } finally {
    await result[Symbol.asyncDispose]();
  }
}
