import type { PartitionSpace } from "@heddle/core";
import { PARTITION_STATUSES, type PartitionSet, type PartitionStatus } from "@heddle/core/internal";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { BY_URGENCY } from "../status/status-look.ts";
import {
  type CellBox,
  type HeatmapCells,
  type HeatmapChoice,
  heatmapCells,
  markedCells,
  nextOfRank,
  partitionsOfBox,
  wordOfRank,
  worstOfBox,
} from "./heatmap-cells.ts";
import { heatmapRows, rowSpan } from "./heatmap-geometry.ts";
import { partitionName, type Partitions } from "./partition-space.ts";
import { revealPosition, type StripView } from "./strip-geometry.ts";
import { useHeatmapCanvas } from "./use-heatmap-canvas.ts";
import { toggled } from "./use-strip-canvas.ts";

type Dimensions = NonNullable<PartitionSpace["dimensions"]>;

interface HeatmapProps {
  readonly label: string;
  readonly partitions: Partitions;
  readonly dimensions: Dimensions;
  readonly choice: HeatmapChoice;
  readonly selection: PartitionSet;
  readonly current: number | null;
  /** A cell was chosen: the worst of the partitions behind it. */
  readonly onCurrent: (ordinal: number) => void;
  readonly onSelection: (selection: PartitionSet) => void;
}

/** A place among the cells. */
interface CellPlace {
  readonly x: number;
  readonly y: number;
}

/** From this height on, rows have their names beside them. */
const NAMES_FROM_PX = 14;

/** Partitions of two dimensions as a picture, of more as the worst behind each cell. Drag marks a rectangle. */
export function Heatmap(props: HeatmapProps): ReactNode {
  const { label, partitions, dimensions, choice, selection, current } = props;
  const cells = useMemo(() => heatmapCells(partitions, dimensions, choice), [partitions, dimensions, choice]);
  const marked = useMemo(
    () => (selection.isEmpty ? null : markedCells(cells, dimensions, selection)),
    [cells, dimensions, selection],
  );
  const rows = useMemo(() => heatmapRows(cells.ys.length), [cells]);
  const all = useMemo<StripView>(() => ({ from: 0, to: cells.xs.length }), [cells]);
  // `null`: all of it, also when there are more columns by now.
  const [view, setView] = useState<StripView | null>(null);
  const shown = view === null || view.to > all.to ? all : view;
  const [moved, setMoved] = useState<CellPlace | null>(null);
  const [hovered, setHovered] = useState<CellBox | null>(null);
  const chosen = useMemo(() => placeOf(cells, dimensions, current), [cells, dimensions, current]);
  const cursor = moved ?? chosen;
  const canvas = useRef<HTMLCanvasElement>(null);
  const cellId = useId();
  const moveTo = ({ x, y }: CellPlace): void => {
    const inside = {
      x: Math.min(Math.max(0, x), cells.xs.length - 1),
      y: Math.min(Math.max(0, y), cells.ys.length - 1),
    };
    setMoved(inside);
    setView(revealPosition(shown, inside.x, cells.xs.length));
  };
  const choose = (box: CellBox): void => {
    const set = partitionsOfBox(cells, dimensions, box);
    const worst = BY_URGENCY[worstOfBox(cells, box)];
    const ordinal = [...set.take(MAX_SEARCHED)].find((own) => statusAt(partitions, own) === worst) ?? set.first;
    if (ordinal === undefined) return;
    setMoved(null);
    props.onCurrent(ordinal);
  };
  const mark = (box: CellBox, isAdded: boolean): void => {
    const set = partitionsOfBox(cells, dimensions, box).intersect(partitions.space.all);
    props.onSelection(isAdded ? toggled(selection, set) : set);
  };
  useHeatmapCanvas(canvas, { cells, rows, view: shown, setView, marked, cursor, setHovered, choose, mark });
  const nameOfX = (x: number): string => nameIn(dimensions, choice.across, cells.xs[x]);
  const nameOfY = (y: number): string => nameIn(dimensions, choice.down, cells.ys[y]);
  const columnsName = dimensions.names[choice.across] ?? "";
  const rowsName = dimensions.names[choice.down] ?? "";
  const whole = { left: 0, right: cells.xs.length };
  const at = cursor ?? { x: 0, y: 0 };
  const describe = (box: CellBox): string =>
    `${spanName(nameOfX, box.left, box.right)} × ${spanName(nameOfY, box.top, box.bottom)}, ${wordOfRank(worstOfBox(cells, box))}`;
  const hasNames = rows.rowPx >= NAMES_FROM_PX;
  return (
    <div className="grid min-w-0 grid-cols-[minmax(64px,max-content)_minmax(0,1fr)] gap-x-2 gap-y-1">
      <div className="flex max-w-36 flex-col" aria-label={rowsName} role="group" style={{ height: rows.height }}>
        {Array.from({ length: rows.drawn }, (_, row) => {
          const [top, bottom] = rowSpan(rows, row);
          const isNamed = hasNames || row === 0 || row === rows.drawn - 1;
          return (
            isNamed && (
              <button
                key={row}
                type="button"
                title={`Mark all of ${spanName(nameOfY, top, bottom)}`}
                aria-label={`Mark ${rowsName} ${spanName(nameOfY, top, bottom)}`}
                onClick={(event) => mark({ ...whole, top, bottom }, event.shiftKey)}
                style={{ height: hasNames ? rows.rowPx : 14 }}
                className={`truncate text-right text-2xs text-muted hover:text-ink hover:underline ${hasNames || row === 0 ? "" : "mt-auto"}`}
              >
                {nameOfY(top)}
              </button>
            )
          );
        })}
      </div>
      <div
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={cells.ys.length}
        aria-colcount={cells.xs.length}
        aria-activedescendant={cellId}
        onKeyDown={(event) => handleHeatmapKey(event, { cells, at, moveTo, choose, mark })}
        className="relative min-w-0 rounded-sm"
      >
        <canvas
          ref={canvas}
          aria-hidden
          className="block w-full cursor-crosshair touch-none"
          style={{ height: rows.height }}
        />
        <div role="row" aria-rowindex={at.y + 1} className="sr-only">
          <span
            role="gridcell"
            id={cellId}
            aria-colindex={at.x + 1}
            aria-selected={marked?.[at.y * cells.xs.length + at.x] === 1}
          >
            {describe({ left: at.x, right: at.x + 1, top: at.y, bottom: at.y + 1 })}
          </span>
        </div>
      </div>
      <span className="self-center truncate text-right text-2xs text-muted">{rowsName}</span>
      <div className="flex min-w-0 items-center gap-3 text-2xs text-muted">
        <span className="whitespace-nowrap">{nameOfX(Math.floor(shown.from))}</span>
        <span aria-hidden className="min-w-0 flex-1 truncate text-center text-ink">
          {hovered === null ? <span className="text-muted">{columnsName}</span> : describe(hovered)}
        </span>
        {shown.to - shown.from < cells.xs.length && (
          <button type="button" className="text-accent-ink hover:underline" onClick={() => setView(null)}>
            Show all
          </button>
        )}
        <span className="whitespace-nowrap">{nameOfX(Math.ceil(shown.to) - 1)}</span>
      </div>
    </div>
  );
}

/** Partitions behind a cell among which the worst is looked for. */
const MAX_SEARCHED = 10_000;

function statusAt({ runs }: Partitions, ordinal: number): PartitionStatus | undefined {
  return PARTITION_STATUSES[runs.codeAt(runs.positionOf(ordinal))];
}

function nameIn({ spaces }: Dimensions, place: number, ordinal: number | undefined): string {
  const space = spaces[place];
  return space === undefined || ordinal === undefined ? "" : partitionName(space, ordinal);
}

function spanName(nameOf: (place: number) => string, from: number, to: number): string {
  return to - from <= 1 ? nameOf(from) : `${nameOf(from)} to ${nameOf(to - 1)}`;
}

function placeOf({ xs, ys, choice }: HeatmapCells, { radix }: Dimensions, ordinal: number | null): CellPlace | null {
  if (ordinal === null) return null;
  const parts = radix.split(ordinal);
  const x = xs.indexOf(parts[choice.across] ?? Number.NaN);
  const y = ys.indexOf(parts[choice.down] ?? Number.NaN);
  return x < 0 || y < 0 ? null : { x, y };
}

interface HeatmapKeys {
  readonly cells: HeatmapCells;
  readonly at: CellPlace;
  readonly moveTo: (place: CellPlace) => void;
  readonly choose: (box: CellBox) => void;
  readonly mark: (box: CellBox, isAdded: boolean) => void;
}

/** Keys: arrows walk, with Alt by 5 %; f and m go to the next failed or missing cell; Enter opens, the space bar marks: a cell, with Shift its row, with Ctrl its column. */
function handleHeatmapKey(event: KeyboardEvent, { cells, at, moveTo, choose, mark }: HeatmapKeys): void {
  const { xs, ys } = cells;
  const own = { left: at.x, right: at.x + 1, top: at.y, bottom: at.y + 1 };
  if (event.key === " ") {
    const box = event.shiftKey
      ? { ...own, left: 0, right: xs.length }
      : event.ctrlKey
        ? { ...own, top: 0, bottom: ys.length }
        : own;
    event.preventDefault();
    event.stopPropagation();
    mark(box, true);
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  const stepX = event.altKey ? Math.max(1, Math.round(xs.length / 20)) : 1;
  const stepY = event.altKey ? Math.max(1, Math.round(ys.length / 20)) : 1;
  const next = (status: "failed" | "missing"): CellPlace => {
    const rank = BY_URGENCY.indexOf(status);
    const cell = nextOfRank(cells, at.y * xs.length + at.x, { rank, step: event.shiftKey ? -1 : 1 });
    return cell < 0 ? at : { x: cell % xs.length, y: Math.floor(cell / xs.length) };
  };
  const targets: Readonly<Record<string, () => CellPlace>> = {
    ArrowLeft: () => ({ ...at, x: at.x - stepX }),
    ArrowRight: () => ({ ...at, x: at.x + stepX }),
    ArrowUp: () => ({ ...at, y: at.y - stepY }),
    ArrowDown: () => ({ ...at, y: at.y + stepY }),
    Home: () => ({ ...at, x: 0 }),
    End: () => ({ ...at, x: xs.length - 1 }),
    PageUp: () => ({ ...at, y: 0 }),
    PageDown: () => ({ ...at, y: ys.length - 1 }),
    f: () => next("failed"),
    F: () => next("failed"),
    m: () => next("missing"),
    M: () => next("missing"),
  };
  const target = targets[event.key];
  if (target === undefined && event.key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  if (target === undefined) choose(own);
  else moveTo(target());
}
