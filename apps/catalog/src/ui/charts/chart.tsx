import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { formatCount } from "../../format/amounts.ts";
import type { ChartData } from "./chart-data.ts";
import { formatPoint, formatValue } from "./chart-format.ts";
import { WhenNear } from "../when-near.tsx";
import { ChartTable } from "./chart-table.tsx";

/** The chart library is loaded with the first chart that is looked at. */
const ChartCanvas = lazy(async () => ({ default: (await import("./chart-canvas.tsx")).ChartCanvas }));

interface ChartProps {
  /** What is shown, as in "Rows over time". */
  readonly title: string;
  /** Keep the same object for as long as it says the same. */
  readonly data: ChartData;
  /** In pixels. @default 148 */
  readonly height?: number;
}

/**
 * One or more numbers along time or along partitions. The newest value stands beside the title, or the one under the
 * pointer; the same numbers are to be had as a table. Its height is the same before and after it is drawn.
 */
export function Chart({ title, data, height = 148 }: ChartProps): ReactNode {
  const [index, setIndex] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  const onPoint = useCallback((point: number | null) => setIndex(point), []);
  const last = useMemo(() => lastPoint(data), [data]);
  const shown = index ?? last;
  return (
    <figure aria-label={title} className="min-w-0">
      <figcaption className="flex min-h-6 items-baseline gap-x-3 pb-1">
        <span className="min-w-0 truncate font-medium" title={title}>
          {title}
        </span>
        {shown !== null && (
          <span className="ml-auto flex shrink-0 items-baseline gap-2">
            <Readout data={data} index={shown} />
          </span>
        )}
        <button
          type="button"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          className={`link shrink-0 text-xs ${shown === null ? "ml-auto" : ""}`}
        >
          Table<span className="sr-only"> of {title}</span>
        </button>
      </figcaption>
      {isTable ? (
        <ChartTable title={title} data={data} height={height} />
      ) : (
        <div role="img" aria-label={describeChart(data)}>
          <WhenNear height={height}>
            <Suspense fallback={<div style={{ height }} />}>
              <ChartCanvas data={data} height={height} onPoint={onPoint} />
            </Suspense>
          </WhenNear>
        </div>
      )}
    </figure>
  );
}

function Readout({ data, index }: { readonly data: ChartData; readonly index: number }): ReactNode {
  const at = data.at[index];
  if (at === undefined) return null;
  return (
    <>
      <span className="text-xs text-muted">{formatPoint(at, data.axis)}</span>
      {data.series.map(({ name, unit, values }) => {
        const value = values[index];
        return (
          <span key={name} className="font-semibold">
            {data.series.length > 1 && <span className="font-normal text-muted">{name} </span>}
            {value === null || value === undefined ? "none" : formatValue(value, unit)}
          </span>
        );
      })}
    </>
  );
}

function lastPoint({ at, series }: ChartData): number | null {
  for (let i = at.length - 1; i >= 0; i--) if (series.some(({ values }) => typeof values[i] === "number")) return i;
  return null;
}

/** A chart in a sentence, for who does not see it. */
function describeChart(data: ChartData): string {
  const { at, series, axis, marks = [] } = data;
  const first = at[0];
  const last = at.at(-1);
  if (first === undefined || last === undefined) return "no values";
  const span = `from ${formatPoint(first, axis)} to ${formatPoint(last, axis)}`;
  const lines = series.map(({ name, unit, values }) => {
    const known = values.filter((value) => value !== null);
    const newest = known.at(-1);
    if (newest === undefined) return `${name}: no values`;
    const least = known.reduce((a, b) => Math.min(a, b));
    const greatest = known.reduce((a, b) => Math.max(a, b));
    return `${name}: last ${formatValue(newest, unit)}, least ${formatValue(least, unit)}, greatest ${formatValue(greatest, unit)}`;
  });
  const failed = marks.filter(({ kind }) => kind === "failed").length;
  const rest = failed === 0 ? "" : `; ${formatCount(failed)} failed`;
  return `${formatCount(at.length)} points ${span}; ${lines.join("; ")}${rest}`;
}
