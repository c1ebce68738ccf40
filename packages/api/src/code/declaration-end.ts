/** Longest declaration that is followed to its end. */
const MAX_LINES = 2_000;

const OPENING = "([{";
const CLOSING = ")]}";

/**
 * The last line of the statement that begins at a line, both from 0: where all its brackets are closed again. Strings,
 * templates and comments are passed over. Good enough to mark a declaration; where it is not sure, it marks less.
 */
export function findDeclarationEnd(lines: readonly string[], start: number): number {
  let depth = 0;
  let quote: string | null = null;
  let inComment = false;
  const last = Math.min(lines.length, start + MAX_LINES);
  for (let at = start; at < last; at += 1) {
    const line = lines[at] ?? "";
    for (let i = 0; i < line.length; i += 1) {
      const sign = line[i] ?? "";
      if (inComment) {
        if (line.startsWith("*/", i)) [inComment, i] = [false, i + 1];
      } else if (quote !== null) {
        if (sign === "\\") i += 1;
        else if (sign === quote) quote = null;
      } else if (line.startsWith("//", i)) break;
      else if (line.startsWith("/*", i)) [inComment, i] = [true, i + 1];
      else if (sign === '"' || sign === "'" || sign === "`") quote = sign;
      else if (OPENING.includes(sign)) depth += 1;
      else if (CLOSING.includes(sign)) depth -= 1;
    }
    // Only a template goes on in the next line.
    if (quote !== "`") quote = null;
    if (depth <= 0 && quote === null && !inComment) return at;
  }
  return start;
}
