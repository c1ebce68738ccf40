import { HeddleError, type InputContext, type StoredObject } from "@heddle/core";
import { parseJson } from "@heddle/core/internal";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { arrowTable } from "../arrow.ts";
import { describeValue } from "../describe-value.ts";
import { naming } from "../encoded-io-manager.ts";
import { parseLines } from "../json-lines-text.ts";
import { declaredSchema } from "../table/declared-schema.ts";
import { exporterOf } from "./duckdb-table.ts";
import { emptyQuery, haveSameColumns, inputQuery } from "./input-columns.ts";
import {
  declaredTypes,
  jsonSource,
  parquetSource,
  writeValue,
  type ColumnTypes,
  type JsonFiles,
} from "./input-rows.ts";
import { subjectOf } from "./query-error.ts";
import type { StoredRelation } from "./relation-io.ts";
import { findSameNames } from "./same-names.ts";
import { ValueTypes } from "./value-types.ts";
import { verifiedFile, type FileScope } from "./verified-files.ts";

/** So many files are verified or copied at a time. */
const CONCURRENCY = 4;

/** What a dependency of a SQL asset reads. */
export interface InputParts {
  /** Key of the upstream. */
  readonly upstream: string;
  readonly own: StoredRelation["own"];
  readonly parts: readonly StoredRelation[];
}

/**
 * The query that a dependency stands for. Parquet and JSON are read where they lie, when that is a directory: only what
 * a query asks for is decoded. Everything else is brought into temporary files first.
 *
 * @throws SQL_INPUT_UNREADABLE, IO_OBJECT_MISSING, IO_OBJECT_CORRUPT
 */
export async function inputSource({ upstream, own, parts }: InputParts, scope: FileScope): Promise<string> {
  assertNamesDiffer({ upstream, own, parts });
  const [first] = parts;
  const query = first === undefined ? null : await sourceOf(first.context.stored.io, parts, scope);
  const found = query === null ? emptyQuery(own?.table?.columns) : inputQuery(query, parts);
  if (found !== null) return found;
  throw new HeddleError(
    "SQL_INPUT_UNREADABLE",
    `${upstream} has no rows in what is read, and nothing declares its columns`,
    {
      hint: "Give it an I/O manager with a schema, such as parquet({ schema }) or jsonLines({ schema }).",
      details: { upstream },
    },
  );
}

/** DuckDB would take one column for the other, and give the cells of that one. */
function assertNamesDiffer({ upstream, own, parts }: InputParts): void {
  const stored = parts.flatMap(({ context }) => context.stored.columns ?? []);
  const same = findSameNames([...stored, ...(own?.table?.columns ?? [])].map(({ name }) => name));
  if (same === null) return;
  const [first, second] = same.map((name) => JSON.stringify(name));
  throw new HeddleError(
    "SQL_INPUT_UNREADABLE",
    `the columns ${first} and ${second} of ${upstream} differ in upper and lower case alone, and DuckDB takes them for one`,
    {
      hint: "Rename one of them; when that has been done, materialize the upstream's older partitions again.",
      details: { upstream, columns: same },
    },
  );
}

/** A table expression with the rows of all parts; `null` when nothing tells which columns they have. */
async function sourceOf(io: string, parts: readonly StoredRelation[], scope: FileScope): Promise<string | null> {
  switch (io) {
    case "parquet":
      return parquetSource(await verifiedFiles(parts, scope), { unite: !haveSameColumns(parts) });
    case "json-lines":
      return linesSource(parts, scope);
    case "json":
      return jsonFilesSource({ parts, scope, format: "array", parse: parseArray });
    default:
      return valuesSource(parts, scope);
  }
}

async function linesSource(parts: readonly StoredRelation[], scope: FileScope): Promise<string | null> {
  const types = haveSameColumns(parts) ? typesOf(parts[0]) : null;
  if (types === null) return jsonFilesSource({ parts, scope, format: "newline_delimited", parse: parseLines });
  const paths = await verifiedFiles(parts, scope);
  return jsonSource({ paths, format: "newline_delimited", columns: types, bytes: longest(parts) });
}

function typesOf(part: StoredRelation | undefined, seen: ColumnTypes = []): ColumnTypes | null {
  const schema = declaredSchema(part?.own ?? null);
  return declaredTypes(part?.context.stored.columns, { schema, seen });
}

interface JsonParts {
  readonly parts: readonly StoredRelation[];
  readonly scope: FileScope;
  readonly format: JsonFiles["format"];
  /** Takes the rows out of a file. */
  parse(body: Uint8Array): readonly unknown[];
}

/** Rows as JSON whose columns nobody declared: a look at all of them tells. */
async function jsonFilesSource({ parts, scope, format, parse }: JsonParts): Promise<string | null> {
  const types = new ValueTypes();
  for (const { context } of parts) {
    const body = await naming(context, () => context.store.get(soleObject(context), { signal: scope.signal }));
    parse(body).forEach((row, index) => types.see(row, index));
  }
  if (types.columns.length === 0) return null;
  const paths = await verifiedFiles(parts, scope);
  return jsonSource({ paths, format, columns: types.columns, bytes: longest(parts) });
}

function parseArray(body: Uint8Array): readonly unknown[] {
  const value: unknown = parseJson(Buffer.from(body).toString("utf8"));
  if (Array.isArray(value)) return value;
  throw new HeddleError("SQL_INPUT_UNREADABLE", `expected a list of rows, got ${describeValue(value)}`, {
    hint: "SQL reads tables: let the upstream return a list of objects.",
  });
}

/** What another I/O manager has to load before it can be read. */
async function valuesSource(parts: readonly StoredRelation[], scope: FileScope): Promise<string | null> {
  const sources: string[] = [];
  for (const part of parts) {
    const exportTo = exporterOf(part.own);
    if (exportTo !== null) {
      const path = join(scope.directory, `${randomUUID()}.parquet`);
      await naming(part.context, () => exportTo(withoutProjection(part.context), path));
      sources.push(parquetSource([path], { unite: false }));
      continue;
    }
    const written = await writeValue(await loadValue(part), scope);
    if (written.kind === "parquet") {
      if (written.paths.length > 0) sources.push(parquetSource(written.paths, { unite: false }));
      continue;
    }
    const { path, bytes, types } = written;
    const columns = typesOf(part, types.columns) ?? types.columns;
    if (columns.length > 0) sources.push(jsonSource({ paths: [path], format: "newline_delimited", columns, bytes }));
  }
  if (sources.length === 0) return null;
  return `(${sources.map((source) => `select * from ${source}`).join(" union all by name ")})`;
}

/** What to load so that the query can leave out rows and columns: those that `where` names need not be wanted. */
function withoutProjection({ where, columns, ...rest }: InputContext): InputContext {
  return columns === undefined || where !== undefined ? rest : { ...rest, columns };
}

async function loadValue({ own, context }: StoredRelation): Promise<unknown> {
  const wanted = withoutProjection(context);
  if (context.stored.io === "arrow") return arrowTable().load(wanted);
  if (own !== null) return own.load(wanted);
  throw new HeddleError(
    "SQL_INPUT_UNREADABLE",
    `${context.assetKey} was stored by the deployment's default I/O manager "${context.stored.io}", which SQL does not know`,
    { hint: "Name the I/O manager at the upstream asset: asset({ io, … })." },
  );
}

async function verifiedFiles(parts: readonly StoredRelation[], scope: FileScope): Promise<string[]> {
  const paths: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < parts.length; index = next++) {
      scope.signal.throwIfAborted();
      const context = parts[index]?.context;
      if (context === undefined) continue;
      paths[index] = await naming(context, () => verifiedFile(context.store, soleObject(context), scope));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return paths;
}

function soleObject({ stored, assetKey, partitionKey }: InputContext): StoredObject {
  const [object] = stored.objects;
  if (object !== undefined && stored.objects.length === 1) return object;
  throw new HeddleError(
    "IO_MANAGER_MISMATCH",
    `${subjectOf({ assetKey, partitionKey })} is stored as ${stored.objects.length} objects, and should be one`,
    { hint: "Materialize it again." },
  );
}

function longest(parts: readonly StoredRelation[]): number {
  return parts.reduce((most, { context }) => Math.max(most, soleObject(context).bytes), 0);
}
