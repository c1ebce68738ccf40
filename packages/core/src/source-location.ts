import type { SourceLocation } from "./snapshot.ts";

/** Where something was declared, and the calls that led there: the innermost first, up to the top level of a module. */
export interface DeclarationPlace extends SourceLocation {
  readonly callers: readonly SourceLocation[];
}

/**
 * Finds where `factory` was called: the first frame of the stack below it, so that the file of the person who declares
 * something is found and not one of ours. With source maps on (`node --enable-source-maps`) this is the place in their
 * own source. `file` is absolute here; a snapshot holds it relative to the project. `null` where the engine gives no
 * stack.
 */
export function captureSourceLocation(factory: (options: never) => unknown): DeclarationPlace | null {
  const holder: { stack?: unknown } = {};
  // V8 has this method and the ECMAScript library does not declare it.
  const { captureStackTrace } = Error as { captureStackTrace?: (holder: object, below: unknown) => void };
  if (captureStackTrace === undefined) return null;
  captureStackTrace.call(Error, holder, factory);
  const [first, ...callers] = typeof holder.stack === "string" ? parseFrames(holder.stack) : [];
  return first === undefined ? null : { ...first, callers };
}

const FRAME = /^\s+at (?:.*\()?(?:async )?(.+?):(\d+):\d+\)?$/u;

/** Reads the frames with a file from a stack as V8 writes it, without those of Node itself. */
export function parseFrames(stack: string): SourceLocation[] {
  const frames: SourceLocation[] = [];
  for (const text of stack.split("\n")) {
    const [, file, line] = FRAME.exec(text) ?? [];
    if (file !== undefined && !file.startsWith("node:")) frames.push({ file: toPath(file), line: Number(line) });
  }
  return frames;
}

/** Turns a `file:` address into a path; `/C:/a.ts` of Windows loses its first slash. */
function toPath(file: string): string {
  if (!file.startsWith("file://")) return file;
  const path = decodePath(file.slice("file://".length));
  return /^\/[A-Za-z]:\//u.test(path) ? path.slice(1) : path;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // Only a URIError comes here: a stray "%" of a tool that does not escape. No reason to fail a declaration.
  }
}

/** Makes the file relative to the project, with forward slashes; a file outside of the project stays absolute. */
export function relativeToProject(source: SourceLocation | null, projectDirectory: string): SourceLocation | null {
  if (source === null) return null;
  const file = source.file.replaceAll("\\", "/");
  const root = `${projectDirectory.replaceAll("\\", "/").replace(/\/+$/u, "")}/`;
  return { file: file.startsWith(root) ? file.slice(root.length) : file, line: source.line };
}

/** `file:line`, or `null` when the place is not known. */
export function formatSourceLocation(source: SourceLocation | null): string | null {
  return source === null ? null : `${source.file}:${source.line}`;
}
