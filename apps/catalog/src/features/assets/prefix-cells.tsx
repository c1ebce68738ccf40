import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { lookOfCode, URGENCY_OF_CODE } from "../../status/status-look.ts";
import { StatusMark } from "../../status/status-mark.tsx";
import { Icon } from "../../ui/icons.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import type { ChosenColumn } from "./asset-column-choice.ts";
import type { AssetEntry } from "./asset-tree.ts";

interface PrefixCellsProps {
  readonly entry: Extract<AssetEntry, { readonly kind: "prefix" }>;
  readonly catalog: Catalog;
  readonly shown: readonly ("name" | ChosenColumn)[];
  /** Whether a column of boxes stands before the name. */
  readonly hasBox: boolean;
  readonly onToggle: (prefix: string) => void;
}

/** The cells of a prefix: how many assets are below it, the worst of their statuses, all of them as a bar. */
export function PrefixCells({ entry, catalog, shown, hasBox, onToggle }: PrefixCellsProps): ReactNode {
  const { prefix, depth, rows, isOpen } = entry;
  const { codes } = catalog.statuses;
  const counts = new Float64Array(PARTITION_STATUSES.length);
  let worst = -1;
  for (const row of rows) {
    const code = codes[row] ?? -1;
    if (code < 0) continue;
    counts[code] = (counts[code] ?? 0) + 1;
    if (worst === -1 || (URGENCY_OF_CODE[code] ?? 0) < (URGENCY_OF_CODE[worst] ?? 0)) worst = code;
  }
  const name = prefix.slice(0, -1);
  return (
    <>
      {hasBox && <div role="cell" />}
      {shown.map((id) => (
        <div key={id} role="cell" className="flex min-w-0 items-center">
          {id === "name" && (
            <button
              type="button"
              aria-expanded={isOpen}
              onClick={() => onToggle(prefix)}
              title={prefix}
              style={{ paddingLeft: depth * 16 }}
              className="flex min-w-0 items-center gap-1.5 font-medium hover:underline hover:underline-offset-3"
            >
              <Icon name={isOpen ? "chevronDown" : "chevronRight"} size={12} />
              <bdi className="truncate">{name.slice(name.lastIndexOf("/") + 1)}/</bdi>
              <span aria-hidden className="text-xs font-normal text-muted">
                {formatCount(rows.length)}
              </span>
              <span className="sr-only">{formatCounted(rows.length, "asset")}</span>
            </button>
          )}
          {id === "status" && worst >= 0 && <StatusMark look={lookOfCode(worst)} />}
          {id === "partitions" && <StatusBar countOf={(code) => counts[code] ?? 0} className="h-2 flex-1" />}
        </div>
      ))}
    </>
  );
}
