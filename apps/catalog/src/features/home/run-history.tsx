import type { RunsOfSpan } from "@heddle/api";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState, useEffect } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { formatInstant } from "../../format/instants.ts";
import { useTheme } from "../../theme/theme.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useElementWidth } from "../../ui/use-element-width.ts";
import { useWindowWidth } from "../../ui/window-width.ts";
import { describeOrigin } from "../runs/run-origin.ts";
import { layOutHistory, type PlacedRun } from "./history-layout.ts";
import { useRunsOfSpan } from "./home-queries.ts";
import { type Grouping, GROUPINGS, type Span, SPANS } from "./home-search.ts";
import {
  type HistoryPicture,
  LINE_PX,
  lineTops,
  lookOfPlaced,
  paintHistory,
  rectOfRun,
  runAt,
} from "./paint-history.ts";

const SPAN_OPTIONS = SPANS.map((value) => ({ value, label: value }));
const GROUPING_OPTIONS = GROUPINGS.map((value) => ({ value, label: value }));

interface RunHistoryProps {
  readonly span: Span;
  readonly by: Grouping;
  readonly onSpan: (span: Span) => void;
  readonly onBy: (by: Grouping) => void;
}

/** The runs of the last hours as bars along time. */
export function RunHistory({ span, by, onSpan, onBy }: RunHistoryProps): ReactNode {
  const { from, to, query } = useRunsOfSpan(span);
  return (
    <Section
      title="Runs of the last hours"
      aside={
        <>
          <Segmented label="Group runs by" value={by} options={GROUPING_OPTIONS} onChange={onBy} />
          <Segmented label="Span of time" value={span} options={SPAN_OPTIONS} onChange={onSpan} />
        </>
      }
    >
      {query.isError && (
        <FailurePanel title="The runs could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data !== undefined && query.data.runs.length === 0 && (
        <p className="py-6 text-muted">No run was at work in this span of time.</p>
      )}
      {query.data !== undefined && query.data.runs.length > 0 && (
        <HistoryChart data={query.data} from={from} to={to} by={by} />
      )}
      {query.data?.more === true && (
        <p className="text-xs text-muted">Only the newest {formatCounted(query.data.runs.length, "run")} are shown.</p>
      )}
    </Section>
  );
}

interface HistoryChartProps {
  readonly data: RunsOfSpan;
  readonly from: number;
  readonly to: number;
  readonly by: Grouping;
}

function HistoryChart({ data, from, to, by }: HistoryChartProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useElementWidth(box);
  const theme = useTheme();
  const navigate = useNavigate();
  const [marked, setMarked] = useState<PlacedRun | null>(null);
  const names = useWindowWidth() === "phone" ? 84 : 140;
  const layout = useMemo(() => layOutHistory(data.runs, { by, now: to, spanMs: to - from }), [data, by, from, to]);
  const { tops, bottom } = useMemo(() => lineTops(layout), [layout]);
  const height = bottom + 4;
  // A layout that was made anew holds the same run as another object.
  const current = layout.runs.find((placed) => placed.run.id === marked?.run.id && placed.line === marked.line) ?? null;
  const picture: HistoryPicture = { layout, from, to, width, height, names, tops, marked: current };
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintHistory(context, picture);
  });
  // The theme is no input of the picture, but its colours are: a change of it paints anew through the render it causes.
  void theme;
  const at = (event: React.MouseEvent): PlacedRun | null => {
    const rect = event.currentTarget.getBoundingClientRect();
    return runAt(picture, event.clientX - rect.left, event.clientY - rect.top);
  };
  const open = (placed: PlacedRun | null): void => {
    if (placed !== null) void navigate({ to: "/runs/$runId", params: { runId: String(placed.run.id) } });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") open(current);
    if (step === undefined) return;
    event.preventDefault();
    const last = layout.runs.length - 1;
    const place = current === null ? last : layout.runs.indexOf(current) + step;
    setMarked(layout.runs[Math.min(last, Math.max(0, place))] ?? null);
  };
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Run on the timeline"
      aria-valuemin={1}
      aria-valuemax={layout.runs.length}
      aria-valuenow={current === null ? layout.runs.length : layout.runs.indexOf(current) + 1}
      aria-valuetext={
        current === null ? `${formatCounted(data.runs.length, "run")}; arrows choose one` : describe(current)
      }
      onKeyDown={onKeyDown}
      onBlur={() => setMarked(null)}
      className="relative min-w-0"
    >
      <canvas
        ref={canvas}
        aria-hidden
        className={`block w-full ${current === null ? "" : "cursor-pointer"}`}
        style={{ height }}
        onMouseMove={(event) => setMarked(at(event))}
        onMouseLeave={() => setMarked(null)}
        onClick={(event) => open(at(event))}
      />
      {current !== null && <RunTip placed={current} picture={picture} />}
    </div>
  );
}

function RunTip({ placed, picture }: { readonly placed: PlacedRun; readonly picture: HistoryPicture }): ReactNode {
  const { run, start, end, queuedFrom } = placed;
  const rect = rectOfRun(picture, placed);
  const more = run.assetCount - 1;
  return (
    <div
      aria-hidden
      className="popup pointer-events-none absolute z-10 w-72 px-2.5 py-1.5 text-xs"
      style={{ left: Math.max(0, Math.min(picture.width - 288, rect.x)), top: rect.y + LINE_PX + 2 }}
    >
      <p className="font-medium">
        Run {run.id}, {lookOfPlaced(placed).word}
      </p>
      <p className="truncate text-muted">
        {run.assets[0]?.key}
        {more > 0 && ` and ${more} more`}
      </p>
      <p className="text-muted">
        {describeOrigin(run.origin)}, {formatInstant(queuedFrom)}
      </p>
      <p className="text-muted">
        {start - queuedFrom > 1_000 && `${formatDuration(start - queuedFrom)} queued, `}
        {formatDuration(end - start)} at work, {formatCounted(run.total, "step")}
        {run.failed > 0 && <span className="text-failed-ink">, {run.failed} failed</span>}
      </p>
    </div>
  );
}

function describe(placed: PlacedRun): string {
  const { run, start, end } = placed;
  const failed = run.failed > 0 ? `, ${formatCounted(run.failed, "step")} failed` : "";
  return `Run ${run.id} of ${run.assets[0]?.key ?? "nothing"}, ${lookOfPlaced(placed).word}, ${formatDuration(end - start)} from ${formatInstant(start)}${failed}. Enter opens it`;
}
