/** The messages of PostgreSQL's protocol (version 3) that are used: a type, a length, and what the type says. */
export const MESSAGE = {
  bindComplete: "2".charCodeAt(0),
  commandComplete: "C".charCodeAt(0),
  copyInResponse: "G".charCodeAt(0),
  dataRow: "D".charCodeAt(0),
  error: "E".charCodeAt(0),
  readyForQuery: "Z".charCodeAt(0),
  rowDescription: "T".charCodeAt(0),
} as const;

/** Length of a message's type and length. */
export const HEADER_BYTES = 5;

/** A statement, or several joined by `;`, without parameters. It is answered with one `readyForQuery`. */
export function simpleQuery(text: string): Buffer {
  return message("Q", cString(text));
}

/**
 * A statement with parameters, written as text; the statement casts them. Its rows come as text or in binary. It is
 * answered with one `readyForQuery`.
 */
export function boundQuery(text: string, parameters: readonly (string | null)[], rows: "text" | "binary"): Buffer {
  const formats = rows === "text" ? [int16(0)] : [int16(1), int16(1)];
  const values = parameters.map((value) => {
    if (value === null) return int32(-1);
    const bytes = Buffer.from(value);
    return Buffer.concat([int32(bytes.length), bytes]);
  });
  return Buffer.concat([
    // The unnamed statement, types of parameters left to the server.
    message("P", Buffer.concat([cString(""), cString(text), int16(0)])),
    // The unnamed portal of it; all parameters as text.
    message("B", Buffer.concat([cString(""), cString(""), int16(0), int16(values.length), ...values, ...formats])),
    message("D", Buffer.concat([Buffer.from("P"), cString("")])),
    message("E", Buffer.concat([cString(""), int32(0)])),
    message("S", Buffer.alloc(0)),
  ]);
}

/** Ends a COPY that sent everything. */
export const COPY_DONE = message("c", Buffer.alloc(0));
/** Says goodbye. */
export const TERMINATE = message("X", Buffer.alloc(0));

/** Gives a COPY up, so that the server forgets what came. */
export function copyFail(reason: string): Buffer {
  return message("f", cString(reason));
}

/** Writes the header of a CopyData message before its content, for which room was left. */
export function writeCopyHeader(buffer: Buffer, end: number): void {
  buffer[0] = "d".charCodeAt(0);
  buffer.writeInt32BE(end - 1, 1);
}

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** Number of its type. */
  readonly typeId: number;
}

/** Reads the message that describes the columns of a result. */
export function readRowDescription(buffer: Buffer, at: number): readonly ResultColumn[] {
  const columns: ResultColumn[] = [];
  let position = at + HEADER_BYTES + 2;
  for (let left = buffer.readInt16BE(at + HEADER_BYTES); left > 0; left -= 1) {
    const end = buffer.indexOf(0, position);
    // Behind the name: table (4), number of the column (2), type (4), its length (2), modifier (4), format (2).
    columns.push({ name: buffer.toString("utf8", position, end), typeId: buffer.readInt32BE(end + 7) });
    position = end + 19;
  }
  return columns;
}

/** A failure that a server reports. */
export interface ServerFailure extends Error {
  /** The SQLSTATE. */
  readonly code: string;
  readonly severity: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly routine?: string;
}

const FAILURE_FIELDS: Readonly<Record<string, string>> = {
  V: "severity",
  C: "code",
  M: "message",
  D: "detail",
  H: "hint",
  c: "column",
  n: "constraint",
  R: "routine",
};

/** Reads the message of a failure. */
export function readFailure(buffer: Buffer, at: number, end: number): ServerFailure {
  const fields: Record<string, string> = { code: "XX000", severity: "ERROR", message: "an error without a message" };
  for (let position = at + HEADER_BYTES; position < end && buffer[position] !== 0;) {
    const stop = buffer.indexOf(0, position);
    const name = FAILURE_FIELDS[String.fromCharCode(buffer[position] ?? 0)];
    if (name !== undefined) fields[name] = buffer.toString("utf8", position + 1, stop);
    position = stop + 1;
  }
  // The fields that a failure always has are filled above.
  return Object.assign(new Error(fields["message"]), fields) as unknown as ServerFailure;
}

/** The text cells of a row; for rows that are few. */
export function readTextRow(buffer: Buffer, at: number): readonly (string | null)[] {
  const cells: (string | null)[] = [];
  let position = at + HEADER_BYTES + 2;
  for (let left = buffer.readInt16BE(at + HEADER_BYTES); left > 0; left -= 1) {
    const length = buffer.readInt32BE(position);
    position += 4;
    cells.push(length < 0 ? null : buffer.toString("utf8", position, position + length));
    position += Math.max(0, length);
  }
  return cells;
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}
