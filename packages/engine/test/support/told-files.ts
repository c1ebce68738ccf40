import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Replaces a file that another process looks at again and again: it never sees one that is half written. */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** What another process has written into a file; empty until it has. */
export function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : "";
}
