import type { CheckState, CheckSummary, CheckTotals } from "@heddle/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { client, trpc } from "../../data/trpc.ts";
import { useSelection } from "../../data/use-selection.ts";
import { formatCount } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, Snippet } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { CHECK_LOOK } from "./check-look.ts";
import { CheckTable } from "./check-table.tsx";
import { CHECK_STATES } from "./checks-search.ts";
import { RunChecksButton } from "./run-checks-button.tsx";
import type { ChosenChecks } from "./run-checks-dialog.tsx";

const route = getRouteApi("/checks/");

type Search = ReturnType<typeof route.useSearch>;

const PAGE_SIZE = 100;
/** Results come with every materialization; the list follows without being told of each. */
const READ_INTERVAL_MS = 10_000;

/** Every check with what it says now, the worst first. */
export function ChecksPage(): ReactNode {
  const catalog = useCatalog();
  if (catalog === null) return null;
  return (
    <Page title="Checks">
      <ChecksContent catalog={catalog} />
    </Page>
  );
}

function ChecksContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/checks/" });
  const field = useRef<HTMLInputElement>(null);
  const selection = useSelection(catalog, search.sel ?? "");
  const query = useCheckList(search, selection.kind === "matched" ? selection.canonical : null);
  const checks = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const totals = query.data?.pages[0]?.totals;
  const set = (change: Partial<Search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const clear = (): void =>
    void navigate({ search: (before) => (before.group === undefined ? {} : { group: before.group }), replace: true });
  const active = useCheckKeys(checks, () => field.current?.focus());
  const filtered = Object.entries(search).some(([name, value]) => name !== "group" && value !== undefined);
  return (
    <>
      <PageHeader
        title="Checks"
        meta={
          totals === undefined
            ? undefined
            : `${formatCount(totals.failed + totals.warned + totals.passed + totals.never)}`
        }
        actions={
          <>
            {checks.length > 0 && (
              <RunChecksButton
                label={filtered ? "Run these checks" : "Run all checks"}
                text="Run"
                assets={chosenOf(checks)}
              />
            )}
            <SearchField
              ref={field}
              label="Check or asset"
              className="w-56 max-md:w-auto max-md:flex-1"
              text={search.text ?? ""}
              onText={(text) => set({ text: text || undefined })}
            />
            <SelectionField
              className="w-80 max-md:w-full"
              label="Assets by selection"
              value={search.sel ?? ""}
              result={selection}
              onChange={(sel) => set({ sel: sel || undefined })}
            />
          </>
        }
      />
      <Filters search={search} totals={totals} onChange={set} />
      <div className="min-h-0 flex-1 overflow-auto">
        {query.isError && (
          <div className="p-4">
            <FailurePanel
              title="The checks could not be read"
              error={query.error}
              onRetry={() => void query.refetch()}
            />
          </div>
        )}
        {query.isPending && selection.kind !== "invalid" && <Skeleton label="Reading the checks" lines={8} />}
        {query.isSuccess && checks.length === 0 && (filtered ? <NothingLeft onClear={clear} /> : <NoChecks />)}
        {checks.length > 0 && <CheckTable checks={checks} groupBy={search.group ?? "asset"} active={active} />}
        {query.hasNextPage && (
          <div className="flex justify-center p-3">
            <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              More checks
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** The listed checks, asset by asset. */
function chosenOf(checks: readonly CheckSummary[]): ChosenChecks[] {
  const byAsset = Map.groupBy(checks, ({ asset }) => asset.key);
  return [...byAsset].map(([key, own]) => ({ key, checks: own.map(({ name }) => name) }));
}

function useCheckList(search: Search, canonical: string | null) {
  const { status, severity, silenced, asset, text, group } = search;
  const input = {
    ...(status !== undefined && { states: [...status] }),
    ...(silenced !== undefined && { silenced: silenced === "yes" }),
    ...(canonical !== null && { selection: canonical }),
    severity,
    asset,
    text,
    groupBy: group ?? ("asset" as const),
    limit: PAGE_SIZE,
  };
  return useInfiniteQuery({
    ...trpc.checks.list.infiniteQueryOptions(input, { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined }),
    // The adapter's own function would send a direction along, which the procedure does not take.
    queryFn: ({ pageParam, signal }) => client.checks.list.query({ ...input, cursor: pageParam }, { signal }),
    refetchInterval: READ_INTERVAL_MS,
    placeholderData: (before) => before,
  });
}

interface FiltersProps {
  readonly search: Search;
  readonly totals: CheckTotals | undefined;
  readonly onChange: (change: Partial<Search>) => void;
}

function Filters({ search, totals, onChange }: FiltersProps): ReactNode {
  const { silenced } = search;
  const status: readonly CheckState[] = search.status ?? [];
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-1.5">
      <div role="group" aria-label="Status" className="flex flex-wrap gap-1">
        {CHECK_STATES.map((state) => {
          const look = CHECK_LOOK[state];
          const on = status.includes(state);
          const next = on ? status.filter((own) => own !== state) : [...status, state];
          return (
            <button
              key={state}
              type="button"
              aria-pressed={on}
              onClick={() => onChange({ status: next.length === 0 ? undefined : next })}
              className={CHIP}
            >
              <span className={TONE_TEXT[look.tone]}>
                <GlyphIcon glyph={look.glyph} size={10} />
              </span>
              {look.word} {totals !== undefined && formatCount(totals[state])}
            </button>
          );
        })}
        <button
          type="button"
          aria-pressed={silenced === "yes"}
          onClick={() => onChange({ silenced: silenced === "yes" ? undefined : "yes" })}
          className={CHIP}
        >
          <Icon name="pause" size={10} />
          silenced {totals !== undefined && formatCount(totals.silenced)}
        </button>
      </div>
      <Segmented
        label="Severity"
        value={search.severity ?? "all"}
        options={[
          { value: "all", label: "Any severity" },
          { value: "error", label: "Errors" },
          { value: "warn", label: "Warnings" },
        ]}
        onChange={(severity) => onChange({ severity: severity === "all" ? undefined : severity })}
      />
      <Segmented
        label="Group by"
        value={search.group ?? "asset"}
        options={[
          { value: "asset", label: "By asset" },
          { value: "message", label: "By finding" },
        ]}
        onChange={(group) => onChange({ group: group === "asset" ? undefined : group })}
      />
      {search.asset !== undefined && (
        <button
          type="button"
          onClick={() => onChange({ asset: undefined })}
          className="flex h-6 max-w-full items-center gap-1.5 rounded-full bg-pressed px-2.5 text-xs"
        >
          <span className="truncate">asset {search.asset}</span>
          <Icon name="close" size={10} />
          <span className="sr-only">remove</span>
        </button>
      )}
    </div>
  );
}

const CHIP =
  "flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs text-muted hover:bg-hover aria-pressed:bg-pressed aria-pressed:text-ink";

function NothingLeft({ onClear }: { readonly onClear: () => void }): ReactNode {
  return (
    <EmptyState title="No check is left by these filters.">
      <Button onClick={onClear}>Show all checks</Button>
    </EmptyState>
  );
}

const EXAMPLE = `export const complete = assetCheck({
  asset: orders,
  name: "complete",
  blocking: true,
  check: ({ value }) => (value.length > 0 ? pass() : fail({ message: "no orders" })),
});`;

function NoChecks(): ReactNode {
  return (
    <EmptyState title="No asset has a check yet.">
      <p>Declare one beside its asset, and hand it to `definitions`:</p>
      <Snippet>{EXAMPLE}</Snippet>
    </EmptyState>
  );
}

/** Moves through the list by keyboard; answers the line that it is on. */
function useCheckKeys(checks: readonly CheckSummary[], focusField: () => void): number {
  const navigate = useNavigate();
  const [line, setLine] = useState(-1);
  const active = Math.min(line, checks.length - 1);
  const open = (): void => {
    const check = checks[active];
    if (check === undefined) return;
    void navigate({ to: "/checks/$", params: { _splat: check.asset.key }, search: { check: check.name } });
  };
  useHotkeys("Checks", [
    { keys: "j", does: "Next check", run: () => setLine(Math.min(active + 1, checks.length - 1)) },
    { keys: "k", does: "Check before", run: () => setLine(Math.max(active - 1, 0)) },
    { keys: "Enter", does: "Open the check", run: open },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
