/** Where the parts of the engine say what they do. One line for each event, for people and machines alike. */
export interface EngineLog {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, error?: unknown): void;
}

/** Writes the log of a process to its standard error, one line an entry. `HEDDLE_LOG=warn` leaves information out. */
export function consoleLog(source: string): EngineLog {
  const quiet = process.env["HEDDLE_LOG"] === "warn";
  const line = (level: string, message: string, rest: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${level} ${source}: ${message}${rest}\n`);
  };
  return {
    info: (message, fields) => (quiet ? undefined : line("info", message, format(fields))),
    warn: (message, fields) => line("warn", message, format(fields)),
    error: (message, error) => line("error", message, error === undefined ? "" : `: ${describeError(error)}`),
  };
}

function format(fields: Readonly<Record<string, unknown>> | undefined): string {
  return fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
}

/** An error in one paragraph: message, hint and the messages of its causes. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null && "message" in current; depth++) {
    const { message, hint, cause } = current as { message: unknown; hint?: unknown; cause?: unknown };
    parts.push(typeof hint === "string" ? `${String(message)} (${hint})` : String(message));
    current = cause;
  }
  return parts.length === 0 ? String(error) : parts.join("; caused by: ");
}
