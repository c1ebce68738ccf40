import { HeddleError, type RowFilter } from "@heddle/core";
import { columnsOf, type TableSchema } from "../table/schema.ts";
import { databaseType } from "./column-types.ts";
import type { FileSession } from "./database-file.ts";
import { parquetSource } from "./input-rows.ts";
import { RESULT_GROUP_ROWS } from "./query-result.ts";
import { selectDeclared, type ColumnReader } from "./result-columns.ts";
import { filterSql } from "./row-filter-sql.ts";
import { quoteName, quoteText } from "./sql-text.ts";
import { TableLayout, VERSION_COLUMN, type VersionedTable } from "./table-layout.ts";

/** Rows that are to become a version. */
export interface NewVersion {
  /** A Parquet file with the columns of the schema. */
  readonly path: string;
  readonly rows: number;
  readonly partitionKey: string | null;
  readonly attemptId: string;
}

/** What is read of a version, and into which file. */
export interface VersionRead {
  readonly version: number;
  /** How many rows the version has. */
  readonly rows: number;
  readonly path: string;
  /** The columns that are wanted. */
  readonly schema: TableSchema;
  readonly where: RowFilter | undefined;
  readonly limit?: number;
  readonly reader: ColumnReader;
}

/**
 * Versions of one table. The rows of all of them lie in one table beside their version's number, and a view shows those
 * of the versions that are published. So one statement shows another version, and a version that is read by its number
 * stays as it is, whatever is written beside it.
 */
export class TableVersions {
  readonly #table: VersionedTable;
  readonly #layout: TableLayout;
  readonly #file: FileSession;

  constructor(file: FileSession, table: VersionedTable) {
    this.#file = file;
    this.#table = table;
    this.#layout = new TableLayout(file, table);
  }

  /** Adds rows as a version that nobody sees; returns its number. @throws IO_SCHEMA_MISMATCH, CONFIG_INVALID */
  add({ path, rows, partitionKey, attemptId }: NewVersion): Promise<number> {
    const layout = this.#layout;
    const { versions, published, rows: target } = layout;
    const { name, schema } = this.#table;
    return this.#transaction(async () => {
      await layout.prepare();
      // An attempt that stores the same again replaces what it has stored before.
      const again = await layout.numbers(
        `select version from ${versions} where table_name = $1 and partition = $2 and attempt = $3
         and version not in (select version from ${published})`,
        [name, partitionKey ?? "", attemptId],
      );
      for (const version of again) await this.#delete(version);
      const version = await layout.nextVersion();
      const columns = columnsOf(schema).map((column) => quoteName(column.name));
      await layout.run(
        `insert into ${target} (${[...columns, VERSION_COLUMN].join(", ")})
         select ${columns.join(", ")}, $1 from ${parquetSource([path], { unite: false })}`,
        [BigInt(version)],
      );
      await layout.run(`insert into ${versions} values ($1, $2, $3, $4, $5, now())`, [
        BigInt(version),
        name,
        partitionKey ?? "",
        attemptId,
        rows,
      ]);
      return version;
    });
  }

  /** Lets the view show a version instead of the one before it, unless a newer attempt's is shown already. */
  async publish(
    version: number,
    { partitionKey, fence }: { partitionKey: string | null; fence: number },
  ): Promise<void> {
    const { published } = this.#layout;
    await this.#layout.run(
      `insert into ${published} as shown values ($1, $2, $3, $4) on conflict (table_name, partition)
       do update set version = excluded.version, fence = excluded.fence where excluded.fence >= shown.fence`,
      [this.#table.name, partitionKey ?? "", BigInt(version), BigInt(fence)],
    );
  }

  /** Removes a version; one that is not there is no error, and one that is shown stays. */
  async remove(version: number): Promise<void> {
    const layout = this.#layout;
    if ((await layout.storedColumns()).length === 0) return;
    await this.#transaction(async () => {
      const shown = await layout.numbers(`select version from ${layout.published} where version = $1`, [
        BigInt(version),
      ]);
      if (shown.length === 0) await this.#delete(version);
    });
  }

  /** Writes the rows of a version into a Parquet file; returns how many. @throws IO_OBJECT_MISSING, IO_OBJECT_CORRUPT */
  async read({ version, rows, path, schema, where, limit, reader }: VersionRead): Promise<number> {
    const layout = this.#layout;
    const source = layout.rows;
    const stored = await layout.storedColumns();
    if (stored.length === 0) throw this.#missing(version);
    const [present] = await layout.numbers(`select count(*) from ${source} where ${VERSION_COLUMN} = $1`, [
      BigInt(version),
    ]);
    if (present === 0 && rows > 0) throw this.#missing(version);
    if (present !== rows) throw this.#corrupt(version, `it has ${present} rows, and should have ${rows}`);
    const absent = columnsOf(schema).filter(({ name }) => !stored.some((column) => column.name === name));
    const required = absent.find(({ column }) => !column.isNullable);
    if (required !== undefined) throw this.#undeclared(required.name);
    const added = absent.map(({ name, column }) => ({ name, type: databaseType(column.type) }));
    const wanted = [...stored.filter(({ name }) => Object.hasOwn(schema.columns, name)), ...added];
    const select = selectDeclared(wanted, {
      schema,
      subject: { assetKey: this.#table.assetKey, partitionKey: null },
      reader,
    });
    const nulls = added.map(({ name, type }) => `, null::${type} as ${quoteName(name)}`).join("");
    const filter =
      where === undefined
        ? null
        : filterSql(where, (name) => [...stored, ...added].find((column) => column.name === name)?.type);
    const result = await layout.run(
      `copy (select ${select} from (select *${nulls} from ${source} where ${VERSION_COLUMN} = $1) as stored
       ${filter === null ? "" : `where ${filter}`} ${limit === undefined ? "" : `limit ${Math.trunc(limit)}`})
       to ${quoteText(path)} (format parquet, row_group_size ${RESULT_GROUP_ROWS})`,
      [BigInt(version)],
    );
    return result.rowsChanged;
  }

  async #delete(version: number): Promise<void> {
    const { rows, versions } = this.#layout;
    await this.#layout.run(`delete from ${rows} where ${VERSION_COLUMN} = $1`, [BigInt(version)]);
    await this.#layout.run(`delete from ${versions} where version = $1`, [BigInt(version)]);
  }

  async #transaction<T>(act: () => Promise<T>): Promise<T> {
    await this.#layout.run("begin transaction");
    try {
      const made = await act();
      await this.#layout.run("commit");
      return made;
    } catch (error) {
      // Not through the session, which refuses everything once its signal has fired. A failed rollback is one nevertheless.
      await this.#file.session.connection.run("rollback").catch(() => undefined);
      throw error;
    }
  }

  #missing(version: number): HeddleError {
    const { name } = this.#table;
    return new HeddleError(
      "IO_OBJECT_MISSING",
      `version ${version} of the table ${name} is not there, although a materialization names it`,
      {
        hint: "Materialize the partition again, or restore the file from a backup.",
        details: { table: name, version },
      },
    );
  }

  #corrupt(version: number, problem: string): HeddleError {
    const { name } = this.#table;
    return new HeddleError(
      "IO_OBJECT_CORRUPT",
      `version ${version} of the table ${name} is not what was written: ${problem}`,
      {
        hint: "Materialize the partition again, and look for what changes the tables of the schema heddle.",
        details: { table: name, version },
      },
    );
  }

  #undeclared(column: string): HeddleError {
    return new HeddleError(
      "IO_SCHEMA_MISMATCH",
      `column ${JSON.stringify(column)}: the stored table does not have it`,
      {
        hint: "Declare the column as nullable, or materialize the partitions again.",
        details: { column, table: this.#table.name },
      },
    );
  }
}
