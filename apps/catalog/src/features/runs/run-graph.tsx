import type { RunAssetProgress, RunDetail } from "@heddle/api";
import { type GraphLayout, layoutGraph } from "@heddle/graph-layout";
import { type ReactNode, useLayoutEffect, useMemo, useRef } from "react";
import { lastSegment } from "../../data/catalog-index.ts";
import { formatCount, formatShortCount } from "../../format/amounts.ts";
import { STEP_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { runGraph, worstStep } from "./run-graph-model.ts";
import { StepProgress } from "./step-bar.tsx";
import { doneSteps } from "./step-progress.ts";

interface RunGraphProps {
  readonly run: RunDetail;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string | undefined) => void;
}

const NODE_WIDTH = 208;
const NODE_HEIGHT = 58;
/** What is left free above the first node, at first. */
const ABOVE_PX = 120;

/** The assets of a run as they feed each other, each with how far it is. */
export function RunGraphView({ run, chosen, onChoose }: RunGraphProps): ReactNode {
  // Where the assets lie depends on which they are alone: the picture stands still while the run goes on.
  const shape = run.progress.map(({ asset }) => asset.id).join(",");
  const graph = useMemo(() => runGraph(run.progress), [run.progress]);
  const drawn = graph.nodes.map(({ asset }) => asset.id).join(",");
  const layout = useMemo(() => {
    const made = layoutGraph(
      {
        names: graph.nodes.map(({ asset }) => asset.key),
        groups: graph.nodes.map(() => "run"),
        edgeFrom: Int32Array.from(graph.edges, ([from]) => from),
        edgeTo: Int32Array.from(graph.edges, ([, to]) => to),
      },
      { options: { nodeWidth: NODE_WIDTH, nodeHeight: NODE_HEIGHT, groupHeader: 0, groupPadding: 8 } },
    );
    return made.kind === "layout" ? made : null;
    // oxlint-disable-next-line react/exhaustive-deps -- the same assets lie where they lay
  }, [shape, drawn]);
  const region = useRef<HTMLDivElement>(null);
  // Where the first assets lie is shown at first, which need not be the upper left corner.
  useLayoutEffect(() => {
    if (layout !== null) region.current?.scrollTo({ top: firstRow(layout) - ABOVE_PX });
  }, [layout]);
  if (layout === null) return <p className="text-muted">These assets feed each other in a circle.</p>;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div
        ref={region}
        role="region"
        aria-label="Graph of the run"
        tabIndex={0}
        className="max-h-[620px] overflow-auto rounded-md border border-line bg-surface"
      >
        <div className="relative m-3" style={{ width: layout.width, height: layout.height }}>
          <svg width={layout.width} height={layout.height} aria-hidden className="absolute inset-0 text-faint">
            {graph.edges.map(([from, to], edge) => (
              <path
                key={`${from}:${to}`}
                d={edgePath(layout, { edge, from, to })}
                fill="none"
                stroke="currentColor"
                strokeWidth={1.5}
              />
            ))}
          </svg>
          {graph.nodes.map((own, i) => (
            <Node
              key={own.asset.key}
              own={own}
              x={layout.nodeX[i] ?? 0}
              y={layout.nodeY[i] ?? 0}
              chosen={own.asset.key === chosen}
              onChoose={() => onChoose(own.asset.key === chosen ? undefined : own.asset.key)}
            />
          ))}
        </div>
      </div>
      {graph.hidden > 0 && (
        <p className="text-muted">
          {formatCount(graph.hidden)} more assets are made, or too many to be drawn. The timeline shows all of them.
        </p>
      )}
    </div>
  );
}

/** The upper edge of the first of the assets that read nothing of the run. */
function firstRow({ nodeX, nodeY }: GraphLayout): number {
  const left = Math.min(...nodeX);
  return Math.min(...nodeY.filter((_, node) => nodeX[node] === left));
}

interface NodeProps {
  readonly own: RunAssetProgress;
  readonly x: number;
  readonly y: number;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Node({ own, x, y, chosen, onChoose }: NodeProps): ReactNode {
  const { asset, counts, total } = own;
  const status = worstStep(counts);
  const look = STEP_LOOK[status];
  const name = lastSegment(asset.key);
  return (
    <button
      type="button"
      aria-pressed={chosen}
      title={asset.key}
      onClick={onChoose}
      className={`absolute flex flex-col gap-1 rounded-md border bg-raised px-2.5 py-1.5 text-left hover:bg-hover aria-pressed:border-accent ${status === "failed" ? "border-failed" : "border-line-strong"}`}
      style={{ left: x, top: y, width: NODE_WIDTH, height: NODE_HEIGHT }}
    >
      <span className="flex w-full items-center gap-1.5">
        <span className={TONE_TEXT[look.tone]}>
          <GlyphIcon glyph={look.glyph} />
        </span>
        <span className="sr-only">{asset.key}</span>
        <span aria-hidden className="flex min-w-0 flex-1">
          <span className="truncate text-muted">{asset.key.slice(0, -name.length)}</span>
          <span className="max-w-full shrink-0 truncate font-medium">{name}</span>
        </span>
        <span className={`shrink-0 text-2xs ${status === "failed" ? "text-failed-ink" : "text-muted"}`}>
          {counts[status] === total ? look.word : `${formatShortCount(counts[status])} ${look.word}`}
        </span>
      </span>
      <span className="flex w-full items-center gap-2">
        <StepProgress counts={counts} className="h-1.5 flex-1" />
        <span className="text-2xs text-muted">
          {formatCount(doneSteps(counts))}/{formatCount(total)}
        </span>
      </span>
    </button>
  );
}

/** From the right edge of one node to the left edge of the other, through the points that the layout gives. */
function edgePath(
  layout: GraphLayout,
  { edge, from, to }: { readonly edge: number; readonly from: number; readonly to: number },
): string {
  const { nodeX, nodeY, edgeRoute, edgeRouteStart } = layout;
  const points: [number, number][] = [[(nodeX[from] ?? 0) + NODE_WIDTH, (nodeY[from] ?? 0) + NODE_HEIGHT / 2]];
  for (let at = edgeRouteStart[edge] ?? 0; at < (edgeRouteStart[edge + 1] ?? 0); at++) {
    points.push([edgeRoute[2 * at] ?? 0, edgeRoute[2 * at + 1] ?? 0]);
  }
  points.push([nodeX[to] ?? 0, (nodeY[to] ?? 0) + NODE_HEIGHT / 2]);
  const [first, ...rest] = points;
  let path = `M${first?.[0] ?? 0} ${first?.[1] ?? 0}`;
  let [lastX, lastY] = first ?? [0, 0];
  for (const [i, [x, y]] of rest.entries()) {
    const middle = (lastX + x) / 2;
    // Curves and straight lines in turn.
    path += i % 2 === 0 ? `C${middle} ${lastY} ${middle} ${y} ${x} ${y}` : `L${x} ${y}`;
    [lastX, lastY] = [x, y];
  }
  return path;
}
