const colored = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

const style =
  (open: number, close: number) =>
  (text: string): string =>
    colored ? `\u001b[${open}m${text}\u001b[${close}m` : text;

/** Styles for terminals; plain text elsewhere. */
export const paint = {
  bold: style(1, 22),
  dim: style(2, 22),
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
  blue: style(34, 39),
};

/** What a write to a reader that is gone fails with: the other end of a pipe, a terminal that was closed. */
const GONE: ReadonlySet<string> = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);

/** Keeps a reader that is gone (`heddle runs | head`, a closed terminal) from ending the command in the middle of its work. */
export function guardOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code ?? "")) throw error;
    });
  }
}

/** Prints one line. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a remark beside the command's result, on standard error: with `--json` the other stream is for programs. */
export function printNote(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Prints one JSON value on one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints rows with aligned columns. Control characters in cells are made visible: names come from anywhere. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const cells = rows.map((row) => row.map(visible));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => plainLength(row[column] ?? ""))));
  for (const row of cells) {
    print(
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - plainLength(cell)),
        )
        .join("  ")
        .trimEnd(),
    );
  }
}

/** Replaces control characters other than our own styles, so that a name cannot drive the terminal. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return text.replaceAll(/\u001b(?!\[\d+m)|[\u0000-\u001a\u001c-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

// oxlint-disable-next-line no-control-regex -- the escape of our own styles
const plainLength = (text: string): number => text.replaceAll(/\u001b\[\d+m/g, "").length;

/** A duration for people: "850 ms", "12.3 s", "4 min 5 s", "2 h 3 min". */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BAR_WIDTH = 28;

/** One line that redraws itself on a terminal, and says little elsewhere. */
export class ProgressBar {
  #drawn = "";
  #lastPlain = 0;
  readonly #terminal = process.stdout.isTTY === true;

  update(fraction: number, text: string): void {
    const filled = Math.round(Math.max(0, Math.min(1, fraction)) * BAR_WIDTH);
    const line = `${paint.green("█".repeat(filled))}${paint.dim("░".repeat(BAR_WIDTH - filled))} ${text}`;
    if (this.#terminal) {
      if (line === this.#drawn) return;
      process.stdout.write(`\r\u001b[2K${line}`);
      this.#drawn = line;
      return;
    }
    // A log file wants a line now and then, not sixty a second.
    if (performance.now() - this.#lastPlain < 5_000 && fraction < 1) return;
    this.#lastPlain = performance.now();
    print(`${Math.floor(fraction * 100)} % ${text}`);
  }

  /** Ends the line, so that others can follow. */
  end(): void {
    if (this.#terminal && this.#drawn !== "") process.stdout.write("\n");
    this.#drawn = "";
  }
}
