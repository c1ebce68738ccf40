import { Link } from "@tanstack/react-router";
import { createColumnHelper, tableFeatures } from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount, formatShortCount } from "../../format/amounts.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import type { SortColumn } from "./asset-sort.ts";

export const assetTableFeatures = tableFeatures({});

/** One line of the table: a row of the catalog. */
export interface AssetLine {
  readonly row: number;
  readonly catalog: Catalog;
}

interface ColumnPlace {
  /** Track of the grid. */
  readonly track: string;
  readonly sort?: SortColumn;
  /** Left out where the window is narrower than this; `phone` never is. */
  readonly from: "phone" | "tablet" | "desktop";
}

/** Where each column stands, by its id. */
export const COLUMN_PLACES: Readonly<Record<string, ColumnPlace>> = {
  name: { track: "minmax(200px, 2.2fr)", sort: "name", from: "phone" },
  group: { track: "minmax(96px, 1fr)", sort: "group", from: "desktop" },
  kinds: { track: "minmax(88px, 0.8fr)", from: "desktop" },
  status: { track: "104px", sort: "status", from: "phone" },
  materialized: { track: "104px", sort: "materialized", from: "tablet" },
  partitions: { track: "minmax(152px, 1fr)", sort: "partitions", from: "tablet" },
  checks: { track: "136px", sort: "checks", from: "tablet" },
  owners: { track: "minmax(88px, 0.8fr)", from: "desktop" },
};

const helper = createColumnHelper<typeof assetTableFeatures, AssetLine>();

export const assetColumns = helper.columns([
  helper.display({ id: "name", header: "Name", cell: ({ row }) => <NameCell {...row.original} /> }),
  helper.display({ id: "group", header: "Group", cell: ({ row }) => <GroupCell {...row.original} /> }),
  helper.display({
    id: "kinds",
    header: "Kinds",
    cell: ({ row }) => <ListCell values={row.original.catalog.index.kinds[row.original.row]} />,
  }),
  helper.display({ id: "status", header: "Status", cell: ({ row }) => <StatusCell {...row.original} /> }),
  helper.display({
    id: "materialized",
    header: "Last made",
    cell: ({ row }) => <MaterializedCell {...row.original} />,
  }),
  helper.display({ id: "partitions", header: "Partitions", cell: ({ row }) => <PartitionsCell {...row.original} /> }),
  helper.display({ id: "checks", header: "Checks", cell: ({ row }) => <ChecksCell {...row.original} /> }),
  helper.display({
    id: "owners",
    header: "Owners",
    cell: ({ row }) => <ListCell values={row.original.catalog.index.owners[row.original.row]} />,
  }),
]);

function NameCell({ row, catalog: { index } }: AssetLine): ReactNode {
  const key = index.keys[row] ?? "";
  const name = index.names[row] ?? "";
  const prefix = key.slice(0, key.length - name.length);
  return (
    <Link
      to="/assets/$"
      params={{ _splat: key }}
      aria-label={key}
      title={index.summaries[row] === "" ? key : `${key}\n${index.summaries[row] ?? ""}`}
      className="flex min-w-0 font-medium hover:underline hover:underline-offset-3"
    >
      {prefix !== "" && <span className="min-w-4 shrink-[1000] truncate font-normal text-muted">{prefix}</span>}
      <span className="truncate">{name}</span>
    </Link>
  );
}

function GroupCell({ row, catalog: { index } }: AssetLine): ReactNode {
  const group = index.groupNameOf(row);
  return (
    <span className="truncate text-muted" title={group}>
      {group}
    </span>
  );
}

function ListCell({ values = [] }: { readonly values: readonly string[] | undefined }): ReactNode {
  const text = values.join(", ");
  return (
    <span className="truncate text-muted" title={text}>
      {text}
    </span>
  );
}

function StatusCell({ row, catalog: { statuses } }: AssetLine): ReactNode {
  return <StatusMark look={lookOfCode(statuses.codes[row] ?? -1)} />;
}

function MaterializedCell({ row, catalog: { index, statuses } }: AssetLine): ReactNode {
  // Heddle does not make what is external.
  if (index.external[row] === 1) return null;
  const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
  return <span className="text-muted">{Number.isNaN(at) ? "never" : <Ago at={at} />}</span>;
}

function PartitionsCell({ row, catalog: { index, statuses } }: AssetLine): ReactNode {
  const total = statuses.totals[row] ?? 0;
  if (index.external[row] === 1 || index.partitionsOf(row) === null) return null;
  const made = statuses.materializedOf(row);
  return (
    <span className="flex w-full items-center gap-2">
      <StatusBar countOf={(code) => statuses.countOf(row, code)} className="h-2 flex-1" />
      <span
        className="min-w-14 text-right text-xs whitespace-nowrap text-muted"
        title={`${formatCount(made)} of ${formatCount(total)} made`}
      >
        {formatShortCount(made)}/{formatShortCount(total)}
      </span>
    </span>
  );
}

function ChecksCell({ row, catalog: { statuses } }: AssetLine): ReactNode {
  const passed = statuses.checksPassed[row] ?? 0;
  const warned = statuses.checksWarned[row] ?? 0;
  const failed = statuses.checksFailed[row] ?? 0;
  if (passed + warned + failed === 0) return null;
  return (
    <span
      className="flex items-center gap-2 text-xs"
      aria-label={`${failed} failed, ${warned} warned, ${passed} passed`}
      role="img"
    >
      {failed > 0 && (
        <span className="flex items-center gap-1 font-medium text-failed-ink">
          <GlyphIcon glyph="cross" size={10} />
          {formatShortCount(failed)}
        </span>
      )}
      {warned > 0 && (
        <span className="flex items-center gap-1 text-stale-ink">
          <GlyphIcon glyph="triangle" size={10} />
          {formatShortCount(warned)}
        </span>
      )}
      {passed > 0 && (
        <span className="flex items-center gap-1 text-muted">
          <GlyphIcon glyph="check" size={10} />
          {formatShortCount(passed)}
        </span>
      )}
    </span>
  );
}
