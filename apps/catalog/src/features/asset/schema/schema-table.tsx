import type { StoredColumn } from "@heddle/core";
import { type ReactNode, useState } from "react";
import { formatCount } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { type ColumnMark, describeMarks, type MarkedColumn, markColumns } from "./column-changes.ts";

/** Columns before somebody asks for the rest. */
const SHOWN = 24;

const MARKS: Record<
  NonNullable<ColumnMark>,
  { readonly sign: string; readonly word: string; readonly tone: string }
> = {
  added: { sign: "+", word: "added", tone: "text-fresh-ink" },
  removed: { sign: "−", word: "removed", tone: "text-failed-ink" },
  type: { sign: "~", word: "type changed", tone: "text-stale-ink" },
  nullable: { sign: "~", word: "changed", tone: "text-stale-ink" },
};

interface SchemaTableProps {
  readonly columns: readonly StoredColumn[];
  /** Of the materialization before; `null` when there is none to compare with. */
  readonly before: readonly StoredColumn[] | null;
}

/** The columns of a materialization, with marks where they differ from those of the one before. */
export function SchemaTable({ columns, before }: SchemaTableProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const marked = markColumns(columns, before);
  const shown = whole ? marked : marked.slice(0, SHOWN);
  const changes = describeMarks(marked);
  const hasStatistics = columns.some(
    ({ min, max, nulls }) => min !== undefined || max !== undefined || nulls !== undefined,
  );
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div
        tabIndex={0}
        role="region"
        aria-label="Columns"
        className="max-h-80 overflow-auto rounded-md border border-line"
      >
        <table className="w-full border-collapse text-xs">
          <thead className="sticky top-0 bg-surface">
            <tr>
              {before !== null && changes !== null && (
                <th scope="col" className="w-6 border-b border-line pl-2 text-left font-medium text-muted">
                  <span className="sr-only">change</span>
                </th>
              )}
              {["column", "type", "nulls", ...(hasStatistics ? ["least", "greatest"] : [])].map((title) => (
                <th key={title} scope="col" className="border-b border-line px-2 py-1 text-left font-medium text-muted">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Row key={one.column.name} one={one} isMarked={changes !== null} hasStatistics={hasStatistics} />
            ))}
          </tbody>
        </table>
      </div>
      <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
        {before === null
          ? "There is nothing before it to compare with."
          : changes === null
            ? "The columns are those of the materialization before."
            : `${changes} since the materialization before.`}
        {shown.length < marked.length && (
          <Button kind="ghost" onClick={() => setWhole(true)}>
            Show all {formatCount(marked.length)} columns
          </Button>
        )}
      </p>
    </div>
  );
}

function Row({
  one: { column, mark, before },
  isMarked,
  hasStatistics,
}: {
  readonly one: MarkedColumn;
  readonly isMarked: boolean;
  readonly hasStatistics: boolean;
}): ReactNode {
  const look = mark === null ? null : MARKS[mark];
  const cell = "border-b border-line px-2 py-1 whitespace-nowrap";
  const struck = mark === "removed" ? "text-muted line-through" : "";
  return (
    <tr>
      {isMarked && (
        <td className={`border-b border-line pl-2 ${look?.tone ?? ""}`}>
          {look !== null && (
            <span title={look.word}>
              <span aria-hidden>{look.sign}</span>
              <span className="sr-only">{look.word}</span>
            </span>
          )}
        </td>
      )}
      <td className={`${cell} font-medium ${struck}`}>{column.name}</td>
      <td className={`${cell} ${struck}`}>
        {column.type}
        {mark === "type" && <span className="text-muted"> was {before}</span>}
      </td>
      <td className={`${cell} ${struck}`}>
        {column.nullable ? (column.nulls === undefined ? "possible" : formatCount(column.nulls)) : "not null"}
        {mark === "nullable" && <span className="text-muted"> {before}</span>}
      </td>
      {hasStatistics && (
        <>
          <td className={`${cell} ${struck}`}>{show(column.min)}</td>
          <td className={`${cell} ${struck}`}>{show(column.max)}</td>
        </>
      )}
    </tr>
  );
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
