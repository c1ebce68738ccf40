/** A name as SQL: quoted, whatever it holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL, for places that take no parameter, such as the path of a file. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
