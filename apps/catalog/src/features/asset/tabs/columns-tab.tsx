import type { AssetColumn } from "@heddle/api";
import type { ColumnEdge, JsonValue } from "@heddle/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { trpc } from "../../../data/trpc.ts";
import { formatCount, formatCounted } from "../../../format/amounts.ts";
import { Button } from "../../../ui/button.tsx";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { Section } from "../../../ui/page.tsx";
import { SearchField } from "../../../ui/search-field.tsx";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { ColumnPath } from "../columns/column-path.tsx";

const route = getRouteApi("/assets/$");

/** Rows before somebody asks for the rest. */
const SHOWN_ROWS = 60;
/** Neighbours of a column that are listed; the rest is on its path. */
const SHOWN_NEIGHBOURS = 3;
/** Beyond so many columns there is a field to find one. */
const SEARCHED_FROM = 10;

/** The columns of an asset: what they hold, where they come from and where they go. */
export function ColumnsTab({ detail }: AssetTabProps): ReactNode {
  const { key } = detail.definition;
  const { column } = route.useSearch();
  const navigate = useNavigate({ from: "/assets/$" });
  const [text, setText] = useState("");
  const query = useQuery(trpc.columns.forAsset.queryOptions({ key }));
  const choose = (name: string | undefined): void =>
    void navigate({
      search: (before) => ({ ...before, tab: "columns", column: name }),
      replace: true,
      resetScroll: false,
    });
  const columns = query.data?.columns ?? [];
  const wanted = text.toLowerCase();
  const shown = columns.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {column !== undefined && <ColumnPath assetKey={key} column={column} onClose={() => choose(undefined)} />}
      {query.isError && (
        <FailurePanel title="The columns could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <Skeleton label="Reading the columns" lines={4} />}
      {query.data !== undefined && columns.length === 0 && (
        <p className="max-w-2xl text-muted">
          Nothing is known of its columns. They are known once it is materialized through an I/O manager of tables, or
          when the asset names them under <code className="font-mono text-xs">columns</code>.
        </p>
      )}
      {columns.length > 0 && (
        <Section
          title="Columns"
          aside={
            <>
              <span role="status">
                {shown.length === columns.length
                  ? formatCounted(columns.length, "column")
                  : `${formatCount(shown.length)} of ${formatCount(columns.length)}`}
              </span>
              {columns.length > SEARCHED_FROM && (
                <SearchField label="Find a column" text={text} onText={setText} settleMs={80} className="w-48" />
              )}
            </>
          }
        >
          <ColumnTable columns={shown} chosen={column} onChoose={choose} />
        </Section>
      )}
    </div>
  );
}

interface ColumnTableProps {
  readonly columns: readonly AssetColumn[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string | undefined) => void;
}

const HEAD = "border-b border-line px-3 py-1.5 text-left text-xs font-medium whitespace-nowrap text-muted";
const CELL = "border-b border-line px-3 py-1.5 align-top";

function ColumnTable({ columns, chosen, onChoose }: ColumnTableProps): ReactNode {
  const [whole, setWhole] = useState(false);
  const shown = whole ? columns : columns.slice(0, SHOWN_ROWS);
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Table of columns"
      className="overflow-x-auto rounded-md border border-line"
    >
      <table className="w-full border-collapse">
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              column
            </th>
            <th scope="col" className={HEAD}>
              type
            </th>
            <th scope="col" className={`${HEAD} w-full`}>
              description
            </th>
            <th scope="col" className={HEAD}>
              latest
            </th>
            <th scope="col" className={HEAD}>
              comes from
            </th>
            <th scope="col" className={HEAD}>
              goes into
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((column) => (
            <tr key={column.name} className="last:[&>td]:border-b-0">
              <td className={`${CELL} min-w-44`}>
                <button
                  type="button"
                  aria-pressed={column.name === chosen}
                  title="Show its path"
                  onClick={() => onChoose(column.name === chosen ? undefined : column.name)}
                  className="link max-w-60 text-left font-mono text-xs break-all aria-pressed:font-semibold"
                >
                  <bdi>{column.name}</bdi>
                </button>
              </td>
              <td className={`${CELL} text-xs whitespace-nowrap`}>
                {column.type === null ? <span className="text-muted">not known</span> : <code>{column.type}</code>}
                {column.nullable === true && <span className="text-muted"> or null</span>}
              </td>
              <td className={`${CELL} min-w-48 break-words`}>
                {column.description}
                {column.describedBy !== null && (
                  <span className="block text-2xs text-muted">from {column.describedBy.asset}</span>
                )}
              </td>
              <td className={`${CELL} text-xs whitespace-nowrap text-muted`}>{describeCells(column)}</td>
              <td className={CELL}>
                {column.upstream.length === 0 ? (
                  <span className="text-xs whitespace-nowrap text-muted">
                    {column.isKnown ? "no other asset" : "unknown"}
                  </span>
                ) : (
                  <Neighbours edges={column.upstream} end="from" />
                )}
                {column.isDerived && (
                  <span
                    className="block text-2xs text-muted"
                    title="Read out of the query of the asset, and not declared"
                  >
                    derived
                  </span>
                )}
                {column.unknownBecause !== null && (
                  <span className="block max-w-64 min-w-40 text-2xs text-muted">{column.unknownBecause}</span>
                )}
              </td>
              <td className={CELL}>
                <Neighbours edges={column.downstream} end="to" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < columns.length && (
        <Button kind="ghost" className="m-1" onClick={() => setWhole(true)}>
          Show {formatCount(columns.length - shown.length)} more
        </Button>
      )}
    </div>
  );
}

function Neighbours({ edges, end }: { readonly edges: readonly ColumnEdge[]; readonly end: "from" | "to" }): ReactNode {
  return (
    <ul className="text-xs whitespace-nowrap">
      {edges.slice(0, SHOWN_NEIGHBOURS).map((edge) => {
        const { asset, column } = edge[end];
        return (
          <li key={`${asset} ${column ?? ""}`} className="sentence">
            <Link
              to="/assets/$"
              params={{ _splat: asset }}
              search={{ tab: "columns", column: column ?? undefined }}
              className="link"
            >
              <bdi>{asset}</bdi>
            </Link>{" "}
            <span className="text-muted">
              {column === null ? "reads it" : edge.passes ? `${column}, as it is` : column}
            </span>
          </li>
        );
      })}
      {edges.length > SHOWN_NEIGHBOURS && (
        <li className="text-muted">
          {SHOWN_NEIGHBOURS} of {formatCount(edges.length)} shown
        </li>
      )}
    </ul>
  );
}

function describeCells({ min, max, nulls }: AssetColumn): string {
  const bounds = min === null && max === null ? [] : [`${shorten(min)} to ${shorten(max)}`];
  const gaps = nulls === null || nulls === 0 ? [] : [`${formatCount(nulls)} null`];
  return [...bounds, ...gaps].join(", ");
}

function shorten(value: JsonValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}
