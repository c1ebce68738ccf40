import type { RunDetail, RunMatrix, RunTimeline } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { dynamicNames } from "../../partitions/dynamic-names.ts";
import { partitionName } from "../../partitions/partition-space.ts";
import { useDynamicKeys } from "../../partitions/use-dynamic-keys.ts";
import { PARTITION_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Chart } from "../../ui/charts/chart.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Section } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RunFailures } from "../runs/run-failures.tsx";
import { RunFrame } from "../runs/run-frame.tsx";
import { RunHeader } from "../runs/run-header.tsx";
import { StepView } from "../runs/step-view.tsx";
import { useRunChanges } from "../runs/use-run-changes.ts";
import { BackfillMatrix } from "./backfill-matrix.tsx";
import { type MatrixPlace, type MatrixRowView, matrixRows, nextFailed, STEP_WORD } from "./matrix-row.ts";
import { throughputOf } from "./throughput.ts";

const route = getRouteApi("/backfills/$runId");

/** The chart of a run that goes on is read again at this interval. */
const CHART_INTERVAL_MS = 5_000;

/** A run over many partitions: every step of it in one picture, how fast it goes, and what failed. */
export function BackfillPage(): ReactNode {
  const { runId } = route.useParams();
  return (
    <RunFrame runId={runId} noun="Backfill">
      {(run) => <BackfillContent key={run.id} run={run} />}
    </RunFrame>
  );
}

function BackfillContent({ run }: { readonly run: RunDetail }): ReactNode {
  const matrix = useQuery(trpc.runs.matrix.queryOptions({ runId: run.id }));
  const timeline = useQuery({
    ...trpc.runs.timeline.queryOptions({ runId: run.id }),
    refetchInterval: run.endedAt === null ? CHART_INTERVAL_MS : false,
  });
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <RunHeader
        run={run}
        title={`Backfill ${run.id}`}
        aside={
          <Link to="/runs/$runId" params={{ runId: String(run.id) }} className="link text-xs">
            as a run
          </Link>
        }
      />
      <div className="flex flex-col gap-6 px-4 py-4">
        {matrix.isError && (
          <FailurePanel
            title="The steps could not be read"
            error={matrix.error}
            onRetry={() => void matrix.refetch()}
          />
        )}
        {matrix.isPending && <Skeleton label="Reading the steps" lines={5} />}
        {matrix.data !== undefined && <Steps run={run} matrix={matrix.data} />}
        {/* Nobody knows how high the steps are before they are read: what is below them would be pushed down. */}
        {!matrix.isPending && (
          <>
            <Throughput timeline={timeline.data} />
            <Section title="Failures">
              <RunFailures failures={run.failures} skipped={run.progress.filter(({ counts }) => counts.skipped > 0)} />
            </Section>
          </>
        )}
      </div>
    </div>
  );
}

function Steps({ run, matrix }: { readonly run: RunDetail; readonly matrix: RunMatrix }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/backfills/$runId" });
  const changes = useRunChanges(run);
  const names = useMemo(() => [...new Set(matrix.rows.flatMap(({ spec }) => dynamicNames(spec)))], [matrix.rows]);
  const { keys } = useDynamicKeys(names, [matrix.plannedAt]);
  const rows = useMemo(() => matrixRows(matrix, keys), [matrix, keys]);
  const current = placeOf(rows, search.asset, search.partition);
  const choose = ({ row, position }: MatrixPlace): void => {
    const own = rows[row];
    if (own === undefined) return;
    void navigate({
      search: (before) => ({ ...before, asset: own.key, partition: own.runs.ordinalAt(position) }),
      replace: true,
      resetScroll: false,
    });
  };
  const open = ({ row, position }: MatrixPlace): void => {
    const own = rows[row];
    if (own === undefined) return;
    const step = { tab: "steps", asset: own.key, partition: own.runs.ordinalAt(position) } as const;
    void navigate({ to: "/runs/$runId", params: { runId: String(run.id) }, search: step });
  };
  const goToFailed = (direction: 1 | -1): void => {
    const found = nextFailed(rows, current, direction);
    if (found !== null) choose(found);
  };
  const pausable = run.status === "running" || run.status === "queued";
  useHotkeys("Backfill", [
    { keys: "f", does: "Next failed step", run: () => goToFailed(1) },
    { keys: "Shift+F", does: "Failed step before", run: () => goToFailed(-1) },
    ...(current === null ? [] : [{ keys: "Enter", does: "The step in its run", run: () => open(current) }]),
    ...(pausable ? [{ keys: "Space", does: "Pause", run: changes.pause }] : []),
    ...(run.status === "paused" ? [{ keys: "Space", does: "Resume", run: changes.resume }] : []),
  ]);
  const chosen = current === null ? undefined : rows[current.row];
  return (
    <Section
      title="Steps"
      aside={
        <>
          <Legend run={run} />
          {matrix.assetCount > rows.length && (
            <span>
              the first {formatCount(rows.length)} of {formatCount(matrix.assetCount)} assets
            </span>
          )}
        </>
      }
    >
      <BackfillMatrix rows={rows} current={current} onCurrent={choose} onOpen={open} />
      {current !== null && chosen !== undefined && (
        <section aria-label="Chosen step" className="overflow-hidden rounded-md border border-line">
          <h3 className="flex flex-wrap items-baseline gap-x-3 px-4 py-2 font-medium">
            <span>
              {chosen.key}{" "}
              {chosen.space.spec !== null && partitionName(chosen.space, chosen.runs.ordinalAt(current.position))}
            </span>
            <Link
              to="/runs/$runId"
              params={{ runId: String(run.id) }}
              search={{ tab: "steps", asset: chosen.key, partition: chosen.runs.ordinalAt(current.position) }}
              className="link text-xs font-normal"
            >
              in run {run.id}
            </Link>
          </h3>
          <StepView runId={run.id} assetKey={chosen.key} ordinal={chosen.runs.ordinalAt(current.position)} />
        </section>
      )}
    </Section>
  );
}

function placeOf(
  rows: readonly MatrixRowView[],
  key: string | undefined,
  ordinal: number | undefined,
): MatrixPlace | null {
  if (key === undefined || ordinal === undefined) return null;
  const row = rows.findIndex((own) => own.key === key);
  const position = rows[row]?.runs.positionOf(ordinal) ?? -1;
  return row < 0 || position < 0 ? null : { row, position };
}

const LEGEND = ["fresh", "failed", "running", "stale", "queued", "missing", "skipped"] as const;

/** What the shapes mean, with how many steps are in each state. */
function Legend({ run: { counts } }: { readonly run: RunDetail }): ReactNode {
  const countOf: Record<(typeof LEGEND)[number], number> = {
    fresh: counts.success,
    failed: counts.failed,
    running: counts.running,
    stale: counts.backoff,
    queued: counts.ready,
    missing: counts.waiting,
    skipped: counts.skipped + counts.canceled,
  };
  return (
    <ul aria-label="States of steps" className="flex flex-wrap gap-x-3 text-xs">
      {LEGEND.filter((status) => countOf[status] > 0).map((status) => {
        const { tone, glyph } = PARTITION_LOOK[status];
        return (
          <li key={status} className="flex items-center gap-1.5">
            <span className={TONE_TEXT[tone]}>
              <GlyphIcon glyph={glyph} size={10} />
            </span>
            {formatCount(countOf[status])} {STEP_WORD[status]}
          </li>
        );
      })}
    </ul>
  );
}

const CHART_PX = 132;

function Throughput({ timeline }: { readonly timeline: RunTimeline | undefined }): ReactNode {
  const data = useMemo(() => (timeline === undefined ? null : throughputOf(timeline)), [timeline]);
  if (data === null) return <div style={{ height: CHART_PX + 28 }} />;
  return <Chart title="Throughput" data={data} height={CHART_PX} />;
}
