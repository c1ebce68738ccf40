import { HeddleError } from "@heddle/core";
import { join } from "node:path";
import type { TableSchema } from "../table/schema.ts";
import type { ResolvedLimits } from "./database-limits.ts";
import { inputSource, type InputParts } from "./input-sources.ts";
import { queryError, subjectOf, type QuerySubject } from "./query-error.ts";
import { openResult, RESULT_GROUP_ROWS, type QueryResult } from "./query-result.ts";
import { selectDeclared, type ResultColumn } from "./result-columns.ts";
import { schemaOfResult } from "./result-schema.ts";
import { openSession, type Session } from "./session.ts";
import type { RenderedSql } from "./sql-fragment.ts";
import { quoteName, quoteText } from "./sql-text.ts";
import { temporaryFiles } from "./temporary-files.ts";

/** A query over stored values. */
export interface Query {
  readonly subject: QuerySubject;
  readonly sql: RenderedSql;
  /** What the query names: each is a view of this name. */
  readonly inputs: ReadonlyMap<string, InputParts>;
  /** `null`: the columns follow from the query. */
  readonly schema: TableSchema | null;
  readonly limits: ResolvedLimits;
  readonly signal: AbortSignal;
}

/**
 * Runs a query and keeps its result in a temporary file: DuckDB writes it with all of its threads and in constant
 * memory, and whatever goes wrong goes wrong before the first row is given out. A result that is read while the query
 * runs would end without a word when it fails.
 *
 * @throws SQL_FAILED, SQL_INVALID, SQL_RESULT_MISMATCH, SQL_INPUT_UNREADABLE, IO_OBJECT_MISSING, IO_OBJECT_CORRUPT
 */
export async function runQuery(query: Query): Promise<QueryResult> {
  const { subject, limits, signal } = query;
  const files = await temporaryFiles(limits.temporaryDirectory);
  try {
    const path = join(files.path, "result.parquet");
    const session = await openSession(limits, signal);
    try {
      await createViews(session, query, files.path);
      const found = await describe(session, query);
      const schema = query.schema ?? schemaOfResult(found);
      const select = selectDeclared(found, { schema, subject, reader: "buffers" });
      const count = await writeResult(session, query, { select, path });
      return openResult({ path, count, schema, subject, signal, dispose: () => files.remove() });
    } finally {
      await session[Symbol.asyncDispose]();
    }
  } catch (error) {
    await files.remove();
    throw error;
  }
}

async function createViews(session: Session, { inputs, subject, signal }: Query, directory: string): Promise<void> {
  for (const [name, input] of inputs) {
    const source = await inputSource(input, { directory, signal });
    try {
      await session.run(`create temp view ${quoteName(name)} as ${source}`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new HeddleError(
        "SQL_INPUT_UNREADABLE",
        `${subjectOf(subject)}: ${input.upstream} cannot be read as a table: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: "Look at what the upstream has stored; materialize it again when its schema has changed.",
          details: { asset: subject.assetKey, partition: subject.partitionKey, upstream: input.upstream },
          cause,
        },
      );
    }
  }
}

/** Looks at the query as its author wrote it, so that errors point into that text. */
async function describe(session: Session, { sql, subject, signal }: Query): Promise<readonly ResultColumn[]> {
  const { text } = sql;
  const statements = await countStatements(session, text);
  if (statements !== null && statements !== 1) throw notOne(subject, `it has ${statements} statements`);
  let rows: readonly (readonly unknown[])[];
  try {
    const described = await session.run({ ...sql, text: `describe\n${text}` });
    rows = await described.getRows();
  } catch (cause) {
    signal.throwIfAborted();
    throw queryError(cause, { text, subject, linesBefore: 1 });
  }
  // Alone, `describe` tells of all tables.
  if (statements === null) throw notOne(subject, "it is empty");
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
}

/** `null` for a text without a statement and for one that is no SQL. */
async function countStatements({ connection }: Session, text: string): Promise<number | null> {
  try {
    return (await connection.extractStatements(text)).count;
  } catch {
    // What comes next says what is wrong with it.
    return null;
  }
}

function notOne(subject: QuerySubject, what: string): HeddleError {
  return new HeddleError("SQL_INVALID", `${subjectOf(subject)}: expected one query, but ${what}`, {
    hint: "Write one `select`; `with … as (…)` names steps in between.",
    details: { asset: subject.assetKey, partition: subject.partitionKey },
  });
}

async function writeResult(
  session: Session,
  { sql, subject, signal }: Query,
  { select, path }: { readonly select: string; readonly path: string },
): Promise<number> {
  // One query without what may end it: what follows has to stay part of it.
  const text = sql.text.replace(/;\s*$/u, "");
  try {
    const result = await session.run({
      ...sql,
      text: `copy (select ${select} from (\n${text}\n) as result) to ${quoteText(path)} (format parquet, row_group_size ${RESULT_GROUP_ROWS})`,
    });
    return result.rowsChanged;
  } catch (cause) {
    signal.throwIfAborted();
    throw queryError(cause, { text: sql.text, subject, linesBefore: 1 });
  }
}
