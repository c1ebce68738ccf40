import { lookOfCode } from "../../../status/status-look.ts";
import type { Scene } from "../scene.ts";

/** Formats in which a part of the lineage can be taken elsewhere as text. */
export const TEXT_FORMATS = ["mermaid", "dot", "csv"] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Nodes, and the edges between them, as text. */
export function graphText(scene: Scene, nodes: readonly number[], format: TextFormat): string {
  const part = partOf(scene, nodes);
  if (format === "mermaid") return mermaid(part);
  return format === "dot" ? dot(part) : csv(part);
}

interface GraphPart {
  readonly assets: readonly {
    readonly key: string;
    readonly group: string;
    readonly kinds: string;
    readonly owners: string;
    readonly status: string;
    readonly lastMaterializedAt: string;
  }[];
  /** Places in `assets`. */
  readonly edges: readonly (readonly [number, number])[];
}

function partOf({ rows, index, statuses, graph }: Scene, nodes: readonly number[]): GraphPart {
  const place = new Map(nodes.map((node, i) => [node, i]));
  const edges: (readonly [number, number])[] = [];
  for (let e = 0; e < graph.from.length; e++) {
    const from = place.get(graph.from[e] ?? -1);
    const to = place.get(graph.to[e] ?? -1);
    if (from !== undefined && to !== undefined) edges.push([from, to]);
  }
  const assets = nodes.map((node) => {
    const row = rows[node] ?? 0;
    const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
    return {
      key: index.keys[row] ?? "",
      group: index.groupNameOf(row),
      kinds: (index.kinds[row] ?? []).join(" "),
      owners: (index.owners[row] ?? []).join(" "),
      status: lookOfCode(statuses.codes[row] ?? -1).word,
      lastMaterializedAt: Number.isNaN(at) ? "" : new Date(at).toISOString(),
    };
  });
  return { assets, edges };
}

function mermaid({ assets, edges }: GraphPart): string {
  const text = (value: string): string => value.replaceAll("#", "#35;").replaceAll('"', "#quot;").replaceAll("\n", " ");
  const groups = Map.groupBy(assets.keys(), (i) => assets[i]?.group ?? "");
  const lines = ["flowchart LR"];
  let number = 0;
  for (const [group, members] of groups) {
    if (group !== "") lines.push(`  subgraph g${number++}["${text(group)}"]`);
    for (const i of members) lines.push(`    n${i}["${text(assets[i]?.key ?? "")}"]`);
    if (group !== "") lines.push("  end");
  }
  for (const [from, to] of edges) lines.push(`  n${from} --> n${to}`);
  return `${lines.join("\n")}\n`;
}

function dot({ assets, edges }: GraphPart): string {
  const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  return [
    "digraph lineage {",
    "  rankdir=LR;",
    "  node [shape=box];",
    ...assets.map(({ key, status }) => `  ${quoted(key)} [tooltip=${quoted(status)}];`),
    ...edges.map(([from, to]) => `  ${quoted(assets[from]?.key ?? "")} -> ${quoted(assets[to]?.key ?? "")};`),
    "}",
    "",
  ].join("\n");
}

function csv({ assets, edges }: GraphPart): string {
  // A cell that begins like a formula would be run by a spreadsheet.
  const cell = (value: string): string => {
    const safe = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
    return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const upstream = Map.groupBy(edges, ([, to]) => to);
  const rows = assets.map((asset, i) => [
    asset.key,
    asset.group,
    asset.kinds,
    asset.owners,
    asset.status,
    asset.lastMaterializedAt,
    (upstream.get(i) ?? []).map(([from]) => assets[from]?.key ?? "").join(" "),
  ]);
  const header = ["key", "group", "kinds", "owners", "status", "last_materialized_at", "upstream"];
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}
