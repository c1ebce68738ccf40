import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { countOfStatus } from "../../data/counted-status.ts";
import { formatCount, formatProgress, formatShortCount } from "../../format/amounts.ts";
import { formatAgo, formatDuration } from "../../format/durations.ts";
import { formatFullInstant } from "../../format/instants.ts";
import { codeOf, lookOfCode } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Sparkline } from "../../ui/sparkline.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import type { ChosenColumn } from "./asset-column-choice.ts";
import { hrefOfAsset } from "./row-links.ts";

const STALE = codeOf("stale");

/** What columns show that is read only while they are shown. */
export interface ColumnData {
  /** How many assets depend on each, by row; `null` while it is not counted. */
  readonly downstream: Int32Array | null;
  readonly expected: ReadonlyMap<number, ExpectedAsset>;
  /** Conditions of assets by asset id: when what they say holds, nobody knows before. */
  readonly automatic: ReadonlyMap<number, AutomaticAsset>;
  /** Mean durations of the last runs by asset id, the oldest first. */
  readonly durations: ReadonlyMap<number, readonly number[]>;
}

/** When a schedule asks for an asset. */
export interface ExpectedAsset {
  readonly at: number;
  readonly schedule: string;
}

/** An asset with an automation condition. */
export interface AutomaticAsset {
  /** Its name, or the condition in one line. */
  readonly text: string;
  readonly isOff: boolean;
}

/** One line of the table: a row of the catalog. */
export interface AssetLine {
  readonly row: number;
  readonly catalog: Catalog;
  readonly data: ColumnData;
  /** Epoch milliseconds that ages are counted from. */
  readonly now: number;
  /** Whether it flies past, so that less of it will do. */
  readonly isBrief: boolean;
}

/**
 * What stands in the cells of a line; a text is cut off where the room ends. Functions and not components, and no element
 * that could be left out: while the table is scrolled through, hundreds of cells are drawn in each frame. The whole of a
 * text, and the date behind an age, are told when the pointer is on them: row-links.ts.
 */
export const CELLS: Readonly<Record<"name" | ChosenColumn, (line: AssetLine) => ReactNode>> = {
  name: nameCell,
  group: ({ row, catalog: { index } }) => index.groupNameOf(row),
  kinds: ({ row, catalog: { index } }) => listText(index.kinds[row]),
  status: statusCell,
  materialized: materializedCell,
  expected: expectedCell,
  partitions: partitionsCell,
  checks: checksCell,
  owners: ({ row, catalog: { index } }) => listText(index.owners[row]),
  downstream: ({ row, data: { downstream } }) => countText(downstream?.[row]),
  duration: durationCell,
  location: ({ row, catalog: { index } }) => index.codeLocations[index.codeLocationOf[row] ?? -1] ?? "",
};

function listText(values: readonly string[] = []): string {
  return values.length === 1 ? (values[0] ?? "") : values.join(", ");
}

function countText(count = 0): string {
  return count === 0 ? "" : formatCount(count);
}

function statusCell({ row, catalog }: AssetLine): ReactNode {
  const code = catalog.statuses.codes[row] ?? -1;
  const count = countOfStatus(catalog, row);
  return (
    <StatusMark
      look={lookOfCode(code)}
      suffix={
        count === null ? undefined : <span className="text-xs font-normal text-muted"> {formatShortCount(count)}</span>
      }
    />
  );
}

function nameCell({ row, catalog: { index }, isBrief }: AssetLine): ReactNode {
  const key = index.keys[row] ?? "";
  if (isBrief)
    return (
      <a href={hrefOfAsset(key)} data-asset={key} aria-label={key} className="truncate font-medium">
        {key}
      </a>
    );
  const name = index.names[row] ?? "";
  const prefix = key.slice(0, key.length - name.length);
  return (
    <a
      href={hrefOfAsset(key)}
      data-asset={key}
      aria-label={key}
      className="flex min-w-0 font-medium hover:underline hover:underline-offset-3"
    >
      {prefix !== "" && <bdi className="min-w-4 shrink-[1000] truncate font-normal text-muted">{prefix}</bdi>}
      <bdi className="truncate">{name}</bdi>
    </a>
  );
}

function materializedCell({ row, catalog: { index, statuses }, now }: AssetLine): ReactNode {
  // Heddle does not make what is external.
  if (index.external[row] === 1) return null;
  const at = statuses.lastMaterializedAt[row] ?? Number.NaN;
  if (Number.isNaN(at)) return "never";
  return <time dateTime={new Date(at).toISOString()}>{formatAgo(at, Math.max(now, at))}</time>;
}

function partitionsCell({ row, catalog: { index, statuses } }: AssetLine): ReactNode {
  const total = statuses.totals[row] ?? 0;
  if (index.external[row] === 1 || index.partitionsOf(row) === null) return null;
  const made = statuses.materializedOf(row);
  const stale = statuses.countOf(row, STALE);
  return (
    <span className="flex w-full items-center gap-2">
      <StatusBar countOf={(code) => statuses.countOf(row, code)} className="h-2 flex-1" />
      <span
        className="min-w-14 text-right text-xs whitespace-nowrap text-muted"
        title={`${formatCount(made)} of ${formatCount(total)} made${stale > 0 ? `, ${formatCount(stale)} stale` : ""}`}
      >
        {formatProgress(formatShortCount(made), formatShortCount(total))}
      </span>
    </span>
  );
}

function checksCell({ row, catalog: { statuses } }: AssetLine): ReactNode {
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

function expectedCell({ row, catalog: { index }, data, now }: AssetLine): ReactNode {
  const id = index.ids[row] ?? -1;
  const next = data.expected.get(id);
  const condition = data.automatic.get(id);
  if (next !== undefined) {
    const also = condition === undefined || condition.isOff ? "" : `, or before, by its condition: ${condition.text}`;
    return (
      <span title={`${formatFullInstant(next.at)}, by the schedule ${next.schedule}${also}`}>
        {formatAgo(next.at, Math.min(now, next.at))}
      </span>
    );
  }
  if (condition === undefined) return null;
  return (
    <Link
      to="/automation/conditions/$"
      params={{ _splat: index.keys[row] ?? "" }}
      title={`${condition.isOff ? "switched off: " : ""}${condition.text}`}
      className="hover:text-ink hover:underline hover:underline-offset-3"
    >
      {condition.isOff ? "paused" : "on condition"}
    </Link>
  );
}

function durationCell({ row, catalog: { index }, data }: AssetLine): ReactNode {
  const means = data.durations.get(index.ids[row] ?? -1);
  if (means === undefined) return null;
  return (
    <span className="flex w-full items-center gap-2">
      <Sparkline values={means} label={`Last ${means.length} runs: ${means.map(formatDuration).join(", ")}`} />
      <span className="text-xs whitespace-nowrap text-muted">{formatDuration(means.at(-1) ?? 0)}</span>
    </span>
  );
}
