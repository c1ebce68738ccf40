import type { EvaluatorLine } from "./protocol.ts";

/** Longest log of one tick that is kept, in UTF-16 units. */
const MAX_LENGTH = 16_384;
const MAX_MESSAGE = 2_000;

/** Keeps what the function of a tick logs and prints, as JSON lines `{l, m, f?}`; what is too much is counted. */
export class TickLog {
  #text = "";
  #left = 0;

  add({ level, message, fields }: EvaluatorLine): void {
    const m = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
    let line = JSON.stringify({ l: level, m, ...(fields !== null && { f: fields }) });
    if (line.length > MAX_MESSAGE * 2) line = JSON.stringify({ l: level, m });
    if (this.#left > 0 || this.#text.length + line.length > MAX_LENGTH) this.#left += 1;
    else this.#text += `${line}\n`;
  }

  /** What a process prints belongs to the function that it runs. */
  addPrinted(stream: "stdout" | "stderr", text: string): void {
    for (const message of text.split("\n")) {
      if (message.trim() !== "") this.add({ level: stream === "stderr" ? "warn" : "info", message, fields: null });
    }
  }

  /** `null` when nothing was logged. */
  take(): string | null {
    const left = this.#left;
    const more = left === 0 ? "" : `${JSON.stringify({ l: "warn", m: `… and ${left} more lines` })}\n`;
    const text = this.#text + more;
    this.#text = "";
    this.#left = 0;
    return text === "" ? null : text;
  }
}
