import { HeddleError, type SchemaDrift } from "@heddle/core";
import { assertColumnsKnown, type TableSchema } from "../table/schema.ts";
import { columnName } from "./names.ts";
import { poolFor, type Pool } from "./pool.ts";

/** Where the database is. It is looked up when rows are first written or read, in the process that does it. */
export type PostgresConnection =
  | {
      /**
       * `postgresql://user:password@host:5432/database`, or a function that gives it. Leave it to a function, or to `env`,
       * when it holds a password: the bundle of a project is stored.
       */
      readonly url: string | (() => string | undefined | Promise<string | undefined>);
      readonly env?: never;
    }
  | {
      /** Name of the environment variable that holds the URL, such as `WAREHOUSE_URL`. */
      readonly env: string;
      readonly url?: never;
    };

/** What every I/O manager of tables in PostgreSQL takes, besides where the database is. */
export interface PostgresTableOptions<TSchema extends TableSchema> {
  /** The columns of the rows. */
  readonly schema: TSchema;
  /** Schema of the view. @default the first segment of the asset's key; `public` for a key of one segment */
  readonly pgSchema?: string;
  /** Name of the view. @default the other segments of the asset's key, joined by `__` */
  readonly table?: string;
  /**
   * Which changes of the columns are allowed from what was published last: new nullable columns and wider integers
   * (`additive`), all (`any`), or none (`refuse`). With `any`, a column that is not declared any more leaves the view.
   * @default "additive"
   */
  readonly drift?: SchemaDrift;
  /** Lists of columns that other programs look rows up by; each becomes an index. */
  readonly indexes?: readonly (readonly (keyof TSchema["columns"] & string)[])[];
  /** Name of a column of the view that tells the partition of a row. @default none */
  readonly partitionColumn?: string;
  /** Most connections of one process to this database, for writes and for everything else each. @default 4 */
  readonly maxConnections?: number;
  /** Longest time, in milliseconds, in which the server may say nothing while something is expected of it. @default 60000 */
  readonly timeoutMs?: number;
  /** Time, in milliseconds, in which a call that meets lost connections and conflicts is tried again. @default 30000 */
  readonly retryMs?: number;
}

/** What {@link postgres} takes. */
export type PostgresOptions<TSchema extends TableSchema> = PostgresTableOptions<TSchema> & PostgresConnection;

/** The options with defaults filled in. */
export interface PostgresSettings {
  readonly schema: TableSchema;
  readonly stated: { readonly schema?: string; readonly table?: string };
  readonly drift: SchemaDrift;
  readonly indexes: readonly (readonly string[])[];
  readonly partitionColumn: string | null;
  /** Looks the URL up and gives the pool for it. @throws CONFIG_INVALID */
  connect(): Promise<Pool>;
}

const MAX_MS = 2 ** 31 - 1;
/** PostgreSQL's own limit is 1,600; rows of versions need two. */
const MAX_COLUMNS = 1_000;

/** Fills in the defaults. @throws CONFIG_INVALID, IO_COLUMN_UNKNOWN, IO_SCHEMA_INVALID */
export function postgresSettings<TSchema extends TableSchema>(options: PostgresOptions<TSchema>): PostgresSettings {
  const { schema, pgSchema, table, drift = "additive", indexes = [], partitionColumn = null } = options;
  const names = Object.keys(schema.columns);
  for (const index of indexes) assertColumnsKnown(index, names);
  assertColumns(names, partitionColumn);
  if (!["additive", "any", "refuse"].includes(drift)) {
    throw invalid("drift", drift, '"additive", "any" or "refuse"');
  }
  const pool = {
    maxConnections: wholeNumber("maxConnections", options.maxConnections ?? 4, 100),
    silenceMs: wholeNumber("timeoutMs", options.timeoutMs ?? 60_000, MAX_MS),
    retryMs: wholeNumber("retryMs", options.retryMs ?? 30_000, MAX_MS),
  };
  const findUrl = urlFinder(options);
  return {
    schema,
    stated: { ...(pgSchema !== undefined && { schema: pgSchema }), ...(table !== undefined && { table }) },
    drift,
    indexes,
    partitionColumn,
    connect: async () => poolFor(await findUrl(), pool),
  };
}

function assertColumns(names: readonly string[], partitionColumn: string | null): void {
  if (names.length > MAX_COLUMNS) {
    throw new HeddleError("IO_SCHEMA_INVALID", `a table of ${names.length} columns cannot be stored in PostgreSQL`, {
      hint: `Declare ${MAX_COLUMNS} columns at most; a json() column holds what is rarely asked for.`,
    });
  }
  if (partitionColumn === null) return;
  const isTaken = names.some((name) => columnName(name) === columnName(partitionColumn));
  if (isTaken || partitionColumn === "") {
    throw invalid("partitionColumn", partitionColumn, "a name that no column of the rows has");
  }
}

function urlFinder({ url, env }: PostgresConnection): () => Promise<string> {
  if ((url === undefined) === (env === undefined)) {
    throw new HeddleError("CONFIG_INVALID", "it is not said in which PostgreSQL database the rows are to be stored", {
      hint: 'Give either `url` or `env`, such as postgres({ env: "WAREHOUSE_URL", … }).',
    });
  }
  return async () => {
    // One of them is there, as was seen above.
    const found = env === undefined ? await (typeof url === "function" ? url() : url) : process.env[env];
    if (typeof found === "string" && found !== "") return found;
    throw new HeddleError(
      "CONFIG_INVALID",
      env === undefined
        ? "the function that should give the URL of a PostgreSQL database gave none"
        : `the environment variable ${env} should hold the URL of a PostgreSQL database, and is not set`,
      { hint: "Set it for the processes of Heddle that run steps." },
    );
  };
}

function wholeNumber(name: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw invalid(name, value, `a whole number from 1 to ${most}`);
}

function invalid(name: string, value: unknown, expected: string): HeddleError {
  return new HeddleError(
    "CONFIG_INVALID",
    `\`${name}\` of a PostgreSQL table is ${JSON.stringify(value) ?? "not given"}`,
    {
      hint: `Give ${expected}.`,
    },
  );
}
