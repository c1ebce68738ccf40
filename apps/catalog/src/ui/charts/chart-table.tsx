import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import type { ChartData } from "./chart-data.ts";
import { formatPoint, formatValue } from "./chart-format.ts";

/** Rows listed at most: the newest ones. */
const LISTED = 500;

interface ChartTableProps {
  readonly title: string;
  readonly data: ChartData;
  readonly height: number;
}

/** What a chart shows, as rows: the newest first, with what happened between the points. */
export function ChartTable({ title, data, height }: ChartTableProps): ReactNode {
  const { axis, series } = data;
  const rows = rowsOf(data);
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Table of ${title}`}
      style={{ height }}
      className="overflow-auto rounded-md border border-line"
    >
      <table className="w-full border-collapse text-xs">
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className="border-b border-line px-2 py-1 text-left font-medium text-muted">
              {axis.kind === "time" ? "time" : "partition"}
            </th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="border-b border-line px-2 py-1 text-right font-medium text-muted">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, LISTED).map((row) => (
            <tr key={row.key}>
              <td className="border-b border-line px-2 py-1 whitespace-nowrap">{formatPoint(row.at, axis)}</td>
              {row.text === null ? (
                series.map(({ name, unit, values }) => {
                  const value = values[row.index];
                  return (
                    <td key={name} className="border-b border-line px-2 py-1 text-right whitespace-nowrap">
                      {value === null || value === undefined ? "" : formatValue(value, unit)}
                    </td>
                  );
                })
              ) : (
                <td colSpan={series.length} className="border-b border-line px-2 py-1 text-right text-muted">
                  {row.text}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > LISTED && (
        <p className="px-2 py-1 text-2xs text-muted">and {formatCount(rows.length - LISTED)} earlier ones</p>
      )}
    </div>
  );
}

interface Row {
  readonly key: string;
  readonly at: number;
  readonly index: number;
  /** What happened; `null` for a point. */
  readonly text: string | null;
}

function rowsOf({ at, marks = [] }: ChartData): readonly Row[] {
  const points = at.map((point, index): Row => ({ key: `p${index}`, at: point, index, text: null }));
  const happened = marks.map((mark, index): Row => ({ key: `m${index}`, at: mark.at, index, text: mark.text }));
  return [...points, ...happened].toSorted((a, b) => b.at - a.at);
}
