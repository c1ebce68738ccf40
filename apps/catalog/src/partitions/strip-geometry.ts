import { codeOf } from "../status/status-look.ts";

/** The positions in view: `[from, to)`, fractions while zooming. */
export interface StripView {
  readonly from: number;
  readonly to: number;
}

/** A part of one pixel column. */
export interface StackPart {
  readonly code: number;
  readonly y: number;
  readonly height: number;
}

/** Least height of what must never vanish. */
const LOUD_MIN_HEIGHT = 2;

/** From top to bottom: trouble where the eye is, what holds in the middle, what is not there below. */
const STACK_ORDER: readonly number[] = (
  ["failed", "running", "queued", "stale", "fresh", "skipped", "missing"] as const
).map(codeOf);

const LOUD: ReadonlySet<number> = new Set((["failed", "running", "missing"] as const).map(codeOf));

/** The positions that pixel column `column` of `columns` stands for: at least one, and every position belongs to some column. */
export function columnSpan(view: StripView, columns: number, column: number): readonly [from: number, to: number] {
  // Multiplied before it is divided: the last column then ends exactly at the end of the view.
  const size = view.to - view.from;
  const from = Math.floor(view.from + (column * size) / columns);
  const to = Math.floor(view.from + ((column + 1) * size) / columns);
  return [from, Math.max(from + 1, to)];
}

/**
 * Stacks the statuses under one pixel column by their shares. Whatever is loud and is there at all gets 2 px, so that one
 * failed partition among a million is seen.
 */
export function stackColumn(counts: Float64Array, height: number): StackPart[] {
  const present = STACK_ORDER.filter((code) => (counts[code] ?? 0) > 0);
  const total = present.reduce((sum, code) => sum + (counts[code] ?? 0), 0);
  if (total === 0) return [];
  const loud = present.filter((code) => LOUD.has(code)).length;
  const least = present.map((code) => (LOUD.has(code) ? Math.min(LOUD_MIN_HEIGHT, height / loud) : 0));
  const wanted = present.map((code, i) => Math.max(((counts[code] ?? 0) / total) * height, least[i] ?? 0));
  // What the loud ones get beyond their share, the others give in proportion to what they can spare.
  const excess = sum(wanted) - height;
  const spare = wanted.map((own, i) => own - (least[i] ?? 0));
  const shrink = excess / Math.max(Number.MIN_VALUE, sum(spare));
  let y = 0;
  return present.map((code, i) => {
    const own = (wanted[i] ?? 0) - (excess > 0 ? (spare[i] ?? 0) * shrink : 0);
    const part = { code, y, height: own };
    y += own;
    return part;
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, own) => total + own, 0);
}

/** The position under a horizontal offset, as a whole number within what exists. */
export function positionAtX(
  view: StripView,
  x: number,
  strip: { readonly width: number; readonly count: number },
): number {
  const position = Math.floor(view.from + (x / strip.width) * (view.to - view.from));
  return Math.min(Math.max(0, position), Math.max(0, strip.count - 1));
}

/** The horizontal offset at which a position begins. */
export function xAtPosition(view: StripView, position: number, width: number): number {
  return ((position - view.from) / (view.to - view.from)) * width;
}

/** Fewest positions in view: cells wide enough to hit. */
const MIN_VIEW = 8;

/** Zooms about a position so that it stays under the pointer; `factor` below 1 shows less. */
export function zoomView(
  view: StripView,
  about: number,
  { factor, count }: { readonly factor: number; readonly count: number },
): StripView {
  const size = Math.min(count, Math.max(Math.min(MIN_VIEW, count), (view.to - view.from) * factor));
  const before = (about - view.from) / (view.to - view.from);
  return clampView({ from: about - before * size, to: about + (1 - before) * size }, count);
}

/** Moves a view so that it lies within what exists; its size is kept where it can be. */
export function clampView(view: StripView, count: number): StripView {
  const size = Math.min(view.to - view.from, count);
  const from = Math.min(Math.max(0, view.from), count - size);
  return { from, to: from + size };
}

/** Moves a view just so far that a position is in it. */
export function revealPosition(view: StripView, position: number, count: number): StripView {
  const size = view.to - view.from;
  if (position < view.from) return clampView({ from: position, to: position + size }, count);
  if (position >= view.to) return clampView({ from: position + 1 - size, to: position + 1 }, count);
  return view;
}
