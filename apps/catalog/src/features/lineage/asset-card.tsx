import { memo, type ReactNode } from "react";
import { formatCount, formatShortCount } from "../../format/amounts.ts";
import { formatAgo } from "../../format/durations.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, TONE_TEXT } from "../../status/status-mark.tsx";
import { Icon } from "../../ui/icons.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import type { ScreenPoint } from "./camera.ts";
import { type Overlay, styleOf } from "./overlay/overlay.ts";
import type { Scene } from "./scene.ts";

interface AssetCardProps {
  readonly scene: Scene;
  readonly node: number;
  readonly lit: boolean;
  readonly focused: boolean;
  readonly picked: boolean;
  /** What colours the card; `null`: its status. */
  readonly overlay: Overlay | null;
  /** Its columns on the path that is shown. */
  readonly columns: string | undefined;
  /** Changes when the asset's status does: the card is painted from typed arrays. */
  readonly revision: number;
  /** Rounded so that cards are not painted anew each second. */
  readonly now: number;
  readonly onSelect: (node: number) => void;
  /** Offers what can be done with the asset in focus, at a point of the window. */
  readonly onMenu: ((node: number, at: ScreenPoint) => void) | undefined;
}

/** One asset at near zoom, in pixels of the picture; its container is scaled. A pointer's click is handled by the canvas. */
export const AssetCard = memo(function AssetCard({
  scene,
  node,
  lit,
  focused,
  picked,
  overlay,
  columns,
  now,
  onSelect,
  onMenu,
}: AssetCardProps): ReactNode {
  const { layout, index, statuses } = scene;
  const row = scene.rows[node] ?? 0;
  const look = lookOfCode(statuses.codes[row] ?? -1);
  const name = index.names[row] ?? "";
  // The box around it stands for the rest of the key, for those who see it.
  const prefix = (index.keys[row] ?? "").slice(0, -name.length);
  const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
  const position = {
    transform: `translate(${layout.nodeX[node] ?? 0}px, ${layout.nodeY[node] ?? 0}px)`,
    width: layout.nodeWidth,
    height: layout.nodeHeight,
  };
  const failed = lit && overlay === null && look.tone === "failed";
  const kind = index.kinds[row]?.[0];
  const border =
    focused || picked ? "border-accent" : failed ? "border-failed" : lit ? "border-line-strong" : "border-line";
  const offersMenu = focused && onMenu !== undefined;
  const card = (
    <button
      type="button"
      data-card
      tabIndex={focused ? 0 : -1}
      aria-pressed={focused}
      style={position}
      onClick={(event) => event.detail === 0 && onSelect(node)}
      className={`absolute top-0 left-0 flex cursor-default flex-col justify-center rounded-md border px-3 text-left ${border} ${look.glyph === "diamond" ? "border-dashed" : ""} ${lit ? "bg-[var(--card)]" : "bg-[var(--group)]"} ${focused ? "outline-2 outline-accent" : ""}`}
    >
      <span className="flex items-center gap-1.5">
        {overlay === null ? (
          <span className={lit ? TONE_TEXT[look.tone] : "text-faint"}>
            <GlyphIcon glyph={look.glyph} size={13} />
          </span>
        ) : (
          <OverlaySwatch overlay={overlay} node={node} lit={lit} />
        )}
        <span className={`card-name truncate font-semibold ${lit ? "text-ink" : "text-faint"}`}>
          <span className="sr-only">{prefix}</span>
          {name}
        </span>
        {kind !== undefined && !offersMenu && (
          <span className={`card-kind ml-auto pl-2 text-2xs ${lit ? "text-muted" : "text-faint"}`}>{kind}</span>
        )}
      </span>
      <span
        className={`card-detail flex items-center gap-1.5 text-xs whitespace-nowrap ${lit ? "text-muted" : "text-faint"}`}
      >
        {columns !== undefined ? (
          <span className="truncate font-medium text-accent-ink">{columns}</span>
        ) : overlay === null ? (
          <>
            <span className={failed ? "font-medium text-failed-ink" : ""}>{look.word}</span>
            {!Number.isNaN(at) && <span>· {formatAgo(at, Math.max(now, at))}</span>}
            <Counts scene={scene} row={row} lit={lit} />
          </>
        ) : (
          <span className="truncate">{overlay.textOf(node)}</span>
        )}
      </span>
      {lit && overlay === null && index.external[row] === 0 && (
        <span className="absolute inset-x-1 bottom-1">
          <StatusBar countOf={(code) => statuses.countOf(row, code)} className="h-1" />
        </span>
      )}
      <Hidden count={scene.hiddenUpstream[node] ?? 0} side="left" />
      <Hidden count={scene.hiddenDownstream[node] ?? 0} side="right" />
    </button>
  );
  if (!offersMenu) return card;
  return (
    <>
      {card}
      <div className="pointer-events-none absolute top-0 left-0 flex justify-end p-1" style={position}>
        <button
          type="button"
          data-control
          aria-haspopup="menu"
          aria-label={`Actions for ${index.keys[row] ?? ""}`}
          className="card-menu pointer-events-auto flex size-5 items-center justify-center rounded-sm text-muted hover:bg-hover hover:text-ink"
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            onMenu(node, { x: left, y: bottom });
          }}
        >
          <Icon name="more" size={14} />
        </button>
      </div>
    </>
  );
});

/** The colour of the overlay, where the glyph of the status is otherwise. */
function OverlaySwatch({
  overlay,
  node,
  lit,
}: {
  readonly overlay: Overlay;
  readonly node: number;
  readonly lit: boolean;
}): ReactNode {
  const colour = overlay.classes[overlay.classOf[node] ?? 0]?.colour ?? { kind: "none" };
  return (
    <span
      aria-hidden
      className="size-2.5 shrink-0 rounded-[2px]"
      style={{ background: lit ? styleOf(colour) : "var(--line)" }}
    />
  );
}

interface CountsProps {
  readonly scene: Scene;
  readonly row: number;
  readonly lit: boolean;
}

function Counts({ scene: { statuses }, row, lit }: CountsProps): ReactNode {
  const total = statuses.totals[row] ?? 0;
  const failed = statuses.checksFailed[row] ?? 0;
  // There is room for one number: that of the worse kind.
  const trouble = failed > 0 ? failed : (statuses.checksWarned[row] ?? 0);
  return (
    <span className="ml-auto flex items-center gap-2">
      {trouble > 0 && (
        <span
          className={`flex items-center gap-0.5 ${lit ? (failed > 0 ? "text-failed-ink" : "text-stale-ink") : ""}`}
          title={`${formatCount(trouble)} check results ${failed > 0 ? "failed" : "warn"}`}
        >
          <GlyphIcon glyph={failed > 0 ? "cross" : "triangle"} size={10} />
          {formatShortCount(trouble)}
        </span>
      )}
      {total > 1 && (
        <span>
          {formatShortCount(statuses.materializedOf(row))}/{formatShortCount(total)}
        </span>
      )}
    </span>
  );
}

/** Neighbours that the filter hides, on the side where they would be. */
function Hidden({ count, side }: { readonly count: number; readonly side: "left" | "right" }): ReactNode {
  if (count === 0) return null;
  const what = side === "left" ? "upstream" : "downstream";
  return (
    <span
      title={`${formatCount(count)} ${what} hidden by the filter`}
      className={`absolute top-1/2 -translate-y-1/2 rounded-full border border-line bg-canvas px-1 text-2xs text-muted ${side === "left" ? "right-full mr-1" : "left-full ml-1"}`}
    >
      +{formatShortCount(count)}
    </span>
  );
}
