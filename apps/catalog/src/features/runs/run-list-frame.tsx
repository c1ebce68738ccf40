import type { RunSummary } from "@heddle/api";
import { type ReactNode, useRef } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { useWindowWidth } from "../../ui/window-width.ts";
import { isFiltered, NO_FILTERS, type RunFilters } from "./run-filter-input.ts";
import { RunFilterBar, RunFilterFields } from "./run-filters.tsx";
import { useListKeys } from "./use-list-keys.ts";
import { useRunList } from "./use-run-list.ts";

interface RunListFrameProps {
  readonly catalog: Catalog;
  /** What the list calls a run. */
  readonly noun: "run" | "backfill";
  readonly filters: RunFilters;
  readonly onFilters: (change: RunFilters) => void;
  readonly onOpen: (runId: number) => void;
  /** Beside the filters. */
  readonly actions?: ReactNode;
  /** What stands there while nothing has ever run. */
  readonly empty: ReactNode;
  /** The runs; `active` is the line that the keyboard is on, -1 for none. */
  readonly children: (runs: readonly RunSummary[], active: number) => ReactNode;
}

/** A list of runs with its filters and keys, the newest first, read page by page. */
export function RunListFrame(props: RunListFrameProps): ReactNode {
  const { catalog, noun, filters, onFilters, onOpen, actions, empty, children } = props;
  const field = useRef<HTMLInputElement>(null);
  const width = useWindowWidth();
  const list = useRunList(catalog, filters, { backfills: noun === "backfill" });
  const { title, plural } = NAMES[noun];
  const active = useListKeys({
    title,
    noun,
    ids: list.runs.map(({ id }) => id),
    focusField: () => field.current?.focus(),
    open: onOpen,
  });
  return (
    <>
      <PageHeader
        title={title}
        actions={
          <>
            <SelectionField
              value={filters.sel ?? ""}
              result={list.selection}
              index={catalog.index}
              onChange={(sel) => onFilters({ sel: sel || undefined })}
              className="w-64 max-md:w-full"
            />
            {width !== "phone" && <RunFilterFields filters={filters} onChange={onFilters} />}
            <SearchField
              ref={field}
              label="Run number, cause or tag"
              className="w-52 max-md:w-full"
              text={filters.text ?? ""}
              onText={(text) => onFilters({ text: text || undefined })}
            />
            {actions}
          </>
        }
      />
      <RunFilterBar filters={filters} onChange={onFilters} />
      <div className="min-h-0 flex-1 overflow-auto">
        {list.error !== null && (
          <div className="p-4">
            <FailurePanel title={`The ${plural} could not be read`} error={list.error} onRetry={list.retry} />
          </div>
        )}
        {list.isPending && <Skeleton label={`Reading the ${plural}`} lines={8} />}
        {list.isSuccess && list.error === null && list.runs.length === 0 && list.readMore === null && (
          <>
            {isFiltered(filters) ? (
              <EmptyState title={`No ${noun} is left by these filters.`}>
                <Button onClick={() => onFilters(NO_FILTERS)}>Show all {plural}</Button>
              </EmptyState>
            ) : (
              empty
            )}
          </>
        )}
        {list.runs.length > 0 && children(list.runs, active)}
        {list.readMore !== null && (
          <div className="flex justify-center p-3">
            <Button disabled={list.isReadingMore} onClick={list.readMore}>
              {list.runs.length === 0 ? `Search earlier ${plural}` : `Earlier ${plural}`}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

const NAMES = {
  run: { title: "Runs", plural: "runs" },
  backfill: { title: "Backfills", plural: "backfills" },
} as const;
