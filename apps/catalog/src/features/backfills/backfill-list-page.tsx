import type { RunSummary } from "@heddle/api";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { formatCount } from "../../format/amounts.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useWindowWidth } from "../../ui/window-width.ts";
import { useLaunch } from "../launch/launch-search.ts";
import { RunCause } from "../runs/run-cause.tsx";
import { CheckTrouble, RunAssets, RunMenuButton } from "../runs/run-cells.tsx";
import { isFiltered, NO_FILTERS, type RunFilters } from "../runs/run-filter-input.ts";
import { RunFilterBar, RunFilterFields } from "../runs/run-filters.tsx";
import { StepProgress } from "../runs/step-bar.tsx";
import { doneSteps } from "../runs/step-progress.ts";
import { useListKeys } from "../runs/use-list-keys.ts";
import { useRunList } from "../runs/use-run-list.ts";
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
  const field = useRef<HTMLInputElement>(null);
  const width = useWindowWidth();
  const list = useRunList(catalog, search, { backfills: true });
  const active = useListKeys({
    title: "Backfills",
    noun: "backfill",
    ids: list.runs.map(({ id }) => id),
    focusField: () => field.current?.focus(),
    open: (runId) => void navigate({ to: "/backfills/$runId", params: { runId: String(runId) } }),
  });
  const set = (change: RunFilters): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <>
      <PageHeader
        title="Backfills"
        actions={
          <>
            <SelectionField
              value={search.sel ?? ""}
              result={list.selection}
              onChange={(sel) => set({ sel: sel || undefined })}
              className="w-64 max-md:w-full"
            />
            {width !== "phone" && <RunFilterFields filters={search} onChange={set} />}
            <SearchField
              ref={field}
              label="Run number, cause or tag"
              className="w-52 max-md:w-full"
              text={search.text ?? ""}
              onText={(text) => set({ text: text || undefined })}
            />
            <Button icon="plus" onClick={() => launch({ launch: search.sel ?? "*" })}>
              New backfill
            </Button>
          </>
        }
      />
      <RunFilterBar filters={search} onChange={set} />
      <div className="min-h-0 flex-1 overflow-auto">
        {list.error !== null && (
          <div className="p-4">
            <FailurePanel title="The backfills could not be read" error={list.error} onRetry={list.retry} />
          </div>
        )}
        {list.isPending && <Skeleton label="Reading the backfills" lines={8} />}
        {list.isSuccess && list.error === null && list.runs.length === 0 && list.readMore === null && (
          <NoBackfills
            filtered={isFiltered(search)}
            onClear={() => set(NO_FILTERS)}
            onLaunch={() => launch({ launch: "*" })}
          />
        )}
        {list.runs.length > 0 && (
          <ul aria-label="Backfills">
            {list.runs.map((run, i) => (
              <BackfillLine key={run.id} run={run} active={i === active} />
            ))}
          </ul>
        )}
        {list.readMore !== null && (
          <div className="flex justify-center p-3">
            <Button disabled={list.isReadingMore} onClick={list.readMore}>
              Earlier backfills
            </Button>
          </div>
        )}
      </div>
    </>
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

interface NoBackfillsProps {
  readonly filtered: boolean;
  readonly onClear: () => void;
  readonly onLaunch: () => void;
}

function NoBackfills({ filtered, onClear, onLaunch }: NoBackfillsProps): ReactNode {
  if (filtered) {
    return (
      <EmptyState title="No backfill is left by these filters.">
        <Button onClick={onClear}>Show all backfills</Button>
      </EmptyState>
    );
  }
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
