import type { ReactNode } from "react";

interface LineTableProps {
  readonly label: string;
  /** Widths of the columns as a class; on a phone one below the other. */
  readonly tracks: string;
  readonly heads: readonly string[];
  readonly children: ReactNode;
}

/** A table of lines; on a phone each line is a card. */
export function LineTable({ label, tracks, heads, children }: LineTableProps): ReactNode {
  return (
    <div role="table" aria-label={label} className="min-w-0 rounded-md border border-line">
      <div role="row" className={`grid h-8 items-center gap-4 border-b border-line px-3 max-md:hidden ${tracks}`}>
        {heads.map((head, index) => (
          <div key={index} role="columnheader" className="label truncate">
            {head === "" ? <span className="sr-only">Actions</span> : head}
          </div>
        ))}
      </div>
      {children}
    </div>
  );
}

/** One line of a {@link LineTable}. */
export function Line({ tracks, children }: { readonly tracks: string; readonly children: ReactNode }): ReactNode {
  return (
    <div
      role="row"
      className={`grid min-h-9 items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1.5 last:border-b-0 max-md:grid-cols-1 ${tracks}`}
    >
      {children}
    </div>
  );
}

interface CellProps {
  readonly children: ReactNode;
  readonly className?: string;
}

/** One cell of a {@link Line}. */
export function Cell({ children, className = "" }: CellProps): ReactNode {
  return (
    <div role="cell" className={`min-w-0 ${className}`}>
      {children}
    </div>
  );
}
