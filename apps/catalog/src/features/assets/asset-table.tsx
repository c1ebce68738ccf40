import { useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { Icon } from "../../ui/icons.tsx";
import { assetColumns, type AssetLine, assetTableFeatures, COLUMN_PLACES } from "./asset-columns.tsx";
import { type AssetSort, parseSort, type SortColumn } from "./asset-sort.ts";
import { useWindowWidth, type WindowWidth } from "../../ui/window-width.ts";

const LINE_PX = 36;

interface AssetTableProps {
  readonly catalog: Catalog;
  readonly rows: readonly number[];
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
  readonly sort: AssetSort | undefined;
  readonly onSort: (column: SortColumn) => void;
}

/** The assets, of which only those in view are in the document. */
export function AssetTable({ catalog, rows, active, sort, onSort }: AssetTableProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const data = useMemo(() => rows.map((row): AssetLine => ({ row, catalog })), [rows, catalog]);
  const table = useTable({ features: assetTableFeatures, columns: assetColumns, data });
  const lines = table.getRowModel().rows;
  const width = useWindowWidth();
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 10,
  });
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  }, [active, virtual]);
  const columns = Object.entries(COLUMN_PLACES).filter(([, { from }]) => isShown(from, width));
  const tracks = { gridTemplateColumns: columns.map(([, { track }]) => track).join(" ") };
  const shown = new Set(columns.map(([id]) => id));
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label="Assets"
      aria-rowcount={rows.length + 1}
      className="min-h-0 min-w-0 flex-1 overflow-auto outline-none"
    >
      <div role="rowgroup" className="sticky top-0 z-10 min-w-fit border-b border-line bg-canvas">
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" aria-rowindex={1} className="grid h-8 items-center gap-4 px-4" style={tracks}>
            {group.headers
              .filter(({ column }) => shown.has(column.id))
              .map((header) => (
                <HeaderCell key={header.id} id={header.column.id} sort={sort} onSort={onSort}>
                  <table.FlexRender header={header} />
                </HeaderCell>
              ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" className="relative min-w-fit" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={lines[index]?.original.row ?? index}
            role="row"
            aria-rowindex={index + 2}
            data-active={index === active}
            className="absolute inset-x-0 grid items-center gap-4 border-b border-line px-4 hover:bg-hover data-[active=true]:bg-accent-soft"
            style={{ ...tracks, height: LINE_PX, transform: `translateY(${start}px)` }}
          >
            {lines[index]
              ?.getAllCells()
              .filter(({ column }) => shown.has(column.id))
              .map((cell) => (
                <div key={cell.id} role="cell" className="flex min-w-0">
                  <table.FlexRender cell={cell} />
                </div>
              ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function isShown(from: "phone" | "tablet" | "desktop", width: WindowWidth): boolean {
  return from === "phone" || width === "desktop" || from === width;
}

interface HeaderCellProps {
  readonly id: string;
  readonly sort: AssetSort | undefined;
  readonly onSort: (column: SortColumn) => void;
  readonly children: ReactNode;
}

function HeaderCell({ id, sort, onSort, children }: HeaderCellProps): ReactNode {
  const column = COLUMN_PLACES[id]?.sort;
  const current = sort === undefined ? null : parseSort(sort);
  const direction = current?.column !== column ? "none" : current?.descending === true ? "descending" : "ascending";
  return (
    <div role="columnheader" {...(column === undefined ? {} : { "aria-sort": direction })} className="label min-w-0">
      {column === undefined ? (
        children
      ) : (
        <button
          type="button"
          onClick={() => onSort(column)}
          className="inline-flex items-center gap-1 hover:text-ink data-[on=true]:text-ink"
          data-on={direction !== "none"}
        >
          {children}
          {direction !== "none" && <Icon name={direction === "ascending" ? "arrowUp" : "arrowDown"} size={10} />}
        </button>
      )}
    </div>
  );
}
