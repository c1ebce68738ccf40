import type { MappedPartitions, PartitionDetail } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../../data/trpc.ts";
import { formatCount } from "../../format/amounts.ts";
import { formatInstant } from "../../format/instants.ts";
import { lookOfCode, STEP_LOOK } from "../../status/status-look.ts";
import { GlyphIcon, StatusMark } from "../../status/status-mark.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { useNow } from "../../ui/clock.ts";
import { FailurePanel } from "../../ui/failure-panel.tsx";
import { Ago } from "../../ui/instant.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { SkipReason } from "../runs/skip-reason.tsx";
import { attemptHistory } from "./attempt-history.ts";
import { CheckResults } from "./check-results.tsx";
import { MaterializationView } from "./materialization-view.tsx";
import { newestResults } from "./newest-results.ts";
import { PartitionAttempts } from "./partition-attempts.tsx";
import { PartitionLog } from "./partition-log.tsx";
import { PreviewSection } from "./preview/preview-section.tsx";

interface PartitionPanelProps {
  readonly assetKey: string;
  readonly ordinal: number;
  /** A definition that is not in force any more, by its id; left out for the one that is. */
  readonly formerId?: number | undefined;
  /** `null` where it is all there is. */
  readonly onClose: (() => void) | null;
  /** `null` where the page itself offers it. */
  readonly onMaterialize: ((partitionKey: string) => void) | null;
}

/** Everything known of one partition. */
export function PartitionPanel({
  assetKey,
  ordinal,
  formerId,
  onClose,
  onMaterialize,
}: PartitionPanelProps): ReactNode {
  const query = useQuery(trpc.partitions.detail.queryOptions({ key: assetKey, ordinal, assetId: formerId }));
  const detail = query.data;
  return (
    <section aria-label="Chosen partition" className="rounded-md border border-line bg-surface">
      {query.isError && (
        <FailurePanel
          title="The partition could not be read"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton label="Reading the partition" lines={3} />}
      {detail !== undefined && (
        <>
          <div className="flex items-center gap-3 border-b border-line px-4 py-2">
            <h3 className="font-semibold">{detail.partitionKey === "" ? "The asset" : detail.partitionKey}</h3>
            <StatusMark look={lookOfCode(detail.code)} />
            {detail.window !== null && (
              <span className="text-muted max-md:hidden">
                {formatInstant(detail.window.start)} to {formatInstant(detail.window.end)}
              </span>
            )}
            <span className="ml-auto flex gap-1">
              {detail.exists && onMaterialize !== null && (
                <Button icon="play" onClick={() => onMaterialize(detail.partitionKey)}>
                  Materialize
                </Button>
              )}
              {onClose !== null && <IconButton icon="close" label="Close partition" onClick={onClose} />}
            </span>
          </div>
          {!detail.exists && detail.supersededAt === null && <Absent detail={detail} />}
          {detail.staleBecause.length > 0 && detail.partitionKey !== "" && (
            <div className="border-b border-line bg-stale-soft px-4 py-2">
              {detail.staleBecause.map((sentence, i) => (
                // oxlint-disable-next-line react/no-array-index-key -- they are replaced together
                <p key={i}>
                  <Sentence parts={sentence} />
                </p>
              ))}
            </div>
          )}
          <PanelBody detail={detail} />
        </>
      )}
    </section>
  );
}

function PanelBody({ detail }: { readonly detail: PartitionDetail }): ReactNode {
  const current = detail.materializations.find((one) => one.current) ?? detail.materializations[0];
  const checks = newestResults(detail.checks);
  const before =
    current === undefined
      ? null
      : (detail.materializations.find(({ publishedAt }) => publishedAt < current.publishedAt) ?? null);
  return (
    <div className="grid gap-x-8 gap-y-4 p-4 lg:grid-cols-2">
      {current !== undefined && current.stored !== null && (
        <div className="min-w-0 lg:col-span-2">
          <PreviewSection
            assetKey={detail.asset.key}
            ordinal={detail.ordinal}
            formerId={detail.supersededAt === null ? undefined : detail.asset.id}
            runId={current.runId}
          />
        </div>
      )}
      <div className="flex min-w-0 flex-col gap-4">
        <OpenSteps detail={detail} />
        <div>
          <h4 className="label mb-1">Materialization</h4>
          {current === undefined ? (
            <p className="text-muted">Never made.</p>
          ) : (
            <MaterializationView materialization={current} before={before} />
          )}
        </div>
        <PartitionAttempts
          assetKey={detail.asset.key}
          ordinal={detail.ordinal}
          attempts={attemptHistory(detail)}
          shownChecks={new Set(checks.map(({ id }) => id))}
        />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <CheckResults results={checks} />
        <PartitionLog detail={detail} />
        <Mapped title="Reads" empty="It reads no other asset." mapped={detail.upstream} />
        <Mapped title="Read by" empty="No asset reads it." mapped={detail.downstream} />
      </div>
    </div>
  );
}

function OpenSteps({ detail }: { readonly detail: PartitionDetail }): ReactNode {
  const { openSteps } = detail;
  if (openSteps.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1">
      {openSteps.map(({ runId, status, retryAt, startedAt, workerId, skippedBecause }) => (
        <li key={runId} className="flex flex-wrap items-center gap-x-2">
          <StatusMark look={STEP_LOOK[status]} />
          <span className="text-muted">
            in{" "}
            <Link to="/runs/$runId" params={{ runId: String(runId) }} className="link">
              run {runId}
            </Link>
            {retryAt !== null && (
              <>
                , next attempt <Ago at={retryAt} />
              </>
            )}
            {startedAt !== null && (
              <>
                {" "}
                since <Ago at={startedAt} />
                {workerId !== null && ` by worker ${workerId}`}
              </>
            )}{" "}
            <Link
              to="/runs/$runId"
              params={{ runId: String(runId) }}
              search={{ tab: "logs", asset: detail.asset.key, partition: detail.ordinal }}
              className="link"
            >
              logs<span className="sr-only"> of run {runId}</span>
            </Link>
          </span>
          {status === "skipped" && <SkipReason cause={skippedBecause} />}
        </li>
      ))}
    </ul>
  );
}

function Absent({ detail: { window } }: { readonly detail: PartitionDetail }): ReactNode {
  const isToCome = window !== null && window.end > useNow();
  return (
    <p className="border-b border-line bg-stale-soft px-4 py-2">
      {isToCome
        ? "This partition does not exist yet."
        : "The definition does not hold this partition any more. What was recorded of it stays."}
    </p>
  );
}

function Mapped({
  title,
  empty,
  mapped,
}: {
  readonly title: string;
  readonly empty: string;
  readonly mapped: readonly MappedPartitions[];
}): ReactNode {
  return (
    <div>
      <h4 className="label mb-1">{title}</h4>
      {mapped.length === 0 && <p className="text-muted">{empty}</p>}
      <ul className="flex flex-col gap-1">
        {mapped.map(({ asset, text, count, missing, rule }) => (
          <li key={asset.id} className="flex flex-wrap items-baseline gap-x-2" title={rule}>
            <Link to="/assets/$" params={{ _splat: asset.key }} className="link">
              {asset.key}
            </Link>
            <span className="text-muted">{count === 0 ? "nothing" : text}</span>
            {missing.length > 0 && (
              <span className="flex items-center gap-1 text-xs">
                <span className="text-missing-ink">
                  <GlyphIcon glyph="ring" size={10} />
                </span>
                {formatCount(missing.reduce((sum, bound, i) => sum + (i % 2 === 0 ? -bound : bound), 0))} missing
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
