import type { Adjacency } from "@heddle/graph-layout";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { downstreamCounts } from "../../data/downstream-counts.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { formatInstant } from "../../format/instants.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { Modal } from "../../ui/modal.tsx";
import { type ComparedFact, compareFacts } from "./compared-facts.ts";

interface CompareAssetsProps {
  readonly catalog: Catalog;
  readonly rows: readonly [number, number];
  readonly onClose: () => void;
}

/** Two assets side by side: how they are declared, how they stand, what they read; what differs stands out. */
export function CompareAssets({ catalog, rows, onClose }: CompareAssetsProps): ReactNode {
  const { index } = catalog;
  const ids = rows.map((row) => index.ids[row] ?? -1);
  const durations = useQuery(trpc.assets.durations.queryOptions({ ids })).data;
  const meanOf = (id: number): string => {
    const means = durations?.meansMs[durations.ids.indexOf(id)] ?? [];
    return means.length === 0 ? "" : formatDuration(means.at(-1) ?? 0);
  };
  const [first, second] = rows.map((row, i) => [
    ...factsOf(catalog, row),
    { name: "Last step took", text: meanOf(ids[i] ?? -1) },
  ]);
  const facts = compareFacts(first ?? [], second ?? []);
  return (
    <Modal title="Compare two assets" open onClose={onClose} width="w-[760px]">
      <div className="min-h-0 overflow-y-auto p-4">
        <table className="w-full table-fixed text-left">
          <thead>
            <tr className="[&>th]:border-b [&>th]:border-line [&>th]:pb-2 [&>th]:font-medium">
              <th className="w-32">
                <span className="sr-only">Fact</span>
              </th>
              {rows.map((row) => (
                <th key={row} className="pr-4 break-words">
                  <Link to="/assets/$" params={{ _splat: index.keys[row] ?? "" }} className="link">
                    <bdi>{index.keys[row]}</bdi>
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <FactLine key={fact.name} fact={fact} />
            ))}
          </tbody>
        </table>
      </div>
    </Modal>
  );
}

function FactLine({ fact: { name, first, second, same } }: { readonly fact: ComparedFact }): ReactNode {
  return (
    <tr className="align-top [&>*]:border-b [&>*]:border-line [&>*]:py-1.5">
      <th scope="row" className="font-normal text-muted">
        {name}
        {!same && <span className="sr-only">, differs</span>}
      </th>
      {[first, second].map((text, i) => (
        <td key={i} className={`pr-4 break-words ${same ? "text-muted" : "font-medium"}`}>
          {text === "" ? <span className="font-normal text-muted">none</span> : <bdi>{text}</bdi>}
        </td>
      ))}
    </tr>
  );
}

function factsOf(
  { index, statuses }: Catalog,
  row: number,
): readonly { readonly name: string; readonly text: string }[] {
  const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
  const total = statuses.totals[row] ?? 0;
  const partitions = index.partitionsOf(row);
  const [passed, warned, failed] = [statuses.checksPassed, statuses.checksWarned, statuses.checksFailed].map(
    (counts) => counts[row] ?? 0,
  );
  return [
    { name: "Group", text: index.groupNameOf(row) },
    { name: "Kinds", text: (index.kinds[row] ?? []).join(", ") },
    { name: "Owners", text: (index.owners[row] ?? []).join(", ") },
    {
      name: "Tags",
      text: Object.entries(index.tags[row] ?? {})
        .map(([tag, value]) => `${tag}=${value}`)
        .join(", "),
    },
    { name: "Description", text: index.summaries[row] ?? "" },
    { name: "Cut by", text: partitions === null ? "" : partitions.kind.replaceAll("_", " ") },
    { name: "Status", text: lookOfCode(statuses.codes[row] ?? -1).word },
    { name: "Last made", text: Number.isNaN(at) ? "" : formatInstant(at) },
    {
      name: "Partitions made",
      text: partitions === null ? "" : `${formatCount(statuses.materializedOf(row))} of ${formatCount(total)}`,
    },
    {
      name: "Check results",
      text: passed || warned || failed ? `${passed ?? 0} passed, ${warned ?? 0} warned, ${failed ?? 0} failed` : "",
    },
    { name: "Reads", text: namesOf(index.keys, neighboursOf(index.graph.in, row)) },
    { name: "Read by", text: namesOf(index.keys, neighboursOf(index.graph.out, row)) },
    { name: "Downstream in all", text: formatCount(downstreamCounts(index)[row] ?? 0) },
    { name: "Code location", text: index.codeLocations[index.codeLocationOf[row] ?? -1] ?? "" },
  ];
}

function neighboursOf({ start, target }: Adjacency, row: number): Int32Array {
  return target.slice(start[row] ?? 0, start[row + 1] ?? 0);
}

/** Neighbours named; the others are counted. */
const NAMED = 12;

function namesOf(keys: readonly string[], rows: Iterable<number>): string {
  const names = Array.from(rows, (row) => keys[row] ?? "").toSorted();
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${rest > 0 ? ` and ${formatCount(rest)} more` : ""}`;
}
