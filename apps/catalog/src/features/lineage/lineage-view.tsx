import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { type Catalog, useCatalog } from "../../data/catalog-state.ts";
import { formatCounted } from "../../format/amounts.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { COLUMNS_SHOWN } from "./columns/column-param.ts";
import { type FocusDepth, focusView } from "./focus-view.ts";
import { LeftOutEdges } from "./left-out-edges.tsx";
import { LineageCanvas } from "./lineage-canvas.tsx";
import type { LineageRenderer } from "./lineage-renderer.ts";
import { DepthSlider, ZoomControls } from "./lineage-toolbar.tsx";
import { Outline } from "./outline.tsx";
import { Legend } from "./overlay/legend.tsx";
import type { Scene } from "./scene.ts";
import { useLayout } from "./use-layout.ts";

/** What surrounds one asset, for a place inside another page. A click goes to the same view of the asset that was clicked. */
export function LineageView({ assetKey }: { readonly assetKey: string }): ReactNode {
  const catalog = useCatalog();
  const row = catalog?.index.rowOfKey(assetKey);
  if (catalog === null) return null;
  if (row === undefined)
    return <p className="p-4 text-muted">The asset is not declared any more, so nothing leads to it.</p>;
  return <Surroundings catalog={catalog} row={row} />;
}

/** One step shows what an asset is made of; what lies farther away is asked for. */
const FIRST_DEPTH = 1;

function Surroundings({ catalog, row }: { readonly catalog: Catalog; readonly row: number }): ReactNode {
  const [depth, setDepth] = useState<FocusDepth>(FIRST_DEPTH);
  const rows = useMemo(() => {
    const { lit } = focusView(catalog.index.graph, row, depth);
    return Int32Array.from(lit.keys()).filter((other) => lit[other] === 1);
  }, [catalog, row, depth]);
  const layout = useLayout(catalog, rows);
  const key = catalog.index.keys[row] ?? "";
  return (
    <div className="flex h-full min-h-80 flex-col">
      <div className="flex items-center gap-3 border-b border-line px-4 py-2 text-xs">
        <span className="text-muted">
          {formatCounted(rows.length - 1, "asset")} within{" "}
          {depth === "all" ? "any number of steps" : formatCounted(depth, "step")}
        </span>
        <DepthSlider depth={depth} onDepth={setDepth} />
        <Link to="/lineage" search={{ focus: key, cols: COLUMNS_SHOWN }} className="link ml-auto max-md:hidden">
          Columns on the lineage
        </Link>
        <Link to="/lineage" search={{ focus: key, ...(depth !== "all" && { depth }) }} className="link max-md:ml-auto">
          Open in the lineage
        </Link>
      </div>
      {layout.kind === "ready" && layout.leftOut.length > 0 && <LeftOutEdges edges={layout.leftOut} />}
      <div className="relative flex min-h-0 flex-1">
        {layout.kind === "working" && <Skeleton label="Laying out the lineage" />}
        {layout.kind === "failed" && <FailurePanel title="The lineage could not be laid out" error={layout.error} />}
        {layout.kind === "ready" && <Picture key={row} scene={layout.scene} row={row} />}
      </div>
    </div>
  );
}

const NOTHING_PICKED = new Uint8Array(0);

function Picture({ scene, row }: { readonly scene: Scene; readonly row: number }): ReactNode {
  const renderer = useRef<LineageRenderer>(null);
  const filterField = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const node = scene.nodeOfRow[row] ?? -1;
  const focus = useMemo(() => (node < 0 ? null : focusView(scene.graph, node, "all")), [scene, node]);
  const open = (other: number): void => {
    const key = scene.index.keys[scene.rows[other] ?? 0] ?? "";
    void navigate({ to: "/assets/$", params: { _splat: key }, search: { tab: "lineage" } });
  };
  const fitted = useRef<Scene>(null);
  return (
    <>
      <Outline
        scene={scene}
        focus={node}
        filterField={filterField}
        onFocus={open}
        onGroup={(group) => renderer.current?.fitGroup(group)}
      />
      <div className="relative min-w-0 flex-1 max-md:hidden">
        <LineageCanvas
          scene={scene}
          focus={focus}
          picked={NOTHING_PICKED}
          rendererRef={renderer}
          onReady={(ready) => ready.fit(false)}
          onScene={(ready) => {
            if (fitted.current !== null && fitted.current !== scene) ready.fit(true);
            fitted.current = scene;
          }}
          onSelect={(other) => other !== null && other !== node && open(other)}
          onOpen={open}
          onRest={() => {}}
          onPick={() => {}}
        />
        <ZoomControls
          onZoom={(factor) => renderer.current?.zoomBy(factor, undefined, true)}
          onFit={() => renderer.current?.fit(true)}
        />
        <Legend overlay={null} />
      </div>
    </>
  );
}
