import type { JsonValue, Logger } from "@heddle/core";

/** One line that a step logged. */
export interface CapturedLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: Readonly<Record<string, JsonValue>> | undefined;
}

/** A logger that keeps what it is given, to be looked at by a test. */
export interface CapturedLog extends Logger {
  readonly lines: readonly CapturedLine[];
}

/**
 * Makes a logger for a context of a unit test.
 *
 * @example
 * const log = captureLog();
 * await rawWeather.materialize({ ...context, log });
 * expect(log.lines).toHaveLength(1);
 */
export function captureLog(): CapturedLog {
  const lines: CapturedLine[] = [];
  const at =
    (level: keyof Logger): Logger["info"] =>
    (message, fields) =>
      void lines.push({ level, message, fields });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
