import {
  HeddleError,
  ioManager,
  type AnyIoManager,
  type InputContext,
  type IoManager,
  type JsonValue,
  type ObjectStore,
  type OutputContext,
  type SameAsStored,
  type SchemaDrift,
  type StoredColumn,
  type StoredValue,
} from "@heddle/core";
import { createHash } from "node:crypto";
import { naming, nameError, soleObject, unreadable } from "./encoded-io-manager.ts";
import { encodeLines, parseLines, parseLineStream } from "./json-lines-text.ts";
import { canonicalJson, inspectJson } from "./json-text.ts";
import { encodeObjectKey } from "./object-key.ts";
import { previewValues } from "./preview-values.ts";
import { putChunks } from "./put-chunks.ts";
import { rowMatches } from "./row-matches.ts";
import { lineReader, rowsToLines } from "./table/json-rows.ts";
import { withSchema } from "./table/declared-schema.ts";
import { rowChunks, type RowChunk } from "./table/row-chunks.ts";
import { assertStoredAs } from "./table/schema-mismatch.ts";
import { columnsOf, storedColumns, type InferRow, type TableRows, type TableSchema } from "./table/schema.ts";

/** What {@link jsonLines} and {@link jsonLinesRows} take without a schema. */
export interface PlainLinesOptions {
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/** What {@link jsonLines} and {@link jsonLinesRows} take with a schema. */
export interface JsonLinesOptions<TSchema extends TableSchema> extends PlainLinesOptions {
  /** The columns of the rows. Days, instants and 64-bit integers are then stored as text and come back as they were. */
  readonly schema: TSchema;
  /** Which changes of the columns are allowed from one materialization to the next. @default "additive" */
  readonly drift?: SchemaDrift;
}

/** Whether a row of an array may be an array: a list of lists comes back as one. */
interface RowForm {
  readonly areArrays?: boolean;
}

type LinesOptions = PlainLinesOptions & { readonly schema?: TableSchema; readonly drift?: SchemaDrift };

/**
 * Stores rows as JSON Lines, a line for each row: small tables, logs, answers of an API. With a schema it stores typed
 * rows as `parquet` does, also from a generator, in constant memory; without one, an array of JSON values, in which
 * every row may differ.
 */
export function jsonLines<TSchema extends TableSchema>(
  options: JsonLinesOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, InferRow<TSchema>[]>;
/** Without a schema; the type argument is for rows that are declared as an interface: `jsonLines<WeatherRow>()`. */
export function jsonLines<TRow = JsonValue>(options?: PlainLinesOptions): IoManager<readonly TRow[], SameAsStored>;
export function jsonLines(options: LinesOptions = {}): AnyIoManager {
  return ioManager<unknown, unknown>({
    ...linesManager(options, { areArrays: true }),
    empty: () => [],
    load: (context) => loadLines(options, context),
  });
}

/**
 * The same format as a stream: takes whatever gives rows, and consumers loop over them as they are read, so that neither
 * side holds all of them. Also for one consumer of an asset that has `jsonLines`: `dep(events, { io: jsonLinesRows() })`.
 */
export function jsonLinesRows<TSchema extends TableSchema>(
  options: JsonLinesOptions<TSchema>,
): IoManager<TableRows<InferRow<TSchema>>, AsyncIterable<InferRow<TSchema>>>;
/** Without a schema; the type argument is for rows that are declared as an interface: `jsonLinesRows<Event>()`. */
export function jsonLinesRows<TRow = JsonValue>(
  options?: PlainLinesOptions,
): IoManager<TableRows<TRow>, AsyncIterable<TRow>>;
export function jsonLinesRows(options: LinesOptions = {}): AnyIoManager {
  return ioManager<unknown, unknown>({
    ...linesManager(options),
    empty: () => streamRows(async function* () {}),
    async load(context) {
      // What is wrong with the request is told at once, and not when the first row is asked for.
      const pieces = openPieces(options, context);
      return streamRows(pieces);
    },
  });
}

const NAME = "json-lines";

/** What both forms have in common. */
function linesManager(options: LinesOptions, rows: RowForm = {}) {
  const { schema, store, drift = "additive" } = options;
  return {
    name: NAME,
    store,
    filters: true,
    ...withSchema(schema),
    ...(schema !== undefined && { table: { columns: storedColumns(schema), drift } }),
    write: (value: unknown, context: OutputContext) => writeLines(value, { ...options, ...rows }, context),
    async preview(context: InputContext, { rows: most }: { readonly rows: number }) {
      const { columns: _columns, where: _where, ...whole } = context;
      const lines = await takeLines(parseLineStream(openLines(options, whole)), most);
      return previewValues(lines, context.stored.rows ?? null, context.stored.columns);
    },
  };
}

async function writeLines(
  value: unknown,
  options: LinesOptions & RowForm,
  context: OutputContext,
): Promise<StoredValue> {
  const { store = context.store, schema } = options;
  const { signal } = context;
  signal.throwIfAborted();
  const key = encodeObjectKey(context, "jsonl");
  const facts: { rows?: number; columns?: readonly StoredColumn[]; dataVersion?: string } = {};
  const told = (found: typeof facts): void => void Object.assign(facts, found);
  const chunks =
    schema === undefined
      ? plainLines(rowChunks(value, signal, { ...options, chunkRows: CHUNK_VALUES }), told)
      : rowsToLines(value, { schema, signal }, told);
  const object = await naming(context, () => putChunks(store, key, { chunks, signal }));
  return { io: NAME, objects: [object], dataVersion: object.sha256, ...facts };
}

/** So many values become lines at a time. */
const CHUNK_VALUES = 1024;

/** The lines of any JSON values; equal ones give one data version, in whichever order their keys come. */
async function* plainLines(
  chunks: AsyncIterable<RowChunk>,
  told: (facts: { rows: number; dataVersion: string }) => void,
): AsyncGenerator<Uint8Array, void> {
  const canonical = createHash("sha256");
  let count = 0;
  for await (const { rows, from } of chunks) {
    const { problem, isCanonical } = inspectJson(rows);
    if (problem !== null) throw notJson(`value${shiftIndex(problem.where, from)} is ${problem.what}`);
    const bytes = encodeLines(rows.map((row) => `${JSON.stringify(row)}\n`));
    canonical.update(isCanonical ? bytes : encodeLines(rows.map((row) => `${canonicalJson(row)}\n`)));
    count += rows.length;
    yield bytes;
  }
  told({ rows: count, dataVersion: canonical.digest("hex") });
}

/** Counts rows from the first of all, and not from the first of a chunk. */
function shiftIndex(where: string, from: number): string {
  return where.replace(/^\[(\d+)\]/, (_text, index: string) => `[${from + Number(index)}]`);
}

/** The error about a value that is no JSON. */
export function notJson(message: string): HeddleError {
  return new HeddleError("IO_VALUE_NOT_STORABLE", message, {
    hint: "Return JSON: convert dates and bigints to text, replace NaN and undefined by null; or use another I/O manager.",
  });
}

async function loadLines(options: LinesOptions, context: InputContext): Promise<unknown[]> {
  const { store = context.store } = options;
  context.signal.throwIfAborted();
  const object = soleObject(NAME, context);
  return naming(context, async () => {
    const read = rowReader(options, context);
    const body = await store.get(object, { signal: context.signal });
    return read(() => parseLines(body));
  });
}

/** Makes the function that gives the rows of some lines: those that are wanted, with the columns that are. */
function rowReader({ schema }: LinesOptions, context: InputContext): (parse: () => unknown[]) => unknown[] {
  const { stored, columns: names, where } = context;
  const isWanted = where === undefined ? undefined : rowMatches(where);
  if (schema === undefined) {
    return (parse) => {
      const values = parsed(parse);
      return isWanted === undefined ? values : values.filter(isWanted);
    };
  }
  const columns = columnsOf(schema, names);
  const compared =
    where === undefined ? [] : columnsOf(schema, Object.keys(where).length === 0 ? undefined : Object.keys(where));
  assertStoredAs(stored.columns ?? [], [...columns, ...compared]);
  // Conditions may be on columns that the consumer does not get.
  const all = columnsOf(schema).filter((column) => [...columns, ...compared].some(({ name }) => name === column.name));
  const toRows = lineReader(all);
  const isWhole = all.length === columns.length;
  return (parse) => {
    const rows = toRows(parsed(parse));
    const wanted = isWanted === undefined ? rows : rows.filter(isWanted);
    return isWhole ? wanted : wanted.map((row) => pick(row, columns));
  };
}

function pick(row: object, columns: readonly { readonly name: string }[]): object {
  const cells = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(columns.map(({ name }) => [name, cells[name]]));
}

function parsed(parse: () => unknown[]): unknown[] {
  try {
    return parse();
  } catch (cause) {
    throw unreadable(NAME, cause);
  }
}

function openLines(options: LinesOptions, context: InputContext): AsyncIterable<Uint8Array> {
  const { store = context.store } = options;
  return store.stream(soleObject(NAME, context), { signal: context.signal });
}

/** Opens a value to be read in pieces; each time that they are asked for, they are read anew. */
function openPieces(options: LinesOptions, context: InputContext): () => AsyncGenerator<unknown[], void> {
  try {
    rowReader(options, context);
    soleObject(NAME, context);
  } catch (error) {
    throw nameError(context, error);
  }
  return async function* pieces() {
    const read = rowReader(options, context);
    try {
      for await (const lines of parseLineStream(openLines(options, context))) yield read(() => lines);
    } catch (error) {
      throw nameError(context, context.signal.aborted ? error : unreadable(NAME, error));
    }
  };
}

function streamRows(pieces: () => AsyncGenerator<unknown[], void>): AsyncIterable<unknown> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const rows of pieces()) yield* rows;
    },
  };
}

async function takeLines(pieces: AsyncIterable<unknown[]>, most: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const lines of pieces) {
    for (const line of lines) {
      if (taken.length >= most) return taken;
      taken.push(line);
    }
  }
  return taken;
}
