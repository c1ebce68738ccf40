import type { RunDetail, RunTimeline as Timeline } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { useCatalog } from "../../data/catalog-state.ts";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { IconButton } from "../../ui/button.tsx";
import { useNow } from "../../ui/clock.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { criticalPath, type CriticalStep } from "./critical-path.ts";
import { Gantt } from "./gantt.tsx";
import { endOf, type GanttBar, type GanttLayout, type GanttOptions, layoutGantt, layoutLanes } from "./gantt-layout.ts";
import type { GanttView, GhostBar } from "./gantt-paint.ts";
import { zoomGantt } from "./gantt-view.ts";
import type { TimelineRows } from "./run-page-search.ts";
import { TimelineTable } from "./timeline-table.tsx";

interface RunTimelineProps {
  readonly run: RunDetail;
  /** Only the steps of this asset. */
  readonly asset: string | undefined;
  /** What a row of it stands for; left out: steps where they are few. */
  readonly rows: TimelineRows | undefined;
  readonly onRows: (rows: TimelineRows) => void;
}

/** A run that goes on is read again at this interval. */
const READ_INTERVAL_MS = 4_000;
/** From so many steps on, assets are folded to begin with. */
const FOLD_FROM = 400;

/** When the steps of a run ran, what it waited for longest, and how that compares with another run. */
export function RunTimeline(props: RunTimelineProps): ReactNode {
  const { run, asset } = props;
  const query = useQuery({
    ...trpc.runs.timeline.queryOptions({ runId: run.id, asset }),
    refetchInterval: run.endedAt === null ? READ_INTERVAL_MS : false,
  });
  if (query.isError) {
    return (
      <FailurePanel title="The timeline could not be read" error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (query.data === undefined) return <Skeleton label="Reading the timeline" lines={5} />;
  if (query.data.lanes.length === 0 && (query.data.steps ?? []).length === 0) {
    return (
      <p className="text-muted">
        {run.queue === null ? "No step has begun yet." : `No step has begun yet: ${run.queue.message}.`}
      </p>
    );
  }
  return <TimelineContent {...props} timeline={query.data} />;
}

function TimelineContent(props: RunTimelineProps & { readonly timeline: Timeline }): ReactNode {
  const { run, timeline, onRows } = props;
  const navigate = useNavigate();
  const now = useNow();
  const rows = props.rows ?? ((timeline.steps?.length ?? Number.POSITIVE_INFINITY) > FOLD_FROM ? "assets" : "steps");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [view, setView] = useState<GanttView | null>(null);
  const [withPath, setWithPath] = useState(true);
  const [withGhosts, setWithGhosts] = useState(false);
  const [asTable, setAsTable] = useState(false);
  const names = useMemo(() => new Map(run.progress.map((own) => [own.asset.id, own.asset.key])), [run.progress]);
  const laneOf = useLaneOf(names, rows);
  const until = run.endedAt ?? now;
  const layout = useMemo(
    () => layoutOf(timeline, { now: until, laneOf, isFolded: (key) => (rows === "steps") === toggled.has(key) }),
    [timeline, until, laneOf, rows, toggled],
  );
  const path = useCriticalPath(run, timeline, until);
  const critical = useMemo(() => (withPath ? barsOf(layout, path) : null), [layout, path, withPath]);
  const comparison = useQuery({
    ...trpc.runs.compare.queryOptions({ runId: run.id }),
    enabled: withGhosts || asTable,
  }).data;
  const ghosts = useMemo((): readonly GhostBar[] => {
    if (!withGhosts || comparison === undefined) return [];
    return comparison.assets.flatMap(({ asset, before }) =>
      before === null || before.startMs === null || before.endMs === null
        ? []
        : [
            {
              laneKey: laneOf(asset.id).key,
              start: timeline.start + before.startMs,
              end: timeline.start + before.endMs,
            },
          ],
    );
  }, [withGhosts, comparison, laneOf, timeline.start]);
  const whole = { from: layout.start, to: layout.end };
  const zoom = (factor: number): void => {
    const current = view ?? whole;
    setView(zoomGantt(current, { about: (current.from + current.to) / 2, factor, whole }));
  };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="Rows" value={rows} options={ROW_OPTIONS} onChange={onRows} />
        <Toggle on={withPath} onToggle={() => setWithPath(!withPath)}>
          Critical path
        </Toggle>
        <Toggle on={withGhosts} onToggle={() => setWithGhosts(!withGhosts)}>
          Earlier run
        </Toggle>
        <Toggle on={asTable} onToggle={() => setAsTable(!asTable)}>
          Table
        </Toggle>
        <span className="ml-auto flex items-center gap-1">
          <IconButton icon="minus" label="Zoom out" onClick={() => zoom(1 / 0.6)} />
          <IconButton icon="plus" label="Zoom in" onClick={() => zoom(0.6)} />
          <IconButton icon="fit" label="Show all" disabled={view === null} onClick={() => setView(null)} />
        </span>
      </div>
      <PathSentence path={path} timeline={timeline} names={names} />
      <Gantt
        layout={layout}
        nameOf={(bar) => nameOf(layout, bar, names)}
        critical={critical}
        ghosts={ghosts}
        view={view}
        onView={setView}
        onStep={({ step }) =>
          step !== null &&
          void navigate({
            to: "/runs/$runId",
            params: { runId: String(run.id) },
            search: { tab: "steps", asset: names.get(step.assetId), partition: step.ordinal },
          })
        }
        onLane={(key) => setToggled(withToggled(toggled, key))}
      />
      {withGhosts && comparison !== undefined && (
        <p className="text-muted">
          {comparison.other === null
            ? "No earlier run has made these assets."
            : `Thin lines: run ${comparison.other.id}${comparison.other.tookMs === null ? "" : `, which took ${formatDuration(comparison.other.tookMs)}`}.`}
        </p>
      )}
      {timeline.steps === null && (
        <p className="text-muted">
          {timeline.weight > 1
            ? `Told from one of ${formatCount(Math.round(timeline.weight))} of its steps, evenly chosen: they are too many to be shown one by one.`
            : "They are too many to be shown one by one. Choose an asset above to see its own."}
        </p>
      )}
      {asTable && (
        <TimelineTable
          run={run}
          timeline={timeline}
          critical={new Set(path.map(({ assetId }) => assetId))}
          comparison={comparison}
        />
      )}
    </div>
  );
}

const ROW_OPTIONS: readonly { readonly value: TimelineRows; readonly label: string }[] = [
  { value: "steps", label: "Steps" },
  { value: "assets", label: "Assets" },
  { value: "groups", label: "Groups" },
];

interface ToggleProps {
  readonly on: boolean;
  readonly onToggle: () => void;
  readonly children: string;
}

function Toggle({ on, onToggle, children }: ToggleProps): ReactNode {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onToggle}
      className="h-7 rounded-md border border-line-strong px-2.5 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-pressed aria-pressed:text-ink"
    >
      {children}
    </button>
  );
}

function withToggled(before: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}

function useLaneOf(names: ReadonlyMap<number, string>, rows: TimelineRows): GanttOptions["laneOf"] {
  const catalog = useCatalog();
  const index = catalog?.index;
  return useMemo(
    () => (assetId) => {
      const key = names.get(assetId) ?? `#${assetId}`;
      if (rows !== "groups") return { key, label: key };
      const row = index?.rowOfKey(key);
      const group = row === undefined ? "" : (index?.groupNameOf(row) ?? "");
      return group === "" ? { key, label: key } : { key: `group ${group}`, label: group };
    },
    [names, rows, index],
  );
}

function layoutOf(timeline: Timeline, options: GanttOptions): GanttLayout {
  if (timeline.steps !== null) return layoutGantt(timeline.steps, options);
  return layoutLanes(timeline.lanes, timeline, options.laneOf);
}

/** The critical path; of assets as wholes where steps are not known one by one. */
function useCriticalPath(run: RunDetail, timeline: Timeline, now: number): readonly CriticalStep[] {
  return useMemo(() => {
    const upstream = new Map(run.progress.map((own) => [own.asset.id, own.upstream]));
    const steps =
      timeline.steps === null
        ? timeline.lanes.map(({ assetId, start, end }) => ({ assetId, ordinal: 0, start, end }))
        : timeline.steps.flatMap((step) =>
            step.startedAt === null
              ? []
              : [{ assetId: step.assetId, ordinal: step.ordinal, start: step.startedAt, end: endOf(step, now) }],
          );
    return criticalPath(steps, {
      upstreamOf: (assetId) => {
        const own = upstream.get(assetId) ?? [];
        // As wholes, assets overlap: a downstream one begins before all of its upstream has ended.
        return timeline.steps === null ? own.map((dep) => ({ ...dep, samePartition: true })) : own;
      },
      runStart: run.startedAt ?? timeline.start,
    });
  }, [run, timeline, now]);
}

function barsOf({ bars, lanes }: GanttLayout, path: readonly CriticalStep[]): ReadonlySet<GanttBar> {
  const wanted = new Set(path.map(({ assetId, ordinal }) => `${assetId}:${ordinal}`));
  const assets = new Set(path.map(({ assetId }) => assetId));
  const found = new Set<GanttBar>();
  for (const lane of lanes) {
    if (!lane.assetIds.some((id) => assets.has(id))) continue;
    for (const bar of bars) {
      if (bar.line < lane.line || bar.line >= lane.line + lane.lines) continue;
      const isOn =
        bar.step === null
          ? path.some(
              ({ assetId, start, end }) => lane.assetIds.includes(assetId) && start < bar.end && end > bar.start,
            )
          : wanted.has(`${bar.step.assetId}:${bar.step.ordinal}`);
      if (isOn) found.add(bar);
    }
  }
  return found;
}

function nameOf(layout: GanttLayout, { step, line }: GanttBar, names: ReadonlyMap<number, string>): string {
  if (step !== null) return `${names.get(step.assetId) ?? ""} ${step.partitionKey}`.trim();
  return layout.lanes.find((lane) => line >= lane.line && line < lane.line + lane.lines)?.label ?? "";
}

/** Assets of the path that are named. */
const NAMED = 6;

interface PathSentenceProps {
  readonly path: readonly CriticalStep[];
  readonly timeline: Timeline;
  readonly names: ReadonlyMap<number, string>;
}

/** What decided how long it took: running, and waiting between. */
function PathSentence({ path, timeline, names }: PathSentenceProps): ReactNode {
  const ran = path.reduce((sum, { start, end }) => sum + end - start, 0);
  const waited = path.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
  const keys = path.map(({ assetId }) => names.get(assetId) ?? "");
  const shown = keys.length > NAMED ? [...keys.slice(0, 2), "…", ...keys.slice(-3)] : keys;
  const waiting = waited >= 1 ? ` and ${formatDuration(waited)} of waiting for a place` : "";
  const text = `Critical path: ${shown.join(" → ")}, ${formatDuration(ran)} of work${waiting} in ${formatDuration(timeline.end - timeline.start)}.`;
  // One line from the beginning on, and one text: nothing moves while the run goes on.
  return (
    <p className="min-h-5 text-muted md:truncate" title={text}>
      {path.length > 0 && text}
    </p>
  );
}
