import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useWindowWidth } from "../../ui/window-width.ts";
import { RunCards } from "./run-cards.tsx";
import { isFiltered, NO_FILTERS, type RunFilters } from "./run-filter-input.ts";
import { RunFilterBar, RunFilterFields } from "./run-filters.tsx";
import { RunTable } from "./run-table.tsx";
import { useListKeys } from "./use-list-keys.ts";
import { useRunList } from "./use-run-list.ts";

const route = getRouteApi("/runs");

/** All runs, the newest first. */
export function RunListPage(): ReactNode {
  const catalog = useCatalog();
  return <Page title="Runs">{catalog !== null && <RunListContent catalog={catalog} />}</Page>;
}

function RunListContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs" });
  const field = useRef<HTMLInputElement>(null);
  const width = useWindowWidth();
  const list = useRunList(catalog, search, { backfills: false });
  const active = useListKeys({
    title: "Runs",
    noun: "run",
    ids: list.runs.map(({ id }) => id),
    focusField: () => field.current?.focus(),
    open: (runId) => void navigate({ to: "/runs/$runId", params: { runId: String(runId) } }),
  });
  const set = (change: RunFilters): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <>
      <PageHeader
        title="Runs"
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
          </>
        }
      />
      <RunFilterBar filters={search} onChange={set} />
      <div className="min-h-0 flex-1 overflow-auto">
        {list.error !== null && (
          <div className="p-4">
            <FailurePanel title="The runs could not be read" error={list.error} onRetry={list.retry} />
          </div>
        )}
        {list.isPending && <Skeleton label="Reading the runs" lines={8} />}
        {list.isSuccess && list.error === null && list.runs.length === 0 && list.readMore === null && (
          <NoRuns filtered={isFiltered(search)} onClear={() => set(NO_FILTERS)} />
        )}
        {list.runs.length > 0 &&
          (width === "phone" ? (
            <RunCards runs={list.runs} label="Runs" />
          ) : (
            <RunTable runs={list.runs} label="Runs" active={active} />
          ))}
        {list.readMore !== null && (
          <div className="flex justify-center p-3">
            <Button disabled={list.isReadingMore} onClick={list.readMore}>
              {list.runs.length === 0 ? "Search earlier runs" : "Earlier runs"}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

function NoRuns({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }): ReactNode {
  if (filtered) {
    return (
      <EmptyState title="No run is left by these filters.">
        <Button onClick={onClear}>Show all runs</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing has run yet.">
      <p>Open an asset and press Materialize, or start from the command line:</p>
      <Snippet>heddle materialize shop/orders</Snippet>
    </EmptyState>
  );
}
