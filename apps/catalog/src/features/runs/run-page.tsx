import type { RunDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page } from "../../ui/page.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RunFailures } from "./run-failures.tsx";
import { RunHeader } from "./run-header.tsx";
import { RunLogsView } from "./run-logs.tsx";
import { RUN_TABS, type RunTab } from "./run-page-search.ts";
import { RunProgressList } from "./run-progress.tsx";
import { StepList } from "./step-list.tsx";
import { RunTimeline } from "./run-timeline.tsx";

const route = getRouteApi("/runs/$runId");

/** An open run is read again at this interval, should an event be lost. */
const READ_INTERVAL_MS = 15_000;

/** Everything about one run. */
export function RunPage(): ReactNode {
  const { runId: text } = route.useParams();
  const runId = /^\d{1,15}$/u.test(text) ? Number(text) : 0;
  const query = useQuery({
    ...trpc.runs.get.queryOptions({ runId }),
    enabled: runId > 0,
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? READ_INTERVAL_MS : false),
  });
  return (
    <Page title={`Run ${text}`}>
      {runId === 0 && (
        <>
          <h1 className="sr-only">Run</h1>
          <EmptyState title={`“${text}” is not the number of a run.`} />
        </>
      )}
      {query.isError && (
        <div className="p-4">
          <h1 className="sr-only">Run {text}</h1>
          <FailurePanel
            title={`Run ${text} could not be read`}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        </div>
      )}
      {runId > 0 && query.isPending && (
        <>
          <h1 className="sr-only">Run {text}</h1>
          <Skeleton label="Reading the run" lines={6} />
        </>
      )}
      {query.data !== undefined && <RunContent key={query.data.id} run={query.data} />}
    </Page>
  );
}

function RunContent({ run }: { readonly run: RunDetail }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs/$runId" });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const tab = search.tab ?? (run.counts.failed > 0 ? "failures" : "timeline");
  useHotkeys("Run", [
    { keys: "t", does: "Timeline", run: () => set({ tab: "timeline" }) },
    { keys: "s", does: "Steps", run: () => set({ tab: "steps" }) },
    { keys: "l", does: "Logs", run: () => set({ tab: "logs" }) },
    { keys: "e", does: "Failures", run: () => set({ tab: "failures" }) },
  ]);
  const panelId = useId();
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <RunHeader run={run} />
      <div className="flex min-h-0 flex-1 flex-col gap-4 px-4 py-4">
        <RunProgressList
          progress={run.progress}
          chosen={search.asset}
          onChoose={(asset) => set({ asset, partition: undefined })}
        />
        <RunTabs tab={tab} run={run} panelId={panelId} onTab={(next) => set({ tab: next })} />
        <div id={panelId} role="tabpanel" aria-label={tab} className="flex min-h-0 flex-1 flex-col">
          {tab === "timeline" && <RunTimeline run={run} asset={search.asset} />}
          {tab === "steps" && (
            <StepList run={run} asset={search.asset} statuses={search.steps} onStatuses={(steps) => set({ steps })} />
          )}
          {tab === "logs" && (
            <RunLogsView
              run={run}
              asset={search.asset}
              ordinal={search.asset === undefined ? undefined : search.partition}
              level={search.level}
              text={search.text}
              onFilter={set}
            />
          )}
          {tab === "failures" && (
            <RunFailures
              failures={run.failures.filter(
                ({ assets }) => search.asset === undefined || assets.some(({ key }) => key === search.asset),
              )}
              skipped={run.progress.filter(
                ({ asset, counts }) => counts.skipped > 0 && (search.asset === undefined || asset.key === search.asset),
              )}
            />
          )}
        </div>
      </div>
    </div>
  );
}

const TAB_NAMES: Record<RunTab, string> = { timeline: "Timeline", steps: "Steps", logs: "Logs", failures: "Failures" };

interface RunTabsProps {
  readonly tab: RunTab;
  readonly run: RunDetail;
  readonly panelId: string;
  readonly onTab: (tab: RunTab) => void;
}

function RunTabs({ tab, run, panelId, onTab }: RunTabsProps): ReactNode {
  const step = (by: number): void => {
    const next = RUN_TABS[(RUN_TABS.indexOf(tab) + by + RUN_TABS.length) % RUN_TABS.length];
    if (next !== undefined) onTab(next);
  };
  return (
    <div role="tablist" aria-label="Parts of the run" className="flex gap-5 border-b border-line">
      {RUN_TABS.map((own) => (
        <button
          key={own}
          type="button"
          role="tab"
          aria-selected={own === tab}
          aria-controls={panelId}
          tabIndex={own === tab ? 0 : -1}
          onClick={() => onTab(own)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") step(1);
            if (event.key === "ArrowLeft") step(-1);
          }}
          className="-mb-px border-b-2 border-transparent py-1.5 font-medium text-muted hover:text-ink aria-selected:border-ink aria-selected:text-ink"
        >
          {TAB_NAMES[own]}
          {own === "failures" && run.failures.length > 0 && (
            <span className={`ml-1.5 text-xs ${run.counts.failed > 0 ? "text-failed-ink" : "text-muted"}`}>
              {formatCount(run.failures.length)}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
