import { HeddleError } from "@heddle/core";
import type { DuckDBResult } from "@duckdb/node-api";
import { columnsOf, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { databaseType } from "./column-types.ts";
import type { FileSession } from "./database-file.ts";
import type { ResultColumn } from "./result-columns.ts";
import { foldName } from "./same-names.ts";
import type { SqlScalar } from "./sql-fragment.ts";
import { quoteName, quoteText } from "./sql-text.ts";
import { isWidened } from "./widened-types.ts";

/** A table in a file, as an I/O manager declares it. */
export interface VersionedTable {
  readonly name: string;
  readonly assetKey: string;
  readonly schema: TableSchema;
}

/** Holds what is not the user's: the rows of all versions, and which versions there are and are shown. */
const OWN_SCHEMA = "heddle";
/** The number of a row's version, beside the user's columns. */
export const VERSION_COLUMN = "heddle_version";

/** The names and statements of one versioned table in a file. */
export class TableLayout {
  /** The rows of all versions, as SQL names them; likewise the tables of versions and of what is shown. */
  readonly rows: string;
  readonly versions: string;
  readonly published: string;
  readonly #file: FileSession;
  readonly #table: VersionedTable;

  constructor(file: FileSession, table: VersionedTable) {
    this.#file = file;
    this.#table = table;
    this.rows = this.#own(`${table.name}__versions`);
    this.versions = this.#own("versions");
    this.published = this.#own("published");
  }

  run(text: string, values: readonly SqlScalar[] = []): Promise<DuckDBResult> {
    return this.#file.session.run({ text, values });
  }

  /** The first column of a result, as numbers. */
  async numbers(text: string, values: readonly SqlScalar[] = []): Promise<number[]> {
    const rows = await (await this.run(text, values)).getRows();
    return rows.map(([value]) => Number(value));
  }

  /** Columns of the rows, without the one of the version; none when the table was never made. */
  async storedColumns(): Promise<readonly ResultColumn[]> {
    const found = await this.run(
      `select column_name, data_type from duckdb_columns()
       where database_name = $1 and schema_name = $2 and table_name = $3 and column_name <> $4 order by column_index`,
      [this.#file.name, OWN_SCHEMA, `${this.#table.name}__versions`, VERSION_COLUMN],
    );
    return (await found.getRows()).map(([name, type]) => ({ name: String(name), type: String(type) }));
  }

  /** Makes the tables and the view where they are not there, and adds columns that were declared since. */
  async prepare(): Promise<void> {
    await this.#prepareOwn();
    await this.#claim();
    const columns = columnsOf(this.#table.schema);
    const stored = await this.storedColumns();
    if (stored.length === 0) {
      const list = [...columns.map(columnSql), `${quoteName(VERSION_COLUMN)} bigint`];
      await this.run(`create table ${this.rows} (${list.join(", ")})`);
    } else if (!(await this.#extend(columns, stored))) return;
    await this.#show(columns, stored);
  }

  async nextVersion(): Promise<number> {
    const [version] = await this.numbers(`select nextval(${quoteText(this.#own("version_numbers"))})`);
    if (version === undefined) throw new RangeError("a sequence gave no number");
    return version;
  }

  #own(part: string): string {
    return this.#file.table(OWN_SCHEMA, part);
  }

  async #prepareOwn(): Promise<void> {
    await this.run(`create schema if not exists ${quoteName(this.#file.name)}.${quoteName(OWN_SCHEMA)}`);
    await this.run(`create sequence if not exists ${this.#own("version_numbers")}`);
    await this.run(`create table if not exists ${this.#own("tables")} (table_name varchar primary key, asset varchar)`);
    await this.run(
      `create table if not exists ${this.versions}
       (version bigint, table_name varchar, partition varchar, attempt varchar, rows bigint, written_at timestamptz)`,
    );
    await this.run(
      `create table if not exists ${this.published}
       (table_name varchar, partition varchar, version bigint, fence bigint, primary key (table_name, partition))`,
    );
  }

  /** Two assets that write into one table would hide each other's rows. */
  async #claim(): Promise<void> {
    const { name, assetKey } = this.#table;
    const found = await this.run(`select table_name, asset from ${this.#own("tables")}`);
    const owner = (await found.getRows()).find(([table]) => foldName(String(table)) === foldName(name));
    if (owner === undefined) {
      await this.run(`insert into ${this.#own("tables")} values ($1, $2)`, [name, assetKey]);
      return;
    }
    const [table, asset] = owner.map(String);
    if (table === name && asset === assetKey) return;
    throw new HeddleError(
      "CONFIG_INVALID",
      table === name
        ? `the table ${name} belongs to the asset ${asset}, not to ${assetKey}`
        : `the table ${name} is for DuckDB the same as ${table}, which belongs to the asset ${asset}`,
      {
        hint: "Give each asset a table of its own: duckdbTable({ table }).",
        details: { table: name, asset: assetKey },
      },
    );
  }

  /** Adds the columns that are not there, and widens those that have become wider; says whether there were any. */
  async #extend(columns: readonly NamedColumn[], stored: readonly ResultColumn[]): Promise<boolean> {
    let isChanged = false;
    for (const named of columns) {
      const found = stored.find((column) => foldName(column.name) === foldName(named.name));
      if (found !== undefined && found.name !== named.name) throw renamed(this.#table, named.name, found.name);
      const wanted = databaseType(named.column.type);
      if (found?.type === wanted) continue;
      if (found === undefined) await this.run(`alter table ${this.rows} add column ${columnSql(named)}`);
      else if (isWidened(found.type, wanted)) {
        await this.run(`alter table ${this.rows} alter column ${quoteName(named.name)} type ${wanted}`);
      } else throw mistyped(this.#table, { name: named.name, stored: found.type, wanted });
      isChanged = true;
    }
    return isChanged;
  }

  async #show(columns: readonly NamedColumn[], stored: readonly ResultColumn[]): Promise<void> {
    const { name } = this.#table;
    const gone = stored.filter((column) => !columns.some((named) => named.name === column.name));
    const shown = [...columns, ...gone].map((column) => quoteName(column.name)).join(", ");
    const own = quoteName(OWN_SCHEMA);
    // Names without the database: other programs open the file under other names.
    await this.run(
      `create or replace view ${this.#file.table("main", name)} as select ${shown} from ${own}.${quoteName(`${name}__versions`)}
       where ${VERSION_COLUMN} in (select version from ${own}.published where table_name = ${quoteText(name)})`,
    );
  }
}

function columnSql({ name, column }: NamedColumn): string {
  return `${quoteName(name)} ${databaseType(column.type)}`;
}

function renamed({ name: table, assetKey }: VersionedTable, name: string, stored: string): HeddleError {
  return new HeddleError(
    "IO_SCHEMA_MISMATCH",
    `column ${JSON.stringify(name)} is ${JSON.stringify(stored)} in the table ${table}, and DuckDB takes them for one`,
    {
      hint: "Spell the column as the table does, or store the asset in another table.",
      details: { column: name, table, asset: assetKey },
    },
  );
}

function mistyped(
  { name: tableName, assetKey }: VersionedTable,
  { name, stored, wanted }: { name: string; stored: string; wanted: string },
): HeddleError {
  return new HeddleError(
    "IO_SCHEMA_DRIFT",
    `column ${JSON.stringify(name)} of the table ${tableName} is ${stored}, and the schema declares ${wanted}`,
    {
      hint: "The versions of a table share its columns: declare the column as it was, or store the asset in another table.",
      details: { column: name, table: tableName, asset: assetKey },
    },
  );
}
