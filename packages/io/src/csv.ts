import {
  HeddleError,
  ioManager,
  isHeddleError,
  type InputContext,
  type IoManager,
  type ObjectStore,
  type OutputContext,
  type SchemaDrift,
  type StoredValue,
} from "@heddle/core";
import { setImmediate } from "node:timers/promises";
import { openSource, toBytes, type ByteSource } from "./bytes-source.ts";
import { CellStatistics } from "./cell-statistics.ts";
import { CsvReader, csvRows, inParts, type CsvReading } from "./csv/csv-rows.ts";
import { naming, nameError, soleObject } from "./encoded-io-manager.ts";
import { encodeObjectKey } from "./object-key.ts";
import { previewValues } from "./preview-values.ts";
import { putChunks } from "./put-chunks.ts";
import { rowMatches } from "./row-matches.ts";
import { withSchema } from "./table/declared-schema.ts";
import { columnsOf, storedColumns, type InferRow, type TableSchema } from "./table/schema.ts";

export type { ByteSource, FilePath } from "./bytes-source.ts";
export { bool, date, float64, int32, int64, json, timestamp, utf8, type Column } from "./table/column.ts";
export { table, type InferRow, type TableSchema } from "./table/schema.ts";

/** How a CSV file is read. */
export interface CsvFormatOptions<TSchema extends TableSchema> {
  /**
   * The columns that are read, by their names in the file; others in the file are left out. A nullable column need not
   * be in the file. Lists are not in CSV files: read them as `json()` or `utf8()`.
   */
  readonly schema: TSchema;
  /** One character between fields, such as `";"` or `"\t"`. @default "," */
  readonly delimiter?: string;
  /** One character that encloses fields; `null` when quotes mean nothing. @default '"' */
  readonly quote?: string | null;
  /**
   * Whether the first line has the names of the columns; names, where the file has none; `false` for a file that has
   * the schema's columns in the schema's order. @default true
   */
  readonly header?: boolean | readonly string[];
  /** Texts without quotes that stand for no value. @default [""] */
  readonly nulls?: readonly string[];
  /** Whether instants without a time zone are UTC; they are an error otherwise. @default false */
  readonly assumeUtc?: boolean;
  /** Label of the encoding, such as `"windows-1252"`. A byte order mark is left out. @default "utf-8" */
  readonly encoding?: string;
}

/** What {@link readCsv} takes. */
export interface ReadCsvOptions<TSchema extends TableSchema> extends CsvFormatOptions<TSchema> {
  /** Ends the reading. @default never */
  readonly signal?: AbortSignal;
}

/**
 * Reads CSV as typed rows, in constant memory: a file of somebody else, an answer of a server. RFC 4180, with the
 * delimiters and quotes of your choice; lines with too many or too few fields, and fields that are not of their column's
 * type, are errors that name the line and the column.
 *
 * @param source a path, or bytes as they come
 * @throws IO_CSV_INVALID, IO_SCHEMA_INVALID, and IO_VALUE_NOT_STORABLE when there is no such file
 * @example
 * for await (const row of readCsv("prices.csv", { schema: table({ day: date(), price: float64() }) })) total += row.price;
 */
export function readCsv<TSchema extends TableSchema>(
  source: string | URL | ByteSource,
  options: ReadCsvOptions<TSchema>,
): AsyncIterable<InferRow<TSchema>> {
  const { signal = new AbortController().signal } = options;
  const reading = toReading(options);
  const opened = typeof source === "string" || source instanceof URL ? { path: source } : source;
  return {
    async *[Symbol.asyncIterator]() {
      const chunks = await openSource(opened, signal);
      // The rows have the schema's columns: that is what the type of a row was made from.
      for await (const rows of csvRows(chunks, reading, signal)) yield* rows as InferRow<TSchema>[];
    },
  };
}

/** What {@link csv} and {@link csvStream} take. */
export interface CsvOptions<TSchema extends TableSchema> extends CsvFormatOptions<TSchema> {
  /** Which changes of the columns are allowed from one materialization to the next. @default "additive" */
  readonly drift?: SchemaDrift;
  /** @default the deployment's store */
  readonly store?: ObjectStore;
}

/**
 * Stores a CSV file as it is, and gives its consumers typed rows: for files that come from elsewhere. An asset returns
 * the file's bytes, a stream of them, or `{ path }`. All of it is read and checked before it is stored.
 *
 * @example
 * asset({ key: "prices", io: csv({ schema: prices, delimiter: ";" }), materialize: async () => (await fetch(url)).body! });
 */
export function csv<TSchema extends TableSchema>(
  options: CsvOptions<TSchema>,
): IoManager<ByteSource, InferRow<TSchema>[]> {
  return ioManager<ByteSource, InferRow<TSchema>[]>({
    ...csvManager(options),
    empty: () => [],
    async load(context) {
      const all: object[] = [];
      for await (const rows of loadRows(options, context)) for (const row of rows) all.push(row);
      // As in `readCsv`.
      return all as InferRow<TSchema>[];
    },
  });
}

/** The same format as a stream of rows: for files larger than memory, or `dep(prices, { io: csvStream({ schema }) })`. */
export function csvStream<TSchema extends TableSchema>(
  options: CsvOptions<TSchema>,
): IoManager<ByteSource, AsyncIterable<InferRow<TSchema>>> {
  const stream = (pieces: () => AsyncIterable<object[]>): AsyncIterable<InferRow<TSchema>> => ({
    async *[Symbol.asyncIterator]() {
      // As in `readCsv`.
      for await (const rows of pieces()) yield* rows as InferRow<TSchema>[];
    },
  });
  return ioManager<ByteSource, AsyncIterable<InferRow<TSchema>>>({
    ...csvManager(options),
    empty: () => stream(async function* () {}),
    async load(context) {
      // What is wrong with the request is told at once, and not when the first row is asked for.
      await naming(context, () => assertLoadable(options, context));
      soleObject(NAME, context);
      return stream(() => loadRows(options, context));
    },
  });
}

const NAME = "csv";

/** What both forms have in common. */
function csvManager<TSchema extends TableSchema>(options: CsvOptions<TSchema>) {
  const { schema, store, drift = "additive" } = options;
  const reading = toReading(options);
  return {
    name: NAME,
    store,
    filters: true,
    table: { columns: storedColumns(schema), drift },
    ...withSchema(schema),
    write: (source: ByteSource, context: OutputContext) => writeCsv(source, { reading, store }, context),
    async preview(context: InputContext, { rows: most }: { readonly rows: number }) {
      const { columns: _columns, where: _where, ...whole } = context;
      const rows: object[] = [];
      for await (const piece of loadRows(options, whole)) {
        rows.push(...piece.slice(0, most - rows.length));
        if (rows.length >= most) break;
      }
      return previewValues(rows, context.stored.rows ?? null, storedColumns(schema));
    },
  };
}

async function writeCsv(
  source: ByteSource,
  { reading, store: own }: { readonly reading: CsvReading; readonly store: ObjectStore | undefined },
  context: OutputContext,
): Promise<StoredValue> {
  const { signal } = context;
  signal.throwIfAborted();
  const key = encodeObjectKey(context, "csv");
  const facts = new CsvFacts(reading);
  const object = await naming(context, async () => {
    const chunks = facts.watch(toBytes(await openSource(source, signal)), signal);
    return putChunks(own ?? context.store, key, { chunks, signal });
  });
  return { io: NAME, objects: [object], dataVersion: object.sha256, rows: facts.rows, columns: facts.columns };
}

/** What is found out about a file while it is stored. */
class CsvFacts {
  rows = 0;
  readonly #reading: CsvReading;
  readonly #statistics: readonly CellStatistics[];

  constructor(reading: CsvReading) {
    this.#reading = reading;
    this.#statistics = columnsOf(reading.schema).map(() => new CellStatistics());
  }

  /** Passes chunks on and reads them. @throws IO_CSV_INVALID */
  async *watch(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const reader = new CsvReader(this.#reading);
    for await (const part of inParts(chunks)) {
      signal.throwIfAborted();
      this.#add(reader.push(part));
      yield part;
      await setImmediate();
    }
    this.#add(reader.end());
  }

  #add(rows: readonly object[]): void {
    this.rows += rows.length;
    columnsOf(this.#reading.schema).forEach(({ name }, index) => {
      this.#statistics[index]?.add(rows.map((row) => (row as Readonly<Record<string, unknown>>)[name]));
    });
  }

  get columns() {
    return storedColumns(this.#reading.schema).map((column, index) => ({
      ...column,
      ...this.#statistics[index]?.recorded,
    }));
  }
}

/** Reads a stored file: the rows that are wanted, with the columns that are. */
async function* loadRows<TSchema extends TableSchema>(
  options: CsvOptions<TSchema>,
  context: InputContext,
): AsyncGenerator<object[], void> {
  const { store = context.store } = options;
  const { signal, where, columns: names } = context;
  signal.throwIfAborted();
  try {
    const compared = assertLoadable(options, context);
    const object = soleObject(NAME, context);
    // Conditions may be on columns that the consumer does not get.
    const columns = names === undefined ? undefined : [...new Set([...names, ...compared])];
    const isWanted = where === undefined ? undefined : rowMatches(where);
    const pieces = csvRows(store.stream(object, { signal }), { ...toReading(options), columns }, signal);
    for await (const rows of pieces) {
      const wanted = isWanted === undefined ? rows : rows.filter(isWanted);
      if (wanted.length > 0) yield names?.length === columns?.length ? wanted : wanted.map((row) => pick(row, names));
    }
  } catch (error) {
    throw signal.aborted ? error : nameError(context, error);
  }
}

/** Gives the columns that are compared. @throws IO_COLUMN_UNKNOWN */
function assertLoadable<TSchema extends TableSchema>(
  { schema }: CsvOptions<TSchema>,
  { columns, where = {} }: InputContext,
): readonly string[] {
  const compared = Object.keys(where);
  columnsOf(schema, columns);
  if (compared.length > 0) columnsOf(schema, compared);
  return compared;
}

function pick(row: object, names: readonly string[] | undefined): object {
  const cells = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries((names ?? []).map((name) => [name, cells[name]]));
}

function toReading<TSchema extends TableSchema>(options: CsvFormatOptions<TSchema>): CsvReading {
  const { schema, delimiter = ",", quote = '"', header = true, nulls = [""] } = options;
  assertCharacter("delimiter", delimiter);
  if (quote !== null) assertCharacter("quote", quote);
  if (quote === delimiter) throw invalidFormat(`delimiter and quote are both ${JSON.stringify(quote)}`);
  const reading: CsvReading = {
    schema,
    delimiter,
    quote,
    header,
    nulls: new Set(nulls),
    assumeUtc: options.assumeUtc ?? false,
    encoding: options.encoding ?? "utf-8",
  };
  assertReadable(reading);
  return reading;
}

/** What cannot be read in any file is told when it is declared. @throws IO_SCHEMA_INVALID */
function assertReadable(reading: CsvReading): CsvReader {
  try {
    return new CsvReader(reading);
  } catch (error) {
    if (error instanceof RangeError) throw invalidFormat(`there is no encoding ${JSON.stringify(reading.encoding)}`);
    if (isHeddleError(error, "IO_CSV_INVALID")) throw invalidFormat(error.message);
    throw error;
  }
}

function assertCharacter(option: string, value: string): void {
  if (value.length !== 1 || value === "\n" || value === "\r") {
    throw invalidFormat(`${option} is ${JSON.stringify(value)}, and must be one character that ends no line`);
  }
}

function invalidFormat(problem: string): HeddleError {
  return new HeddleError("IO_SCHEMA_INVALID", `a CSV file cannot be read like this: ${problem}`, {
    hint: "Correct the options of csv(), csvStream() or readCsv().",
  });
}
