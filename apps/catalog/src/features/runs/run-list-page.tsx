import { RUN_STATUSES, type RunStatus } from "@heddle/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { client, trpc } from "../../data/trpc.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { RUN_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RunTable } from "./run-table.tsx";

const route = getRouteApi("/runs");

const PAGE_SIZE = 50;

/** All runs, the newest first. */
export function RunListPage(): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/runs" });
  const field = useRef<HTMLInputElement>(null);
  const input = {
    ...(search.status === undefined ? {} : { statuses: [...search.status] }),
    asset: search.asset,
    text: search.text,
    limit: PAGE_SIZE,
  };
  const query = useInfiniteQuery({
    ...trpc.runs.list.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.runs.list.query({ ...input, cursor: pageParam }, { signal }),
  });
  const runs = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const active = useRunKeys(
    runs.map(({ id }) => id),
    () => field.current?.focus(),
  );
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const filtered = search.status !== undefined || search.asset !== undefined || search.text !== undefined;
  return (
    <Page title="Runs">
      <PageHeader
        title="Runs"
        actions={
          <SearchField
            ref={field}
            label="Run number, cause or tag"
            className="w-72"
            text={search.text ?? ""}
            onText={(text) => set({ text: text || undefined })}
          />
        }
      />
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-3 py-1.5">
        <StatusFilter
          chosen={search.status ?? []}
          onChange={(status) => set({ status: status.length === 0 ? undefined : status })}
        />
        {search.asset !== undefined && (
          <button
            type="button"
            onClick={() => set({ asset: undefined })}
            className="ml-2 flex h-6 items-center gap-1.5 rounded-full bg-pressed px-2.5 text-xs"
          >
            asset {search.asset}
            <Icon name="close" size={10} />
            <span className="sr-only">remove</span>
          </button>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {query.isError && (
          <div className="p-4">
            <FailurePanel title="The runs could not be read" error={query.error} onRetry={() => void query.refetch()} />
          </div>
        )}
        {query.isPending && <Skeleton label="Reading the runs" lines={8} />}
        {query.isSuccess && runs.length === 0 && (
          <NoRuns filtered={filtered} onClear={() => set({ status: undefined, asset: undefined, text: undefined })} />
        )}
        {runs.length > 0 && <RunTable runs={runs} label="Runs" active={active} />}
        {query.hasNextPage && (
          <div className="flex justify-center p-3">
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              Earlier runs
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}

function StatusFilter({
  chosen,
  onChange,
}: {
  readonly chosen: readonly RunStatus[];
  readonly onChange: (status: readonly RunStatus[]) => void;
}): ReactNode {
  return (
    <div role="group" aria-label="Status" className="flex flex-wrap gap-1">
      {RUN_STATUSES.map((status) => {
        const look = RUN_LOOK[status];
        const on = chosen.includes(status);
        return (
          <button
            key={status}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(on ? chosen.filter((own) => own !== status) : [...chosen, status])}
            className="flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs text-muted hover:bg-hover aria-pressed:bg-pressed aria-pressed:text-ink"
          >
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} size={10} />
            </span>
            {look.word}
          </button>
        );
      })}
    </div>
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

/** Moves through the list by keyboard; answers the line that it is on. */
function useRunKeys(ids: readonly number[], focusField: () => void): number {
  const navigate = useNavigate();
  const [line, setLine] = useState(-1);
  const active = Math.min(line, ids.length - 1);
  const open = (): void => {
    const id = ids[active];
    if (id !== undefined) void navigate({ to: "/runs/$runId", params: { runId: String(id) } });
  };
  useHotkeys("Runs", [
    { keys: "j", does: "Next run", run: () => setLine(Math.min(active + 1, ids.length - 1)) },
    { keys: "k", does: "Run before", run: () => setLine(Math.max(active - 1, 0)) },
    { keys: "Enter", does: "Open the run", run: open },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
