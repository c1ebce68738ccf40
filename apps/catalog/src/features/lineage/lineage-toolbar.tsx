import type { LineagePartitionView } from "@heddle/api";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import type { FocusDepth, FocusView } from "./focus-view.ts";
import type { PathView } from "./modes/path-view.ts";
import { MAX_DEPTH } from "./lineage-search.ts";

interface ZoomControlsProps {
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
  /** Left out where the outline always stays. */
  readonly outline?: { readonly shown: boolean; readonly onToggle: () => void };
}

/** Zoom and outline, at the lower left of the picture. */
export function ZoomControls({ onZoom, onFit, outline }: ZoomControlsProps): ReactNode {
  return (
    <div
      data-control
      className="absolute bottom-3 left-3 flex gap-px rounded-md border border-line-strong bg-[var(--raised)] p-0.5"
    >
      {outline !== undefined && (
        <IconButton icon="outline" label="Outline (o)" aria-pressed={outline.shown} onClick={outline.onToggle} />
      )}
      <IconButton icon="minus" label="Zoom out (-)" onClick={() => onZoom(1 / 1.5)} />
      <IconButton icon="plus" label="Zoom in (+)" onClick={() => onZoom(1.5)} />
      <IconButton icon="fit" label="Show everything (0)" onClick={onFit} />
    </div>
  );
}

interface DepthSliderProps {
  readonly depth: FocusDepth;
  readonly onDepth: (depth: FocusDepth) => void;
}

/** How many steps from an asset are shown, up to all. */
export function DepthSlider({ depth, onDepth }: DepthSliderProps): ReactNode {
  return (
    <label className="flex items-center gap-2 text-muted">
      Depth
      <input
        type="range"
        min={1}
        max={MAX_DEPTH + 1}
        value={depth === "all" ? MAX_DEPTH + 1 : depth}
        aria-valuetext={depth === "all" ? "all" : String(depth)}
        onChange={(event) => onDepth(Number(event.target.value) > MAX_DEPTH ? "all" : Number(event.target.value))}
        className="w-28 accent-[var(--accent)]"
      />
      <output className="w-6 text-ink">{depth === "all" ? "all" : depth}</output>
    </label>
  );
}

/** Looks of what stands there. */
export const BAR =
  "absolute top-3 left-3 flex max-w-[calc(100%-24px)] items-center gap-3 rounded-md border border-line-strong bg-[var(--raised)] px-3 py-1.5 text-xs";

/** How far the focus reaches, at the upper left of the picture. */
export function FocusControls({ focus, depth, onDepth }: DepthSliderProps & { readonly focus: FocusView }): ReactNode {
  return (
    <div data-control className={BAR}>
      <span>
        {formatCounted(focus.upstream, "asset")} up, {formatCounted(focus.downstream, "asset")} down
      </span>
      <DepthSlider depth={depth} onDepth={onDepth} />
    </div>
  );
}

interface PathBarProps {
  readonly from: string;
  /** `null` while it is chosen. */
  readonly to: string | null;
  readonly path: PathView | null;
  readonly onClose: () => void;
}

/** What paths are shown, at the upper left of the picture. */
export function PathBar({ from, to, path, onClose }: PathBarProps): ReactNode {
  return (
    <div data-control role="region" aria-label="Paths" className={BAR}>
      {to === null && (
        <p role="status">
          Paths from <b className="font-medium">{from}</b>: choose the other end, in the picture or in the outline
        </p>
      )}
      {to !== null && path === null && (
        <p role="status">
          Nothing leads from <b className="font-medium">{from}</b> to <b className="font-medium">{to}</b>, nor back
        </p>
      )}
      {to !== null && path !== null && (
        <p role="status">
          {path.paths >= 1e9 ? "Countless paths" : formatCounted(path.paths, "path")} over{" "}
          {formatCounted(path.assets, "asset")}: <b className="font-medium">{from}</b> →{" "}
          <b className="font-medium">{to}</b>
        </p>
      )}
      <IconButton icon="close" label="Leave the paths" className="-my-1 -mr-2" onClick={onClose} />
    </div>
  );
}

/** What one partition leads to and comes from, at the upper left of the picture. */
export function PartitionBar({
  view,
  onClose,
}: {
  readonly view: LineagePartitionView;
  readonly onClose: () => void;
}): ReactNode {
  const { asset, partitionKey, read, ids } = view;
  return (
    <div data-control role="region" aria-label="Partition" className={BAR}>
      <p role="status">
        <b className="font-medium">
          {asset.key}
          {partitionKey !== "" && ` ${partitionKey}`}
        </b>
        : {formatCounted(ids.length - 1, "asset")} concerned
        {read === null ? ", not made yet" : `, made by run ${read.runId}`}
        {read !== null && read.inputs.length > 0 && (
          <>
            {" from "}
            {read.inputs
              .slice(0, 3)
              .map(
                ({ asset: upstream, text, runId }) => `${upstream.key}${text === "" ? "" : ` ${text}`} (run ${runId})`,
              )
              .join(", ")}
            {read.inputs.length > 3 && ` and ${read.inputs.length - 3} more`}
          </>
        )}
      </p>
      <IconButton icon="close" label="Leave the partition" className="-my-1 -mr-2" onClick={onClose} />
    </div>
  );
}

interface PickBarProps {
  readonly count: number;
  /** Left out where nothing can be launched: in the past. */
  readonly onMaterialize: (() => void) | undefined;
  readonly onShowOnly: () => void;
  readonly onClear: () => void;
}

/** What can be done with the assets inside a drawn frame. */
export function PickBar({ count, onMaterialize, onShowOnly, onClear }: PickBarProps): ReactNode {
  return (
    <div
      data-control
      role="region"
      aria-label="Picked assets"
      className="absolute bottom-14 left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-md border border-line-strong bg-[var(--raised)] px-3 py-1.5 shadow-float"
    >
      <span className="mr-2 font-medium">{formatCounted(count, "asset")} picked</span>
      {onMaterialize !== undefined && (
        <Button kind="solid" icon="play" onClick={onMaterialize}>
          Materialize
        </Button>
      )}
      <Button onClick={onShowOnly}>Show only these</Button>
      <Button kind="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
