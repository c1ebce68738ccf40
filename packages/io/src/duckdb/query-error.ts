import { HeddleError } from "@heddle/core";

/** Where a query comes from, for its errors. */
export interface QuerySubject {
  readonly assetKey: string;
  readonly partitionKey: string | null;
}

/** Names an asset and its partition. */
export function subjectOf({ assetKey, partitionKey }: QuerySubject): string {
  return partitionKey === null ? `asset ${assetKey}` : `asset ${assetKey}, partition ${partitionKey}`;
}

/** More of a query is not shown. */
const SHOWN_LINES = 40;
const SHOWN_CHARACTERS = 200;

/** What DuckDB appends to a message: the line, with a mark below the place. It shortens long lines with dots. */
const EXCERPT = /\n\nLINE (\d+): (.*)\n( *)\^/u;

/**
 * The error of a query: what DuckDB says, and the query with a mark below the place that it means.
 *
 * @param linesBefore lines that the query was given in front of its text
 */
export function queryError(
  cause: unknown,
  { text, subject, linesBefore = 0 }: { text: string; subject: QuerySubject; linesBefore?: number },
): HeddleError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const found = EXCERPT.exec(message);
  const said = (found === null ? message : message.slice(0, found.index)).trim();
  const position = found === null ? null : locate(text, found, linesBefore);
  const query = showQuery(text, position);
  const where = position === null ? "" : ` (line ${position.line + 1})`;
  return new HeddleError("SQL_FAILED", `${subjectOf(subject)}: ${said}${where}\n${query}`, {
    hint: hintFor(said),
    details: {
      asset: subject.assetKey,
      partition: subject.partitionKey,
      ...(position !== null && { line: position.line + 1 }),
    },
    cause,
  });
}

function hintFor(said: string): string {
  if (said.startsWith("Out of Memory Error")) {
    return "Raise memoryMiB of the asset's database limits, or give it a temporary directory on a disk with more room.";
  }
  if (/^IO Error.*(?:space|No space)/u.test(said)) return "Free space on the disk of the temporary directory.";
  return "Correct the query at the mark; $1, $2 … stand for the values that it was given.";
}

interface Position {
  /** From 0. */
  readonly line: number;
  readonly column: number;
}

function locate(text: string, found: RegExpExecArray, linesBefore: number): Position | null {
  const [, line = "", excerpt = "", indent = ""] = found;
  const index = Number(line) - 1 - linesBefore;
  const whole = text.split("\n")[index];
  if (whole === undefined) return null;
  const from = excerpt.startsWith("...") ? 3 : 0;
  const piece = excerpt.slice(from, excerpt.endsWith("...") && excerpt.length > 6 ? -3 : undefined);
  const at = whole.indexOf(piece);
  const column = at + indent.length - `LINE ${line}: `.length - from;
  return at < 0 || column < 0 || column > whole.length ? null : { line: index, column };
}

function showQuery(text: string, position: Position | null): string {
  const lines = text.split("\n");
  const first = position === null ? 0 : Math.max(0, position.line - SHOWN_LINES / 2);
  const shown = lines.slice(first, first + SHOWN_LINES).flatMap((line, offset) => {
    const isMarked = position !== null && position.line === first + offset;
    // A long line is cut in front of the mark as well.
    const from = isMarked ? Math.max(0, position.column - SHOWN_CHARACTERS / 2) : 0;
    const piece = `  ${line.slice(from, from + SHOWN_CHARACTERS)}`;
    return isMarked ? [piece, `  ${" ".repeat(position.column - from)}^`] : [piece];
  });
  return shown.join("\n");
}
