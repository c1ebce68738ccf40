import { HeddleError, type StoredColumn, type StoredValue } from "@heddle/core";
import type { PostgresAddress } from "./address.ts";
import type { WrittenRows } from "./encode-copy.ts";
import { columnName, type RelationNames } from "./names.ts";

/** Name of the I/O manager, written into every stored value. */
export const IO_NAME = "postgres";

/** Where the rows of a stored value lie. */
export interface StoredVersion {
  /** The view, quoted: what `heddle.version` and `heddle.published` call the relation. */
  readonly relation: string;
  /** The table with the rows, quoted. */
  readonly table: string;
  readonly version: number;
  /** Drawn for each version, so that one of another database is never taken for it. */
  readonly token: string;
  /** In which column of the table each stored column is, where the name does not tell. */
  readonly places: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly StoredColumn[];
}

/** What is recorded about rows that were written. */
export function storedValue(
  written: WrittenRows,
  context: {
    readonly names: RelationNames;
    readonly address: PostgresAddress;
    readonly version: number;
    readonly token: string;
    readonly places: Readonly<Record<string, string>>;
  },
): StoredValue {
  const { names, address, version, token, places } = context;
  const named = Object.fromEntries(Object.entries(places).filter(([name, place]) => place !== columnName(name)));
  return {
    io: IO_NAME,
    objects: [],
    dataVersion: written.dataVersion,
    rows: written.rows,
    columns: written.columns,
    location: `${address.label}: ${names.qualifiedVersions} where heddle_version = ${version}`,
    details: {
      relation: names.qualified,
      table: names.qualifiedVersions,
      version,
      token,
      bytes: written.bytes,
      ...(Object.keys(named).length > 0 && { places: named }),
    },
  };
}

/** Reads what {@link storedValue} wrote. @throws IO_MANAGER_MISMATCH */
export function readStored(stored: StoredValue, subject: string): StoredVersion {
  const { io, rows = 0, columns = [], details = {} } = stored;
  const { relation, table, version, token, places = {}, bytes = 0 } = details;
  const isOurs =
    io === IO_NAME &&
    typeof relation === "string" &&
    typeof table === "string" &&
    typeof version === "number" &&
    typeof token === "string";
  if (isOurs) {
    return {
      relation,
      table,
      version,
      token,
      // As it was written above.
      places: places as Readonly<Record<string, string>>,
      rows,
      bytes: Number(bytes),
      columns,
    };
  }
  throw new HeddleError("IO_MANAGER_MISMATCH", `${subject} is stored by "${io}"; "${IO_NAME}" cannot load it`, {
    hint: `Materialize it again with "${IO_NAME}", or give the asset "${io}" again.`,
    details: { stored: io, declared: IO_NAME },
  });
}

/** The rows of a stored value are not there any more. */
export function versionMissing(subject: string, { table, version }: StoredVersion): HeddleError {
  return new HeddleError(
    "IO_OBJECT_MISSING",
    `${subject}: version ${version} of ${table} does not exist, although a materialization names it`,
    {
      hint: "Materialize the partition again, restore the table from a backup, or look whether `url` names another database than before.",
      details: { table, version },
    },
  );
}
