import { PARTITION_STATUSES, type PartitionSet } from "@heddle/core/internal";
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from "react";
import { codeOf } from "../status/status-look.ts";
import { describeCounts } from "../ui/status-bar.tsx";
import { endOfWindow, partitionName, type Partitions } from "./partition-space.ts";
import { revealPosition, type StripView } from "./strip-geometry.ts";
import { toggled, useStripCanvas } from "./use-strip-canvas.ts";

interface PartitionStripProps {
  /** What it shows: "Partitions of weather/raw". */
  readonly label: string;
  readonly partitions: Partitions;
  /** Marked partitions. */
  readonly selection: PartitionSet;
  /** Ordinal of the partition that is looked at; `null` for none. */
  readonly current: number | null;
  /** A single partition was chosen by click or key. */
  readonly onCurrent: (ordinal: number) => void;
  /** Partitions were marked by dragging: the new selection. */
  readonly onSelection: (selection: PartitionSet) => void;
  /** Marking is what it is for: every drag and click adds to what is marked or takes away from it. */
  readonly marking?: boolean;
  readonly height?: number;
  /** What a status is called here. @default its own name */
  readonly wordOf?: (code: number) => string;
}

const ownWord = (code: number): string => PARTITION_STATUSES[code] ?? "";

const TROUBLE: ReadonlySet<number> = new Set([codeOf("failed")]);
const MISSING: ReadonlySet<number> = new Set([codeOf("missing")]);

/** All partitions of an asset in one line, a million of them if need be. Drag marks a range, Shift adds to what is marked or takes away. */
export function PartitionStrip(props: PartitionStripProps): ReactNode {
  const { label, partitions, selection, current, marking = false, height = 44, wordOf = ownWord } = props;
  const { runs, space } = partitions;
  const [view, setView] = useState<StripView>({ from: 0, to: runs.count });
  const shown = view.to > runs.count || view.to <= 0 ? { from: 0, to: runs.count } : view;
  const [hovered, setHovered] = useState<readonly [number, number] | null>(null);
  const cursor = current === null ? -1 : runs.positionOf(current);
  const marked = useMemo(() => markedPositions(partitions, selection), [partitions, selection]);
  const canvas = useRef<HTMLCanvasElement>(null);
  useStripCanvas(canvas, { ...props, marking, view: shown, setView, marked, cursor, setHovered, height });
  const moveTo = (position: number): void => {
    const inside = Math.min(Math.max(0, position), runs.count - 1);
    setView(revealPosition(shown, inside, runs.count));
    props.onCurrent(runs.ordinalAt(inside));
  };
  const first = runs.ordinalAt(Math.floor(shown.from));
  const last = runs.ordinalAt(Math.ceil(shown.to) - 1);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, runs.count - 1)}
        aria-valuenow={Math.max(0, cursor)}
        aria-valuetext={describeCursor(props, cursor)}
        onKeyDown={(event) => handleStripKey(event, { ...props, cursor: Math.max(0, cursor), moveTo })}
        className="rounded-sm"
      >
        <canvas ref={canvas} aria-hidden className="block w-full cursor-crosshair touch-none" style={{ height }} />
      </div>
      <div className="flex items-center gap-3 text-2xs text-muted">
        <span className="whitespace-nowrap">{partitionName(space, first)}</span>
        <span aria-hidden className="min-w-0 flex-1 truncate text-center text-ink">
          {hovered === null ? "" : describeSpan(partitions, hovered, wordOf)}
        </span>
        {shown.to - shown.from < runs.count && (
          <button
            type="button"
            className="text-accent-ink hover:underline"
            onClick={() => setView({ from: 0, to: runs.count })}
          >
            Show all
          </button>
        )}
        <span className="whitespace-nowrap">
          {endOfWindow(space, last) === null ? partitionName(space, last) : `until ${endOfWindow(space, last) ?? ""}`}
        </span>
      </div>
    </div>
  );
}

function describeCursor(props: PartitionStripProps, cursor: number): string {
  const { partitions, selection, current, wordOf = ownWord } = props;
  if (cursor < 0) return `none of ${partitions.runs.count} chosen`;
  const marked = current !== null && selection.has(current) ? ", marked" : "";
  return `${describeSpan(partitions, [cursor, cursor + 1], wordOf)}${marked}`;
}

/** The positions of a set, flat `[from, to, …)`; what does not exist is left out. */
function markedPositions({ runs }: Partitions, selection: PartitionSet): readonly number[] {
  const flat: number[] = [];
  for (let i = 0; i + 1 < selection.ranges.length; i += 2) {
    const from = runs.positionOf(selection.ranges[i] ?? 0);
    const to = runs.positionOf((selection.ranges[i + 1] ?? 0) - 1);
    if (from >= 0 && to >= from) flat.push(from, to + 1);
  }
  return flat;
}

/** Names and statuses of the positions `[from, to)`. */
function describeSpan(
  { runs, space }: Partitions,
  [from, to]: readonly [number, number],
  wordOf: (code: number) => string,
): string {
  const first = partitionName(space, runs.ordinalAt(from));
  if (to - from <= 1) return `${first}, ${wordOf(runs.codeAt(from))}`;
  const counts = runs.countBetween(from, to);
  return `${first} to ${partitionName(space, runs.ordinalAt(to - 1))}, ${describeCounts((code) => counts[code] ?? 0, wordOf)}`;
}

interface StripKeyContext extends PartitionStripProps {
  readonly cursor: number;
  readonly moveTo: (position: number) => void;
}

/**
 * Keys: arrows step, with Alt by 5 %, with Shift they mark; f and m go to the next failed or missing partition; the space bar
 * marks where marking is what the strip is for.
 */
function handleStripKey(
  event: KeyboardEvent,
  { partitions: { runs }, cursor, moveTo, selection, onSelection, marking }: StripKeyContext,
): void {
  if (event.ctrlKey || event.metaKey) return;
  if (event.key === " " && marking === true) {
    event.preventDefault();
    onSelection(toggled(selection, runs.setBetween(cursor, cursor + 1)));
    return;
  }
  const step = event.altKey ? Math.max(1, Math.round(runs.count / 20)) : 1;
  const direction = event.shiftKey && event.key.length === 1 ? -1 : 1;
  const next = (codes: ReadonlySet<number>): number => {
    const found = runs.next(cursor, direction, codes);
    return found < 0 ? cursor : found;
  };
  const targets: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => cursor - step,
    ArrowRight: () => cursor + step,
    Home: () => 0,
    End: () => runs.count - 1,
    f: () => next(TROUBLE),
    F: () => next(TROUBLE),
    m: () => next(MISSING),
    M: () => next(MISSING),
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const to = Math.min(Math.max(0, target()), runs.count - 1);
  if (event.shiftKey && event.key.startsWith("Arrow")) {
    onSelection(selection.union(runs.setBetween(Math.min(cursor, to), Math.max(cursor, to) + 1)));
  }
  moveTo(to);
}
