import { AsyncLocalStorage } from "node:async_hooks";
import { inspect } from "node:util";
import type { JsonValue, Logger } from "@heddle/core";
import type { FailureCause } from "@heddle/core/internal";
import { LOG_FRAME_MARK, type LogFrame, type LogLevel } from "./protocol.ts";

/** A longer line is cut into pieces of this many UTF-16 units, so that one line never has to be held whole. */
const LINE_LIMIT = 65_536;
/** What one step may log, in UTF-16 units of JSON; beyond it lines are only counted. */
const LOG_LIMIT = 20 * 1024 * 1024;
/** The fields of one line, as JSON, in UTF-16 units. */
const FIELDS_LIMIT = 65_536;

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
  /** Monotonic time of the last sign of progress. */
  progressAt = performance.now();
  /** Ordinal of the partition of a chunk that is being stored and checked. */
  partition: number | undefined;
  readonly id: number;
  readonly #emit: (frame: string) => void;
  readonly #partial = { stdout: "", stderr: "" };
  #logBytes = 0;
  #droppedLines = 0;
  #ended = false;
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

  /** Notes a sign of progress. */
  readonly progress = (): void => {
    this.progressAt = performance.now();
  };

  #log(level: LogLevel, message: unknown, fields?: Readonly<Record<string, JsonValue>>): void {
    if (this.#ended) return;
    const kept = fields === undefined ? undefined : checkFields(fields);
    // Plain JavaScript may pass anything; a log line must never be what a step fails of.
    for (const piece of pieces(typeof message === "string" ? message : describe(message))) {
      this.#write({ i: this.id, t: Date.now(), l: level, m: piece, ...(kept && { f: kept }) });
    }
  }

  /** Takes what the step printed; whole lines become log lines. */
  print(stream: "stdout" | "stderr", text: string): void {
    if (this.#ended) return;
    this.progressAt = performance.now();
    const lines = (this.#partial[stream] + text).split("\n");
    this.#partial[stream] = lines.pop() ?? "";
    for (const line of lines) this.#line(stream, line);
    if (this.#partial[stream].length > LINE_LIMIT) {
      this.#line(stream, this.#partial[stream]);
      this.#partial[stream] = "";
    }
  }

  /** The step is over: writes what was printed without a line end, and how many lines were dropped. */
  end(): void {
    this.#flush();
    this.#ended = true;
  }

  /** Whether the step is over. What its code does afterwards belongs to nobody. */
  get ended(): boolean {
    return this.#ended;
  }

  #flush(): void {
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
    for (const piece of pieces(standing)) {
      this.#write({ i: this.id, t: Date.now(), l: "info", m: piece, s: stream });
    }
  }

  #write(frame: LogFrame): void {
    this.progressAt = performance.now();
    if (this.#logBytes > LOG_LIMIT) {
      this.#droppedLines += 1;
      return;
    }
    this.#emitFrame(frame);
  }

  #emitFrame(frame: LogFrame): void {
    const line = JSON.stringify(this.partition === undefined ? frame : { ...frame, o: this.partition });
    this.#logBytes += line.length;
    this.logLines += 1;
    this.#emit(`${LOG_FRAME_MARK}${line}\n`);
  }
}

/** Fields that can be written as JSON and are not too long; else a note of why they are missing. */
function checkFields(fields: Readonly<Record<string, JsonValue>>): Readonly<Record<string, JsonValue>> {
  try {
    const { length } = JSON.stringify(fields);
    if (length <= FIELDS_LIMIT) return fields;
    return { dropped: `the fields are ${length} characters of JSON, more than ${FIELDS_LIMIT}` };
  } catch (error) {
    return { dropped: `the fields are not JSON: ${describe(error)}` };
  }
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null && "message" in value ? String(value.message) : inspect(value);
}

function pieces(text: string): string[] {
  if (text.length <= LINE_LIMIT) return [text];
  const result: string[] = [];
  for (let at = 0; at < text.length; at += LINE_LIMIT) result.push(text.slice(at, at + LINE_LIMIT));
  return result;
}

/** The scope of the step that is running here, through every await. */
export const currentScope = new AsyncLocalStorage<StepScope>();
