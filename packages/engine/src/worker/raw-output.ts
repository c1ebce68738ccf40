import type { LogFrame } from "./protocol.ts";

/** The end of what a process wrote to standard error, kept for its obituary. */
const STDERR_TAIL = 4_096;
/** What is kept of the raw output while one step is the oldest; it did not pass the limit of the step's own log. */
const RAW_LIMIT = 20 * 1024 * 1024;

/**
 * What a process prints past its steps: native code, grandchildren, a crash report of Node itself. Keeps the end of
 * standard error, and turns lines into log lines, as far as they are not too many.
 */
export class RawOutput {
  readonly #bytes = new Map<number, number>();
  #tail = "";

  /** The end of what was written to standard error. */
  get tail(): string {
    return this.#tail.trim();
  }

  /** Gives the log line for a line that is shown with the step `id`; nothing when there is no step or too much came. */
  take(id: number | undefined, { stream, line }: { stream: "stdout" | "stderr"; line: string }): LogFrame | undefined {
    if (stream === "stderr") this.#tail = `${this.#tail}${line}\n`.slice(-STDERR_TAIL);
    if (id === undefined) return undefined;
    const before = this.#bytes.get(id) ?? 0;
    if (before > RAW_LIMIT) return undefined;
    // As it is stored: binary output takes a multiple of its length.
    const bytes = before + JSON.stringify(line).length;
    this.#bytes.set(id, bytes);
    const at = Date.now();
    if (bytes <= RAW_LIMIT) return { i: id, t: at, l: "info", m: line, s: stream };
    const limit = `${RAW_LIMIT / 1024 / 1024} MB`;
    return { i: id, t: at, l: "warn", m: `more output was dropped: ${limit} of what a process prints are kept` };
  }

  /** The step is over. */
  forget(id: number): void {
    this.#bytes.delete(id);
  }
}
