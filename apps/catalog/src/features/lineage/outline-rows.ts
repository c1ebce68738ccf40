import type { Scene } from "./scene.ts";

/** One line of the outline. */
export type OutlineRow =
  | { readonly kind: "group"; readonly group: number; readonly expanded: boolean; readonly size: number }
  | { readonly kind: "asset"; readonly node: number; readonly group: number };

/** What decides which lines there are. */
export interface OutlineOptions {
  readonly expanded: ReadonlySet<string>;
  /** Only assets whose key holds this text, in any case; their groups are then open. */
  readonly text: string;
}

/** The lines of the outline: groups in their order, below an open one its assets by name. */
export function outlineRows({ layout, index, rows }: Scene, { expanded, text }: OutlineOptions): OutlineRow[] {
  const needle = text.trim().toLowerCase();
  const lines: OutlineRow[] = [];
  layout.groupNames.forEach((name, group) => {
    const members = Array.from(layout.groupMember.subarray(layout.groupStart[group], layout.groupStart[group + 1]));
    const groupMatches = name.toLowerCase().includes(needle);
    const shown =
      needle === "" || groupMatches
        ? members
        : members.filter((node) => (index.keys[rows[node] ?? 0] ?? "").toLowerCase().includes(needle));
    if (shown.length === 0) return;
    const open = expanded.has(name) || (needle !== "" && !groupMatches);
    lines.push({ kind: "group", group, expanded: open, size: shown.length });
    if (open) for (const node of shown) lines.push({ kind: "asset", node, group });
  });
  return lines;
}

/** The place of a node among the lines; -1 when its group is closed or it is filtered out. */
export function lineOfNode(lines: readonly OutlineRow[], node: number): number {
  return lines.findIndex((line) => line.kind === "asset" && line.node === node);
}
