/** Two names that DuckDB takes for one: it does not look at upper and lower case, of the letters a to z. */
export function findSameNames(names: readonly string[]): readonly [string, string] | null {
  const seen = new Map<string, string>();
  for (const name of names) {
    const folded = foldName(name);
    const other = seen.get(folded);
    if (other !== undefined && other !== name) return [other, name];
    seen.set(folded, name);
  }
  return null;
}

/** What names that DuckDB takes for one have in common. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
}
