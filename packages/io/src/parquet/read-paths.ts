import type { FileFooter } from "./file-footer.ts";

/**
 * What to ask the reader for, so that it reads these columns: the dotted paths of their parts, of those that the file
 * has. Where it has none of them, its first part tells how many rows there are. `undefined` for all columns, which is
 * also what is left where the reader cannot take the names.
 */
export function pathsToRead({ rowGroups }: FileFooter, columns: readonly string[] | undefined): string[] | undefined {
  if (columns === undefined || rowGroups.length === 0) return undefined;
  const paths = rowGroups[0]?.chunks.map(({ path }) => path) ?? [];
  const wanted = paths.filter(([name = ""]) => columns.includes(name));
  const names = (wanted.length > 0 ? wanted : paths.slice(0, 1)).map(dotted);
  return names.some((name) => paths.some((path) => endsProcess(path, name))) ? undefined : names;
}

/**
 * Whether the reader reads a part of the file when it is asked for a name: its path is the name, or goes on with a dot
 * behind it. It looks for the dot at the character whose number is the name's length in bytes.
 */
export function isRead(path: readonly string[], name: string): boolean {
  const whole = dotted(path);
  return whole === name || (whole.startsWith(name) && behind(whole, name) === ".");
}

/** Where there is no such character the reader gives up, and the process with it: of `größe`, beside `größen`. */
function endsProcess(path: readonly string[], name: string): boolean {
  const whole = dotted(path);
  return whole !== name && whole.startsWith(name) && behind(whole, name) === undefined;
}

function behind(path: string, name: string): string | undefined {
  return Array.from(path)[Buffer.byteLength(name)];
}

function dotted(path: readonly string[]): string {
  return path.join(".");
}
