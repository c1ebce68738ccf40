import { memo, type ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { ActivityStrip, type MatrixDaysData } from "./activity-strip.tsx";
import type { ChosenColumn } from "./asset-column-choice.ts";
import { CELLS, type ColumnData } from "./asset-columns.tsx";
import type { AssetEntry } from "./asset-tree.ts";
import { PrefixCells } from "./prefix-cells.tsx";

/** Height of a line, in CSS pixels. */
export const LINE_PX = 36;

/** What all lines of the table have in common: another object draws all of them again. */
export interface TableLook {
  readonly catalog: Catalog;
  readonly data: ColumnData;
  readonly shown: readonly ("name" | ChosenColumn)[];
  /** Tracks of the grid. */
  readonly tracks: string;
  /** Whether a column of boxes stands before the name. */
  readonly hasBox: boolean;
  readonly matrix: MatrixDaysData | null;
  /** Epoch milliseconds that ages are counted from. */
  readonly now: number;
  /** Revision of the statuses, which change in place. */
  readonly revision: number;
  /** Names and statuses alone. */
  readonly isBrief: boolean;
  readonly onMark: (row: number) => void;
  readonly onPrefix: (prefix: string) => void;
}

interface AssetRowProps {
  readonly look: TableLook;
  readonly entry: AssetEntry;
  readonly index: number;
  readonly active: boolean;
  readonly marked: boolean;
}

/** One line. Drawn again only when it shows another asset, or when something about that has changed. */
export const AssetRow = memo(function AssetRow({ look, entry, index, active, marked }: AssetRowProps): ReactNode {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-active={active}
      data-marked={marked}
      data-line={entry.kind === "asset" ? entry.row : entry.prefix}
      className="absolute inset-x-0 grid items-center gap-3 border-b border-line px-4 [contain:layout_size_style] hover:bg-hover data-[active=true]:bg-accent-soft data-[marked=true]:bg-pressed"
      style={{ gridTemplateColumns: look.tracks, height: LINE_PX, top: index * LINE_PX }}
    >
      {entry.kind === "prefix" ? (
        <PrefixCells
          entry={entry}
          catalog={look.catalog}
          shown={look.shown}
          hasBox={look.hasBox}
          onToggle={look.onPrefix}
        />
      ) : (
        <AssetCells look={look} entry={entry} marked={marked} />
      )}
    </div>
  );
});

/** Columns whose cells hold more than a text. */
const BOXES: ReadonlySet<"name" | ChosenColumn> = new Set(["name", "status", "partitions", "checks", "duration"]);

/** What is left of a line that flies past. */
const BRIEF: ReadonlySet<"name" | ChosenColumn> = new Set(["name", "status"]);

interface AssetCellsProps {
  readonly look: TableLook;
  readonly entry: Extract<AssetEntry, { readonly kind: "asset" }>;
  readonly marked: boolean;
}

function AssetCells({ look, entry: { row, depth }, marked }: AssetCellsProps): ReactNode {
  const { catalog, data, shown, matrix, now, isBrief } = look;
  const key = catalog.index.keys[row] ?? "";
  const line = { row, catalog, data, now, isBrief };
  return (
    <>
      {look.hasBox && (
        <div role="cell" className="flex">
          <MarkBox label={`Select ${key}`} checked={marked} onChange={() => look.onMark(row)} />
        </div>
      )}
      {shown.map((id) => (
        <div
          key={id}
          role="cell"
          className={BOXES.has(id) ? "flex min-w-0" : "min-w-0 truncate text-muted"}
          {...(id === "name" && depth > 0 && { style: { paddingLeft: depth * 16 } })}
        >
          {(!isBrief || BRIEF.has(id)) && CELLS[id](line)}
        </div>
      ))}
      {matrix !== null && (
        <div role="cell" className="min-w-0">
          <ActivityStrip matrix={matrix} id={catalog.index.ids[row] ?? -1} name={key} />
        </div>
      )}
    </>
  );
}

interface MarkBoxProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** The box that marks one line, or all of them. */
export function MarkBox({ label, checked, onChange }: MarkBoxProps): ReactNode {
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
