import { PARTITION_STATUSES } from "@heddle/core/internal";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import { partitionName } from "../../partitions/partition-space.ts";
import { paintStrip } from "../../partitions/paint-strip.ts";
import { columnSpan } from "../../partitions/strip-geometry.ts";
import { canvasPalette } from "../../theme/canvas-palette.ts";
import { useTheme } from "../../theme/theme.ts";
import { useCanvasWidth } from "../../ui/use-canvas-width.ts";
import { describeCells, type MatrixPlace, type MatrixRowView, type MatrixView, zoomMatrix } from "./matrix-row.ts";

interface BackfillMatrixProps {
  readonly rows: readonly MatrixRowView[];
  /** The step that is looked at; `null` for none. */
  readonly current: MatrixPlace | null;
  readonly onCurrent: (place: MatrixPlace) => void;
  /** Goes to the step in its run. */
  readonly onOpen: (place: MatrixPlace) => void;
}

const LINE_PX = 26;
const STRIP_PX = 20;
const MAX_LINES = 14.5;
const WHOLE: MatrixView = { from: 0, to: 1 };

/** Every step of a run: assets from top to bottom, their partitions from left to right; a failure is seen among a million. */
export function BackfillMatrix({ rows, current, onCurrent, onOpen }: BackfillMatrixProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(WHOLE);
  const [hovered, setHovered] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 4,
  });
  const reveal = useEffectEvent((row: number) => virtual.scrollToIndex(row));
  const currentRow = current?.row ?? -1;
  useEffect(() => {
    if (currentRow >= 0) reveal(currentRow);
  }, [currentRow]);
  const focusRow = (row: number): void =>
    scroller.current?.querySelector<HTMLElement>(`[data-row="${row}"] [role=slider]`)?.focus();
  const [first] = rows;
  return (
    <div className="min-w-0">
      <div
        ref={scroller}
        role="list"
        aria-label="Steps of each asset"
        className="overflow-y-auto rounded-md border border-line py-1"
        style={{ maxHeight: MAX_LINES * LINE_PX }}
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              row !== undefined && (
                <div
                  key={row.key}
                  role="listitem"
                  data-row={index}
                  className="absolute inset-x-0 grid grid-cols-[200px_minmax(0,1fr)_72px] items-center gap-3 px-3 max-md:grid-cols-[96px_minmax(0,1fr)]"
                  style={{ height: LINE_PX, transform: `translateY(${start}px)` }}
                >
                  <Link
                    to="/assets/$"
                    params={{ _splat: row.key }}
                    title={row.key}
                    className="truncate hover:underline hover:underline-offset-3"
                  >
                    {row.key}
                  </Link>
                  <MatrixStrip
                    row={row}
                    view={view}
                    position={current?.row === index ? current.position : -1}
                    onView={setView}
                    onHover={setHovered}
                    onPosition={(position) => onCurrent({ row: index, position })}
                    onOpen={(position) => onOpen({ row: index, position })}
                    onRow={(by) => focusRow(Math.min(rows.length - 1, Math.max(0, index + by)))}
                  />
                  <span className="text-right text-xs text-muted max-md:hidden">{formatCount(row.runs.count)}</span>
                </div>
              )
            );
          })}
        </div>
      </div>
      <div className="mt-1 flex min-h-5 items-center gap-3 text-2xs text-muted">
        {first !== undefined && <span className="whitespace-nowrap">{edgeName(first, view.from)}</span>}
        <span aria-hidden className="min-w-0 flex-1 truncate text-center text-ink">
          {hovered ?? ""}
        </span>
        {(view.from > 0 || view.to < 1) && (
          <button type="button" className="text-accent-ink hover:underline" onClick={() => setView(WHOLE)}>
            Show all
          </button>
        )}
        {first !== undefined && <span className="whitespace-nowrap">{edgeName(first, view.to)}</span>}
      </div>
    </div>
  );
}

function edgeName({ runs, space }: MatrixRowView, share: number): string {
  if (space.spec === null) return "";
  return partitionName(space, runs.ordinalAt(Math.min(runs.count - 1, Math.floor(share * runs.count))));
}

interface MatrixStripProps {
  readonly row: MatrixRowView;
  readonly view: MatrixView;
  /** Of the step that is looked at; -1 for none. */
  readonly position: number;
  readonly onView: (view: MatrixView) => void;
  readonly onHover: (text: string | null) => void;
  readonly onPosition: (position: number) => void;
  readonly onOpen: (position: number) => void;
  /** Goes so many rows down. */
  readonly onRow: (by: number) => void;
}

function MatrixStrip(props: MatrixStripProps): ReactNode {
  const { row, view, position, onView, onHover, onPosition, onOpen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useCanvasWidth(canvas);
  const theme = useTheme();
  const { runs } = row;
  const shown = { from: view.from * runs.count, to: Math.max(view.to * runs.count, view.from * runs.count + 1) };
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (canvas.current === null || context === null || context === undefined || width === 0) return;
    const ratio = Math.min(2, window.devicePixelRatio);
    canvas.current.width = Math.round(width * ratio);
    canvas.current.height = Math.round(STRIP_PX * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const frame = { view: { from: shown.from, to: shown.to }, width, height: STRIP_PX, marked: [], cursor: position };
    paintStrip({ context, palette: canvasPalette(), runs, ...frame });
  }, [runs, shown.from, shown.to, width, position, theme]);
  const onWheel = useEffectEvent((event: WheelEvent, share: number) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    onView(zoomMatrix(view, share, Math.exp(event.deltaY * 0.002)));
  });
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const listener = (event: WheelEvent): void => {
      const rect = element.getBoundingClientRect();
      onWheel(event, view.from + ((event.clientX - rect.left) / rect.width) * (view.to - view.from));
    };
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, [view]);
  const spanAt = (event: React.MouseEvent): readonly [number, number] => {
    const rect = event.currentTarget.getBoundingClientRect();
    const column = Math.min(Math.floor(rect.width) - 1, Math.max(0, Math.floor(event.clientX - rect.left)));
    const [from, to] = columnSpan(shown, Math.max(1, Math.floor(rect.width)), column);
    return [Math.min(from, runs.count - 1), Math.min(to, runs.count)];
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`Steps of ${row.key}`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, runs.count - 1)}
      aria-valuenow={Math.max(0, position)}
      aria-valuetext={position < 0 ? `none of ${runs.count} chosen` : describeCells(row, position, position + 1)}
      onKeyDown={(event) => handleKey(event, props)}
      className="rounded-sm"
    >
      <canvas
        ref={canvas}
        aria-hidden
        className="block w-full cursor-pointer"
        style={{ height: STRIP_PX }}
        onMouseMove={(event) => onHover(`${row.key} ${describeCells(row, ...spanAt(event))}`)}
        onMouseLeave={() => onHover(null)}
        onClick={(event) => onPosition(worstOf(row, ...spanAt(event)))}
        onDoubleClick={(event) => onOpen(worstOf(row, ...spanAt(event)))}
      />
    </div>
  );
}

/** A click where many steps share a pixel means the most urgent one of them. */
function worstOf({ runs }: MatrixRowView, from: number, to: number): number {
  const worst = runs.worstBetween(from, to);
  return runs.codeAt(from) === worst ? from : runs.next(from, 1, new Set([worst]));
}

const FAILED: ReadonlySet<number> = new Set([PARTITION_STATUSES.indexOf("failed")]);

/** Keys: arrows step through partitions (with Alt by 5 %) and rows; f goes to the next failed one, Home and End to the ends, Enter to the step in its run. */
function handleKey(
  event: KeyboardEvent,
  { row: { runs }, position, onPosition, onOpen, onRow }: MatrixStripProps,
): void {
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (position >= 0) onOpen(position);
    return;
  }
  const at = Math.max(0, position);
  const step = event.altKey ? Math.max(1, Math.round(runs.count / 20)) : 1;
  const failed = (direction: 1 | -1): number => {
    const found = runs.next(at, direction, FAILED);
    return found < 0 ? at : found;
  };
  const targets: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => at - step,
    ArrowRight: () => (position < 0 ? 0 : at + step),
    Home: () => 0,
    End: () => runs.count - 1,
    f: () => failed(1),
    F: () => failed(-1),
  };
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    onRow(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  onPosition(Math.min(Math.max(0, target()), runs.count - 1));
}
