import { compareText } from "./canonical-graph.ts";
import { int, text } from "./typed-read.ts";

/** Nodes in groups: group `g` holds `member[start[g]] … member[start[g + 1] - 1]`, in the order of the nodes. */
export interface Grouping {
  readonly names: readonly string[];
  readonly groupOf: Int32Array;
  readonly start: Int32Array;
  readonly member: Int32Array;
  /** Place of each node among the members of its group. */
  readonly place: Int32Array;
}

/** What stands between a group's name and the segment by which it was split. */
export const GROUP_PART_SEPARATOR = " / ";

/** A split must leave groups of this many nodes on average, or it is not made. */
const MIN_AVERAGE_PART = 4;

/** Puts each node into its group, or into the first segment of its name; splits groups that are too large. */
export function groupNodes(
  names: readonly string[],
  groups: readonly (string | null)[],
  maxGroupSize: number,
): Grouping {
  const labels = names.map((name, v) => groups[v] ?? segment(name, 0));
  const sizes = new Map<string, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  for (const [label, size] of sizes) {
    if (size > maxGroupSize) splitGroup(label, { labels, names });
  }
  const groupNames = [...new Set(labels)].toSorted(compareText);
  const indexOf = new Map(groupNames.map((name, g) => [name, g]));
  const groupOf = new Int32Array(labels.length);
  for (let v = 0; v < labels.length; v++) groupOf[v] = indexOf.get(text(labels, v)) ?? 0;
  return { names: groupNames, groupOf, ...memberRows(groupOf, groupNames.length) };
}

/** Gives the members of a group labels of their own by the next segment of their names, if that makes groups of some size. */
function splitGroup(
  label: string,
  { labels, names }: { readonly labels: string[]; readonly names: readonly string[] },
): void {
  const nodes = [...labels.keys()].filter((v) => labels[v] === label);
  const parts = Map.groupBy(nodes, (v) => segment(text(names, v), 1));
  if (parts.size < 2 || nodes.length / parts.size < MIN_AVERAGE_PART) return;
  for (const [part, partNodes] of parts) {
    if (part === "") continue;
    for (const v of partNodes) labels[v] = `${label}${GROUP_PART_SEPARATOR}${part}`;
  }
}

function memberRows(groupOf: Int32Array, groupCount: number): Pick<Grouping, "start" | "member" | "place"> {
  const start = new Int32Array(groupCount + 1);
  for (const g of groupOf) start[g + 1] = int(start, g + 1) + 1;
  for (let g = 0; g < groupCount; g++) start[g + 1] = int(start, g + 1) + int(start, g);
  const filled = new Int32Array(groupCount);
  const member = new Int32Array(groupOf.length);
  const place = new Int32Array(groupOf.length);
  for (let v = 0; v < groupOf.length; v++) {
    const g = int(groupOf, v);
    place[v] = int(filled, g);
    member[int(start, g) + int(filled, g)] = v;
    filled[g] = int(filled, g) + 1;
  }
  return { start, member, place };
}

function segment(name: string, index: number): string {
  return name.split("/", index + 2)[index] ?? "";
}
