import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { PARTITION_LOOK } from "../../status/status-look.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import type { FocusDepth, FocusView } from "./focus-view.ts";
import { MAX_DEPTH } from "./lineage-search.ts";

interface ZoomControlsProps {
  readonly onZoom: (factor: number) => void;
  readonly onFit: () => void;
  readonly outlineShown: boolean;
  readonly onToggleOutline: () => void;
}

/** Zoom and outline, at the lower left of the picture. */
export function ZoomControls({ onZoom, onFit, outlineShown, onToggleOutline }: ZoomControlsProps): ReactNode {
  return (
    <div
      data-control
      className="absolute bottom-3 left-3 flex gap-px rounded-md border border-line-strong bg-[var(--raised)] p-0.5"
    >
      <IconButton icon="outline" label="Outline (o)" aria-pressed={outlineShown} onClick={onToggleOutline} />
      <IconButton icon="minus" label="Zoom out (-)" onClick={() => onZoom(1 / 1.5)} />
      <IconButton icon="plus" label="Zoom in (+)" onClick={() => onZoom(1.5)} />
      <IconButton icon="fit" label="Show everything (0)" onClick={onFit} />
    </div>
  );
}

interface FocusControlsProps {
  readonly focus: FocusView;
  readonly depth: FocusDepth;
  readonly onDepth: (depth: FocusDepth) => void;
}

/** How far the focus reaches, at the upper left of the picture. */
export function FocusControls({ focus, depth, onDepth }: FocusControlsProps): ReactNode {
  const value = depth === "all" ? MAX_DEPTH + 1 : depth;
  return (
    <div
      data-control
      className="absolute top-3 left-3 flex items-center gap-3 rounded-md border border-line-strong bg-[var(--raised)] px-3 py-1.5 text-xs"
    >
      <span>
        {formatCounted(focus.upstream, "asset")} up, {formatCounted(focus.downstream, "asset")} down
      </span>
      <label className="flex items-center gap-2 text-muted">
        Depth
        <input
          type="range"
          min={1}
          max={MAX_DEPTH + 1}
          value={value}
          aria-valuetext={depth === "all" ? "all" : String(depth)}
          onChange={(event) => onDepth(Number(event.target.value) > MAX_DEPTH ? "all" : Number(event.target.value))}
          className="w-28 accent-[var(--accent)]"
        />
        <output className="w-6 text-ink">{depth === "all" ? "all" : depth}</output>
      </label>
    </div>
  );
}

/** What the colours and shapes mean, at the lower right of the picture. */
export function Legend(): ReactNode {
  return (
    <ul
      aria-label="Legend"
      className="pointer-events-none absolute right-3 bottom-3 flex gap-3 rounded-md border border-line bg-[var(--raised)] px-2.5 py-1 text-2xs text-muted max-lg:hidden"
    >
      {(["fresh", "stale", "failed", "running", "queued", "missing"] as const).map((status) => {
        const look = PARTITION_LOOK[status];
        return (
          <li key={status} className="flex items-center gap-1">
            <span className={TONE_TEXT[look.tone]}>
              <GlyphIcon glyph={look.glyph} size={10} />
            </span>
            {look.word}
          </li>
        );
      })}
    </ul>
  );
}

interface PickBarProps {
  readonly count: number;
  readonly onMaterialize: () => void;
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
      <Button kind="solid" icon="play" onClick={onMaterialize}>
        Materialize
      </Button>
      <Button onClick={onShowOnly}>Show only these</Button>
      <Button kind="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
