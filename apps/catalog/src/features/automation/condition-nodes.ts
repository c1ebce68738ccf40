import type { ConditionNode } from "@heddle/api";
import { PartitionSet } from "@heddle/core/internal";

/** The partition that is asked about; `null` where the whole asset is meant. */
export interface AskedPartition {
  readonly assetKey: string;
  readonly ordinal: number;
}

/** A part of a condition with its place in the tree. */
export interface TreeRow {
  readonly node: ConditionNode;
  /** Places of its ancestors and its own, `0.2.1`: stays the same while the condition does. */
  readonly path: string;
  readonly depth: number;
  readonly size: number;
  readonly place: number;
}

/** Whether a part holds: for the partition that is asked about where it is of that asset, else for any. */
export function holds(node: ConditionNode, asked: AskedPartition | null): boolean {
  if (asked === null || node.assetKey !== asked.assetKey) return node.status !== "none";
  return PartitionSet.fromRanges(node.held.partitions).has(asked.ordinal);
}

/**
 * Path of the first part that keeps a condition from holding; `null` when it holds. Of parts joined by `and` the first that
 * does not hold is followed; where one is enough, or it is denied, the part itself is the answer.
 */
export function firstFalse(root: ConditionNode, asked: AskedPartition | null): string | null {
  if (holds(root, asked)) return null;
  let node = root;
  let path = "0";
  while (node.operator === "and") {
    const at = node.children.findIndex((child) => !holds(child, asked));
    const child = node.children[at];
    if (child === undefined) return path;
    node = child;
    path = `${path}.${at}`;
  }
  return path;
}

/** The tree as rows, without what lies under collapsed parts. */
export function treeRows(root: ConditionNode, collapsed: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (row: TreeRow): void => {
    rows.push(row);
    if (collapsed.has(row.path)) return;
    row.node.children.forEach((node, i) =>
      add({ node, path: `${row.path}.${i}`, depth: row.depth + 1, size: row.node.children.length, place: i + 1 }),
    );
  };
  add({ node: root, path: "0", depth: 1, size: 1, place: 1 });
  return rows;
}

/** Path of the part that holds another one; `null` for the whole. */
export function parentPath(path: string): string | null {
  const end = path.lastIndexOf(".");
  return end < 0 ? null : path.slice(0, end);
}

/** When a part that lasts from an event became true last, for the partition that is asked about or any. */
export function becameTrueAt(node: ConditionNode): number | null {
  return node.since[0]?.at ?? null;
}
