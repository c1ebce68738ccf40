import type { AssetColumn } from "@heddle/api";

/** Columns whose names hold a text; those on the path that is shown first, all others in the order of the table. */
export function columnOrder(
  columns: readonly AssetColumn[],
  { text, onPath }: { readonly text: string; readonly onPath: readonly string[] },
): AssetColumn[] {
  const wanted = text.trim().toLowerCase();
  const found = columns.filter(({ name }) => name.toLowerCase().includes(wanted));
  return found.toSorted((a, b) => Number(onPath.includes(b.name)) - Number(onPath.includes(a.name)));
}

/** How many columns one comes from and goes into: "from 1, into 4"; what is not told is not counted. */
export function countNeighbours({ upstream, downstream, isKnown }: AssetColumn): string {
  const into = downstream.length === 0 ? "" : `into ${downstream.length}`;
  const from = upstream.length === 0 ? (isKnown ? "" : "origin unknown") : `from ${upstream.length}`;
  return [from, into].filter((part) => part !== "").join(", ");
}
