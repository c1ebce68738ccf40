import { appendLogChunks, type Database, type LogChunk } from "@heddle/storage";
import { isDatabaseAway } from "../database-away.ts";
import type { EngineLog } from "../ports.ts";
import type { LogFrame } from "./protocol.ts";

/** Lines reach the database at the latest after this time. */
const FLUSH_INTERVAL_MS = 500;
/** … or when this much has come together. It is also the size from which a chunk takes no more lines. */
const FLUSH_BYTES = 256 * 1024;
/** What one transaction stores. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** While the database is away, this much is kept; older lines go first. */
const BUFFER_BYTES = 32 * 1024 * 1024;
/** After a failure, before the next try. */
const RETRY_PAUSE_MS = 2_000;

/** Where a log line belongs. */
export interface LogOrigin {
  readonly runId: number;
  readonly assetId: number;
  readonly ordinal: number;
  readonly attemptId: string;
  /** The partitions of a chunk, in order: what is not known to be about one of them is about all. */
  readonly chunk?: readonly { readonly ordinal: number }[];
}

/** Lines of one asset of one run that are stored together. */
interface Pending {
  readonly runId: number;
  readonly assetId: number;
  firstOrdinal: number;
  lastOrdinal: number;
  lines: string[];
  bytes: number;
}

/**
 * Collects log lines of all steps of a worker and stores them in batches. While the database is away they are kept, as
 * far as memory allows; a log that cannot be stored never fails a step.
 */
export class LogWriter {
  readonly #db: Database;
  readonly #log: EngineLog;
  /** Oldest first. The newest chunk of an asset of a run is also in `#open` until it is full or being stored. */
  #chunks: Pending[] = [];
  readonly #open = new Map<string, Pending>();
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<boolean> | undefined;
  #retryAt = 0;
  #dropped = 0;

  constructor(db: Database, log: EngineLog) {
    this.#db = db;
    this.#log = log;
  }

  write(origin: LogOrigin, frame: LogFrame): void {
    const { t, l, m, f, s } = frame;
    const o = frame.o ?? origin.ordinal;
    const last = frame.o === undefined ? (origin.chunk?.at(-1)?.ordinal ?? o) : o;
    const line = JSON.stringify({ t, o, a: origin.attemptId, l, m, f, s, ...(last > o && { z: last }) });
    const pending = this.#pending(origin);
    pending.firstOrdinal = Math.min(pending.firstOrdinal, o);
    pending.lastOrdinal = Math.max(pending.lastOrdinal, last);
    pending.lines.push(line);
    pending.bytes += line.length;
    this.#bytes += line.length;
    while (this.#bytes > BUFFER_BYTES && this.#chunks.length > 1) this.#dropOldest();
    if (this.#bytes >= FLUSH_BYTES && this.#flushing === undefined) this.#schedule(0);
    else this.#timer ??= setTimeout(() => void this.#flushOnce(), FLUSH_INTERVAL_MS);
  }

  /** Stores what has come together by now, if the database takes it. Never throws. */
  async flush(): Promise<void> {
    // What is being stored right now began earlier; what was written since then follows it, so that lines stay in order.
    await this.#flushing;
    // Whoever asks is about to settle steps: if the database is back for that, it is back for their lines.
    this.#retryAt = 0;
    const last = this.#chunks.at(-1);
    while (last !== undefined && this.#chunks.includes(last) && (await this.#flushOnce()));
  }

  /** Lines that could not be kept. */
  get dropped(): number {
    return this.#dropped;
  }

  #pending({ runId, assetId, ordinal }: LogOrigin): Pending {
    const key = `${runId}/${assetId}`;
    const open = this.#open.get(key);
    if (open !== undefined && open.bytes < FLUSH_BYTES) return open;
    const pending = { runId, assetId, firstOrdinal: ordinal, lastOrdinal: ordinal, lines: [], bytes: 0 };
    this.#open.set(key, pending);
    this.#chunks.push(pending);
    return pending;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#flushOnce(), Math.max(delayMs, this.#retryAt - performance.now()));
  }

  /** Stores one batch, one at a time. Says whether the next one is worth a try. */
  #flushOnce(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#storeBatch().finally(() => {
      this.#flushing = undefined;
      if (this.#chunks.length > 0) this.#schedule(this.#bytes >= FLUSH_BYTES ? 0 : FLUSH_INTERVAL_MS);
    });
    return this.#flushing;
  }

  async #storeBatch(): Promise<boolean> {
    if (this.#chunks.length === 0) return true;
    if (performance.now() < this.#retryAt) return false;
    let bytes = 0;
    const count = this.#chunks.findIndex((chunk) => (bytes += chunk.bytes) > BATCH_BYTES) + 1;
    const batch = this.#chunks.splice(0, count === 0 ? this.#chunks.length : count);
    for (const { runId, assetId } of batch) this.#open.delete(`${runId}/${assetId}`);
    try {
      await appendLogChunks(this.#db, batch.map(toLogChunk));
      for (const chunk of batch) this.#bytes -= chunk.bytes;
      return true;
    } catch (error) {
      return this.#failed(batch, error);
    }
  }

  #failed(batch: Pending[], error: unknown): boolean {
    if (isDatabaseAway(error)) {
      // Lines whose storing may have happened all the same come twice, which is better than not at all.
      this.#chunks = [...batch, ...this.#chunks];
      this.#retryAt = performance.now() + RETRY_PAUSE_MS;
      return false;
    }
    for (const chunk of batch) this.#forget(chunk);
    this.#log.error("log lines could not be stored and are lost", error);
    return true;
  }

  #dropOldest(): void {
    const oldest = this.#chunks.shift();
    if (oldest === undefined) return;
    const key = `${oldest.runId}/${oldest.assetId}`;
    if (this.#open.get(key) === oldest) this.#open.delete(key);
    if (this.#dropped === 0) this.#log.warn("log lines come faster than they can be stored; the oldest are dropped");
    this.#forget(oldest);
  }

  #forget(chunk: Pending): void {
    this.#bytes -= chunk.bytes;
    this.#dropped += chunk.lines.length;
  }
}

function toLogChunk({ runId, assetId, firstOrdinal, lastOrdinal, lines }: Pending): LogChunk {
  return { runId, assetId, firstOrdinal, lastOrdinal, lineCount: lines.length, lines: lines.join("\n") };
}
