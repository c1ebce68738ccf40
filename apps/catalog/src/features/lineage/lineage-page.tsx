import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { LineageDiff } from "@heddle/api";
import { lazy, type ReactNode, type RefObject, Suspense, useRef } from "react";
import { createPortal } from "react-dom";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { selectionOfKeys } from "../../data/selection-of-keys.ts";
import { selectionFilter, useSelection } from "../../data/use-selection.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Page, PageHeader } from "../../ui/page.tsx";
import { SelectionField } from "../../ui/selection-field.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { NoAssets } from "../assets/no-assets.tsx";
import { useLaunch } from "../launch/launch-search.ts";
import { openStates } from "../launch/open-states.ts";
import { LineageCanvas } from "./lineage-canvas.tsx";
import { FocusControls, PartitionBar, PathBar, PickBar, ZoomControls } from "./lineage-toolbar.tsx";
import { TimeScrubber } from "./modes/time-scrubber.tsx";
import { useRules } from "./modes/use-rules.ts";
import { useShownCatalog } from "./modes/use-shown-catalog.ts";
import { Legend } from "./overlay/legend.tsx";
import { OVERLAYS } from "./overlay/overlay-names.ts";
import { ExportMenu } from "./export/export-menu.tsx";
import { Icon } from "../../ui/icons.tsx";
import { PopoverButton } from "../../ui/popover-button.tsx";
import { ViewMenu } from "./view-menu.tsx";
import { Outline } from "./outline.tsx";
import type { Scene } from "./scene.ts";
import { SidePanel } from "./side-panel.tsx";
import { startLayoutWorker } from "./layout-request.ts";
import { useAssetMenu } from "./use-asset-menu.tsx";
import { useLayout } from "./use-layout.ts";
import { type Lineage, useLineage } from "./use-lineage.ts";

// Few deployments have such edges.
const LeftOutEdges = lazy(async () => ({ default: (await import("./left-out-edges.tsx")).LeftOutEdges }));

// And few visitors ask for a column.
const ColumnBar = lazy(async () => ({ default: (await import("./columns/column-bar.tsx")).ColumnBar }));

const route = getRouteApi("/lineage");

// Whoever loads this page has it laid out: the worker starts while the assets are still being read.
startLayoutWorker();

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

function LineageContent({ catalog: live }: { readonly catalog: Catalog }): ReactNode {
  const { sel = "", at, base, time } = route.useSearch();
  const navigate = useNavigate({ from: "/lineage" });
  const shown = useShownCatalog(live, { at, base });
  const { catalog } = shown;
  const result = useSelection(catalog, sel);
  const layout = useLayout(catalog, result.kind === "matched" ? result.rows : null);
  const count = result.kind === "matched" ? result.rows.length : catalog.index.count;
  const setSel = (next: string): void => {
    void navigate({
      search: (before) => ({ ...before, sel: next || undefined, x: undefined, y: undefined, z: undefined }),
      replace: true,
    });
  };
  const setTime = (change: { readonly at?: number | undefined; readonly time?: "shown" | undefined }): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  };
  const menus = useRef<HTMLDivElement>(null);
  const empty = count === 0;
  return (
    <>
      <PageHeader
        title="Lineage"
        meta={
          count === catalog.index.count
            ? formatCounted(count, "asset")
            : `${formatCounted(count, "asset")} of ${formatCount(catalog.index.count)}`
        }
        actions={
          <>
            <SelectionField value={sel} result={result} onChange={setSel} />
            <div ref={menus} className="contents" />
          </>
        }
      />
      {shown.error !== null && shown.error !== undefined && (
        <FailurePanel
          title={at === undefined ? "The versions could not be compared" : "This moment could not be read"}
          error={shown.error}
        />
      )}
      {!empty && layout.kind === "ready" && layout.leftOut.length > 0 && (
        <Suspense>
          <LeftOutEdges edges={layout.leftOut} />
        </Suspense>
      )}
      <div className="relative flex min-h-0 flex-1">
        {empty && catalog.index.count === 0 && (
          <EmptyState title="There was no asset at this moment.">
            <p>The first code was loaded later. Move the slider to the right.</p>
          </EmptyState>
        )}
        {empty && catalog.index.count > 0 && <NothingSelected catalog={catalog} sel={sel} />}
        {!empty && layout.kind === "working" && <Skeleton label="Laying out the lineage" />}
        {!empty && layout.kind === "failed" && (
          <FailurePanel title="The lineage could not be laid out" error={layout.error} />
        )}
        {!empty && layout.kind === "ready" && (
          <LineageSurface scene={layout.scene} sel={sel} at={shown.at} diff={shown.diff} menus={menus} />
        )}
      </div>
      {time === "shown" && (
        <TimeScrubber
          at={at ?? null}
          pending={shown.pending}
          onAt={(moment) => setTime({ at: moment ?? undefined })}
          onClose={() => setTime({ at: undefined, time: undefined })}
        />
      )}
    </>
  );
}

interface LineageSurfaceProps {
  readonly scene: Scene;
  readonly sel: string;
  /** The moment that is shown; `null` for now. */
  readonly at: number | null;
  readonly diff: LineageDiff | null;
  /** Where the menus of the picture are, in the page's header. */
  readonly menus: RefObject<HTMLDivElement | null>;
}

function LineageSurface({ scene, sel, at, diff, menus }: LineageSurfaceProps): ReactNode {
  const filterField = useRef<HTMLInputElement>(null);
  const lineage = useLineage({ scene, sel, at, diff, filterField });
  const isPast = lineage.search.at !== undefined;
  const rules = useRules(scene, lineage.search.rules === "shown" && !isPast);
  const launch = useLaunch();
  const { focus, lit, depth, focusRow, picked, pickedRows, path, columns, overlay } = lineage;
  const bar = barOf(lineage);
  const leaveColumn = (): void => lineage.showColumn(null);
  const openColumn = (): void => {
    if (columns.column !== null) lineage.listColumns(columns.column.asset);
  };
  const keysOf = (rows: readonly number[]): string[] => rows.map((row) => scene.index.keys[row] ?? "");
  const materialize = isPast
    ? undefined
    : (rows: readonly number[]): void =>
        launch({ launch: selectionOfKeys(keysOf(rows)), only: openStates(scene, rows) });
  const panelRow = path === null ? focusRow : undefined;
  const assetMenu = useAssetMenu({ scene, lineage, onMaterialize: materialize });
  return (
    <>
      <Menus target={menus} scene={scene} lineage={lineage} isPast={isPast} />
      {lineage.outlineShown && (
        <Outline
          scene={scene}
          focus={focus?.node ?? -1}
          columns={lit?.columns}
          note={
            bar === "column" && (
              <Suspense>
                <ColumnBar columns={columns} onClose={leaveColumn} />
              </Suspense>
            )
          }
          filterField={filterField}
          onFocus={lineage.focusNode}
          onGroup={lineage.showGroup}
        />
      )}
      <div className="relative min-w-0 flex-1 max-md:hidden">
        <LineageCanvas
          scene={scene}
          focus={lit}
          picked={picked}
          overlay={overlay.overlay}
          rules={rules}
          rendererRef={lineage.renderer}
          onReady={lineage.placeCamera}
          onSelect={lineage.select}
          onOpen={lineage.open}
          onRest={lineage.keepCamera}
          onPick={lineage.pick}
          onMenu={assetMenu.open}
        />
        {assetMenu.menu}
        {bar === "path" && path !== null && (
          <PathBar from={path.from} to={path.to} path={path.view} onClose={lineage.leavePath} />
        )}
        {bar === "column" && (
          <Suspense>
            <ColumnBar columns={columns} onOpen={openColumn} onClose={leaveColumn} />
          </Suspense>
        )}
        {bar === "partition" && overlay.partition !== null && (
          <PartitionBar view={overlay.partition} onClose={() => lineage.followPartition(null)} />
        )}
        {bar === "focus" && focus !== null && <FocusControls focus={focus} depth={depth} onDepth={lineage.setDepth} />}
        {overlay.error !== null && overlay.error !== undefined && (
          <div className="absolute top-14 left-3 max-w-md">
            <FailurePanel title="The picture could not be coloured" error={overlay.error} />
          </div>
        )}
        <ZoomControls
          onZoom={(factor) => lineage.renderer.current?.zoomBy(factor, undefined, true)}
          onFit={() => lineage.renderer.current?.fit(true)}
          outline={{ shown: lineage.outlineShown, onToggle: lineage.toggleOutline }}
        />
        <Legend overlay={overlay.overlay} />
        {pickedRows.length > 0 && (
          <PickBar
            count={pickedRows.length}
            onMaterialize={materialize === undefined ? undefined : () => materialize(pickedRows)}
            onShowOnly={() => lineage.showOnly(selectionOfKeys(keysOf(pickedRows)))}
            onClear={() => lineage.pick([])}
          />
        )}
      </div>
      {panelRow !== undefined && (
        <SidePanel
          scene={scene}
          row={panelRow}
          lineage={lineage}
          onClose={() => lineage.select(null)}
          onMaterialize={materialize === undefined ? undefined : () => materialize([panelRow])}
        />
      )}
    </>
  );
}

/** What stands at the upper left of the picture: what of it decides which assets are lit. */
function barOf({ path, columns, overlay }: Lineage): "path" | "column" | "partition" | "focus" {
  if (path !== null) return "path";
  if (columns.column !== null) return "column";
  return overlay.partition === null ? "focus" : "partition";
}

const MENU_BUTTON =
  "inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md border border-line-strong px-2.5 text-sm font-medium hover:bg-hover aria-expanded:bg-pressed max-md:hidden";

interface MenusProps {
  readonly target: RefObject<HTMLDivElement | null>;
  readonly scene: Scene;
  readonly lineage: Lineage;
  readonly isPast: boolean;
}

/** The menus in the page's header; they act on the picture, so they belong to it. */
function Menus({ target, scene, lineage, isPast }: MenusProps): ReactNode {
  const { search, change } = lineage;
  if (target.current === null) return null;
  const overlay = OVERLAYS.find((name) => name === search.overlay);
  const nodesOf = (): readonly number[] => {
    const nodes = Array.from(scene.rows.keys());
    if (lineage.pickedRows.length > 0) return nodes.filter((node) => lineage.picked[node] === 1);
    return lineage.lit === null ? nodes : nodes.filter((node) => lineage.lit?.lit[node] === 1);
  };
  return createPortal(
    <>
      <PopoverButton
        trigger={
          <>
            <Icon name="columns" size={14} /> View
          </>
        }
        className={MENU_BUTTON}
        title="View"
        width="w-72"
      >
        <ViewMenu
          overlay={overlay}
          base={search.base}
          rulesShown={search.rules === "shown"}
          timeShown={search.time === "shown"}
          isPast={isPast}
          onOverlay={(next) => change({ overlay: next === "status" && search.base === undefined ? undefined : next })}
          onBase={(base) => change({ base, overlay: undefined })}
          onRules={(shown) => change({ rules: shown ? "shown" : undefined })}
          columnsShown={search.cols !== undefined}
          onColumns={lineage.focusRow === undefined || lineage.path !== null ? undefined : lineage.toggleColumns}
          onTime={(shown) => change(shown ? { time: "shown" } : { time: undefined, at: undefined })}
        />
      </PopoverButton>
      <PopoverButton
        trigger={
          <>
            <Icon name="external" size={14} /> Export
          </>
        }
        className={MENU_BUTTON}
        title="Export"
        width="w-56"
      >
        {(close) => <ExportMenu scene={scene} renderer={lineage.renderer} nodes={nodesOf()} onDone={close} />}
      </PopoverButton>
    </>,
    target.current,
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
