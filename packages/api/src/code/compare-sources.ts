import type { CodeFileDifference, CodeHunk } from "../contract.ts";

/** Files that are told, and lines of each. */
const MAX_FILES = 30;
const MAX_LINES = 600;
const MAX_LINE_LENGTH = 500;
/** Lines around those that differ. */
const CONTEXT = 3;
/** How many lines may differ before looking for the shortest difference takes too long. */
const MAX_EDITS = 4_000;

type Sources = ReadonlyMap<string, string>;

/** The files that differ, the one of `declaring` first and the others by name. */
export async function compareSources(
  before: Sources,
  now: Sources,
  declaring: string | null,
): Promise<{ readonly files: readonly CodeFileDifference[]; readonly more: number }> {
  const names = [...new Set([...before.keys(), ...now.keys()])]
    .filter((file) => before.get(file) !== now.get(file))
    .toSorted((a, b) => Number(b === declaring) - Number(a === declaring) || (a < b ? -1 : 1));
  const files: CodeFileDifference[] = [];
  for (const file of names.slice(0, MAX_FILES)) {
    const [had, has] = [before.get(file), now.get(file)];
    const change = had === undefined ? "added" : has === undefined ? "removed" : "changed";
    files.push({ file, change, isDeclaring: file === declaring, ...cut(await findHunks(had ?? "", has ?? "")) });
  }
  return { files, more: names.length - files.length };
}

async function findHunks(before: string, now: string): Promise<readonly CodeHunk[]> {
  const { structuredPatch } = await import("diff");
  const options = { context: CONTEXT, maxEditLength: MAX_EDITS };
  const patch = structuredPatch("", "", before, now, undefined, undefined, options);
  if (patch === undefined) return [replaced(before, now)];
  return patch.hunks.map(({ oldStart, newStart, lines }) => ({
    before: oldStart,
    now: newStart,
    // That a file ends without a line break is told as a line of its own, which is none.
    lines: lines.filter((line) => !line.startsWith("\\")),
  }));
}

/** Where hardly a line stayed. */
function replaced(before: string, now: string): CodeHunk {
  const signed = (sign: string, text: string): string[] => text.split("\n").map((line) => sign + line);
  return { before: 1, now: 1, lines: [...signed("-", before), ...signed("+", now)] };
}

function cut(hunks: readonly CodeHunk[]): { readonly hunks: readonly CodeHunk[]; readonly isCut: boolean } {
  const shown: CodeHunk[] = [];
  let left = MAX_LINES;
  for (const { lines, ...place } of hunks) {
    if (left === 0) return { hunks: shown, isCut: true };
    shown.push({ ...place, lines: lines.slice(0, left).map(shorten) });
    if (lines.length > left) return { hunks: shown, isCut: true };
    left -= lines.length;
  }
  return { hunks: shown, isCut: false };
}

function shorten(line: string): string {
  const isLong = line.length > MAX_LINE_LENGTH + 1;
  return (isLong ? `${line.slice(0, MAX_LINE_LENGTH + 1)}…` : line).toWellFormed();
}
