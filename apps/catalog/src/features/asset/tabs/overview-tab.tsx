import type { Materialization } from "@heddle/api";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";
import { trpc } from "../../../data/trpc.ts";
import { Section } from "../../../ui/page.tsx";
import { WhenNear } from "../../../ui/when-near.tsx";
import { AssetChecks } from "../asset-checks.tsx";
import { AssetFacts } from "../asset-facts.tsx";
import { AssetPartitions } from "../asset-partitions.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { MaterializationView } from "../materialization-view.tsx";
import { LineageStrip } from "../overview/lineage-strip.tsx";
import { PreviewSection } from "../preview/preview-section.tsx";

const FreshnessView = lazy(async () => ({
  default: (await import("../../automation/freshness-view.tsx")).FreshnessView,
}));
const AssetTrends = lazy(async () => ({ default: (await import("../asset-trends.tsx")).AssetTrends }));

/** In pixels: about what two rows of trends take. */
const TRENDS_HEIGHT = 420;

/** What an asset is, how it stands, and what was made last. */
export function OverviewTab({ detail, partition, onPartition, onTab, onMaterialize }: AssetTabProps): ReactNode {
  const partitioned = detail.definition.partitions !== null;
  const isExternal = detail.definition.kind === "external";
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_304px]">
      <div className="flex min-w-0 flex-col gap-6">
        {detail.definition.kind === "asset" && (
          <AssetPartitions detail={detail} current={partition} onCurrent={onPartition} onMaterialize={onMaterialize} />
        )}
        <LineageStrip detail={detail} onMore={() => onTab("lineage")} />
        {detail.definition.freshness !== undefined && (
          <Suspense>
            <FreshnessView assetId={detail.id} />
          </Suspense>
        )}
        {(partitioned || isExternal) && detail.latest !== null && (
          <Section
            title={isExternal ? "Latest observation" : "Latest materialization"}
            aside={detail.latest.partitionKey}
          >
            <div className="rounded-md border border-line px-4 py-3">
              <Latest assetKey={detail.definition.key} latest={detail.latest} isObservation={isExternal} />
            </div>
            {detail.latest.stored !== null && (
              <PreviewSection
                assetKey={detail.definition.key}
                ordinal={detail.latest.ordinal}
                runId={detail.latest.runId}
              />
            )}
          </Section>
        )}
        {detail.latest !== null && (
          <WhenNear height={TRENDS_HEIGHT}>
            <Suspense fallback={<div style={{ height: TRENDS_HEIGHT }} />}>
              <AssetTrends assetKey={detail.definition.key} partitioned={partitioned} />
            </Suspense>
          </WhenNear>
        )}
        <AssetChecks
          assetKey={detail.definition.key}
          checks={detail.checks}
          partitioned={partitioned}
          onPartition={onPartition}
        />
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <AssetFacts detail={detail} />
      </div>
    </div>
  );
}

/** Materializations among which the one before is looked for. */
const LOOKED_AT = 10;

interface LatestProps {
  readonly assetKey: string;
  readonly latest: Materialization;
  readonly isObservation: boolean;
}

function Latest({ assetKey, latest, isObservation }: LatestProps): ReactNode {
  const query = useQuery(trpc.assets.materializations.queryOptions({ key: assetKey, limit: LOOKED_AT }));
  const before = query.data?.items.find(
    ({ runId, ordinal, publishedAt }) =>
      (runId !== latest.runId || ordinal !== latest.ordinal) && publishedAt <= latest.publishedAt,
  );
  return <MaterializationView materialization={latest} before={before ?? null} isObservation={isObservation} />;
}
