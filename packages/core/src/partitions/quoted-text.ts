/*
 * A key that could be taken for something else is written as a JSON string: `"a,b"`. A quote counts only where a key may
 * begin, so that keys with quotes inside can still be typed as they are.
 */

const QUOTED = /"(?:[^"\\]|\\.)*"/y;

/** Whether a key written as it is could be read as several keys, a range, a word or a number of partitions. */
export function needsQuotes(key: string): boolean {
  return (
    key === "" || /[,"]|\.\.|^\.|\.$|^\s|\s$|\s\(\d+\)$|^(?:all|\*|last\s+\d+|none|unpartitioned)$|^status:/i.test(key)
  );
}

/** The key in quotes at the start of a text, and what follows it; `null` when the text does not begin with one. */
export function readQuoted(text: string): { readonly key: string; readonly rest: string } | null {
  const end = endOfQuoted(text, 0);
  if (end === null) return null;
  try {
    const key: unknown = JSON.parse(text.slice(0, end));
    return typeof key === "string" ? { key, rest: text.slice(end).trim() } : null;
  } catch {
    // An escape that JSON does not have: then the quotes are part of a key.
    return null;
  }
}

/** Splits a text at a separator, except in keys in quotes and behind a backslash where `escape` says so. */
export function splitOutsideQuotes(text: string, separator: "," | "|" | "&", escape?: "\\"): string[] {
  const parts: string[] = [];
  let from = 0;
  let mayBegin = true;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const end = mayBegin && letter === '"' ? endOfQuoted(text, at) : null;
    if (end !== null) at = end - 1;
    else if (letter === escape) at += 1;
    else if (letter === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
    const isBlank: boolean = letter === " " && mayBegin;
    mayBegin = isBlank || letter === separator || letter === "," || (letter === "." && text[at - 1] === ".");
  }
  return [...parts, text.slice(from)];
}

/** Where a key in quotes ends that begins at a place, if a key may end there. */
function endOfQuoted(text: string, at: number): number | null {
  QUOTED.lastIndex = at;
  if (!QUOTED.test(text)) return null;
  const end = QUOTED.lastIndex;
  return /^\s*(?:$|,|\||\.\.)/.test(text.slice(end, end + 64)) ? end : null;
}

/** Removes the backslashes that escape letters, except in keys in quotes. */
export function unescapeOutsideQuotes(text: string): string {
  let plain = "";
  let mayBegin = true;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    const end = mayBegin && letter === '"' ? endOfQuoted(text, at) : null;
    mayBegin = (letter === " " && mayBegin) || letter === "," || (letter === "." && text[at - 1] === ".");
    if (end !== null) {
      plain += text.slice(at, end);
      at = end - 1;
    } else if (letter === "\\") {
      plain += text[at + 1] ?? "";
      at += 1;
    } else plain += letter;
  }
  return plain;
}
