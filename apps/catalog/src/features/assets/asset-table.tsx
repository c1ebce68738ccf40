import { useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { Icon } from "../../ui/icons.tsx";
import { useWindowWidth, type WindowWidth } from "../../ui/window-width.ts";
import { ActivityHead, ActivityStrip, type MatrixDaysData } from "./activity-strip.tsx";
import { CHOSEN_COLUMNS, type ChosenColumn, COLUMN_PLACES } from "./asset-column-choice.ts";
import { assetColumns, type AssetLine, assetTableFeatures } from "./asset-columns.tsx";
import type { AssetMarks } from "./asset-marks.ts";
import { type AssetSort, parseSort, type SortColumn } from "./asset-sort.ts";
import type { AssetEntry } from "./asset-tree.ts";
import { PrefixCells } from "./prefix-cells.tsx";
import { useColumnData } from "./use-column-data.ts";

const LINE_PX = 36;
/** Lines whose column data are read together. */
const PAGE = 50;

interface AssetTableProps {
  readonly catalog: Catalog;
  readonly entries: readonly AssetEntry[];
  readonly columns: readonly ChosenColumn[];
  /** Days beside the columns; `null` without them. */
  readonly matrix: MatrixDaysData | null;
  /** Line that the keyboard is on; -1 for none. */
  readonly active: number;
  readonly marks: AssetMarks;
  readonly sort: AssetSort | undefined;
  readonly onSort: (column: SortColumn) => void;
  readonly onPrefix: (prefix: string) => void;
}

/** The assets, of which only those in view are in the document. */
export function AssetTable(props: AssetTableProps): ReactNode {
  const { catalog, entries, active, marks, matrix, sort, onSort, onPrefix } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWindowWidth();
  const shown = useMemo(
    () =>
      (["name", ...CHOSEN_COLUMNS.filter((id) => props.columns.includes(id))] as const).filter((id) =>
        isShown(COLUMN_PLACES[id].from, width),
      ),
    [props.columns, width],
  );
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const pages = pagesOf(items, entries);
  const data = useColumnData(catalog, shown, pages);
  const lines = useMemo(
    () => entries.map((entry): AssetLine => ({ row: entry.kind === "asset" ? entry.row : -1, catalog, data })),
    [entries, catalog, data],
  );
  const table = useTable({ features: assetTableFeatures, columns: assetColumns, data: lines });
  const tableRows = table.getRowModel().rows;
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  }, [active, virtual]);
  const tracks = {
    gridTemplateColumns: [
      ...(width === "phone" ? [] : ["16px"]),
      ...shown.map((id) => COLUMN_PLACES[id].track),
      ...(matrix === null ? [] : [width === "phone" ? "96px" : "minmax(220px, 3fr)"]),
    ].join(" "),
  };
  const assetRows = useMemo(() => entries.flatMap((entry) => (entry.kind === "asset" ? [entry.row] : [])), [entries]);
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label="Assets"
      aria-rowcount={entries.length + 1}
      className="min-h-0 min-w-0 flex-1 overflow-auto outline-none"
    >
      <div role="rowgroup" className="sticky top-0 z-10 min-w-fit border-b border-line bg-canvas">
        <div role="row" aria-rowindex={1} className="grid h-8 items-center gap-3 px-4" style={tracks}>
          {width !== "phone" && (
            <div role="columnheader" className="flex">
              <MarkBox
                label="Select all assets"
                checked={assetRows.length > 0 && assetRows.every((row) => marks.has(row))}
                onChange={(checked) => (checked ? marks.replace(assetRows) : marks.clear())}
              />
            </div>
          )}
          {shown.map((id) => (
            <HeaderCell key={id} id={id} sort={sort} onSort={onSort} />
          ))}
          {matrix !== null && <ActivityHead matrix={matrix} />}
        </div>
      </div>
      <div role="rowgroup" className="relative min-w-fit" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          const row = entry.kind === "asset" ? entry.row : -1;
          return (
            <div
              key={entry.kind === "asset" ? entry.row : entry.prefix}
              role="row"
              aria-rowindex={index + 2}
              data-active={index === active}
              data-marked={row >= 0 && marks.has(row)}
              className="absolute inset-x-0 grid items-center gap-3 border-b border-line px-4 hover:bg-hover data-[active=true]:bg-accent-soft data-[marked=true]:bg-pressed"
              style={{ ...tracks, height: LINE_PX, transform: `translateY(${start}px)` }}
            >
              {entry.kind === "prefix" ? (
                <PrefixCells
                  entry={entry}
                  catalog={catalog}
                  shown={shown}
                  hasBox={width !== "phone"}
                  onToggle={onPrefix}
                />
              ) : (
                <>
                  {width !== "phone" && (
                    <div role="cell" className="flex">
                      <MarkBox
                        label={`Select ${catalog.index.keys[row] ?? ""}`}
                        checked={marks.has(row)}
                        onChange={() => marks.toggle(row)}
                      />
                    </div>
                  )}
                  {tableRows[index]
                    ?.getAllCells()
                    .filter(({ column }) => shown.some((id) => id === column.id))
                    .map((cell) => (
                      <div
                        key={cell.id}
                        role="cell"
                        className="flex min-w-0"
                        {...(cell.column.id === "name" && entry.depth > 0
                          ? { style: { paddingLeft: entry.depth * 16 } }
                          : {})}
                      >
                        <table.FlexRender cell={cell} />
                      </div>
                    ))}
                  {matrix !== null && (
                    <div role="cell" className="min-w-0">
                      <ActivityStrip
                        matrix={matrix}
                        id={catalog.index.ids[row] ?? -1}
                        name={catalog.index.keys[row] ?? ""}
                      />
                    </div>
                  )}
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Rows of the pages of lines that are in view, a list each: what was read for a page stays good while it is scrolled. */
function pagesOf(
  items: readonly { readonly index: number }[],
  entries: readonly AssetEntry[],
): readonly (readonly number[])[] {
  const first = Math.floor((items[0]?.index ?? 0) / PAGE);
  const last = Math.floor((items.at(-1)?.index ?? 0) / PAGE);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    entries
      .slice((first + i) * PAGE, (first + i + 1) * PAGE)
      .flatMap((entry) => (entry.kind === "asset" ? [entry.row] : [])),
  );
}

function isShown(from: "phone" | "tablet" | "desktop", width: WindowWidth): boolean {
  return from === "phone" || width === "desktop" || from === width;
}

interface MarkBoxProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function MarkBox({ label, checked, onChange }: MarkBoxProps): ReactNode {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      onChange={({ target }) => onChange(target.checked)}
      className="size-3.5 shrink-0 accent-[var(--accent)]"
    />
  );
}

interface HeaderCellProps {
  readonly id: "name" | ChosenColumn;
  readonly sort: AssetSort | undefined;
  readonly onSort: (column: SortColumn) => void;
}

function HeaderCell({ id, sort, onSort }: HeaderCellProps): ReactNode {
  const { sort: column, title } = COLUMN_PLACES[id];
  const current = sort === undefined ? null : parseSort(sort);
  const direction = current?.column !== column ? "none" : current?.descending === true ? "descending" : "ascending";
  return (
    <div role="columnheader" {...(column === undefined ? {} : { "aria-sort": direction })} className="label min-w-0">
      {column === undefined ? (
        title
      ) : (
        <button
          type="button"
          onClick={() => onSort(column)}
          className="inline-flex items-center gap-1 hover:text-ink data-[on=true]:text-ink"
          data-on={direction !== "none"}
        >
          {title}
          {direction !== "none" && <Icon name={direction === "ascending" ? "arrowUp" : "arrowDown"} size={10} />}
        </button>
      )}
    </div>
  );
}
