/** Joins the keys of several dimensions by `|`; `|` and `\` in a key are written `\|` and `\\`. */
export function joinKeys(keys: readonly string[]): string {
  return keys.map((key) => key.replace(/[\\|]/g, "\\$&")).join("|");
}

/** Splits what {@link joinKeys} wrote, keeping the parts as they were written. */
export function splitParts(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (letter === "\\") {
      part += letter + (text[at + 1] ?? "");
      at += 1;
    } else if (letter === "|") {
      parts.push(part);
      part = "";
    } else part += letter;
  }
  return [...parts, part];
}

/** The key that a part stands for. */
export function unescapePart(part: string): string {
  return part.replace(/\\([\s\S]?)/g, "$1");
}
