import { HeddleError } from "@heddle/core";
import type { DuckDBResult } from "@duckdb/node-api";
import { columnsOf, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { databaseType } from "./column-types.ts";
import type { FileSession } from "./database-file.ts";
import type { ResultColumn } from "./result-columns.ts";
import type { SqlScalar } from "./sql-fragment.ts";
import { quoteName, quoteText } from "./sql-text.ts";

/** A table in a file, as an I/O manager declares it. */
export interface VersionedTable {
  readonly name: string;
  readonly assetKey: string;
  readonly schema: TableSchema;
}

/** Holds what is not the user's: the rows of all versions, and which versions there are and are shown. */
export const OWN_SCHEMA = "heddle";
/** The number of a row's version, beside the user's columns. */
export const VERSION_COLUMN = "heddle_version";

/** The names and statements of one versioned table. */
export interface TableLayout {
  /** The rows of all versions. */
  readonly rows: string;
  readonly versions: string;
  readonly published: string;
  run(text: string, values?: readonly SqlScalar[]): Promise<DuckDBResult>;
  /** The first column of a result, as numbers. */
  numbers(text: string, values?: readonly SqlScalar[]): Promise<number[]>;
  /** Columns of the rows, without the one of the version; none when the table was never made. */
  storedColumns(): Promise<readonly ResultColumn[]>;
  /** Makes the tables and the view where they are not there, and adds columns that were declared since. */
  prepare(): Promise<void>;
  nextVersion(): Promise<number>;
}

/** Opens the layout of a table in a file. */
export function tableLayout({ session, database, table }: FileSession, declared: VersionedTable): TableLayout {
  const { name, assetKey, schema } = declared;
  const own = (part: string): string => table(OWN_SCHEMA, part);
  const rows = own(`${name}__versions`);
  const run = (text: string, values: readonly SqlScalar[] = []): Promise<DuckDBResult> => session.run({ text, values });
  const numbers = async (text: string, values?: readonly SqlScalar[]): Promise<number[]> =>
    (await (await run(text, values)).getRows()).map(([value]) => Number(value));

  async function storedColumns(): Promise<readonly ResultColumn[]> {
    const found = await run(
      `select column_name, data_type from duckdb_columns()
       where database_name = $1 and schema_name = $2 and table_name = $3 and column_name <> $4 order by column_index`,
      [unquote(database), OWN_SCHEMA, `${name}__versions`, VERSION_COLUMN],
    );
    return (await found.getRows()).map(([column, type]) => ({ name: String(column), type: String(type) }));
  }

  async function prepare(): Promise<void> {
    await run(`create schema if not exists ${database}.${quoteName(OWN_SCHEMA)}`);
    await run(`create sequence if not exists ${own("version_numbers")}`);
    await run(`create table if not exists ${own("tables")} (table_name varchar primary key, asset varchar)`);
    await run(
      `create table if not exists ${own("versions")}
       (version bigint, table_name varchar, partition varchar, attempt varchar, rows bigint, written_at timestamptz)`,
    );
    await run(
      `create table if not exists ${own("published")}
       (table_name varchar, partition varchar, version bigint, fence bigint, primary key (table_name, partition))`,
    );
    await claim();
    const columns = columnsOf(schema);
    const stored = await storedColumns();
    if (stored.length === 0) {
      await run(`create table ${rows} (${columns.map(columnSql).join(", ")}, ${quoteName(VERSION_COLUMN)} bigint)`);
    } else if (!(await extend(columns, stored))) return;
    await showRows(columns, stored);
  }

  /** Two assets that write into one table would hide each other's rows. */
  async function claim(): Promise<void> {
    await run(`insert into ${own("tables")} values ($1, $2) on conflict do nothing`, [name, assetKey]);
    const found = await run(`select asset from ${own("tables")} where table_name = $1`, [name]);
    const asset = (await found.getRows())[0]?.[0];
    if (asset === assetKey) return;
    throw new HeddleError(
      "CONFIG_INVALID",
      `the table ${name} belongs to the asset ${String(asset)}, not to ${assetKey}`,
      {
        hint: "Give each asset a table of its own: duckdbTable({ table }).",
        details: { table: name, asset: assetKey },
      },
    );
  }

  /** Adds the columns that are not there; says whether there were any. */
  async function extend(columns: readonly NamedColumn[], stored: readonly ResultColumn[]): Promise<boolean> {
    let isChanged = false;
    for (const named of columns) {
      const found = stored.find((column) => column.name === named.name);
      const wanted = databaseType(named.column.type);
      if (found?.type === wanted) continue;
      if (found === undefined) await run(`alter table ${rows} add column ${columnSql(named)}`);
      else if (WIDER[found.type]?.includes(wanted) === true) {
        await run(`alter table ${rows} alter column ${quoteName(named.name)} type ${wanted}`);
      } else throw mistyped(declared, { name: named.name, stored: found.type, wanted });
      isChanged = true;
    }
    return isChanged;
  }

  async function showRows(columns: readonly NamedColumn[], stored: readonly ResultColumn[]): Promise<void> {
    const gone = stored.filter((column) => !columns.some((named) => named.name === column.name));
    const shown = [...columns, ...gone].map((column) => quoteName(column.name)).join(", ");
    // Names without the database: the file is opened under other names by other programs.
    await run(
      `create or replace view ${table("main", name)} as select ${shown} from ${quoteName(OWN_SCHEMA)}.${quoteName(`${name}__versions`)}
       where ${VERSION_COLUMN} in (select version from ${quoteName(OWN_SCHEMA)}.published where table_name = ${quoteText(name)})`,
    );
  }

  return {
    rows,
    versions: own("versions"),
    published: own("published"),
    run,
    numbers,
    storedColumns,
    prepare,
    async nextVersion() {
      const [version] = await numbers(`select nextval(${quoteText(own("version_numbers"))})`);
      if (version === undefined) throw new RangeError("a sequence gave no number");
      return version;
    },
  };
}

/** Types that hold every value of another. */
const WIDER: Readonly<Record<string, readonly string[]>> = { INTEGER: ["BIGINT", "DOUBLE"] };

function columnSql({ name, column }: NamedColumn): string {
  return `${quoteName(name)} ${databaseType(column.type)}`;
}

function unquote(name: string): string {
  return name.slice(1, -1).replaceAll('""', '"');
}

function mistyped(
  { name: tableName, assetKey }: VersionedTable,
  { name, stored, wanted }: { name: string; stored: string; wanted: string },
): HeddleError {
  return new HeddleError(
    "IO_SCHEMA_MISMATCH",
    `column ${JSON.stringify(name)} of the table ${tableName} is ${stored}, and the schema declares ${wanted}`,
    {
      hint: "The versions of a table share its columns: declare the column as it was, or store the asset in another table.",
      details: { column: name, table: tableName, asset: assetKey },
    },
  );
}
