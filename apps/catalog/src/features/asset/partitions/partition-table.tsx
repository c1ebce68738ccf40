import type { PartitionRow } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { formatBytes, formatCount } from "../../../format/amounts.ts";
import { formatDuration } from "../../../format/durations.ts";
import { lookOfCode } from "../../../status/status-look.ts";
import { StatusMark } from "../../../status/status-mark.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Icon } from "../../../ui/icons.tsx";
import { Ago } from "../../../ui/instant.tsx";
import { scrollTopOf, scrollWindow } from "./scroll-window.ts";
import { type PartitionOrder, type PartitionSortKey, readOrder } from "./partition-order.ts";
import { useLinesToBottom } from "./use-lines-to-bottom.ts";
import { usePartitionPages } from "./use-partition-pages.ts";

interface PartitionTableProps {
  readonly assetKey: string;
  /** An expression of partitions; empty: all of them. */
  readonly text: string;
  readonly order: PartitionOrder;
  readonly onOrder: (order: PartitionOrder) => void;
  readonly current: number | null;
  readonly onCurrent: (ordinal: number) => void;
}

const LINE_PX = 30;
/** Lines in view, where there are as many, in a window however low. */
const LEAST_LINES = 10;
/** Below the table: the edge of the page and the border. */
const MARGIN_PX = 18;

interface Column {
  readonly head: string;
  readonly sort?: PartitionSortKey;
  readonly className?: string;
  readonly cell: (row: PartitionRow) => ReactNode;
}

const WIDE = "max-md:hidden";
const COLUMNS: readonly Column[] = [
  { head: "Status", cell: (row) => <StatusMark look={lookOfCode(row.code)} /> },
  {
    head: "Materialized",
    sort: "materialized",
    className: "text-muted",
    cell: ({ made }) => (made === null ? "" : <Ago at={made.at} />),
  },
  { head: "Run", className: `${WIDE} flex items-center gap-2`, cell: (row) => <RunOf row={row} /> },
  {
    head: "Rows",
    sort: "rows",
    className: `${WIDE} text-right`,
    cell: ({ made }) => (made === null || made.rows === null ? "" : formatCount(made.rows)),
  },
  {
    head: "Size",
    sort: "bytes",
    className: `${WIDE} text-right text-muted`,
    cell: ({ made }) => (made === null || made.bytes === null ? "" : formatBytes(made.bytes)),
  },
  {
    head: "Took",
    sort: "duration",
    className: `${WIDE} text-right text-muted`,
    cell: ({ made }) => (made === null ? "" : formatDuration(made.durationMs)),
  },
];
const TRACKS =
  "grid-cols-[minmax(120px,1.6fr)_104px_112px_minmax(112px,1fr)_88px_88px_80px] max-md:grid-cols-[minmax(0,1fr)_96px_88px]";

/** The partitions of an asset line by line, however many: only what is in view is asked for. */
export function PartitionTable(props: PartitionTableProps): ReactNode {
  const { assetKey, text, order, onOrder, current, onCurrent } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [reach, setReach] = useState(0);
  const room = useLinesToBottom(scroller, { linePx: LINE_PX, least: LEAST_LINES, marginPx: MARGIN_PX });
  const viewPx = Math.min(Math.max(1, reach), room) * LINE_PX;
  const list = { total: reach, linePx: LINE_PX, viewPx };
  const shown = scrollWindow(scrollTop, list);
  const pages = usePartitionPages({ assetKey, text, order, lines: [shown.first, shown.first + shown.count] });
  if (pages.reachable !== reach) setReach(pages.reachable);
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [text, order]);
  const [line, setLine] = useState(0);
  const moveTo = (next: number): void => {
    const inside = Math.min(Math.max(0, next), reach - 1);
    setLine(inside);
    scroller.current?.scrollTo({ top: scrollTopOf(inside, scrollTop, list) });
    const row = pages.rowAt(inside);
    if (row !== undefined) onCurrent(row.ordinal);
  };
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div
        role="table"
        aria-label={`Partitions of ${assetKey}, one by one`}
        aria-rowcount={pages.total + 1}
        className="min-w-0 rounded-md border border-line"
      >
        <Heads order={order} onOrder={onOrder} />
        <div
          ref={scroller}
          role="rowgroup"
          aria-label="Partitions"
          tabIndex={0}
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
          onKeyDown={(event) => handleTableKey(event, { line, pageOf: room, moveTo })}
          className="relative overflow-x-hidden overflow-y-auto rounded-b-md"
          style={{ height: viewPx }}
        >
          <div role="presentation" style={{ height: shown.height }}>
            {Array.from({ length: shown.count }, (_, i) => {
              const row = pages.rowAt(shown.first + i);
              return (
                <div
                  key={shown.first + i}
                  role="row"
                  aria-rowindex={shown.first + i + 2}
                  data-current={row !== undefined && row.ordinal === current}
                  className={`absolute inset-x-0 grid h-[30px] items-center gap-3 border-b border-line px-3 hover:bg-hover data-[current=true]:bg-accent-soft ${TRACKS}`}
                  style={{ transform: `translateY(${shown.top + i * LINE_PX}px)` }}
                >
                  {row === undefined ? (
                    <span role="cell" className="h-2 w-24 rounded-sm bg-hover" />
                  ) : (
                    <Cells row={row} onCurrent={onCurrent} />
                  )}
                </div>
              );
            })}
          </div>
          {!pages.isPending && pages.total === 0 && (
            <p className="absolute inset-0 flex items-center px-3 text-muted">No partition is among them now.</p>
          )}
        </div>
      </div>
      {pages.error !== null && (
        <FailurePanel title="The partitions could not be read" error={pages.error} onRetry={pages.retry} />
      )}
      {pages.reachable < pages.total && (
        <p className="text-xs text-muted">
          The first {formatCount(pages.reachable)} of {formatCount(pages.total)} in this order; a narrower choice, or
          the order of the partitions, shows the others.
        </p>
      )}
    </div>
  );
}

function Cells({
  row,
  onCurrent,
}: {
  readonly row: PartitionRow;
  readonly onCurrent: (ordinal: number) => void;
}): ReactNode {
  return (
    <>
      <span role="cell" className="min-w-0">
        <button
          type="button"
          onClick={() => onCurrent(row.ordinal)}
          title={row.partitionKey}
          className="block max-w-full truncate text-left font-medium hover:underline hover:underline-offset-3"
        >
          {row.partitionKey === "" ? `#${row.ordinal}` : row.partitionKey}
        </button>
      </span>
      {COLUMNS.map(({ head, className = "", cell }) => (
        <span key={head} role="cell" className={`min-w-0 truncate ${className}`}>
          {cell(row)}
        </span>
      ))}
    </>
  );
}

/** The run that made what is in use, and the one that failed since. */
function RunOf({ row: { made, failedRunId } }: { readonly row: PartitionRow }): ReactNode {
  return (
    <>
      {made !== null && (
        <Link to="/runs/$runId" params={{ runId: String(made.runId) }} className="link">
          {made.runId}
        </Link>
      )}
      {failedRunId !== null && failedRunId !== made?.runId && (
        <Link
          to="/runs/$runId"
          params={{ runId: String(failedRunId) }}
          className="text-failed-ink underline-offset-3 hover:underline"
        >
          failed in {failedRunId}
        </Link>
      )}
    </>
  );
}

function Heads({ order, onOrder }: Pick<PartitionTableProps, "order" | "onOrder">): ReactNode {
  const { sort, descending } = readOrder(order);
  const heads = [{ head: "Partition", sort: "partition" as const, className: "" }, ...COLUMNS];
  return (
    <div role="rowgroup" className="border-b border-line">
      <div role="row" aria-rowindex={1} className={`grid h-8 items-center gap-3 px-3 ${TRACKS}`}>
        {heads.map(({ head, sort: own, className = "" }) => {
          const isActive = own !== undefined && own === sort;
          const align = className.includes("text-right") ? "justify-end" : "";
          const hidden = className.includes(WIDE) ? WIDE : "";
          return (
            <div
              key={head}
              role="columnheader"
              aria-sort={isActive ? (descending ? "descending" : "ascending") : undefined}
              className={`label flex ${align} ${hidden}`}
            >
              {own === undefined ? (
                head
              ) : (
                <button
                  type="button"
                  onClick={() => onOrder(nextOrder(own, { isActive, descending }))}
                  className={`-mx-1 flex items-center gap-0.5 rounded-sm px-1 hover:bg-hover hover:text-ink ${isActive ? "text-ink" : ""}`}
                >
                  {head}
                  {isActive && (
                    <span className={descending ? "" : "rotate-180"}>
                      <Icon name="chevronDown" size={11} />
                    </span>
                  )}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The other way round on a second click; what is a value begins with the most. */
function nextOrder(
  sort: PartitionSortKey,
  { isActive, descending }: { readonly isActive: boolean; readonly descending: boolean },
): PartitionOrder {
  const first = sort !== "partition";
  return (isActive ? !descending : first) ? `-${sort}` : sort;
}

interface TableMoves {
  readonly line: number;
  /** Lines in view. */
  readonly pageOf: number;
  readonly moveTo: (line: number) => void;
}

function handleTableKey(event: KeyboardEvent, { line, pageOf, moveTo }: TableMoves): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: line + 1,
    ArrowUp: line - 1,
    PageDown: line + pageOf,
    PageUp: line - pageOf,
    Home: 0,
    End: Number.MAX_SAFE_INTEGER,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  moveTo(target);
}
