import type { ReactNode } from "react";

const WIDTH = 56;
const HEIGHT = 16;

/** A few numbers as a line without axes, the oldest at the left; what they are stands beside it or in its label. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}): ReactNode {
  const most = Math.max(...values, 1);
  const step = values.length > 1 ? (WIDTH - 4) / (values.length - 1) : 0;
  // The newest is at the right, beside the number that it is told by, even when it is the only one.
  const xOf = (i: number): number => WIDTH - 2 - (values.length - 1 - i) * step;
  const points = values.map((value, i) => [xOf(i), HEIGHT - 2 - (value / most) * (HEIGHT - 4)] as const);
  const [lastX, lastY] = points.at(-1) ?? [0, 0];
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={HEIGHT} className="shrink-0 text-muted">
      <title>{label}</title>
      <polyline
        points={points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.25}
        strokeLinejoin="round"
      />
      <circle cx={lastX} cy={lastY} r={1.75} fill="var(--accent)" />
    </svg>
  );
}
