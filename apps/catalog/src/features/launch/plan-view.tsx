import type { PlannedAsset, PlanPreview } from "@heddle/api";
import { PARTITION_STATUSES } from "@heddle/core/internal";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { describeCounts, StatusBar } from "../../ui/status-bar.tsx";
import type { Cascade } from "./launch-search.ts";
import { PlanEffects } from "./plan-effects.tsx";
import { PlanNotices } from "./plan-notices.tsx";

/** Assets of a plan that are listed; the rest is counted. */
const LISTED = 200;

export interface PlanViewProps {
  readonly catalog: Catalog;
  readonly preview: PlanPreview;
  readonly cascade: Cascade;
  readonly onCascade: (cascade: Cascade) => void;
  /** `null` when what cannot be read is left out already. */
  readonly onLeaveOut: (() => void) | null;
}

/** Everything that a launch would do, before it does it. */
export function PlanView(props: PlanViewProps): ReactNode {
  const { preview } = props;
  return (
    <div className="flex flex-col gap-3">
      <PlanNotices {...props} />
      {preview.reason !== null && <p className="text-muted">{preview.reason}</p>}
      {preview.assets.length > 0 && <Assets assets={preview.assets} />}
      <PlanEffects {...props} />
    </div>
  );
}

function Assets({ assets }: { readonly assets: readonly PlannedAsset[] }): ReactNode {
  return (
    <table className="w-full table-fixed border-separate border-spacing-0">
      <thead>
        <tr className="label text-left [&>th]:border-b [&>th]:border-line [&>th]:pb-1 [&>th]:font-medium">
          <th>Asset</th>
          <th className="w-[44%]">Partitions</th>
          <th className="w-20 text-right">Number</th>
        </tr>
      </thead>
      <tbody>
        {assets.slice(0, LISTED).map((planned) => (
          <PlannedLine key={planned.asset.key} planned={planned} />
        ))}
      </tbody>
      {assets.length > LISTED && (
        <tfoot>
          <tr>
            <td colSpan={3} className="pt-2 text-muted">
              and {formatCounted(assets.length - LISTED, "more asset", "more assets")}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

const REASONS: Record<PlannedAsset["reason"], string | null> = {
  selected: null,
  upstream: "missing upstream",
  downstream: "downstream",
};

function PlannedLine({ planned }: { readonly planned: PlannedAsset }): ReactNode {
  const { asset, text, count, overwrites } = planned;
  const about = aboutAsset(planned);
  return (
    <tr className="align-top [&>td]:border-b [&>td]:border-line [&>td]:py-1.5 [&>td]:pr-3 [&>td:last-child]:pr-0">
      <td>
        <span className="block break-words">{asset.key}</span>
        {about.map((line) => (
          <span key={line} className="block text-2xs break-words text-muted">
            {line}
          </span>
        ))}
      </td>
      <td>
        <span className="block break-words">{text === "" ? "whole" : text}</span>
        <StatusBar countOf={(code) => countOf(planned, code)} className="mt-1 h-1" />
        <span className="mt-0.5 block text-2xs text-muted">{describeCounts((code) => countOf(planned, code))}</span>
      </td>
      <td className="text-right">
        {formatCount(count)}
        {overwrites > 0 && <span className="block text-2xs text-muted">{formatCount(overwrites)} replaced</span>}
      </td>
    </tr>
  );
}

/** Why an asset is part of the plan, how it is made, and what it waits for. */
function aboutAsset({ reason, chunk, waits, workMs }: PlannedAsset): readonly string[] {
  const chunks = chunk === null ? null : chunk === "range" ? "all in one call" : `${formatCount(chunk)} in one call`;
  const how = [REASONS[reason], chunks, workMs === null || workMs < 1_000 ? null : `${formatDuration(workMs)} of work`];
  const first = how.filter((part) => part !== null).join(", ");
  return [...(first === "" ? [] : [first]), ...waits];
}

function countOf({ missing, failed, stale, fresh }: PlannedAsset, code: number): number {
  switch (PARTITION_STATUSES[code]) {
    case "missing":
      return missing;
    case "failed":
      return failed;
    case "stale":
      return stale;
    case "fresh":
      return fresh;
    default:
      return 0;
  }
}
