import { HeddleError } from "@heddle/core";
import { setImmediate } from "node:timers/promises";
import { columnsOf, type NamedColumn, type TableSchema } from "../table/schema.ts";
import { cellReader, FieldProblem, type ReadCell } from "./csv-cells.ts";
import { CsvRecords, type CsvFormat, type CsvRecord } from "./csv-records.ts";

/** How CSV text is read. */
export interface CsvReading extends CsvFormat {
  readonly schema: TableSchema;
  /** Whether the first record has the names of the columns, or else these names; `false`: they are the schema's. */
  readonly header: boolean | readonly string[];
  readonly nulls: ReadonlySet<string>;
  readonly assumeUtc: boolean;
  /** Label of the encoding, such as `utf-8`. */
  readonly encoding: string;
  /** Only these columns; `undefined` for all. */
  readonly columns?: readonly string[] | undefined;
}

/** A column that is read, and the index of its field; `null` when the file does not have it. */
interface Field extends NamedColumn {
  readonly index: number | null;
  readonly read: ReadCell;
}

type Row = Record<string, unknown>;

/** Longer chunks are read in parts, so that the event loop gets its turn. */
const PART_BYTES = 1024 * 1024;

/**
 * Reads CSV as rows, those of one chunk at a time.
 *
 * @throws IO_CSV_INVALID naming line and column
 */
export async function* csvRows(
  chunks: AsyncIterable<Uint8Array | string>,
  reading: CsvReading,
  signal: AbortSignal,
): AsyncGenerator<object[], void> {
  const reader = new CsvReader(reading);
  for await (const part of inParts(chunks)) {
    signal.throwIfAborted();
    const rows = reader.push(part);
    if (rows.length > 0) yield rows;
    await setImmediate();
  }
  signal.throwIfAborted();
  const rows = reader.end();
  if (rows.length > 0) yield rows;
}

/** Passes chunks on, long ones in parts. */
export async function* inParts<TChunk extends Uint8Array | string>(
  chunks: AsyncIterable<TChunk>,
): AsyncGenerator<TChunk, void> {
  for await (const chunk of chunks) {
    if (chunk.length <= PART_BYTES) yield chunk;
    else {
      for (let from = 0; from < chunk.length; from += PART_BYTES) {
        const to = from + PART_BYTES;
        // A part of a text is a text, and of bytes bytes.
        yield (typeof chunk === "string" ? chunk.slice(from, to) : chunk.subarray(from, to)) as TChunk;
      }
    }
  }
}

/** Reads CSV chunk by chunk. */
export class CsvReader {
  readonly #records: CsvRecords;
  readonly #layout: CsvLayout;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #encoding: string;
  #isStart = true;

  /** @throws IO_SCHEMA_INVALID for a column that cannot be in such a file */
  constructor(reading: CsvReading) {
    this.#records = new CsvRecords(reading);
    this.#layout = new CsvLayout(reading);
    this.#encoding = reading.encoding;
    // The mark is taken out below, where it may also come in a text.
    this.#decoder = new TextDecoder(reading.encoding, { fatal: true, ignoreBOM: true });
  }

  /** Takes the next chunk and gives the rows that are complete. @throws IO_CSV_INVALID */
  push(chunk: Uint8Array | string): object[] {
    return this.#layout.toRows(
      this.#records.push(this.#withoutMark(typeof chunk === "string" ? chunk : this.#decode(chunk))),
    );
  }

  /** Gives what is left when there is nothing more. @throws IO_CSV_INVALID */
  end(): object[] {
    const last = this.#records.push(this.#withoutMark(this.#decode()));
    const rows = this.#layout.toRows([...last, ...this.#records.end()]);
    this.#layout.assertHeader();
    return rows;
  }

  #withoutMark(text: string): string {
    if (!this.#isStart || text === "") return text;
    this.#isStart = false;
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  }

  #decode(chunk?: Uint8Array): string {
    try {
      return chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new HeddleError("IO_CSV_INVALID", `the file is not encoded as ${this.#encoding}`, {
        hint: 'Say how it is encoded, such as `encoding: "windows-1252"`.',
        cause,
      });
    }
  }
}

/** Which field of a record is which column. */
class CsvLayout {
  readonly #reading: CsvReading;
  readonly #columns: readonly NamedColumn[];
  readonly #readers: readonly ReadCell[];
  /** Known once there is a header. */
  #fields: readonly Field[] | undefined;
  #names: readonly string[] = [];

  constructor(reading: CsvReading) {
    this.#reading = reading;
    this.#columns = columnsOf(reading.schema, reading.columns);
    this.#readers = this.#columns.map(({ name, column }) => cellReader(column, name, reading));
    const { header, schema } = reading;
    if (header !== true) this.#setNames(header === false ? Object.keys(schema.columns) : header, null);
  }

  toRows(records: readonly CsvRecord[]): object[] {
    const [first, ...rest] = records;
    if (first === undefined) return [];
    if (this.#fields !== undefined) return records.map((record) => this.#toRow(record));
    this.#setNames(first.fields, first.line);
    return rest.map((record) => this.#toRow(record));
  }

  /** A file of which the header is expected has one, also when it has no rows. */
  assertHeader(): void {
    if (this.#fields !== undefined) return;
    throw new HeddleError("IO_CSV_INVALID", "the file is empty, and should begin with the names of its columns", {
      hint: "Pass `header: false` for a file without them.",
    });
  }

  #setNames(names: readonly string[], line: number | null): void {
    const trimmed = names.map((name) => name.trim());
    const place = line === null ? "" : `line ${line}: `;
    this.#names = trimmed;
    this.#fields = this.#columns.map((named, at): Field => {
      const { name, column } = named;
      const index = trimmed.indexOf(name);
      if (index < 0 && !column.isNullable) {
        throw new HeddleError(
          "IO_CSV_INVALID",
          `${place}there is no column ${JSON.stringify(name)}; there are ${trimmed.map((known) => JSON.stringify(known)).join(", ")}`,
          {
            hint: "Correct the schema or the file, or pass `header: false` for a file without names. A column that some files do not have is nullable.",
            details: { column: name, line },
          },
        );
      }
      if (trimmed.includes(name, index + 1) && index >= 0) {
        throw new HeddleError("IO_CSV_INVALID", `${place}there are two columns ${JSON.stringify(name)}`, {
          hint: "Rename one of them, or name the columns with `header: [...]`.",
          details: { column: name, line },
        });
      }
      // There is a reader for each column.
      return { ...named, index: index < 0 ? null : index, read: this.#readers[at] ?? readNothing };
    });
  }

  #toRow({ fields, quoted, line }: CsvRecord): object {
    const names = this.#names;
    if (fields.length !== names.length) {
      throw new HeddleError(
        "IO_CSV_INVALID",
        `line ${line} has ${countFields(fields.length)}, and there are ${names.length} columns`,
        {
          hint: `Correct the line, or the delimiter (it is ${JSON.stringify(this.#reading.delimiter)}).`,
          details: { line, fields: fields.length, columns: names.length },
        },
      );
    }
    const row: Row = {};
    for (const { name, index, read } of this.#fields ?? []) {
      const cell = index === null ? null : read(fields[index] ?? "", quoted?.[index] === true);
      if (cell instanceof FieldProblem) throw wrongField({ line, name, field: (index ?? 0) + 1 }, cell);
      row[name] = cell;
    }
    return row;
  }
}

const readNothing: ReadCell = () => null;

function countFields(count: number): string {
  return count === 1 ? "1 field" : `${count} fields`;
}

function wrongField(
  { line, name, field }: { readonly line: number; readonly name: string; readonly field: number },
  { message }: FieldProblem,
): HeddleError {
  return new HeddleError(
    "IO_CSV_INVALID",
    `line ${line}, column ${JSON.stringify(name)} (field ${field}): ${message}`,
    {
      hint: "Correct the field or the type of the column; `nulls` says which texts stand for no value.",
      details: { line, column: name, field },
    },
  );
}
