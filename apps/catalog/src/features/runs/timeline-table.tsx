import type { RunComparison, RunDetail, RunTimeline } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { doneSteps } from "./step-progress.ts";

interface TimelineTableProps {
  readonly run: RunDetail;
  readonly timeline: RunTimeline;
  /** Assets on the critical path. */
  readonly critical: ReadonlySet<number>;
  readonly comparison: RunComparison | undefined;
}

/** Assets that are listed; the rest is counted. */
const LISTED = 500;

/** What the timeline shows, asset by asset: when each began, how long it took, and how that compares. */
export function TimelineTable({ run, timeline, critical, comparison }: TimelineTableProps): ReactNode {
  const lanes = new Map(timeline.lanes.map((lane) => [lane.assetId, lane]));
  const compared = new Map(comparison?.assets.map((own) => [own.asset.key, own]));
  const other = comparison?.other ?? null;
  return (
    <div
      className="overflow-x-auto rounded-md border border-line"
      tabIndex={0}
      role="region"
      aria-label="Timeline as a table"
    >
      <table className="w-full border-collapse text-xs">
        <thead>
          <tr className="text-left text-muted [&>th]:border-b [&>th]:border-line [&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
            <th>Asset</th>
            <th className="text-right">Steps</th>
            <th className="text-right">Began</th>
            <th className="text-right">Took</th>
            <th className="text-right">Work</th>
            {other !== null && <th className="text-right">Work in run {other.id}</th>}
            {other !== null && <th className="text-right">Difference</th>}
            <th>Critical path</th>
          </tr>
        </thead>
        <tbody>
          {run.progress.slice(0, LISTED).map(({ asset, counts, total }) => {
            const lane = lanes.get(asset.id);
            const before = compared.get(asset.key)?.before ?? null;
            return (
              <tr
                key={asset.key}
                className="[&>td]:border-b [&>td]:border-line [&>td]:px-3 [&>td]:py-1 [&>td]:whitespace-nowrap last:[&>td]:border-b-0"
              >
                <td>
                  <Link to="/assets/$" params={{ _splat: asset.key }} className="hover:underline">
                    {asset.key}
                  </Link>
                </td>
                <td className="text-right">
                  {formatCount(doneSteps(counts))}/{formatCount(total)}
                </td>
                <td className="text-right">
                  {lane === undefined ? "" : `+${formatDuration(lane.start - timeline.start)}`}
                </td>
                <td className="text-right">{lane === undefined ? "" : formatDuration(lane.end - lane.start)}</td>
                <td className="text-right">{lane === undefined ? "" : formatDuration(lane.workMs)}</td>
                {other !== null && (
                  <td className="text-right">{before === null ? "not made" : formatDuration(before.workMs)}</td>
                )}
                {other !== null && (
                  <td className="text-right">
                    {before === null || lane === undefined ? "" : describeDifference(lane.workMs, before.workMs)}
                  </td>
                )}
                <td>{critical.has(asset.id) ? "yes" : ""}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {run.progress.length > LISTED && (
        <p className="px-3 py-2 text-muted">and {formatCount(run.progress.length - LISTED)} more assets</p>
      )}
    </div>
  );
}

/** How much longer or shorter something took. */
export function describeDifference(nowMs: number, beforeMs: number): string {
  const difference = nowMs - beforeMs;
  if (Math.abs(difference) < 1) return "the same";
  const share =
    beforeMs === 0 ? "" : ` (${difference > 0 ? "+" : "−"}${Math.round((Math.abs(difference) / beforeMs) * 100)}%)`;
  return `${formatDuration(Math.abs(difference))} ${difference > 0 ? "longer" : "shorter"}${share}`;
}
