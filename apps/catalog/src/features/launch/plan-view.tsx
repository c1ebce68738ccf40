import type { PlannedAsset, PlanNotice, PlanPreview } from "@heddle/api";
import { PARTITION_STATUSES } from "@heddle/core";
import type { ReactNode } from "react";
import type { Catalog } from "../../data/catalog-state.ts";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Button } from "../../ui/button.tsx";
import { StatusBar } from "../../ui/status-bar.tsx";
import type { Cascade } from "./launch-search.ts";
import { countLeftStale } from "./launch-target.ts";

/** Assets of a plan that are listed; the rest is counted. */
const LISTED = 200;

interface PlanViewProps {
  readonly catalog: Catalog;
  readonly preview: PlanPreview;
  readonly cascade: Cascade;
  readonly onCascade: (cascade: Cascade) => void;
}

/** Everything that a launch would do, before it does it. */
export function PlanView({ catalog, preview, cascade, onCascade }: PlanViewProps): ReactNode {
  const { assets, warnings } = preview;
  return (
    <div className="flex flex-col gap-3">
      <Notices warnings={warnings} onIncludeUpstream={cascade === "upstream_missing" ? null : onCascade} />
      {assets.length === 0 ? <NothingPlanned preview={preview} /> : <Assets assets={assets} />}
      <Effects catalog={catalog} preview={preview} cascade={cascade} onCascade={onCascade} />
    </div>
  );
}

function NothingPlanned({ preview }: { readonly preview: PlanPreview }): ReactNode {
  return (
    <p className="text-muted">
      {preview.alreadyPlanned > 0
        ? "Everything chosen is under way in other runs."
        : "Nothing is left to make: no chosen partition is in one of the chosen states."}
    </p>
  );
}

function Assets({ assets }: { readonly assets: readonly PlannedAsset[] }): ReactNode {
  return (
    <table className="w-full table-fixed border-separate border-spacing-0">
      <thead>
        <tr className="label text-left [&>th]:border-b [&>th]:border-line [&>th]:pb-1 [&>th]:font-medium">
          <th>Asset</th>
          <th className="w-[38%]">Partitions</th>
          <th className="w-20 text-right">Steps</th>
        </tr>
      </thead>
      <tbody>
        {assets.slice(0, LISTED).map((planned) => (
          <PlannedLine key={planned.asset.id} planned={planned} />
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

const REASONS: Record<PlannedAsset["reason"], string> = {
  selected: "",
  upstream: "missing upstream",
  downstream: "downstream",
};

function PlannedLine({ planned }: { readonly planned: PlannedAsset }): ReactNode {
  const { asset, text, count, overwrites, reason } = planned;
  return (
    <tr className="align-top [&>td]:border-b [&>td]:border-line [&>td]:py-1.5 [&>td]:pr-3 [&>td:last-child]:pr-0">
      <td>
        <span className="block break-words">{asset.key}</span>
        {REASONS[reason] !== "" && <span className="block text-2xs text-muted">{REASONS[reason]}</span>}
      </td>
      <td>
        <span className="block break-words">{text === "" ? "whole" : text}</span>
        <StatusBar countOf={(code) => countOf(planned, code)} className="mt-1 h-1" />
      </td>
      <td className="text-right">
        {formatCount(count)}
        {overwrites > 0 && <span className="block text-2xs text-muted">{formatCount(overwrites)} replaced</span>}
      </td>
    </tr>
  );
}

function countOf({ missing, failed, fresh }: PlannedAsset, code: number): number {
  switch (PARTITION_STATUSES[code]) {
    case "missing":
      return missing;
    case "failed":
      return failed;
    case "fresh":
      return fresh;
    default:
      return 0;
  }
}

interface EffectsProps extends Omit<PlanViewProps, "preview"> {
  readonly preview: PlanPreview;
}

/** What it replaces, leaves out, and leaves behind. */
function Effects({ catalog, preview, cascade, onCascade }: EffectsProps): ReactNode {
  const { assets, alreadyPlanned } = preview;
  const overwrites = assets.reduce((sum, own) => sum + own.overwrites, 0);
  const rows = assets.flatMap(({ asset }) => catalog.index.rowOfId(asset.id) ?? []);
  const left = countLeftStale(catalog, rows);
  return (
    <ul className="flex flex-col gap-1 text-muted">
      {overwrites > 0 && (
        <li>
          {formatCounted(overwrites, "materialization")} will be replaced. Readers see the old one until the new one is
          published.
        </li>
      )}
      {alreadyPlanned > 0 && assets.length > 0 && (
        <li>{formatCounted(alreadyPlanned, "step")} of other runs that are not over are left out.</li>
      )}
      {left > 0 && (
        <li>
          {formatCounted(left, "asset")} downstream {left === 1 ? "reads" : "read"} what is made and{" "}
          {left === 1 ? "is" : "are"} not part of the plan.{" "}
          {cascade !== "downstream" && (
            <button type="button" className="text-accent-ink hover:underline" onClick={() => onCascade("downstream")}>
              Include {left === 1 ? "it" : "them"}
            </button>
          )}
        </li>
      )}
    </ul>
  );
}

/** Warnings that are listed at once. */
const LISTED_WARNINGS = 5;

interface NoticesProps {
  readonly warnings: readonly PlanNotice[];
  /** `null` when missing upstream partitions are included already. */
  readonly onIncludeUpstream: ((cascade: Cascade) => void) | null;
}

function Notices({ warnings, onIncludeUpstream }: NoticesProps): ReactNode {
  if (warnings.length === 0) return null;
  const missing = warnings.some(({ code }) => code === "UPSTREAM_MISSING");
  const [first, rest] = [warnings.slice(0, LISTED_WARNINGS), warnings.slice(LISTED_WARNINGS)];
  return (
    <div role="group" aria-label="Warnings" className="rounded-md border border-stale/50 bg-stale-soft px-3 py-2">
      <ul className="flex flex-col gap-1.5">
        {first.map((warning, i) => (
          <Notice key={i} warning={warning} />
        ))}
      </ul>
      {rest.length > 0 && (
        <details className="mt-1.5">
          <summary className="text-muted">{formatCounted(rest.length, "more warning")}</summary>
          <ul className="mt-1.5 flex flex-col gap-1.5">
            {rest.map((warning, i) => (
              <Notice key={i} warning={warning} />
            ))}
          </ul>
        </details>
      )}
      {missing && onIncludeUpstream !== null && (
        <Button className="mt-2" onClick={() => onIncludeUpstream("upstream_missing")}>
          Include what is missing upstream
        </Button>
      )}
    </div>
  );
}

function Notice({ warning }: { readonly warning: PlanNotice }): ReactNode {
  return (
    <li className="flex items-start gap-2">
      <span className="mt-1 text-stale-ink">
        <GlyphIcon glyph="triangle" />
      </span>
      <span className="min-w-0 break-words">{warning.message}</span>
    </li>
  );
}
