import type { Tone } from "../../status/status-look.ts";

/** What a chart shows. Keep the same object for as long as it says the same: another one draws the chart anew. */
export interface ChartData {
  readonly axis: ChartAxis;
  /** Where the points stand, ascending: epoch milliseconds, or ordinals of partitions. */
  readonly at: readonly number[];
  /** Lines over the same points. They share one scale, so they have one unit. */
  readonly series: readonly ChartSeries[];
  /** What happened in between, drawn as lines from top to bottom. */
  readonly marks?: readonly ChartMark[];
  /** Bounds, drawn from side to side. */
  readonly thresholds?: readonly ChartThreshold[];
}

/** What the points stand along. */
export type ChartAxis =
  | { readonly kind: "time" }
  | { readonly kind: "partition"; readonly labelOf: (ordinal: number) => string };

/** One line. */
export interface ChartSeries {
  readonly name: string;
  /** `bytes` and `ms` are written in readable units; others stand behind the number. */
  readonly unit: string | null;
  /** One value for each point; `null` where there is none. */
  readonly values: readonly (number | null)[];
  /** @default the accent colour */
  readonly tone?: Tone;
}

/** Something that happened at one point of the axis. */
export interface ChartMark {
  readonly at: number;
  /** `deploy`: other code from here on. `failed`: an attempt failed. */
  readonly kind: "deploy" | "failed";
  /** What it was, for the table and the tooltip. */
  readonly text: string;
}

/** A bound. */
export interface ChartThreshold {
  readonly value: number;
  readonly label: string;
}

/** The least and the greatest value that a chart has to show; `null` when it has none. */
export function valueExtent({ series, thresholds = [] }: ChartData): readonly [number, number] | null {
  let least = Infinity;
  let greatest = -Infinity;
  const add = (value: number | null): void => {
    if (value === null || !Number.isFinite(value)) return;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  };
  for (const { values } of series) for (const value of values) add(value);
  for (const { value } of thresholds) add(value);
  return least > greatest ? null : [least, greatest];
}

/** Share of the greatest value from which on a spread is large enough to be seen from zero. */
const FROM_ZERO = 0.3;
/** Room above and below the line, as a share of its spread. */
const ROOM = 0.12;

/**
 * The part of the value axis that is drawn: from zero where that still shows how values differ, else around them, so that
 * neither a small change looks like a fall to nothing nor a real one is flattened.
 */
export function valueRange(extent: readonly [number, number] | null): [number, number] {
  if (extent === null) return [0, 1];
  const [least, greatest] = extent;
  if (least === greatest) return least === 0 ? [0, 1] : sorted(0, least * (1 + ROOM));
  const spread = greatest - least;
  const room = spread * ROOM;
  if (least >= 0 && spread >= greatest * FROM_ZERO) return [0, greatest + room];
  if (greatest <= 0 && spread >= -least * FROM_ZERO) return [least - room, 0];
  return [least - room, greatest + room];
}

function sorted(a: number, b: number): [number, number] {
  return a < b ? [a, b] : [b, a];
}
