import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { type Catalog, useCatalog, useStatusRevision } from "../../data/catalog-state.ts";
import { useSelection } from "../../data/use-selection.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { useHotkeys } from "../../keyboard/hotkeys.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/launch-target.ts";
import { applyFacets, type Facet } from "./asset-facets.ts";
import { nextSort, sortRows } from "./asset-sort.ts";
import { AssetTable } from "./asset-table.tsx";
import { FacetPanel } from "./facet-panel.tsx";
import { facetedSelection } from "./faceted-selection.ts";
import { NoAssets } from "./no-assets.tsx";

const route = getRouteApi("/assets/");

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
  const launch = useLaunch();
  const field = useRef<HTMLInputElement>(null);
  const revision = useStatusRevision(catalog.statuses);
  const result = useSelection(catalog, search.sel ?? "");
  const candidates = result.kind === "matched" ? result.rows : null;
  const { status, group, kind, owner, sort } = search;
  const faceted = useMemo(
    () => applyFacets(catalog, candidates ?? catalog.index.keys.keys(), { status, group, kind, owner }),
    // oxlint-disable-next-line react/exhaustive-deps -- statuses change in place; their revision says when
    [catalog, candidates, status, group, kind, owner, revision],
  );
  // oxlint-disable-next-line react/exhaustive-deps -- as above
  const rows = useMemo(() => sortRows(catalog, faceted.rows, sort), [catalog, faceted, sort, revision]);
  const active = useTableKeys({ catalog, rows, focusField: () => field.current?.focus() });
  const set = (change: Partial<typeof search>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const selection = facetedSelection(result.kind === "matched" ? result.canonical : null, {
    status,
    group,
    kind,
    owner,
  });
  return (
    <>
      <PageHeader
        title="Assets"
        meta={
          rows.length === catalog.index.count
            ? formatCount(rows.length)
            : `${formatCount(rows.length)} of ${formatCount(catalog.index.count)}`
        }
        actions={
          <>
            <SelectionField
              fieldRef={field}
              value={search.sel ?? ""}
              result={result}
              onChange={(sel) => set({ sel: sel || undefined })}
            />
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
      <div className="flex min-h-0 flex-1">
        <FacetPanel
          counts={faceted.counts}
          chosen={{ status, group, kind, owner }}
          onChange={(facet, values) => set(facetChange(facet, values))}
        />
        {rows.length === 0 ? (
          <EmptyState title="No asset is left by these filters.">
            <Link to="/assets" className="link">
              Show all {formatCounted(catalog.index.count, "asset")}
            </Link>
          </EmptyState>
        ) : (
          <AssetTable
            catalog={catalog}
            rows={rows}
            active={active}
            sort={sort}
            onSort={(column) => set({ sort: nextSort(sort, column) })}
          />
        )}
      </div>
    </>
  );
}

/** A facet's values come from its own list: those of the status facet are statuses. */
function facetChange(facet: Facet, values: readonly string[]): Record<string, readonly string[] | undefined> {
  return { [facet]: values.length === 0 ? undefined : values };
}

interface TableKeys {
  readonly catalog: Catalog;
  readonly rows: readonly number[];
  readonly focusField: () => void;
}

/** Moves through the table by keyboard; answers the line that it is on. */
function useTableKeys({ catalog, rows, focusField }: TableKeys): number {
  const navigate = useNavigate();
  const launch = useLaunch();
  const [line, setLine] = useState(-1);
  const active = Math.min(line, rows.length - 1);
  const key = catalog.index.keys[rows[active] ?? -1];
  useHotkeys("Assets", [
    { keys: "j", does: "Next asset", run: () => setLine(Math.min(active + 1, rows.length - 1)) },
    { keys: "k", does: "Asset before", run: () => setLine(Math.max(active - 1, 0)) },
    {
      keys: "Enter",
      does: "Open the asset",
      run: () => key !== undefined && void navigate({ to: "/assets/$", params: { _splat: key } }),
    },
    {
      keys: "l",
      does: "Show the asset in the lineage",
      run: () => key !== undefined && void navigate({ to: "/lineage", search: { focus: key } }),
    },
    {
      keys: "m",
      does: "Materialize the asset",
      run: () =>
        key !== undefined &&
        launch({ launch: selectionOfKeys([key]), only: openStates(catalog, rows.slice(active, active + 1)) }),
    },
    { keys: "/", does: "Filter", run: focusField },
  ]);
  return active;
}
