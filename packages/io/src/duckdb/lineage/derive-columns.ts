import type { AnyAsset } from "@heddle/core";
import type { DerivedColumn, DerivedColumns, DeriveColumnsScope } from "@heddle/core/internal";
import type { DuckDBConnection } from "@duckdb/node-api";
import { loadDuckDB } from "../load-duckdb.ts";
import { renderSql } from "../sql-fragment.ts";
import { sqlInput } from "../sql-inputs.ts";
import type { OriginColumn } from "./origin.ts";
import { isNode, nodeIn, nodesIn, type ParsedNode, textIn } from "./parsed-node.ts";
import { readQuery, tableOf } from "./queries.ts";

interface Derivation extends DeriveColumnsScope {
  readonly asset: AnyAsset;
  /** The function that makes the query. */
  readonly sql: (context: never) => unknown;
  /** Names that the result has to have; empty where they follow from the query. */
  readonly schema: readonly string[];
}

const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/**
 * Finds out from which columns of its dependencies those of a query come: the query is made as for a partition, and DuckDB
 * takes it apart. It is not run, and nothing is read.
 */
export async function deriveColumns(derivation: Derivation): Promise<DerivedColumns> {
  const text = await makeQuery(derivation);
  const tree = await parseQuery(text);
  if (typeof tree === "string") return { columns: [], unknownBecause: tree };
  const { asset, columnsOf, schema } = derivation;
  const tables = new Map(Object.keys(asset.deps).map((name) => [name.toLowerCase(), tableOf(name, columnsOf(name))]));
  const { columns, rest } = readQuery(tree, {
    relations: [],
    using: new Map(),
    parent: null,
    tables,
    aliases: [],
    readQuery,
  });
  return { columns: nameColumns(columns, schema).map(describe), unknownBecause: rest };
}

async function makeQuery({ asset, sql, partition, signal }: Derivation): Promise<string> {
  const deps = Object.fromEntries(
    Object.entries(asset.deps).map(([name]) => [name, sqlInput(name, { keys: [], missing: [] })]),
  );
  const run = { id: "0", attempt: 1 };
  const context = { deps, partition, config: undefined, signal, log: QUIET, run, metadata: ignore };
  // What the function asks of a run is there, or it throws, and then it is said that it did.
  return renderSql(await sql(context as never)).text;
}

let parser: Promise<DuckDBConnection> | undefined;

/** The tree of a query; a text says why there is none. */
async function parseQuery(text: string): Promise<ParsedNode | string> {
  parser ??= loadDuckDB()
    .then(({ DuckDBInstance }) => DuckDBInstance.create(":memory:", { autoinstall_known_extensions: "false" }))
    .then((instance) => instance.connect());
  const connection = await parser;
  const result = await connection.runAndReadAll(
    "select json_serialize_sql($1::varchar, skip_null := true, skip_default := true)::varchar",
    [text],
  );
  const answer: unknown = JSON.parse(String(result.getRows()[0]?.[0]));
  if (!isNode(answer)) return "DuckDB does not take the query apart";
  if (answer["error"] === true) return `DuckDB does not take it apart: ${textIn(answer, "error_message")}`;
  const statements = nodesIn(answer, "statements");
  const [only] = statements;
  return only === undefined || statements.length > 1 ? "it is not one query" : nodeIn(only, "node");
}

/** A column that only the database would name is the one of the schema that no other is. */
function nameColumns(columns: readonly OriginColumn[], schema: readonly string[]): readonly OriginColumn[] {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  const left = schema.filter((name) => !names.has(name.toLowerCase()));
  const nameless = columns.filter(({ name }) => name === "");
  const [name] = left;
  if (name === undefined || left.length > 1 || nameless.length !== 1) return columns;
  return columns.map((column) => (column.name === "" ? { ...column, name } : column));
}

function describe({ name, origin: { sources, passes, unknown } }: OriginColumn): DerivedColumn {
  if (unknown !== null) return { name, from: null, unknownBecause: unknown };
  const tables = [...new Set(sources.map(({ table }) => table))];
  return {
    name,
    from: tables.map((dependency) => ({
      dependency,
      columns: sources.flatMap(({ table, column }) => (table === dependency ? [column] : [])),
      passes,
    })),
    unknownBecause: null,
  };
}
