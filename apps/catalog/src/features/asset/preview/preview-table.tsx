import type { JsonValue, ProfiledColumn } from "@heddle/core";
import type { StoredPreview } from "@heddle/core/internal";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { copyText } from "../../../ui/copy.ts";
import { SearchField } from "../../../ui/search-field.tsx";
import { cellText, toCsv } from "./preview-csv.ts";

interface PreviewTableProps {
  readonly preview: StoredPreview & { readonly kind: "table" };
  /** `null` when there is no more to be had. */
  readonly onMore: (() => void) | null;
  readonly isReading: boolean;
}

const ROW_PX = 28;
const HEAD_PX = 64;
const COLUMN_PX = 168;
/** Beyond so many columns there is a field to find one. */
const SEARCHED_FROM = 8;

/** The first rows of a table, with type, bounds and gaps of each column over it. Only what is in view is in the page. */
export function PreviewTable({ preview, onMore, isReading }: PreviewTableProps): ReactNode {
  const [text, setText] = useState("");
  const { columns, rows } = preview;
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    return columns.flatMap((column, at) => (column.name.toLowerCase().includes(wanted) ? [{ column, at }] : []));
  }, [columns, text]);
  const copy = (): void => {
    const names = shown.map(({ column }) => column.name);
    void copyText(
      toCsv(
        names,
        rows.map((row) => shown.map(({ at }) => row[at] ?? null)),
      ),
      `${formatCounted(rows.length, "row")}`,
    );
  };
  return (
    <div className="flex min-w-0 flex-col">
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1 text-xs text-muted">
        <span role="status">{describe(preview)}</span>
        <span className="ml-auto flex flex-wrap items-center gap-2">
          {columns.length > SEARCHED_FROM && (
            <SearchField label="Find a column" text={text} onText={setText} settleMs={80} className="w-44" />
          )}
          {onMore !== null && (
            <Button kind="ghost" disabled={isReading} onClick={onMore}>
              More rows
            </Button>
          )}
          {rows.length > 0 && (
            <Button kind="ghost" icon="copy" onClick={copy}>
              Copy as CSV
            </Button>
          )}
        </span>
      </div>
      {shown.length === 0 ? (
        <p className="border-t border-line px-3 py-2 text-muted">
          {columns.length === 0 ? "It has no columns." : "No column has this in its name."}
        </p>
      ) : (
        <Grid shown={shown} rows={rows} />
      )}
    </div>
  );
}

interface ShownColumn {
  readonly column: ProfiledColumn;
  /** Its place in the rows. */
  readonly at: number;
}

interface GridProps {
  readonly shown: readonly ShownColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
}

function Grid({ shown, rows }: GridProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const across = useVirtualizer({
    count: shown.length,
    horizontal: true,
    getScrollElement: () => scroller.current,
    estimateSize: () => COLUMN_PX,
    overscan: 2,
  });
  const visible = across.getVirtualItems();
  const width = Math.max(across.getTotalSize(), 0);
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label="First rows"
      aria-rowcount={rows.length + 1}
      aria-colcount={shown.length}
      className="relative max-h-[420px] min-w-0 overflow-auto rounded-b-md border-t border-line"
    >
      <div role="rowgroup" className="sticky top-0 z-10 bg-surface" style={{ width, minWidth: "100%" }}>
        <div role="row" aria-rowindex={1} className="relative border-b border-line" style={{ height: HEAD_PX }}>
          {visible.map(({ index, start }) => {
            const column = shown[index]?.column;
            return column === undefined ? null : <Head key={index} column={column} index={index} start={start} />;
          })}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: lines.getTotalSize(), width, minWidth: "100%" }}>
        {lines.getVirtualItems().map((line) => (
          <div
            key={line.index}
            role="row"
            aria-rowindex={line.index + 2}
            className="absolute inset-x-0 top-0 border-b border-line hover:bg-hover"
            style={{ height: ROW_PX, transform: `translateY(${line.start}px)` }}
          >
            {visible.map(({ index, start }) => {
              const place = shown[index];
              if (place === undefined) return null;
              const cell = rows[line.index]?.[place.at] ?? null;
              return <Cell key={index} cell={cell} column={place.column} index={index} start={start} />;
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

interface PlacedProps {
  readonly column: ProfiledColumn;
  readonly index: number;
  /** Distance from the left edge, in pixels. */
  readonly start: number;
}

function Head({ column, index, start }: PlacedProps): ReactNode {
  const { name, type, nullable } = column;
  const known = describeCells(column);
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      title={`${name}\n${type}${nullable ? "" : ", never without a value"}\n${known}`}
      className={`absolute top-0 flex flex-col justify-center overflow-hidden px-3 ${NUMERIC.test(type) ? "text-right" : ""}`}
      style={{ left: start, width: COLUMN_PX, height: HEAD_PX }}
    >
      <bdi className="block truncate text-xs font-medium text-ink">{name}</bdi>
      <span className="block truncate font-mono text-2xs text-muted">{type}</span>
      <span className="block truncate text-2xs text-muted">{known}</span>
    </div>
  );
}

function Cell({ cell, column, index, start }: PlacedProps & { readonly cell: JsonValue }): ReactNode {
  const text = cell === null ? "null" : cellText(cell);
  const isNumber = typeof cell === "number" || (cell !== null && NUMERIC.test(column.type));
  const look = cell === null ? "text-faint italic" : typeof cell === "object" ? "font-mono text-2xs text-muted" : "";
  return (
    <div
      role="cell"
      aria-colindex={index + 1}
      title={text.length > 16 ? text : undefined}
      className={`absolute top-0 truncate px-3 text-xs leading-[28px] whitespace-pre ${isNumber ? "text-right" : ""} ${look}`}
      style={{ left: start, width: COLUMN_PX, height: ROW_PX }}
    >
      <bdi>{text}</bdi>
    </div>
  );
}

/** Arrow's names of numbers: those that are no number, such as NaN, come as text and stand among them. */
const NUMERIC = /^(?:U?int|Float|Decimal)/iu;

/** What is known of the cells of a column in one line. */
function describeCells({ min, max, nulls, distinct, basis }: ProfiledColumn): string {
  const bounds =
    min === undefined || max === undefined
      ? []
      : [min === max ? cellText(min) : `${cellText(min)} to ${cellText(max)}`];
  const gaps = nulls === undefined || nulls === 0 ? [] : [`${formatCount(nulls)} null`];
  const kinds = basis === "rows" ? [`${formatCount(distinct)} distinct shown`] : [];
  const parts = [...bounds, ...gaps, ...kinds];
  return parts.length === 0 ? (nulls === 0 ? "no null" : "") : parts.join(", ");
}

function describe({ rows, totalRows, columns, totalColumns, isCut }: PreviewTableProps["preview"]): string {
  const count =
    rows.length === totalRows ? formatCounted(rows.length, "row") : `the first ${formatCounted(rows.length, "row")}`;
  const of = totalRows === null || totalRows === rows.length ? "" : ` of ${formatCount(totalRows)}`;
  const wide =
    columns.length === totalColumns
      ? formatCounted(totalColumns, "column")
      : `${formatCount(columns.length)} of ${formatCount(totalColumns)} columns`;
  return `${count}${of}, ${wide}${isCut ? "; rows are long, so fewer are shown than were asked for" : ""}`;
}
