import type { Readable } from "node:stream";
import { LOG_FRAME_MARK, type LogFrame } from "./protocol.ts";

/** A longer line of raw output is cut: one line must never have to be held whole. */
const RAW_LINE_LIMIT = 65_536;
/** A frame can be longer than its line of 65,536 units: JSON escapes grow it. */
const FRAME_LIMIT = 1024 * 1024;

/** What is read from a child's pipes. */
export interface LogReaderHandlers {
  /** A line that a step logged or printed. */
  frame(frame: LogFrame): void;
  /** A line that reached the pipe in another way: native code, a grandchild, a crash report of Node itself. */
  raw(stream: "stdout" | "stderr", line: string): void;
}

/** Reads a child's output line by line. Memory stays bounded whatever is printed. */
export function readLog(stream: Readable, name: "stdout" | "stderr", handlers: LogReaderHandlers): void {
  let partial = "";
  const take = (line: string): void => {
    // What was printed without a line end stands before the mark.
    const mark = line.indexOf(LOG_FRAME_MARK);
    const frame = mark < 0 ? undefined : parseFrame(line.slice(mark));
    const raw = frame === undefined ? line : line.slice(0, mark);
    if (raw !== "") handlers.raw(name, raw.slice(0, RAW_LINE_LIMIT));
    if (frame !== undefined) handlers.frame(frame);
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (partial + chunk).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) take(line);
    if (partial.length > (partial.includes(LOG_FRAME_MARK) ? FRAME_LIMIT : RAW_LINE_LIMIT)) {
      take(partial);
      partial = "";
    }
  });
  stream.on("end", () => take(partial));
}

/** Gives a frame, or nothing when the line only looks like one: a step may print what it likes. */
function parseFrame(line: string): LogFrame | undefined {
  try {
    const frame = JSON.parse(line.slice(LOG_FRAME_MARK.length)) as Partial<LogFrame>;
    const complete = typeof frame.i === "number" && typeof frame.t === "number" && typeof frame.m === "string";
    return complete ? (frame as LogFrame) : undefined;
  } catch {
    return undefined;
  }
}
