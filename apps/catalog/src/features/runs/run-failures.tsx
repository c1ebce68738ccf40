import type { FailureGroup, RunAssetProgress } from "@heddle/api";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount, formatCounted } from "../../format/amounts.ts";
import { GlyphIcon } from "../../status/status-mark.tsx";
import { Ago } from "../../ui/instant.tsx";
import { RecordedErrorView } from "../asset/recorded-error.tsx";
import { SkipReason } from "./skip-reason.tsx";

interface RunFailuresProps {
  readonly failures: readonly FailureGroup[];
  /** Assets some of whose steps were skipped. */
  readonly skipped: readonly RunAssetProgress[];
  /** The group that is looked at, from 0. @default none */
  readonly current?: number | undefined;
}

/** Failed attempts, equal ones together, the largest group first; then what was skipped because of them. */
export function RunFailures({ failures, skipped, current }: RunFailuresProps): ReactNode {
  if (failures.length === 0 && skipped.length === 0) return <p className="text-muted">Nothing has failed.</p>;
  return (
    <div className="flex flex-col gap-4">
      <ul className="flex flex-col gap-3">
        {failures.map((group, i) => (
          <li
            key={group.fingerprint}
            ref={i === current ? showWhole : undefined}
            aria-current={i === current}
            className="rounded-md border border-line aria-[current=true]:border-accent"
          >
            <Failure key={String(i === current)} group={group} open={i === (current ?? 0)} />
          </li>
        ))}
      </ul>
      {skipped.length > 0 && <Skipped skipped={skipped} />}
    </div>
  );
}

function showWhole(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

/** Assets that are listed; the rest is counted. */
const LISTED = 50;

function Skipped({ skipped }: Pick<RunFailuresProps, "skipped">): ReactNode {
  return (
    <section aria-label="Skipped">
      <h2 className="label mb-1">Skipped</h2>
      <ul className="flex flex-col gap-1">
        {skipped.slice(0, LISTED).map(({ asset, counts, skippedBecause }) => (
          <li key={asset.key} className="flex flex-wrap items-baseline gap-x-3">
            <span className="flex items-center gap-2">
              <span className="text-skipped-ink">
                <GlyphIcon glyph="slash" />
              </span>
              {asset.key}
            </span>
            <span className="text-muted">{formatCounted(counts.skipped, "step")}</span>
            <span className="text-muted">
              {counts.skipped > 1 && skippedBecause !== null && "such as the first: "}
              <SkipReason cause={skippedBecause} />
            </span>
          </li>
        ))}
      </ul>
      {skipped.length > LISTED && (
        <p className="text-muted">and {formatCounted(skipped.length - LISTED, "more asset")}</p>
      )}
    </section>
  );
}

function Failure({ group, open }: { readonly group: FailureGroup; readonly open: boolean }): ReactNode {
  const { example, assets, cause, failedSteps, poisonSteps } = group;
  const isOver = failedSteps === 0;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 border-b border-line bg-surface px-4 py-2 text-xs text-muted">
        <span className={`flex items-center gap-1.5 font-medium ${isOver ? "text-stale-ink" : "text-failed-ink"}`}>
          <GlyphIcon glyph={isOver ? "retry" : "cross"} />
          {formatCounted(group.count, "attempt")}
          {isOver && ", tried again since"}
        </span>
        <span>{cause.replaceAll("_", " ")}</span>
        {poisonSteps > 0 && <span title="Given up, because one attempt after another ended its process">poison</span>}
        <span title={assets.map(({ key }) => key).join("\n")}>
          {assets.length === 1 ? assets[0]?.key : formatCounted(assets.length, "asset")}
        </span>
        <span className="ml-auto">
          last <Ago at={group.lastAt} />
        </span>
      </div>
      <div className="flex flex-col gap-2 px-4 py-3">
        {example.error === null ? (
          <p className="font-medium">{group.message}</p>
        ) : (
          <RecordedErrorView error={example.error} open={open} />
        )}
        <p className="text-xs text-muted">
          for example attempt {formatCount(example.attempt)} at{" "}
          <Link
            to="/assets/$"
            params={{ _splat: example.asset.key }}
            search={{ partition: example.ordinal }}
            className="link"
          >
            {example.asset.key}
            {example.partitionKey !== "" && ` ${example.partitionKey}`}
          </Link>
        </p>
      </div>
    </>
  );
}
