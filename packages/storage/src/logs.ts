import { HeddleError, type JsonValue } from "@heddle/core";
import type { Database, Transaction } from "./database.ts";

/** Log lines of steps of one asset of one run, as a supervisor flushes them. */
export interface LogChunk {
  readonly runId: number;
  readonly assetId: number;
  /** Smallest and largest ordinal among the lines. */
  readonly firstOrdinal: number;
  readonly lastOrdinal: number;
  readonly lineCount: number;
  /** JSON lines, each a {@link StoredLogLine}. */
  readonly lines: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One log line as it is stored. */
export interface StoredLogLine {
  /** When, in epoch milliseconds of the worker's clock. */
  readonly t: number;
  /** Ordinal of its partition; of the first one where it is of a chunk of several. */
  readonly o: number;
  /** Ordinal of the last partition of the chunk that it is of; left out when its partition is known. */
  readonly z?: number;
  /** Attempt id. */
  readonly a: string;
  readonly l: LogLevel;
  readonly m: string;
  readonly f?: Readonly<Record<string, JsonValue>>;
  /** Stream that it was captured from, when it was written to standard output or error. */
  readonly s?: "stdout" | "stderr";
}

/** One log line of a run. */
export interface LogLine extends StoredLogLine {
  /** Permanent name of the line within its run. */
  readonly cursor: LogCursor;
  readonly assetId: number;
}

/** A place in the log of a run, opaque to whoever holds it. */
export type LogCursor = string;

/** Which lines of a run's log are wanted. */
export interface LogQuery {
  readonly runId: number;
  readonly assetId?: number;
  readonly ordinal?: number;
  /** All of them when left out. */
  readonly levels?: readonly LogLevel[];
  /** Part of the message or the fields; case does not matter. */
  readonly text?: string;
  /** Towards newer lines, or towards older ones. */
  readonly direction: "after" | "before";
  /** The place to start from, without the line there; the beginning or the end of the log when left out. */
  readonly from?: LogCursor;
  /** Most lines. */
  readonly limit: number;
}

/** Lines in the order in which they were written, whatever the direction. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  /**
   * Where to go on in the same direction. `undefined` when the log has no further line that way, or not yet. A page may
   * be short, even empty, and still have one: then the search is only not at its end.
   */
  readonly next: LogCursor | undefined;
}

/** Chunks that are read with one statement, and statements for one page: together at most some 8 MB of text. */
const CHUNKS_PER_READ = 16;
const READS_PER_PAGE = 8;
/** Separates the advisory locks of logs from others. */
const LOCK_NAMESPACE = 0x6c6f67;

/**
 * Stores log lines. Chunks of one run are numbered in the order of their commits, so that whoever follows a log by its
 * cursor misses nothing.
 */
export async function appendLogChunks(db: Database, chunks: readonly LogChunk[]): Promise<void> {
  if (chunks.length === 0) return;
  const runIds = [...new Set(chunks.map(({ runId }) => runId))].toSorted((a, b) => a - b);
  await db.transaction("appendLogChunks", async ({ sql }) => {
    // Held from before an id is drawn until the commit; in the order of the runs, so that nobody deadlocks.
    const locked = sql`
      select pg_advisory_xact_lock(hashtextextended(run_id::text, ${LOCK_NAMESPACE}))
      from unnest(${runIds}::bigint[]) as wanted (run_id)`;
    const inserted = sql`
      insert into log_chunk (run_id, asset_id, first_ordinal, last_ordinal, line_count, lines)
      select * from unnest(
        ${chunks.map(({ runId }) => runId)}::bigint[],
        ${chunks.map(({ assetId }) => assetId)}::integer[],
        ${chunks.map(({ firstOrdinal }) => firstOrdinal)}::bigint[],
        ${chunks.map(({ lastOrdinal }) => lastOrdinal)}::bigint[],
        ${chunks.map(({ lineCount }) => lineCount)}::integer[],
        ${chunks.map(({ lines }) => lines)}::text[]
      )`;
    await Promise.all([locked, inserted]);
  });
}

/** Reads a page of a run's log. */
export async function readLogs(tx: Transaction, query: LogQuery): Promise<LogPage> {
  const isForward = query.direction === "after";
  const found: LogLine[] = [];
  let place = query.from === undefined ? undefined : parseCursor(query.from);
  for (let reads = 0; reads < READS_PER_PAGE; reads += 1) {
    const chunks = await readChunks(tx, query, place);
    for (const chunk of chunks) {
      const lines = linesBeyond(chunk, place, isForward);
      for (const line of lines) {
        if (!matches(line, query)) continue;
        found.push(line);
        if (found.length === query.limit) return page(found, line.cursor, isForward);
      }
      place = { chunkId: chunk.id, line: isForward ? chunk.lineCount : -1 };
    }
    if (chunks.length < CHUNKS_PER_READ) return page(found, undefined, isForward);
  }
  return page(found, place === undefined ? undefined : formatCursor(place), isForward);
}

/** One line of a run's log by its cursor; `null` when there is none. @throws LOG_CURSOR_INVALID */
export async function readLogLine(
  { sql }: Transaction,
  { runId, cursor }: { readonly runId: number; readonly cursor: LogCursor },
): Promise<LogLine | null> {
  const { chunkId, line } = parseCursor(cursor);
  const [chunk] = await sql<ChunkRow[]>`
    select id, asset_id as "assetId", line_count as "lineCount", lines
    from log_chunk where run_id = ${runId} and id = ${chunkId}`;
  return (chunk === undefined ? undefined : linesBeyond(chunk, undefined, true)[line]) ?? null;
}

function page(found: readonly LogLine[], next: LogCursor | undefined, isForward: boolean): LogPage {
  return { lines: isForward ? found : found.toReversed(), next };
}

/** A line's place: its chunk and its number within it, from 0. */
interface Place {
  readonly chunkId: number;
  readonly line: number;
}

interface ChunkRow {
  readonly id: number;
  readonly assetId: number;
  readonly lineCount: number;
  readonly lines: string;
}

/** Reads chunks from a place on, its own included: some of its lines may be still to come. */
async function readChunks(
  { sql }: Transaction,
  query: LogQuery,
  place: Place | undefined,
): Promise<readonly ChunkRow[]> {
  const isForward = query.direction === "after";
  const { runId, assetId, ordinal } = query;
  const pattern = likePattern(query.text);
  return sql<ChunkRow[]>`
    select id, asset_id as "assetId", line_count as "lineCount", lines
    from log_chunk
    where run_id = ${runId}
      ${assetId === undefined ? sql`` : sql`and asset_id = ${assetId}`}
      ${ordinal === undefined ? sql`` : sql`and ${ordinal}::bigint between first_ordinal and last_ordinal`}
      ${pattern === undefined ? sql`` : sql`and lines ilike ${pattern}`}
      ${place === undefined ? sql`` : isForward ? sql`and id >= ${place.chunkId}` : sql`and id <= ${place.chunkId}`}
    order by id ${isForward ? sql`asc` : sql`desc`}
    limit ${CHUNKS_PER_READ}`;
}

function linesBeyond(chunk: ChunkRow, place: Place | undefined, isForward: boolean): LogLine[] {
  const lines = chunk.lines.split("\n").filter((text) => text !== "");
  const parsed = lines.map((text, line) => {
    // Written by a supervisor of Heddle, line by line, with `JSON.stringify`.
    const stored = JSON.parse(text) as StoredLogLine;
    return { ...stored, assetId: chunk.assetId, cursor: formatCursor({ chunkId: chunk.id, line }) };
  });
  const at = place?.chunkId === chunk.id ? place.line : undefined;
  if (isForward) return at === undefined ? parsed : parsed.slice(at + 1);
  return (at === undefined ? parsed : parsed.slice(0, Math.max(0, at))).toReversed();
}

function matches(line: LogLine, { ordinal, levels, text }: LogQuery): boolean {
  if (ordinal !== undefined && (ordinal < line.o || ordinal > (line.z ?? line.o))) return false;
  if (levels !== undefined && !levels.includes(line.l)) return false;
  if (text === undefined || text === "") return true;
  const searched = line.f === undefined ? line.m : `${line.m} ${JSON.stringify(line.f)}`;
  return searched.toLowerCase().includes(text.toLowerCase());
}

/** A first sieve by the database; `undefined` when the text cannot be found that way. */
function likePattern(text: string | undefined): string | undefined {
  // Lines are stored as JSON, which writes quotes, backslashes and control characters in another way, and the database
  // knows the cases of ASCII letters only.
  if (text === undefined || !/^[\u0020\u0021\u0023-\u005b\u005d-\u007e]+$/u.test(text)) return undefined;
  return `%${text.replaceAll(/[%_]/gu, String.raw`\$&`)}%`;
}

function formatCursor({ chunkId, line }: Place): LogCursor {
  return `${chunkId}.${line}`;
}

function parseCursor(cursor: LogCursor): Place {
  const match = /^(?<chunk>\d{1,16})\.(?<line>-1|\d{1,9})$/u.exec(cursor);
  if (match?.groups === undefined) {
    throw new HeddleError("LOG_CURSOR_INVALID", `"${cursor.slice(0, 100)}" is not a place in a log`, {
      hint: "Start anew without it.",
    });
  }
  return { chunkId: Number(match.groups["chunk"]), line: Number(match.groups["line"]) };
}
