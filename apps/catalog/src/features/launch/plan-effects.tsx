import type { PlanPreview } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCounted } from "../../format/amounts.ts";
import { formatDuration } from "../../format/durations.ts";
import { copyText } from "../../ui/copy.ts";
import type { PlanViewProps } from "./plan-view.tsx";
import { findLeftStale } from "./launch-target.ts";
import { trpc } from "../../data/trpc.ts";

/** Digits of a hash that people compare. */
const HASH_SHOWN = 10;

/** How long it takes, what it waits for, what it replaces, leaves out and leaves behind, and the plan's name. */
export function PlanEffects(props: PlanViewProps): ReactNode {
  const { preview } = props;
  const { assets, alreadyPlanned, estimate, after, order } = preview;
  const overwrites = assets.reduce((sum, own) => sum + own.overwrites, 0);
  const reusable = assets.reduce((sum, own) => sum + own.reusable, 0);
  return (
    <ul className="flex flex-col gap-1 text-muted">
      {estimate !== null && assets.length > 0 && (
        <li>
          Takes <span className="text-ink">{describeLength(estimate.wallMs)}</span>
          {estimate.workMs > Math.max(SHORTEST_MS, estimate.wallMs) &&
            ` for ${formatDuration(estimate.workMs)} of work`}
          {estimate.p90Ms > estimate.p50Ms * SPREAD && estimate.p90Ms >= SHORTEST_MS && (
            <>
              {" "}
              (half of the runs so far: up to {describeLength(estimate.p50Ms)}; nine of ten:{" "}
              {describeLength(estimate.p90Ms)})
            </>
          )}
          , {estimate.basis}.
        </li>
      )}
      {after.length > 0 && <After after={after} />}
      {preview.pools.map((pool) => (
        <li key={pool.name}>
          {formatCounted(pool.steps, "step")} count against the pool{" "}
          <code className="font-mono text-xs text-ink">{pool.name}</code>: {pool.used} of{" "}
          {formatCounted(pool.slots, "slot")} taken
          {pool.ready > 0 && `, ${formatCounted(pool.ready, "step")} of other runs wait`}.
        </li>
      ))}
      {order === "newest" && <li>The newest partitions are made first.</li>}
      {overwrites > 0 && (
        <li>
          {formatCounted(overwrites, "materialization")} will be replaced. Readers see the old one until the new one is
          published.
        </li>
      )}
      {reusable > 0 && (
        <li>
          {formatCounted(reusable, "partition")} will be skipped if still up to date when their steps would start.
        </li>
      )}
      {alreadyPlanned > 0 && assets.length > 0 && (
        <li>{formatCounted(alreadyPlanned, "partition")} belong to other runs that are not over.</li>
      )}
      <LeftStale {...props} />
      <li>
        Plan{" "}
        <button
          type="button"
          title={`Copy ${preview.hash}`}
          onClick={() => void copyText(preview.hash, "Hash of the plan")}
          className="rounded-sm font-mono text-xs hover:text-ink"
        >
          {preview.hash.slice(0, HASH_SHOWN)}
        </button>
      </li>
    </ul>
  );
}

/** Runs that differ less than this are alike. */
const SPREAD = 1.2;

/** Nothing shorter is told: starting a step alone takes a part of it. */
const SHORTEST_MS = 1_000;

function describeLength(durationMs: number): string {
  return durationMs < SHORTEST_MS ? "less than a second" : `about ${formatDuration(durationMs)}`;
}

/** Runs named; the others are counted. */
const NAMED = 5;

function After({ after }: Pick<PlanPreview, "after">): ReactNode {
  return (
    <li>
      Begins when{" "}
      {after.slice(0, NAMED).map(({ id, status }, i) => (
        <span key={id}>
          {i > 0 && ", "}
          <Link to="/runs/$runId" params={{ runId: String(id) }} className="link">
            run {id}
          </Link>{" "}
          ({status})
        </span>
      ))}
      {after.length > NAMED && ` and ${formatCounted(after.length - NAMED, "more run")}`}{" "}
      {after.length === 1 ? "is" : "are"} over.
    </li>
  );
}

function LeftStale({ catalog, preview, cascade, onCascade }: PlanViewProps): ReactNode {
  const rows = findLeftStale(
    catalog,
    preview.assets.flatMap(({ asset }) => catalog.index.rowOfId(asset.id) ?? []),
  );
  const conditions = useQuery({ ...trpc.automation.conditions.queryOptions({}), enabled: rows.length > 0 }).data;
  const left = rows.length;
  if (left === 0) return null;
  const keys = new Set(rows.map((row) => catalog.index.keys[row] ?? ""));
  const automatic = new Set(
    conditions?.conditions
      .filter(({ asset, check, state }) => check === null && state === "on" && keys.has(asset.key))
      .map(({ asset }) => asset.key),
  );
  return (
    <li>
      {formatCounted(left, "asset")} downstream {left === 1 ? "reads" : "read"} what is made and{" "}
      {left === 1 ? "is" : "are"} not part of the plan.{" "}
      {automatic.size > 0 &&
        `Conditions will ask for ${automatic.size === left ? (left === 1 ? "it" : "all of them") : `${formatCounted(automatic.size, "of them", "of them")}`} by themselves. `}
      {cascade !== "downstream" && (
        <button type="button" className="text-accent-ink hover:underline" onClick={() => onCascade("downstream")}>
          Include {left === 1 ? "it" : "them"}
        </button>
      )}
    </li>
  );
}
