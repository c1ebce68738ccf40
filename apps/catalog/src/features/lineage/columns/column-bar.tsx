import type { ReactNode } from "react";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { IconButton } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { BAR } from "../lineage-toolbar.tsx";
import { notKnown } from "./not-known.ts";
import type { ShownColumns } from "./use-columns.ts";

interface ColumnBarProps {
  readonly columns: ShownColumns;
  /** Opens the panel with what there is to know of the path; left out where there is no room for it. */
  readonly onOpen?: () => void;
  readonly onClose: () => void;
}

/** Of which column the path is shown: at the upper left of the picture, or above the outline where that is all there is. */
export function ColumnBar({ columns: { column, path, isPast, error }, onOpen, onClose }: ColumnBarProps): ReactNode {
  const unknown = path === null ? 0 : notKnown(path).length;
  return (
    <div
      data-control
      role="region"
      aria-label="Column"
      className={onOpen === undefined ? "flex items-center gap-3 px-3 pt-2 text-xs md:hidden" : BAR}
    >
      <p role="status" className="min-w-0">
        <b className="font-medium break-words">
          <bdi className="font-mono">{column?.column}</bdi>
        </b>{" "}
        of <bdi>{column?.asset}</bdi>
        {isPast && ": which columns come from which is known for now only, not for this moment"}
        {path !== null && `: ${formatCounted(path.assets.length, "asset")} on its path`}
        {path !== null && path.hidden > 0 && `, ${path.hidden} filtered out`}
      </p>
      {unknown > 0 &&
        (onOpen === undefined ? (
          <span className="whitespace-nowrap text-muted">{formatCount(unknown)} not known</span>
        ) : (
          <button type="button" className="link whitespace-nowrap" onClick={onOpen}>
            {formatCount(unknown)} not known
          </button>
        ))}
      {error !== null && error !== undefined && <FailurePanel title="The path could not be read" error={error} />}
      <IconButton icon="close" label="Leave the column" className="-my-1 -mr-2 ml-auto" onClick={onClose} />
    </div>
  );
}
