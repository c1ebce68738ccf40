import { AsyncLocalStorage } from "node:async_hooks";
import type { FailureCause, JsonValue, Logger } from "@heddle/core";
import { LOG_FRAME_MARK, type LogFrame, type LogLevel } from "./protocol.ts";

/** A longer line is cut into pieces of this many UTF-16 units, so that one line never has to be held whole. */
const LINE_LIMIT = 65_536;
/** Lines that one step may log in bytes; beyond it only a count is kept. */
const LOG_LIMIT = 20 * 1024 * 1024;

/**
 * What belongs to one running step inside a child process: its log and the faults that surface outside its promise.
 * It follows the step through every await, so that output and late errors find their step when several share a process.
 */
export class StepScope {
  /** Lines written so far. */
  logLines = 0;
  /** A fault that did not come through the step's own promise, such as an unhandled rejection. */
  fault: { readonly cause: FailureCause; readonly error: unknown } | undefined;
  readonly controller = new AbortController();
  readonly id: number;
  readonly #emit: (frame: string) => void;
  readonly #partial = { stdout: "", stderr: "" };
  #logBytes = 0;
  #droppedLines = 0;
  #onFault: ((fault: NonNullable<StepScope["fault"]>) => void) | undefined;

  constructor(id: number, emit: (frame: string) => void) {
    this.id = id;
    this.#emit = emit;
  }

  /** The logger that the asset's function gets. */
  readonly logger: Logger = {
    debug: (message, fields) => this.#log("debug", message, fields),
    info: (message, fields) => this.#log("info", message, fields),
    warn: (message, fields) => this.#log("warn", message, fields),
    error: (message, fields) => this.#log("error", message, fields),
  };

  #log(level: LogLevel, message: string, fields?: Readonly<Record<string, JsonValue>>): void {
    for (const piece of pieces(message))
      this.#write({ i: this.id, t: Date.now(), l: level, m: piece, ...(fields && { f: fields }) });
  }

  /** Takes what the step printed; whole lines become log lines. */
  print(stream: "stdout" | "stderr", text: string): void {
    const lines = (this.#partial[stream] + text).split("\n");
    this.#partial[stream] = lines.pop() ?? "";
    for (const line of lines) this.#line(stream, line);
    if (this.#partial[stream].length > LINE_LIMIT) {
      this.#line(stream, this.#partial[stream]);
      this.#partial[stream] = "";
    }
  }

  /** Writes what was printed without a line end, and how many lines were dropped. Call it when the step is over. */
  flush(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#partial[stream] !== "") this.#line(stream, this.#partial[stream]);
      this.#partial[stream] = "";
    }
    if (this.#droppedLines === 0) return;
    const message = `${this.#droppedLines} more lines were dropped: a step keeps the first ${LOG_LIMIT / 1024 / 1024} MB of its log`;
    this.#droppedLines = 0;
    this.#emitFrame({ i: this.id, t: Date.now(), l: "warn", m: message });
  }

  /** Records a fault from outside the step's promise; the first one counts. */
  fail(cause: FailureCause, error: unknown): void {
    if (this.fault !== undefined) return;
    this.fault = { cause, error };
    this.#onFault?.(this.fault);
  }

  /** Calls back at the first fault, also one that is there already. */
  onFault(callback: (fault: NonNullable<StepScope["fault"]>) => void): void {
    this.#onFault = callback;
    if (this.fault !== undefined) callback(this.fault);
  }

  #line(stream: "stdout" | "stderr", line: string): void {
    // A progress bar redraws its line with carriage returns: only what was left standing is kept.
    const shown = line.replace(/\r$/, "");
    const standing = shown.slice(shown.lastIndexOf("\r") + 1);
    for (const piece of pieces(standing)) this.#write({ i: this.id, t: Date.now(), l: "info", m: piece, s: stream });
  }

  #write(frame: LogFrame): void {
    this.#logBytes += frame.m.length;
    if (this.#logBytes > LOG_LIMIT) {
      this.#droppedLines += 1;
      return;
    }
    this.#emitFrame(frame);
  }

  #emitFrame(frame: LogFrame): void {
    this.logLines += 1;
    this.#emit(`${LOG_FRAME_MARK}${JSON.stringify(frame)}\n`);
  }
}

function pieces(text: string): string[] {
  if (text.length <= LINE_LIMIT) return [text];
  const result: string[] = [];
  for (let at = 0; at < text.length; at += LINE_LIMIT) result.push(text.slice(at, at + LINE_LIMIT));
  return result;
}

/** The scope of the step that is running here, through every await. */
export const currentScope = new AsyncLocalStorage<StepScope>();
