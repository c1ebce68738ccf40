import type { JsonValue } from "@heddle/core";

/** A cell in words: JSON for what is neither text nor number. */
export function cellText(cell: JsonValue): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

/**
 * Rows as CSV (RFC 4180), the names of the columns first. Nothing stands for no value, an empty text is quoted. A text that
 * a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function toCsv(columns: readonly string[], rows: readonly (readonly JsonValue[])[]): string {
  const lines = rows.map((row) => row.map((cell) => (cell === null ? "" : field(cell))).join(","));
  return `${[columns.map(field).join(","), ...lines].join("\r\n")}\r\n`;
}

function field(cell: JsonValue): string {
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  const text = typeof cell === "string" && /^[=+\-@\t\r]/u.test(cell) ? `'${cell}` : cellText(cell);
  return text === "" || /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
