import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { useStatusRevision } from "../../data/catalog-state.ts";
import { countOfStatus } from "../../data/counted-status.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { countReach } from "./focus-view.ts";
import type { Scene } from "./scene.ts";
import type { Lineage } from "./use-lineage.ts";

// Columns are looked at when somebody asks for them.
const ColumnPanel = lazy(async () => ({ default: (await import("./columns/column-panel.tsx")).ColumnPanel }));

interface SidePanelProps {
  readonly scene: Scene;
  readonly row: number;
  readonly lineage: Lineage;
  readonly onClose: () => void;
  /** Left out where nothing can be launched: in the past. */
  readonly onMaterialize: (() => void) | undefined;
}

/** What there is to know of the asset in focus without leaving the lineage. */
export function SidePanel(props: SidePanelProps): ReactNode {
  const { scene, row, lineage, onClose, onMaterialize } = props;
  const { index } = scene;
  const key = index.keys[row] ?? "";
  return (
    <aside
      aria-label="Asset in focus"
      className="flex w-80 shrink-0 flex-col overflow-y-auto border-l border-line bg-surface max-md:hidden"
    >
      <div className="flex items-start gap-2 px-4 pt-3">
        <div className="min-w-0 flex-1">
          <h2 className="text-md font-semibold break-words">{index.names[row]}</h2>
          <p className="text-xs break-words text-muted">{key}</p>
        </div>
        <IconButton icon="close" label="Close panel" className="-mr-1.5" onClick={onClose} />
      </div>
      <PanelStatus {...props} assetKey={key} />
      <div className="flex flex-wrap gap-2 px-4 pt-3">
        <Link
          to="/assets/$"
          params={{ _splat: key }}
          className="inline-flex h-7 items-center rounded-md border whitespace-nowrap border-line-strong px-2.5 font-medium hover:bg-hover"
        >
          Open asset
        </Link>
        {index.external[row] === 0 && onMaterialize !== undefined && (
          <Button icon="play" onClick={onMaterialize}>
            Materialize
          </Button>
        )}
        <Button kind="ghost" onClick={lineage.startPath}>
          Paths to…
        </Button>
        <Button
          kind="ghost"
          icon="columns"
          title="Columns (c)"
          aria-pressed={lineage.columns.isOpen}
          className="aria-pressed:bg-pressed aria-pressed:text-ink"
          onClick={lineage.toggleColumns}
        >
          Columns
        </Button>
      </div>
      {lineage.columns.isOpen && (
        <Suspense fallback={<Skeleton label="Reading the columns" lines={4} />}>
          <ColumnPanel key={key} assetKey={key} index={index} lineage={lineage} />
        </Suspense>
      )}
      <PartitionField key={key} {...props} />
      <PanelFacts {...props} />
      <Neighbours {...props} side="in" title="Upstream" />
      <Neighbours {...props} side="out" title="Downstream" />
    </aside>
  );
}

function PanelStatus({ scene, row, assetKey }: SidePanelProps & { readonly assetKey: string }): ReactNode {
  useStatusRevision(scene.statuses);
  const { statuses, index } = scene;
  const detail = useQuery(trpc.assets.get.queryOptions({ key: assetKey })).data;
  const why = detail?.kind === "asset" ? detail.why : [];
  const count = countOfStatus(scene, row);
  return (
    <div className="flex flex-col gap-2 px-4 pt-2">
      <StatusMark
        look={lookOfCode(statuses.codes[row] ?? -1)}
        {...(count !== null && { suffix: ` ${formatCount(count)}` })}
      />
      {why.slice(0, 3).map((parts, i) => (
        <p key={i} className="text-muted">
          <Sentence parts={parts} />
        </p>
      ))}
      {index.external[row] === 0 && <StatusBar countOf={(code) => statuses.countOf(row, code)} className="h-2" />}
    </div>
  );
}

function PanelFacts({ scene, row }: SidePanelProps): ReactNode {
  const { index, statuses } = scene;
  const reach = useMemo(() => countReach(index.graph.out, row, index.count), [index, row]);
  const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
  const total = statuses.totals[row] ?? 0;
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Group", index.groupNameOf(row)],
    ["Owners", (index.owners[row] ?? []).join(", ") || "none"],
    ["Kinds", (index.kinds[row] ?? []).join(", ") || "none"],
    ["Last made", index.external[row] === 1 ? "not by Heddle" : Number.isNaN(at) ? "never" : <Ago key="at" at={at} />],
    [
      "Partitions",
      total > 1 ? `${formatCount(statuses.materializedOf(row))} of ${formatCount(total)}` : "not partitioned",
    ],
    ["Blast radius", reach === 0 ? "nothing depends on it" : `${formatCounted(reach, "asset")} downstream`],
  ];
  return (
    <dl className="grid grid-cols-[88px_1fr] gap-x-3 gap-y-1 px-4 pt-4">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Follows one partition through the whole graph. */
function PartitionField({ scene, row, lineage }: SidePanelProps): ReactNode {
  const [text, setText] = useState("");
  if (scene.index.partitionsOf(row) === null) return null;
  return (
    <form
      className="flex items-end gap-2 px-4 pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") lineage.followPartition(text.trim());
      }}
    >
      <TextField
        label="Follow a partition"
        placeholder="Key of a partition"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">Follow</Button>
    </form>
  );
}

/** More neighbours than this are counted and not listed. */
const LISTED = 60;

function Neighbours({
  scene,
  row,
  side,
  title,
  lineage,
}: SidePanelProps & { readonly side: "in" | "out"; readonly title: string }): ReactNode {
  const { index, statuses } = scene;
  const { start, target } = index.graph[side];
  const rows = Array.from(target.subarray(start[row], start[row + 1])).toSorted((a, b) =>
    (index.keys[a] ?? "") < (index.keys[b] ?? "") ? -1 : 1,
  );
  return (
    <section aria-label={title} className="px-2 pt-4 pb-1">
      <h3 className="label px-2">
        {title} {formatCount(rows.length)}
      </h3>
      <ul>
        {rows.slice(0, LISTED).map((other) => {
          const look = lookOfCode(statuses.codes[other] ?? -1);
          return (
            <li key={other}>
              <button
                type="button"
                title={index.keys[other]}
                onClick={() => lineage.focusOnRow(other)}
                className="flex h-6 w-full items-center gap-1.5 rounded-sm px-2 text-left hover:bg-hover"
              >
                <span className={TONE_TEXT[look.tone]}>
                  <GlyphIcon glyph={look.glyph} size={10} />
                </span>
                <span className="truncate">{index.keys[other]}</span>
                <span className="sr-only">, {look.word}</span>
                {scene.nodeOfRow[other] === -1 && <span className="ml-auto text-2xs text-muted">filtered out</span>}
              </button>
            </li>
          );
        })}
      </ul>
      {rows.length > LISTED && <p className="px-2 text-2xs text-muted">and {formatCount(rows.length - LISTED)} more</p>}
    </section>
  );
}
