/**
 * Compiles a pattern in which `*` stands for any characters (none, too) and a backslash takes the meaning from the
 * character after it. Linear in the text for each `*`: a regular expression would take time that grows with its power.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const parts = splitAtWildcards(pattern);
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let position = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, position);
      if (found === -1 || found + part.length > end) return false;
      position = found + part.length;
    }
    return true;
  };
}

/** The fixed texts between the wildcards; one text when there is no wildcard. */
function splitAtWildcards(pattern: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? "";
    if (character === "*") {
      parts.push(part);
      part = "";
    } else if (character === "\\" && index + 1 < pattern.length) {
      index += 1;
      part += pattern[index] ?? "";
    } else {
      part += character;
    }
  }
  return [...parts, part];
}

/** Writes a text so that it matches itself alone. */
export function escapeWildcard(text: string): string {
  return text.replaceAll(/[\\*]/gu, String.raw`\$&`);
}
