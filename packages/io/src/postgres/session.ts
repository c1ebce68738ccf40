import { HeddleError } from "@heddle/core";
import type net from "node:net";
import { beforeAbort } from "../before-abort.ts";
import { untilAborted } from "../chunks.ts";
import { systemErrorCode } from "../filesystem/file-error.ts";
import type { PostgresAddress } from "./address.ts";
import { dial } from "./dial.ts";
import {
  boundQuery,
  COPY_DONE,
  copyFail,
  MESSAGE,
  readFailure,
  readRowDescription,
  readTextRow,
  simpleQuery,
  TERMINATE,
  type ResultColumn,
  type ServerFailure,
} from "./messages.ts";
import { messageSplitter } from "./message-splitter.ts";

/** A statement's parameters, as text; the statement casts them. */
export type Parameters = readonly (string | null)[];

/** Takes the rows of a result in binary. What it throws ends the connection and comes out of the call. */
export interface RowReader {
  columns(columns: readonly ResultColumn[]): void;
  /** A row: the message begins at `at`; the buffer is the caller's again afterwards. */
  row(buffer: Buffer, at: number): void;
}

/** The cells of a row, as text. */
export type TextRow = readonly (string | null)[];

/** One connection, which is never opened again: once closed, everything on it fails. One call at a time. */
export interface Session {
  readonly isOpen: boolean;
  /** Since when nobody uses it, by the monotonic clock in milliseconds. */
  idleSinceMs: number;
  /** Keeps the process alive, or lets it end. */
  keepAlive(isNeeded: boolean): void;
  /** Runs statements without parameters, and gives the rows of all of them as text. */
  run(text: string): Promise<TextRow[]>;
  /** Runs one statement, and gives its rows as text. */
  query(text: string, parameters: Parameters): Promise<TextRow[]>;
  /** Runs one statement, and hands its rows over in binary. */
  read(text: string, parameters: Parameters, reader: RowReader): Promise<void>;
  /**
   * Runs `copy … from stdin`. Each chunk is a CopyData message, header included; it may be used again when the next but
   * one is asked for. What the producer throws comes back as it is, after the server has forgotten what came.
   */
  copyIn(text: string, chunks: AsyncIterable<Buffer>): Promise<void>;
  /** Hangs up at once; what is under way on it fails with `reason`. */
  destroy(reason: Error): void;
}

export interface SessionOptions {
  readonly address: PostgresAddress;
  /** Longest time in which the server may say nothing, or take nothing, while something is expected of it. */
  readonly silenceMs: number;
}

/** What is being waited for. */
class Exchange {
  /** Settles when the server is ready for something else. */
  readonly done = Promise.withResolvers<void>();
  /** Resolves when the server waits for the data of a COPY, or will not. */
  readonly copying = Promise.withResolvers<void>();
  failure: ServerFailure | undefined;
  readonly #reader: RowReader | undefined;

  constructor(reader: RowReader | undefined) {
    this.#reader = reader;
    // Whoever waits for it hears of its failure, maybe later.
    this.done.promise.catch(() => undefined);
  }

  /** Takes a message; says whether it was the last one. */
  take(buffer: Buffer, at: number, end: number): boolean {
    switch (buffer[at]) {
      case MESSAGE.dataRow:
        // Rows behind a failure belong to nobody.
        if (this.failure === undefined) this.#reader?.row(buffer, at);
        return false;
      case MESSAGE.rowDescription:
        this.#reader?.columns(readRowDescription(buffer, at));
        return false;
      case MESSAGE.copyInResponse:
        this.copying.resolve();
        return false;
      case MESSAGE.error:
        this.failure ??= readFailure(buffer, at, end);
        this.copying.resolve();
        return false;
      case MESSAGE.readyForQuery:
        this.copying.resolve();
        if (this.failure === undefined) this.done.resolve();
        else this.done.reject(this.failure);
        return true;
      default:
        return false;
    }
  }

  fail(reason: Error): void {
    this.copying.resolve();
    this.done.reject(reason);
  }
}

/** Longest time for one connection to come about. */
const CONNECT_MS = 10_000;
/** How long a farewell may take before the socket is torn down. */
const FAREWELL_MS = 500;

/**
 * Opens a connection. postgres.js logs in; afterwards the socket is read and written here. Its own COPY waits for ever
 * when a server refuses what came last, and makes a buffer and an event of every row.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  return new OpenSession(await logIn(options.address), options);
}

class OpenSession implements Session {
  idleSinceMs = performance.now();
  readonly #socket: net.Socket;
  readonly #options: SessionOptions;
  readonly #gone = new AbortController();
  #exchange: Exchange | undefined;
  #lastHeardMs = performance.now();

  constructor(socket: net.Socket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy(this.#exchange?.failure ?? connectionClosed(options.address)));
    socket.on(
      "data",
      messageSplitter(
        (buffer, at, end) => this.#take(buffer, at, end),
        () => (this.#lastHeardMs = performance.now()),
      ),
    );
  }

  get isOpen(): boolean {
    return !this.#gone.signal.aborted;
  }

  keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.#socket.ref();
    else this.#socket.unref();
  }

  run(text: string): Promise<TextRow[]> {
    return this.#gatherRows(simpleQuery(text));
  }

  query(text: string, parameters: Parameters): Promise<TextRow[]> {
    return this.#gatherRows(boundQuery(text, parameters, "text"));
  }

  async read(text: string, parameters: Parameters, reader: RowReader): Promise<void> {
    await this.#whileHeard(this.#begin(boundQuery(text, parameters, "binary"), reader).done.promise);
  }

  async copyIn(text: string, chunks: AsyncIterable<Buffer>): Promise<void> {
    const copy = this.#begin(simpleQuery(text));
    await this.#whileHeard(copy.copying.promise);
    // What the server refuses is known before everything was sent.
    const refused = new AbortController();
    copy.done.promise.catch((error: unknown) => refused.abort(error));
    try {
      if (copy.failure === undefined) await this.#send(untilAborted(chunks, refused.signal));
    } catch (error) {
      if (!this.isOpen) throw this.#gone.signal.reason;
      if (copy.failure === undefined) this.#socket.write(copyFail("the rows could not be made"));
      // The server's own words go before what followed from them.
      await this.#whileHeard(copy.done.promise).catch((failure: unknown) => {
        if (refused.signal.reason === error || !this.isOpen) throw failure;
      });
      throw error;
    }
    await this.#whileHeard(copy.done.promise);
  }

  destroy(reason: Error): void {
    if (!this.isOpen) return;
    this.#gone.abort(reason);
    this.#exchange?.fail(reason);
    this.#socket.end(TERMINATE);
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
  }

  /** Two chunks are on their way at most: the one that travels, and the one that is being made. */
  async #send(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let sent: Promise<void> = Promise.resolve();
    for await (const chunk of chunks) {
      await this.#whileHeard(sent);
      sent = this.#write(chunk);
      // Met above, or below.
      sent.catch(() => undefined);
    }
    await this.#whileHeard(sent);
    this.#socket.write(COPY_DONE);
  }

  #write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(chunk, (error) => {
        this.#lastHeardMs = performance.now();
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  async #gatherRows(messages: Buffer): Promise<TextRow[]> {
    const rows: TextRow[] = [];
    const reader = {
      columns: () => undefined,
      row: (buffer: Buffer, at: number) => void rows.push(readTextRow(buffer, at)),
    };
    await this.#whileHeard(this.#begin(messages, reader).done.promise);
    return rows;
  }

  #begin(messages: Buffer, reader?: RowReader): Exchange {
    this.#gone.signal.throwIfAborted();
    if (this.#exchange !== undefined) throw new Error("a connection does one thing at a time");
    const begun = new Exchange(reader);
    this.#exchange = begun;
    this.#socket.write(messages);
    return begun;
  }

  #take(buffer: Buffer, at: number, end: number): void {
    if (this.#exchange === undefined || !this.isOpen) return;
    try {
      if (this.#exchange.take(buffer, at, end)) this.#exchange = undefined;
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Waits for the server; one that is silent for too long is hung up on. */
  async #whileHeard<T>(promise: Promise<T>): Promise<T> {
    const { address, silenceMs } = this.#options;
    const look = (): void => {
      const leftMs = this.#lastHeardMs + silenceMs - performance.now();
      if (leftMs <= 0) this.destroy(silent(address, silenceMs));
      else timer = setTimeout(look, leftMs);
    };
    this.#lastHeardMs = performance.now();
    let timer = setTimeout(look, silenceMs);
    try {
      return await beforeAbort(promise, this.#gone.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Logs in by postgres.js, and gives the socket without any of its listeners for data. */
async function logIn(address: PostgresAddress): Promise<net.Socket> {
  const postgres = await loadClient();
  const deadline = AbortSignal.timeout(CONNECT_MS);
  let socket: net.Socket | undefined;
  const options = {
    // Only named in messages.
    host: address.label,
    // Once: postgres.js must not connect again by itself.
    socket: async (): Promise<net.Socket> => {
      if (socket !== undefined) throw connectionClosed(address);
      return (socket = await dial(address, deadline));
    },
    max: 1,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 0,
    connection: { application_name: "heddle" },
    onnotice: () => {},
    ...(address.user !== undefined && { user: address.user }),
    ...(address.password !== undefined && { password: address.password }),
    ...(address.database !== undefined && { database: address.database }),
  };
  const client = postgres(options);
  try {
    await beforeAbort(client.unsafe("").execute(), deadline);
    if (socket === undefined) throw connectionClosed(address);
    socket.removeAllListeners("data");
    return socket;
  } catch (error) {
    void client.end({ timeout: 0 });
    // The compiler does not see that the function above has set it.
    (socket as net.Socket | undefined)?.destroy();
    if (deadline.aborted) throw silent(address, CONNECT_MS);
    throw error;
  }
}

/** Loading the client takes time that only those pay for who use it. */
async function loadClient() {
  try {
    return (await import("postgres")).default;
  } catch (error) {
    if (systemErrorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new HeddleError("CONFIG_INVALID", "tables in PostgreSQL need the package postgres, which is not installed", {
      hint: "Install it in the project: npm install postgres",
      cause: error,
    });
  }
}

function connectionClosed({ label }: PostgresAddress): Error {
  return Object.assign(new Error(`${label} closed the connection`), { code: "CONNECTION_CLOSED" });
}

function silent({ label }: PostgresAddress, ms: number): Error {
  return Object.assign(new Error(`${label} did not answer for ${ms} ms`), { code: "CONNECTION_SILENT" });
}
