import type { JsonValue } from "./types.ts";

/** What a log line may carry besides its message: plain JSON. */
export type LogFields = Readonly<Record<string, JsonValue>>;

/**
 * Writes structured log lines of a step. They are kept with the run, by asset and partition, and shown in the catalog
 * while the step runs. `console` works too; its lines are captured without fields.
 *
 * @example
 * log.info("fetched", { rows: rows.length });
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
