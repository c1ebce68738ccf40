/** Text of a one-dimensional PostgreSQL array literal, element by element; `null` stands for SQL's null. */
export function writeArray(values: readonly unknown[], writeElement: (value: unknown) => string): string {
  const parts = values.map((value) => {
    if (value === undefined) throw new TypeError("an array parameter holds undefined; use null for SQL's null");
    return value === null ? "NULL" : writeElement(value);
  });
  return `{${parts.join(",")}}`;
}

/** What JSON writes otherwise than as it is or with a backslash before it. */
// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
const BEYOND_QUOTES = /[\u0000-\u001f\ud800-\udfff]/u;

/** Quotes an element so that it may hold any character. */
export function quoteElement(text: string): string {
  // Almost always JSON's way is the same, and it is written natively.
  if (!BEYOND_QUOTES.test(text)) return JSON.stringify(text);
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Reads a one-dimensional array literal; a bare `NULL` becomes `null`. */
export function readArray<T>(text: string, readElement: (text: string) => T): (T | null)[] {
  const values: (T | null)[] = [];
  let at = text.indexOf("{") + 1;
  while (at < text.length - 1) {
    const element = text[at] === '"' ? readQuoted(text, at + 1) : readBare(text, at);
    const isNull = text[at] !== '"' && element.value === "NULL";
    values.push(isNull ? null : readElement(element.value));
    at = element.end + 1;
  }
  return values;
}

function readBare(text: string, start: number): { value: string; end: number } {
  const comma = text.indexOf(",", start);
  const end = comma === -1 ? text.length - 1 : comma;
  return { value: text.slice(start, end), end };
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = "";
  for (let at = start; ; at += 1) {
    if (text[at] === '"') return { value, end: at + 1 };
    if (text[at] === "\\") at += 1;
    value += text[at];
  }
}
