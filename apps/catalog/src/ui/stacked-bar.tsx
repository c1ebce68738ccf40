import type { ReactNode } from "react";

/** One part of a bar. */
export interface BarPart {
  readonly key: string | number;
  readonly count: number;
  /** Its fill, as classes. */
  readonly fill: string;
  /** It is never narrower than this. */
  readonly minPx: number;
}

interface StackedBarProps {
  readonly parts: readonly BarPart[];
  /** What the bar says. */
  readonly label: string;
  readonly className: string;
}

/**
 * Amounts as one bar. Every part begins at the left and lies over those after it, so that nothing moves when amounts change:
 * parts only grow.
 */
export function StackedBar({ parts, label, className }: StackedBarProps): ReactNode {
  const ends = partEnds(parts);
  const layers = parts.map((part, i) => ({ ...part, width: ends[i], top: parts.length - i }));
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={`relative isolate block min-w-0 overflow-hidden rounded-[2px] ${className}`}
    >
      {layers.map(({ key, fill, width, top }, i) => (
        <span
          key={key}
          className={`absolute inset-y-0 left-0 bg-canvas ${i < layers.length - 1 ? "border-r border-canvas" : ""}`}
          style={{ width, zIndex: top }}
        >
          <span className={`absolute inset-0 ${fill}`} />
        </span>
      ))}
    </span>
  );
}

/** Where each part ends, as lengths of CSS: by its share, but no part narrower than it may be. */
export function partEnds(parts: readonly Pick<BarPart, "count" | "minPx">[]): readonly string[] {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const ends: string[] = [];
  let sum = 0;
  let behindPx = parts.reduce((all, { minPx }) => all + minPx, 0);
  for (const { count, minPx } of parts) {
    sum += count;
    behindPx -= minPx;
    const share = `${Number(((sum / Math.max(1, total)) * 100).toFixed(4))}%`;
    const least = ends.length === 0 ? `${minPx}px` : `${ends.at(-1) ?? "0px"} + ${minPx}px`;
    ends.push(behindPx === 0 ? "100%" : `min(max(${share}, ${least}), 100% - ${behindPx}px)`);
  }
  return ends;
}
