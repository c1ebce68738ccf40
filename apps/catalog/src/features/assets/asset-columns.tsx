import { Link } from "@tanstack/react-router";
import { createColumnHelper, tableFeatures } from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { downstreamCounts } from "../../data/downstream-counts.ts";
import { formatCount, formatShortCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Ago, Until } from "../../ui/instant.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";

export const assetTableFeatures = tableFeatures({});

/** What columns show that is read only while they are shown. */
export interface ColumnData {
  readonly expected: ReadonlyMap<number, ExpectedAsset>;
  /** Mean durations of the last runs by asset id, the oldest first. */
  readonly durations: ReadonlyMap<number, readonly number[]>;
}

/** When a schedule asks for an asset. */
export interface ExpectedAsset {
  readonly at: number;
  readonly schedule: string;
}

/** One line of the table: a row of the catalog. */
export interface AssetLine {
  readonly row: number;
  readonly catalog: Catalog;
  readonly data: ColumnData;
}

const helper = createColumnHelper<typeof assetTableFeatures, AssetLine>();

export const assetColumns = helper.columns([
  helper.display({ id: "name", cell: ({ row }) => <NameCell {...row.original} /> }),
  helper.display({ id: "group", cell: ({ row }) => <GroupCell {...row.original} /> }),
  helper.display({
    id: "kinds",
    cell: ({ row }) => <ListCell values={row.original.catalog.index.kinds[row.original.row]} />,
  }),
  helper.display({ id: "status", cell: ({ row }) => <StatusCell {...row.original} /> }),
  helper.display({ id: "materialized", cell: ({ row }) => <MaterializedCell {...row.original} /> }),
  helper.display({ id: "expected", cell: ({ row }) => <ExpectedCell {...row.original} /> }),
  helper.display({ id: "partitions", cell: ({ row }) => <PartitionsCell {...row.original} /> }),
  helper.display({ id: "checks", cell: ({ row }) => <ChecksCell {...row.original} /> }),
  helper.display({
    id: "owners",
    cell: ({ row }) => <ListCell values={row.original.catalog.index.owners[row.original.row]} />,
  }),
  helper.display({ id: "downstream", cell: ({ row }) => <DownstreamCell {...row.original} /> }),
  helper.display({ id: "duration", cell: ({ row }) => <DurationCell {...row.original} /> }),
  helper.display({ id: "location", cell: ({ row }) => <LocationCell {...row.original} /> }),
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
      {prefix !== "" && <bdi className="min-w-4 shrink-[1000] truncate font-normal text-muted">{prefix}</bdi>}
      <bdi className="truncate">{name}</bdi>
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

function ExpectedCell({ row, catalog: { index }, data }: AssetLine): ReactNode {
  const next = data.expected.get(index.ids[row] ?? -1);
  if (next === undefined) return null;
  return (
    <span className="truncate text-muted" title={`by the schedule ${next.schedule}`}>
      <Until at={next.at} />
    </span>
  );
}

function DownstreamCell({ row, catalog: { index } }: AssetLine): ReactNode {
  const count = downstreamCounts(index)[row] ?? 0;
  return <span className="text-muted">{count === 0 ? "" : formatCount(count)}</span>;
}

function LocationCell({ row, catalog: { index } }: AssetLine): ReactNode {
  const name = index.codeLocations[index.codeLocationOf[row] ?? -1] ?? "";
  return (
    <span className="truncate text-muted" title={name}>
      {name}
    </span>
  );
}

function DurationCell({ row, catalog: { index }, data }: AssetLine): ReactNode {
  const means = data.durations.get(index.ids[row] ?? -1);
  if (means === undefined) return null;
  return (
    <span className="flex w-full items-center gap-2">
      <Sparkline values={means} label={`Last ${means.length} runs: ${means.map(formatDuration).join(", ")}`} />
      <span className="text-xs whitespace-nowrap text-muted">{formatDuration(means.at(-1) ?? 0)}</span>
    </span>
  );
}
