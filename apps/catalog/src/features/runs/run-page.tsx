import type { RunDetail } from "@heddle/api";
import { assertNever } from "@heddle/core/internal";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useId } from "react";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TabBar } from "../../ui/tab-bar.tsx";
import { RunFailures } from "./run-failures.tsx";
import { RunFrame } from "./run-frame.tsx";
import { RunHeader } from "./run-header.tsx";
import { RUN_TABS, type RunTab } from "./run-page-search.ts";
import { RunProgressList } from "./run-progress.tsx";
import { StepList } from "./step-list.tsx";

const RunConfig = lazy(async () => ({ default: (await import("./run-config.tsx")).RunConfig }));
const RunGraphView = lazy(async () => ({ default: (await import("./run-graph.tsx")).RunGraphView }));
const RunIo = lazy(async () => ({ default: (await import("./run-io.tsx")).RunIo }));
const RunLogsView = lazy(async () => ({ default: (await import("./run-logs.tsx")).RunLogsView }));
const RunTimeline = lazy(async () => ({ default: (await import("./run-timeline.tsx")).RunTimeline }));

const route = getRouteApi("/runs/$runId");

/** Everything about one run. */
export function RunPage(): ReactNode {
  const { runId } = route.useParams();
  return (
    <RunFrame runId={runId} noun="Run">
      {(run) => <RunContent key={run.id} run={run} />}
    </RunFrame>
  );
}

function RunContent({ run }: { readonly run: RunDetail }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs/$runId" });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const tabs = tabsOf(run);
  const asked = search.tab !== undefined && tabs.includes(search.tab) ? search.tab : undefined;
  const tab = asked ?? (run.counts.failed > 0 ? "failures" : run.purpose === "check" ? "steps" : "timeline");
  const goToError = (by: 1 | -1): void => {
    const count = run.failures.length;
    if (count === 0) return;
    const from = search.error ?? (by > 0 ? -1 : 0);
    set({ tab: "failures", error: (from + by + count) % count });
  };
  useHotkeys("Run", [
    { keys: "t", does: "Timeline", run: () => set({ tab: "timeline" }) },
    { keys: "g", does: "Graph", run: () => set({ tab: "graph" }) },
    { keys: "s", does: "Steps", run: () => set({ tab: "steps" }) },
    { keys: "l", does: "Logs", run: () => set({ tab: "logs" }) },
    { keys: "i", does: "Inputs and outputs", run: () => set({ tab: "io" }) },
    { keys: "c", does: "Config", run: () => set({ tab: "config" }) },
    { keys: "e", does: "Failures", run: () => set({ tab: "failures" }) },
    { keys: "n", does: "Next failure", run: () => goToError(1) },
    { keys: "p", does: "Failure before", run: () => goToError(-1) },
  ]);
  const panelId = useId();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <RunHeader
        run={run}
        aside={
          run.total > run.assetCount && (
            <Link to="/backfills/$runId" params={{ runId: String(run.id) }} className="link text-xs">
              as a backfill
            </Link>
          )
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-4 py-4">
        <div className="px-4">
          <RunProgressList
            progress={run.progress}
            chosen={search.asset}
            onChoose={(asset) => set({ asset, partition: undefined })}
          />
        </div>
        <TabBar
          label="Parts of the run"
          tabs={tabs.map((name) => ({
            name,
            label: TAB_NAMES[name],
            mark: name === "failures" ? failureMark(run) : undefined,
          }))}
          value={tab}
          panelId={panelId}
          onChange={(next) => set({ tab: next })}
        />
        <div id={panelId} role="tabpanel" aria-label={TAB_NAMES[tab]} className="flex min-h-0 flex-1 flex-col px-4">
          <Suspense fallback={<Skeleton label={`Reading ${TAB_NAMES[tab]}`} lines={5} />}>
            <TabContent run={run} tab={tab} search={search} set={set} />
          </Suspense>
        </div>
      </div>
    </div>
  );
}

/** Steps that only run checks make nothing whose making could be drawn, and store nothing. */
function tabsOf(run: RunDetail): readonly RunTab[] {
  return run.purpose === "check" ? RUN_TABS.filter((name) => name !== "timeline" && name !== "io") : RUN_TABS;
}

type RunSearch = ReturnType<typeof route.useSearch>;

interface TabContentProps {
  readonly run: RunDetail;
  readonly tab: RunTab;
  readonly search: RunSearch;
  readonly set: (change: Partial<RunSearch>) => void;
}

function TabContent({ run, tab, search, set }: TabContentProps): ReactNode {
  const { asset } = search;
  if (asset !== undefined && !run.progress.some((own) => own.asset.key === asset))
    return (
      <EmptyState title="This run has nothing of the asset that the address names.">
        <button type="button" onClick={() => set({ asset: undefined, partition: undefined })} className="link">
          Show all of its assets
        </button>
      </EmptyState>
    );
  switch (tab) {
    case "timeline":
      return <RunTimeline run={run} asset={asset} rows={search.rows} onRows={(rows) => set({ rows })} />;
    case "graph":
      return <RunGraphView run={run} chosen={asset} onChoose={(next) => set({ asset: next, partition: undefined })} />;
    case "steps":
      return (
        <StepList
          run={run}
          asset={asset}
          ordinal={asset === undefined ? undefined : search.partition}
          statuses={search.steps}
          onStatuses={(steps) => set({ steps })}
          onClose={() => set({ partition: undefined })}
        />
      );
    case "logs":
      return (
        <RunLogsView
          run={run}
          asset={asset}
          ordinal={asset === undefined ? undefined : search.partition}
          level={search.level}
          text={search.text}
          line={search.line}
          onFilter={set}
        />
      );
    case "io":
      return <RunIo run={run} asset={asset} />;
    case "config":
      return <RunConfig run={run} other={search.with} onOther={(other) => set({ with: other })} />;
    case "failures":
      return (
        <RunFailures
          failures={run.failures.filter(({ assets }) => asset === undefined || assets.some(({ key }) => key === asset))}
          skipped={run.progress.filter(
            (own) => own.counts.skipped > 0 && (asset === undefined || own.asset.key === asset),
          )}
          current={search.error}
        />
      );
    default:
      return assertNever(tab);
  }
}

const TAB_NAMES: Record<RunTab, string> = {
  timeline: "Timeline",
  graph: "Graph",
  steps: "Steps",
  logs: "Logs",
  io: "Inputs and outputs",
  config: "Config",
  failures: "Failures",
};

function failureMark(run: RunDetail): ReactNode {
  if (run.failures.length === 0) return undefined;
  return <span className={run.counts.failed > 0 ? "text-failed-ink" : ""}>{formatCount(run.failures.length)}</span>;
}
