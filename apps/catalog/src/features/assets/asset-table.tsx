import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { type Catalog, useStatusRevision } from "../../data/catalog-state.ts";
import { useNow } from "../../ui/clock.ts";
import { Icon } from "../../ui/icons.tsx";
import { useWindowWidth, type WindowWidth } from "../../ui/window-width.ts";
import { ActivityHead, type MatrixDaysData } from "./activity-strip.tsx";
import { CHOSEN_COLUMNS, type ChosenColumn, COLUMN_PLACES } from "./asset-column-choice.ts";
import type { AssetMarks } from "./asset-marks.ts";
import { type AssetSort, parseSort, type SortColumn } from "./asset-sort-choice.ts";
import type { AssetEntry } from "./asset-tree.ts";
import { AssetRow, LINE_PX, MarkBox, type TableLook } from "./asset-row.tsx";
import { useRowLinks } from "./row-links.ts";
import { useColumnData } from "./use-column-data.ts";
import { useFocusOfLines, useRecycledLines } from "./use-recycled-lines.ts";

/** Lines that are drawn above and below those in view. */
const OVERSCAN = 4;
/** Lines whose column data are read together. */
const PAGE = 50;
const NO_PAGES: readonly (readonly number[])[] = [];

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
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const pages = shown.includes("duration") ? pagesOf(items, entries) : NO_PAGES;
  const data = useColumnData(catalog, shown, pages);
  const revision = useStatusRevision(catalog.statuses);
  const now = useNow();
  const { slotOf, isBrief } = useRecycledLines(items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  // Lines beyond the view are drawn for a scroll to come upon them, and not for one that leaps over them.
  const drawn = isBrief ? items.filter(({ index }) => isBetween(index, virtual.range)) : items;
  const onFocus = useFocusOfLines(scroller);
  const links = useRowLinks(catalog.index);
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: "auto" });
  }, [active, virtual]);
  const hasBox = width !== "phone";
  const tracks = [
    ...(hasBox ? ["16px"] : []),
    ...shown.map((id) => COLUMN_PLACES[id].track),
    ...(matrix === null ? [] : [hasBox ? "minmax(220px, 3fr)" : "96px"]),
  ].join(" ");
  const onMark = marks.toggle;
  const look = useMemo(
    (): TableLook => ({ catalog, data, shown, tracks, hasBox, matrix, now, revision, isBrief, onMark, onPrefix }),
    [catalog, data, shown, tracks, hasBox, matrix, now, revision, isBrief, onMark, onPrefix],
  );
  const assetRows = useMemo(() => entries.flatMap((entry) => (entry.kind === "asset" ? [entry.row] : [])), [entries]);
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="table"
      aria-label="Assets"
      aria-rowcount={entries.length + 1}
      onFocus={onFocus}
      {...links}
      className="min-h-0 min-w-0 flex-1 overflow-auto outline-none"
    >
      <div role="rowgroup" className="sticky top-0 z-10 min-w-fit border-b border-line bg-canvas">
        <div
          role="row"
          aria-rowindex={1}
          className="grid h-8 items-center gap-3 px-4"
          style={{ gridTemplateColumns: tracks }}
        >
          {hasBox && (
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
        {drawn.map(({ index }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          return (
            <AssetRow
              key={slotOf(index)}
              look={look}
              entry={entry}
              index={index}
              active={index === active}
              marked={entry.kind === "asset" && marks.has(entry.row)}
            />
          );
        })}
      </div>
    </div>
  );
}

function isBetween(index: number, range: { readonly startIndex: number; readonly endIndex: number } | null): boolean {
  return range === null || (index >= range.startIndex && index <= range.endIndex);
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
