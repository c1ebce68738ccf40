/** Where a server says what it does: one line for each event. */
export interface ServerLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, error?: unknown): void;
}
