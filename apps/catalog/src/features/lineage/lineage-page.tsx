import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { selectionFilter, useSelection } from "../../data/use-selection.ts";
import { formatCounted } from "../../format/amounts.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { NoAssets } from "../assets/no-assets.tsx";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/launch-target.ts";
import { LineageCanvas } from "./lineage-canvas.tsx";
import { FocusControls, Legend, PickBar, ZoomControls } from "./lineage-toolbar.tsx";
import { Outline } from "./outline.tsx";
import type { Scene } from "./scene.ts";
import { SidePanel } from "./side-panel.tsx";
import { useLayout } from "./use-layout.ts";
import { useLineage } from "./use-lineage.ts";

const route = getRouteApi("/lineage");

/** The whole company down to one asset, in one picture. */
export function LineagePage(): ReactNode {
  const catalog = useCatalog();
  if (catalog === null) return null;
  return (
    <Page title="Lineage">
      {catalog.index.count === 0 ? (
        <>
          <PageHeader title="Lineage" />
          <NoAssets />
        </>
      ) : (
        <LineageContent catalog={catalog} />
      )}
    </Page>
  );
}

function LineageContent({ catalog }: { readonly catalog: Catalog }): ReactNode {
  const { sel = "" } = route.useSearch();
  const navigate = useNavigate({ from: "/lineage" });
  const result = useSelection(catalog, sel);
  const layout = useLayout(catalog, result.kind === "matched" ? result.rows : null);
  const shown = result.kind === "matched" ? result.rows.length : catalog.index.count;
  const setSel = (next: string): void => {
    void navigate({
      search: (before) => ({ ...before, sel: next || undefined, x: undefined, y: undefined, z: undefined }),
      replace: true,
    });
  };
  const empty = result.kind === "matched" && result.rows.length === 0;
  return (
    <>
      <PageHeader
        title="Lineage"
        meta={
          shown === catalog.index.count
            ? formatCounted(shown, "asset")
            : `${formatCounted(shown, "asset")} of ${catalog.index.count}`
        }
        actions={<SelectionField value={sel} result={result} onChange={setSel} />}
      />
      <div className="relative flex min-h-0 flex-1">
        {empty && <NothingSelected catalog={catalog} sel={sel} />}
        {!empty && layout.kind === "working" && <Skeleton label="Laying out the lineage" />}
        {!empty && layout.kind === "failed" && (
          <FailurePanel title="The lineage could not be laid out" error={layout.error} />
        )}
        {!empty && layout.kind === "cycle" && <Cycle keys={layout.keys} />}
        {!empty && layout.kind === "ready" && <LineageSurface scene={layout.scene} sel={sel} />}
      </div>
    </>
  );
}

function LineageSurface({ scene, sel }: { readonly scene: Scene; readonly sel: string }): ReactNode {
  const filterField = useRef<HTMLInputElement>(null);
  const lineage = useLineage(scene, sel, filterField);
  const launch = useLaunch();
  const { focus, depth, focusRow, picked, pickedRows } = lineage;
  const materialize = (rows: readonly number[]): void =>
    launch({ launch: selectionOfKeys(keysOf(rows)), only: openStates(scene, rows) });
  const keysOf = (rows: readonly number[]): string[] => rows.map((row) => scene.index.keys[row] ?? "");
  return (
    <>
      {lineage.outlineShown && (
        <Outline
          scene={scene}
          focus={focus?.node ?? -1}
          filterField={filterField}
          onFocus={lineage.focusNode}
          onGroup={lineage.showGroup}
        />
      )}
      <div className="relative min-w-0 flex-1 max-md:hidden">
        <LineageCanvas
          scene={scene}
          focus={focus}
          picked={picked}
          rendererRef={lineage.renderer}
          onReady={lineage.placeCamera}
          onSelect={lineage.select}
          onOpen={lineage.open}
          onRest={lineage.keepCamera}
          onPick={lineage.pick}
        />
        {focus !== null && <FocusControls focus={focus} depth={depth} onDepth={lineage.setDepth} />}
        <ZoomControls
          onZoom={(factor) => lineage.renderer.current?.zoomBy(factor, undefined, true)}
          onFit={() => lineage.renderer.current?.fit(true)}
          outlineShown={lineage.outlineShown}
          onToggleOutline={lineage.toggleOutline}
        />
        <Legend />
        {pickedRows.length > 0 && (
          <PickBar
            count={pickedRows.length}
            onMaterialize={() => materialize(pickedRows)}
            onShowOnly={() => lineage.showOnly(selectionOfKeys(keysOf(pickedRows)))}
            onClear={() => lineage.pick([])}
          />
        )}
      </div>
      {focusRow !== undefined && (
        <SidePanel
          scene={scene}
          row={focusRow}
          onSelectRow={lineage.focusOnRow}
          onClose={() => lineage.select(null)}
          onMaterialize={() => materialize([focusRow])}
        />
      )}
    </>
  );
}

function NothingSelected({ catalog, sel }: { readonly catalog: Catalog; readonly sel: string }): ReactNode {
  const clauses = selectionFilter(catalog).explain(sel);
  return (
    <EmptyState title="No asset is left by this selection.">
      <ul className="flex flex-col gap-1">
        {clauses.map(({ text, count }) => (
          <li key={text} className="flex gap-3">
            <code className="font-mono text-xs text-ink">{text}</code>
            <span>{count === 0 ? "matches nothing" : `matches ${formatCounted(count, "asset")} by itself`}</span>
          </li>
        ))}
      </ul>
      <Link from="/lineage" search={(before) => ({ ...before, sel: undefined })} className="link">
        Show all assets
      </Link>
    </EmptyState>
  );
}

function Cycle({ keys }: { readonly keys: readonly string[] }): ReactNode {
  return (
    <EmptyState title="These assets depend on each other in a circle, so there is no order to draw them in.">
      <ol className="flex flex-col gap-1">
        {[...keys, ...keys.slice(0, 1)].map((key, i) => (
          <li key={i}>
            <Link to="/assets/$" params={{ _splat: key }} className="link">
              {key}
            </Link>
          </li>
        ))}
      </ol>
    </EmptyState>
  );
}
