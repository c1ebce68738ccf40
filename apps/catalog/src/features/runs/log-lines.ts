import type { LogLine } from "@heddle/api";

/** Lines kept in the page; older ones leave it and can be read again. */
export const MAX_LINES = 20_000;

/** Adds lines after those that are there; what is there already is left out, by the lines' permanent names. */
export function appendLines(lines: readonly LogLine[], added: readonly LogLine[]): readonly LogLine[] {
  if (added.length === 0) return lines;
  // Only the end can repeat: a stream that reconnects begins a little before where it broke off.
  const known = new Set(lines.slice(-added.length - 1_000).map(({ cursor }) => cursor));
  const fresh = added.filter(({ cursor }) => !known.has(cursor));
  if (fresh.length === 0) return lines;
  const all = [...lines, ...fresh];
  return all.length > MAX_LINES ? all.slice(-MAX_LINES) : all;
}

/** Adds earlier lines before those that are there. */
export function prependLines(lines: readonly LogLine[], earlier: readonly LogLine[]): readonly LogLine[] {
  const known = new Set(lines.slice(0, earlier.length + 1).map(({ cursor }) => cursor));
  return [...earlier.filter(({ cursor }) => !known.has(cursor)), ...lines];
}

/** A worker cuts a line that is longer than this, in UTF-16 units, into pieces that are lines of their own. */
const PIECE_UNITS = 65_536;

/** Whether a line goes on with the one before it. */
export function continuesLine(before: LogLine | undefined, line: LogLine): boolean {
  return (
    before !== undefined &&
    before.fields === null &&
    before.fullBytes === PIECE_UNITS &&
    before.attemptId === line.attemptId &&
    before.ordinal === line.ordinal &&
    before.level === line.level &&
    before.stream === line.stream
  );
}

/** The pieces of a line, of which the one at `index` is the first. */
export function piecesFrom(lines: readonly LogLine[], index: number): readonly LogLine[] {
  const first = lines[index];
  if (first === undefined) return [];
  const pieces = [first];
  for (let i = index + 1; i < lines.length; i++) {
    const next = lines[i];
    if (next === undefined || !continuesLine(lines[i - 1], next)) break;
    pieces.push(next);
  }
  return pieces;
}

/** What a terminal would show of a line: the last state of progress that was written over itself. */
export function foldProgress(message: string): string {
  const last = message.split("\r").findLast((part) => part.trim() !== "");
  return last ?? message;
}

/** A part of a message: text, or a place in a source file. */
export type MessagePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "source"; readonly text: string; readonly path: string };

/** `src/definitions.ts:12:3`, with or without the directory before it. */
const SOURCE = /(?:file:\/\/)?(?<path>(?:[\w.@~-]*\/)+[\w.@-]+\.(?:ts|tsx|mts|cts|js|mjs|cjs|py|sql):\d+(?::\d+)?)/gu;

/** Longest message that is searched for places in source files. */
const MAX_SEARCHED = 20_000;

/** Takes a message apart into text and places in source files. */
export function splitSources(message: string): readonly MessagePart[] {
  if (message.length > MAX_SEARCHED) return [{ kind: "text", text: message }];
  const parts: MessagePart[] = [];
  let at = 0;
  for (const match of message.matchAll(SOURCE)) {
    const path = match.groups?.["path"];
    if (path === undefined) continue;
    if (match.index > at) parts.push({ kind: "text", text: message.slice(at, match.index) });
    parts.push({ kind: "source", text: match[0], path });
    at = match.index + match[0].length;
  }
  if (at < message.length || parts.length === 0) parts.push({ kind: "text", text: message.slice(at) });
  return parts;
}
