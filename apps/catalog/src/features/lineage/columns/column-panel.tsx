import type { AssetColumn } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import type { CatalogIndex } from "../../../data/catalog-index.ts";
import { trpc } from "../../../data/trpc.ts";
import { formatCount } from "../../../format/amounts.ts";
import { FailurePanel } from "../../../ui/failure-panel.tsx";
import { keepFocus } from "../../../ui/kept-focus.ts";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { Lineage } from "../use-lineage.ts";
import { ColumnList } from "./column-list.tsx";
import { ColumnPathFacts } from "./column-path-facts.tsx";

interface ColumnPanelProps {
  readonly assetKey: string;
  readonly index: CatalogIndex;
  readonly lineage: Lineage;
}

const NO_COLUMNS: readonly AssetColumn[] = [];

/** The columns of the asset in focus, and what there is to know of the path of the one that is chosen. */
export function ColumnPanel({ assetKey, index, lineage }: ColumnPanelProps): ReactNode {
  const { columns, showColumn } = lineage;
  const query = useQuery({ ...trpc.columns.forAsset.queryOptions({ key: assetKey }), enabled: !columns.isPast });
  // What had the keyboard goes away with the panel.
  useEffect(() => keepFocus, []);
  const known = query.data?.columns ?? NO_COLUMNS;
  const own = columns.path?.assets.find(({ key }) => key === assetKey)?.columns ?? [];
  const onRow = (key: string): void => {
    const row = index.rowOfKey(key);
    if (row !== undefined) lineage.focusOnRow(row);
  };
  return (
    <section aria-label="Columns" className="border-y border-line mt-3 flex flex-col gap-1 pt-3 pb-2">
      <h3 className="label px-4">
        Columns {own.length > 0 && `${formatCount(own.length)} of ${formatCount(known.length)} on the path`}
        {own.length === 0 && known.length > 0 && formatCount(known.length)}
      </h3>
      {columns.isPast && (
        <p className="px-4 text-muted">Which columns come from which is known for now only, not for this moment.</p>
      )}
      {query.isError && (
        <FailurePanel title="The columns could not be read" error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isLoading && <Skeleton label="Reading the columns" lines={4} />}
      {query.data !== undefined && known.length === 0 && (
        <p className="px-4 text-muted">
          Nothing is known of its columns. They are known once it is materialized as a table, or when the asset names
          them.
        </p>
      )}
      {known.length > 0 && (
        <ColumnList
          columns={known}
          onPath={own}
          chosen={columns.column?.asset === assetKey ? columns.column.column : undefined}
          askedRef={lineage.columnsAsked}
          onChoose={(column) => showColumn(column === null ? null : { asset: assetKey, column })}
          onLeave={() => (columns.column === null ? lineage.toggleColumns() : showColumn(null))}
        />
      )}
      {columns.column !== null && columns.path !== null && (
        <ColumnPathFacts column={columns.column} path={columns.path} onAsset={onRow} />
      )}
    </section>
  );
}
