/** One line of the table: an asset, or a prefix that several keys begin with. */
export type AssetEntry =
  | { readonly kind: "asset"; readonly row: number; readonly depth: number }
  | {
      readonly kind: "prefix";
      /** With its slash: `marts/`. */
      readonly prefix: string;
      readonly depth: number;
      /** All assets below it. */
      readonly rows: readonly number[];
      readonly isOpen: boolean;
    };

/** Rows as they are, one line each. */
export function listEntries(rows: readonly number[]): readonly AssetEntry[] {
  return rows.map((row) => ({ kind: "asset", row, depth: 0 }));
}

/** Rows as a tree of key prefixes; what is below a prefix follows it while it is open. Within a prefix the order of `rows` stays. */
export function treeEntries(
  rows: readonly number[],
  { keyOf, open }: { readonly keyOf: (row: number) => string; readonly open: ReadonlySet<string> },
): readonly AssetEntry[] {
  const entries: AssetEntry[] = [];
  const add = (own: readonly number[], prefix: string, depth: number): void => {
    const below = new Map<string, number[]>();
    for (const row of own) {
      const rest = keyOf(row).slice(prefix.length);
      const slash = rest.indexOf("/");
      const name = slash === -1 ? "" : rest.slice(0, slash + 1);
      const known = below.get(name);
      if (known === undefined) below.set(name, [row]);
      else known.push(row);
    }
    for (const [name, belowRows] of [...below].toSorted(([a], [b]) =>
      a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1,
    )) {
      if (name === "") {
        for (const row of belowRows) entries.push({ kind: "asset", row, depth });
        continue;
      }
      const isOpen = open.has(prefix + name);
      entries.push({ kind: "prefix", prefix: prefix + name, depth, rows: belowRows, isOpen });
      if (isOpen) add(belowRows, prefix + name, depth + 1);
    }
  };
  add(rows, "", 0);
  return entries;
}
