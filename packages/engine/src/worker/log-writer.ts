import type { Database } from "@heddle/storage";
import { appendLogChunks, type LogChunk } from "@heddle/storage";
import type { LogFrame } from "./protocol.ts";

/** Lines reach the database at the latest after this time. */
const FLUSH_INTERVAL_MS = 500;
/** … or when this much has come together. */
const FLUSH_BYTES = 256 * 1024;
/** While the database is away, this much is kept; older lines go first. */
const BUFFER_LIMIT = 32 * 1024 * 1024;

/** Where a log line belongs. */
export interface LogOrigin {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
  readonly attemptId: string;
}

interface Pending {
  readonly runId: number;
  readonly assetId: number;
  firstOrdinal: number;
  lastOrdinal: number;
  lines: string[];
  bytes: number;
}

/** Collects log lines of all steps of a worker and stores them in batches. */
export class LogWriter {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #dropped = 0;

  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  write(origin: LogOrigin, frame: LogFrame): void {
    const key = `${origin.runId}/${origin.assetId}`;
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      const { runId, assetId, ordinal } = origin;
      pending = { runId, assetId, firstOrdinal: ordinal, lastOrdinal: ordinal, lines: [], bytes: 0 };
      this.#pending.set(key, pending);
    }
    pending.firstOrdinal = Math.min(pending.firstOrdinal, origin.ordinal);
    pending.lastOrdinal = Math.max(pending.lastOrdinal, origin.ordinal);
    const line = JSON.stringify({
      t: frame.t,
      o: origin.ordinal,
      a: origin.attemptId,
      l: frame.l,
      m: frame.m,
      f: frame.f,
      s: frame.s,
    });
    pending.lines.push(line);
    pending.bytes += line.length;
    this.#bytes += line.length;
    if (this.#bytes > BUFFER_LIMIT) this.#dropOldest();
    if (this.#bytes >= FLUSH_BYTES) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  /** Stores what has come together. Never throws: a log that cannot be stored must not fail a step. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One flush at a time keeps the lines of a step in order.
    if (this.#flushing !== undefined) {
      await this.#flushing;
      if (this.#bytes === 0) return;
      return this.flush();
    }
    if (this.#bytes === 0) return;
    this.#flushing = this.#store([...this.#pending.values()]).finally(() => {
      this.#flushing = undefined;
    });
    this.#pending.clear();
    this.#bytes = 0;
    await this.#flushing;
  }

  async #store(batch: readonly Pending[]): Promise<void> {
    const chunks: LogChunk[] = batch.map(({ lines, bytes: _, ...rest }) => ({
      ...rest,
      lineCount: lines.length,
      lines: lines.join("\n"),
    }));
    try {
      await appendLogChunks(this.#db, chunks);
    } catch (error) {
      this.#dropped += chunks.reduce((sum, chunk) => sum + chunk.lineCount, 0);
      this.#onError(error);
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#pending.entries();
    if (oldest === undefined) return;
    const [key, pending] = oldest;
    this.#pending.delete(key);
    this.#bytes -= pending.bytes;
    this.#dropped += pending.lines.length;
  }

  /** Lines that could not be stored. */
  get dropped(): number {
    return this.#dropped;
  }
}
