import { HeddleError } from "@heddle/core";

/** How the text is divided. */
export interface CsvFormat {
  /** One character between fields. */
  readonly delimiter: string;
  /** The character that may enclose a field; `null` when it means nothing. */
  readonly quote: string | null;
}

/** One record. */
export interface CsvRecord {
  readonly fields: readonly string[];
  /** Whether a field was enclosed in quotes, by its index; `undefined` when none was. */
  readonly quoted: readonly boolean[] | undefined;
  /** Line on which it begins, from 1. */
  readonly line: number;
}

/** A record longer than this is a quote that was never closed; characters. */
const MAX_RECORD_CHARACTERS = 16 * 1024 * 1024;

/** A record that was read, and where the next one begins; `undefined` when more text is needed. */
type Scanned = { readonly record: CsvRecord; readonly next: number; readonly lines: number } | undefined;

/**
 * Divides CSV text into records as RFC 4180 says, piece by piece: fields in quotes may hold delimiters, line breaks and
 * doubled quotes; lines end in LF or CRLF. Empty lines are no records.
 */
export class CsvRecords {
  readonly #format: CsvFormat;
  #rest = "";
  #line = 1;

  constructor(format: CsvFormat) {
    this.#format = format;
  }

  /** Takes the next piece of text and gives the records that are complete. @throws IO_CSV_INVALID */
  push(text: string): CsvRecord[] {
    return this.#read(this.#rest === "" ? text : this.#rest + text, false);
  }

  /** Gives what is left when there is no more text. @throws IO_CSV_INVALID */
  end(): CsvRecord[] {
    return this.#read(this.#rest, true);
  }

  #read(text: string, isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    const quote = this.#format.quote ?? "";
    let position = 0;
    let nextQuote = quote === "" ? -1 : text.indexOf(quote);
    while (position < text.length) {
      const newline = text.indexOf("\n", position);
      if (newline < 0 && !isEnd) break;
      const end = newline < 0 ? text.length : newline;
      if (nextQuote >= 0 && nextQuote < position) nextQuote = text.indexOf(quote, position);
      if (nextQuote < 0 || nextQuote >= end) {
        // Nothing is quoted: the line is the record.
        const content = text.slice(position, end > position && text[end - 1] === "\r" ? end - 1 : end);
        if (content !== "") {
          records.push({ fields: content.split(this.#format.delimiter), quoted: undefined, line: this.#line });
        }
        position = end + 1;
        this.#line += 1;
        continue;
      }
      const scanned = scanRecord(text, { position, isEnd, line: this.#line, format: this.#format });
      if (scanned === undefined) break;
      records.push(scanned.record);
      position = scanned.next;
      this.#line += scanned.lines;
    }
    this.#rest = text.slice(position);
    if (this.#rest.length > MAX_RECORD_CHARACTERS) throw neverClosed(this.#line);
    return records;
  }
}

/** Reads one record in which something is quoted. */
function scanRecord(
  text: string,
  {
    position,
    isEnd,
    line,
    format,
  }: { readonly position: number; readonly isEnd: boolean; readonly line: number; readonly format: CsvFormat },
): Scanned {
  const fields: string[] = [];
  const quoted: boolean[] = [];
  const quote = format.quote ?? "";
  let at = position;
  let lines = 1;
  for (;;) {
    const isQuoted = text[at] === quote;
    let field: string;
    if (isQuoted) {
      const closed = closingQuote(text, at + 1, { quote, isEnd });
      if (closed === undefined) {
        if (isEnd) throw neverClosed(line + lines - 1);
        return undefined;
      }
      field = text.slice(at + 1, closed);
      for (let next = field.indexOf("\n"); next >= 0; next = field.indexOf("\n", next + 1)) lines += 1;
      if (field.includes(quote)) field = field.replaceAll(quote + quote, quote);
      at = closed + 1;
    } else {
      const end = endOfPlain(text, at, format.delimiter);
      field = text.slice(at, end);
      if (field.endsWith("\r") && (end === text.length || text[end] === "\n")) field = field.slice(0, -1);
      if (field.includes(quote)) throw strayQuote(line + lines - 1, fields.length + 1);
      at = end;
    }
    fields.push(field);
    quoted.push(isQuoted);
    if (isQuoted && text[at] === "\r" && (text[at + 1] === "\n" || (isEnd && at + 1 === text.length))) at += 1;
    if (text[at] === format.delimiter) {
      at += 1;
      continue;
    }
    if (at >= text.length && !isEnd) return undefined;
    if (at < text.length && text[at] !== "\n") {
      // A CR at the end of the piece may be half of a line's end.
      if (!isEnd && text[at] === "\r" && at + 1 === text.length) return undefined;
      throw strayQuote(line + lines - 1, fields.length);
    }
    return { record: { fields, quoted, line }, next: at + 1, lines };
  }
}

function closingQuote(
  text: string,
  from: number,
  { quote, isEnd }: { readonly quote: string; readonly isEnd: boolean },
): number | undefined {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] === quote) continue;
    // The other half of a doubled quote may be in the next piece.
    return at + 1 === text.length && !isEnd ? undefined : at;
  }
  return undefined;
}

function endOfPlain(text: string, from: number, delimiter: string): number {
  const newline = text.indexOf("\n", from);
  const end = newline < 0 ? text.length : newline;
  const found = text.indexOf(delimiter, from);
  return found >= 0 && found < end ? found : end;
}

function neverClosed(line: number): HeddleError {
  return new HeddleError("IO_CSV_INVALID", `the quote that is opened in a record on line ${line} is never closed`, {
    hint: "Close it, or pass `quote: null` when quotes mean nothing in this file.",
    details: { line },
  });
}

function strayQuote(line: number, field: number): HeddleError {
  return new HeddleError(
    "IO_CSV_INVALID",
    `line ${line}, field ${field}: a quote is neither around the field nor doubled`,
    {
      hint: "Enclose the field in quotes and double those within it, or pass `quote: null` when quotes mean nothing in this file.",
      details: { line, field },
    },
  );
}
