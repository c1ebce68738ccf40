import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useRef, useState } from "react";
import { type Catalog, useCatalog, useStatusRevision } from "../../data/catalog-state.ts";
import { trpc } from "../../data/trpc.ts";
import { useSelection } from "../../data/use-selection.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDay } from "../../format/instants.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { Button } from "../../ui/button.tsx";
import { useNow } from "../../ui/clock.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icons.tsx";
import { At } from "../../ui/instant.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/open-states.ts";
import { activityById, dayBounds } from "./activity-days.ts";
import type { MatrixDaysData } from "./activity-strip.tsx";
import { type ChosenColumn, DEFAULT_COLUMNS } from "./asset-column-choice.ts";
import { facetRows } from "./asset-facets.ts";
import { type AssetMarks, useAssetMarks } from "./asset-marks.ts";
import { sortRows } from "./asset-sort.ts";
import { nextSort } from "./asset-sort-choice.ts";
import { AssetTable } from "./asset-table.tsx";
import { type AssetEntry, listEntries, treeEntries } from "./asset-tree.ts";
import { ASSET_VIEWS, MATRIX_DAYS } from "./assets-search.ts";
import { ColumnChooser } from "./column-chooser.tsx";
import type { Facet } from "./facet-choice.ts";
import { FacetPanel } from "./facet-panel.tsx";
import { facetedSelection } from "./faceted-selection.ts";
import { MarkedActions } from "./marked-actions.tsx";
import { NoAssets } from "./no-assets.tsx";

const SavedViewsMenu = lazy(async () => ({ default: (await import("./saved-views-menu.tsx")).SavedViewsMenu }));

const route = getRouteApi("/assets/");

const VIEW_OPTIONS = ASSET_VIEWS.map((value) => ({ value, label: value }));
const DAY_OPTIONS = MATRIX_DAYS.map((value) => ({ value, label: `${value} d`, name: `${value} days` }));

/** What stands beside the days of the matrix. */
const MATRIX_COLUMNS: readonly ChosenColumn[] = ["status", "materialized"];

/** All assets as a table. */
export function AssetsPage(): ReactNode {
  const catalog = useCatalog();
  if (catalog === null) return null;
  return (
    <Page title="Assets">
      {catalog.index.count === 0 ? (
        <>
          <PageHeader title="Assets" />
          <NoAssets />
        </>
      ) : (
        <AssetsContent catalog={catalog} />
      )}
    </Page>
  );
}

function AssetsContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/assets/" });
  const field = useRef<HTMLInputElement>(null);
  const revision = useStatusRevision(catalog.statuses);
  const result = useSelection(catalog, search.sel ?? "");
  const candidates = result.kind === "matched" ? result.rows : null;
  const { status, group, kind, owner, tag, sort, cols = DEFAULT_COLUMNS, view = "list", days = "14" } = search;
  const faceted = useMemo(
    () => ({
      catalog,
      candidates: [...(candidates ?? catalog.index.keys.keys())],
      chosen: { status, group, kind, owner, tag },
    }),
    // oxlint-disable-next-line react/exhaustive-deps -- statuses change in place; their revision says when
    [catalog, candidates, status, group, kind, owner, tag, revision],
  );
  const { chosen } = faceted;
  const rows = useMemo(
    () => sortRows(catalog, facetRows(catalog, faceted.candidates, faceted.chosen), sort),
    [catalog, faceted, sort],
  );
  const open = useMemo(() => new Set(search.open), [search.open]);
  const entries = useMemo(
    () =>
      view === "tree" ? treeEntries(rows, { keyOf: (row) => catalog.index.keys[row] ?? "", open }) : listEntries(rows),
    [catalog, rows, view, open],
  );
  const matrix = useMatrix(view === "matrix" ? Number(days) : null);
  const marks = useAssetMarks();
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const togglePrefix = (prefix: string): void => {
    const next = open.has(prefix) ? [...open].filter((own) => own !== prefix) : [...open, prefix];
    set({ open: next.length === 0 ? undefined : next });
  };
  const active = useTableKeys({ catalog, entries, marks, togglePrefix, focusField: () => field.current?.focus() });
  const selection = facetedSelection(result.kind === "matched" ? result.canonical : null, chosen);
  return (
    <>
      <AssetsHeader
        catalog={catalog}
        rows={rows}
        selection={selection}
        field={
          <SelectionField
            fieldRef={field}
            value={search.sel ?? ""}
            result={result}
            index={catalog.index}
            onChange={(sel) => set({ sel: sel || undefined })}
            className="w-80"
          />
        }
      />
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
        <Segmented
          label="Show as"
          value={view}
          options={VIEW_OPTIONS}
          onChange={(next) => set({ view: next === "list" ? undefined : next })}
        />
        {view === "matrix" && (
          <Segmented
            label="Days"
            value={days}
            options={DAY_OPTIONS}
            onChange={(next) => set({ days: next === "14" ? undefined : next })}
          />
        )}
        <div className="ml-auto flex items-center gap-2">
          <PopoverButton
            trigger={
              <>
                <Icon name="bookmark" size={14} />
                Views
              </>
            }
            className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line-strong px-2.5 text-sm font-medium hover:bg-hover"
            title="Saved views"
            width="w-80"
          >
            {(close) => (
              <Suspense>
                <SavedViewsMenu page="assets" onDone={close} />
              </Suspense>
            )}
          </PopoverButton>
          {view !== "matrix" && <ColumnChooser columns={cols} onChange={(next) => set({ cols: next })} />}
        </div>
      </div>
      {marks.rows.size > 0 && <MarkedActions catalog={catalog} marks={marks} />}
      <div className="flex min-h-0 flex-1">
        <FacetPanel faceted={faceted} onChange={(facet, values) => set(facetChange(facet, values))} />
        {rows.length === 0 ? (
          <EmptyState title="No asset is left by these filters.">
            <Link to="/assets" className="link">
              Show all {formatCounted(catalog.index.count, "asset")}
            </Link>
          </EmptyState>
        ) : (
          <AssetTable
            catalog={catalog}
            entries={entries}
            columns={view === "matrix" ? MATRIX_COLUMNS : cols}
            matrix={matrix}
            active={active}
            marks={marks}
            sort={sort}
            onSort={(column) => set({ sort: nextSort(sort, column) })}
            onPrefix={togglePrefix}
          />
        )}
      </div>
    </>
  );
}

interface AssetsHeaderProps {
  readonly catalog: Catalog;
  readonly rows: readonly number[];
  /** All that is shown as one selection; `null` for everything. */
  readonly selection: string | null;
  readonly field: ReactNode;
}

function AssetsHeader({ catalog, rows, selection, field }: AssetsHeaderProps): ReactNode {
  const launch = useLaunch();
  const { staleAsOf } = catalog.statuses;
  return (
    <PageHeader
      title="Assets"
      meta={
        <>
          {rows.length === catalog.index.count
            ? formatCount(rows.length)
            : `${formatCount(rows.length)} of ${formatCount(catalog.index.count)}`}
          {staleAsOf !== null && (
            <span
              className="ml-3 text-xs text-stale-ink"
              title="What happened since then may have made more of it stale"
            >
              stale as of <At at={staleAsOf} />
            </span>
          )}
        </>
      }
      actions={
        <>
          {field}
          <Link
            to="/lineage"
            search={{ sel: selection ?? undefined }}
            className="inline-flex h-7 items-center rounded-md border border-line-strong px-2.5 font-medium hover:bg-hover"
          >
            Lineage
          </Link>
          <Button
            kind="solid"
            icon="play"
            disabled={rows.length === 0}
            onClick={() => launch({ launch: selection ?? "*", only: openStates(catalog, rows) })}
          >
            Materialize
          </Button>
        </>
      }
    />
  );
}

/** Reads what was done on the last days while the matrix is shown; `null` while it is not. */
function useMatrix(days: number | null): MatrixDaysData | null {
  const now = useNow();
  // The days change at midnight alone.
  const today = formatDay(now);
  // oxlint-disable-next-line react/exhaustive-deps -- the date stands for the clock
  const bounds = useMemo(() => dayBounds(Date.now(), days ?? 1), [days, today]);
  const query = useQuery({
    ...trpc.assets.activity.queryOptions({ bounds: [...bounds] }),
    enabled: days !== null,
    refetchInterval: 30_000,
  });
  return useMemo(
    () =>
      days === null
        ? null
        : { bounds, days: query.data === undefined ? new Map() : activityById(query.data, bounds.length - 1) },
    [days, bounds, query.data],
  );
}

/** A facet's values come from its own list: those of the status facet are statuses. */
function facetChange(facet: Facet, values: readonly string[]): Record<string, readonly string[] | undefined> {
  return { [facet]: values.length === 0 ? undefined : values };
}

interface TableKeys {
  readonly catalog: Catalog;
  readonly entries: readonly AssetEntry[];
  readonly marks: AssetMarks;
  readonly togglePrefix: (prefix: string) => void;
  readonly focusField: () => void;
}

/** Moves through the table by keyboard; answers the line that it is on. */
function useTableKeys({ catalog, entries, marks, togglePrefix, focusField }: TableKeys): number {
  const navigate = useNavigate();
  const launch = useLaunch();
  const [line, setLine] = useState(-1);
  const active = Math.min(line, entries.length - 1);
  const entry = entries[active];
  const row = entry?.kind === "asset" ? entry.row : -1;
  const key = catalog.index.keys[row];
  const order = (): readonly number[] => entries.flatMap((own) => (own.kind === "asset" ? [own.row] : []));
  useHotkeys("Assets", [
    { keys: "j", does: "Next asset", run: () => setLine(Math.min(active + 1, entries.length - 1)) },
    { keys: "k", does: "Asset before", run: () => setLine(Math.max(active - 1, 0)) },
    {
      keys: "Enter",
      does: "Open the asset, or the prefix",
      run: () => {
        if (entry?.kind === "prefix") togglePrefix(entry.prefix);
        else if (key !== undefined) void navigate({ to: "/assets/$", params: { _splat: key } });
      },
    },
    { keys: "x", does: "Select the asset", run: () => row >= 0 && marks.toggle(row) },
    { keys: "Shift+X", does: "Select up to here", run: () => row >= 0 && marks.extend(row, order()) },
    { keys: "Escape", does: "Select nothing", run: () => marks.clear() },
    {
      keys: "l",
      does: "Show the asset in the lineage",
      run: () => key !== undefined && void navigate({ to: "/lineage", search: { focus: key } }),
    },
    {
      keys: "m",
      does: "Materialize what is selected, or the asset",
      run: () => {
        const chosen = marks.rows.size > 0 ? [...marks.rows] : row >= 0 ? [row] : [];
        const keys = chosen.flatMap((own) => catalog.index.keys[own] ?? []);
        if (keys.length > 0) launch({ launch: selectionOfKeys(keys), only: openStates(catalog, chosen) });
      },
    },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
