import type { RunSummary } from "@heddle/api";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { formatCount } from "../../format/amounts.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Page } from "../../ui/page.tsx";
import { useLaunch } from "../launch/launch-search.ts";
import { RunCause } from "../runs/run-cause.tsx";
import { CheckTrouble, RunAssets, RunMenuButton } from "../runs/run-cells.tsx";
import { RunListFrame } from "../runs/run-list-frame.tsx";
import { StepProgress } from "../runs/step-bar.tsx";
import { doneSteps } from "../runs/step-progress.ts";
import { Pace } from "./pace.tsx";

const route = getRouteApi("/backfills");

/** Runs over many partitions, the newest first: how far each is, how fast it goes, and when it will be over. */
export function BackfillListPage(): ReactNode {
  const catalog = useCatalog();
  return <Page title="Backfills">{catalog !== null && <BackfillListContent catalog={catalog} />}</Page>;
}

function BackfillListContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/backfills" });
  const launch = useLaunch();
  const start = (): void => launch({ launch: search.sel ?? "*" });
  return (
    <RunListFrame
      catalog={catalog}
      noun="backfill"
      filters={search}
      onFilters={(change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true })}
      onOpen={(runId) => void navigate({ to: "/backfills/$runId", params: { runId: String(runId) } })}
      actions={
        <Button icon="plus" onClick={start}>
          New backfill
        </Button>
      }
      empty={<NoBackfills onLaunch={start} />}
    >
      {(runs, active) => (
        <ul aria-label="Backfills">
          {runs.map((run, i) => (
            <BackfillLine key={run.id} run={run} active={i === active} />
          ))}
        </ul>
      )}
    </RunListFrame>
  );
}

function BackfillLine({ run, active }: { readonly run: RunSummary; readonly active: boolean }): ReactNode {
  return (
    <li
      data-active={active}
      className="grid grid-cols-[minmax(220px,1fr)_minmax(260px,2fr)_minmax(180px,0.9fr)_28px] items-center gap-x-6 gap-y-1 border-b border-line px-4 py-2.5 hover:bg-hover data-[active=true]:bg-accent-soft max-lg:grid-cols-[minmax(0,1fr)_28px]"
    >
      <div className="min-w-0">
        <p className="flex items-center gap-2.5">
          <Link
            to="/backfills/$runId"
            params={{ runId: String(run.id) }}
            className="font-semibold hover:underline hover:underline-offset-3"
          >
            Backfill {run.id}
          </Link>
          <StatusMark look={RUN_LOOK[run.status]} />
          <CheckTrouble run={run} />
        </p>
        <p className="truncate">
          <RunAssets run={run} />
        </p>
      </div>
      <div className="min-w-0 max-lg:col-span-2 max-lg:row-start-2">
        <StepProgress counts={run.counts} className="h-2.5 w-full" />
        <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
          <span>
            <span className="text-ink">{formatCount(doneSteps(run.counts))}</span> of {formatCount(run.total)}
          </span>
          {run.counts.failed > 0 && <span className="text-failed-ink">{formatCount(run.counts.failed)} failed</span>}
          {run.counts.skipped > 0 && <span>{formatCount(run.counts.skipped)} skipped</span>}
          {run.queue !== null && <span className="truncate">{run.queue.message}</span>}
          <Pace run={run} />
        </p>
      </div>
      <div className="min-w-0 text-xs text-muted max-lg:col-span-2 max-lg:row-start-3">
        <p className="truncate">
          <RunCause origin={run.origin} />
        </p>
        <p>
          created <Ago at={run.createdAt} />
        </p>
      </div>
      <div className="-mr-1.5 max-lg:col-start-2 max-lg:row-start-1">
        <RunMenuButton run={run} />
      </div>
    </li>
  );
}

function NoBackfills({ onLaunch }: { readonly onLaunch: () => void }): ReactNode {
  return (
    <EmptyState title="No run has made several partitions yet.">
      <p>Choose assets and partitions, and see what it does before it does it:</p>
      <Button icon="plus" onClick={onLaunch}>
        New backfill
      </Button>
      <p>Or from the command line:</p>
      <Snippet>heddle backfill shop/orders --partitions "last 30" --only missing,failed</Snippet>
    </EmptyState>
  );
}
