import { lazy, type ReactNode, Suspense } from "react";
import { Section } from "../../../ui/page.tsx";
import { AssetChecks } from "../asset-checks.tsx";
import { AssetFacts } from "../asset-facts.tsx";
import { AssetNeighbours } from "../asset-neighbours.tsx";
import { AssetPartitions } from "../asset-partitions.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { describeWaits } from "../describe-waits.ts";
import { MaterializationView } from "../materialization-view.tsx";
import { PreviewSection } from "../preview/preview-section.tsx";

const AssetTrends = lazy(async () => ({ default: (await import("../asset-trends.tsx")).AssetTrends }));

/** What an asset is, how it stands, and what was made last. */
export function OverviewTab({ detail, partition, onPartition, onMaterialize }: AssetTabProps): ReactNode {
  const partitioned = detail.definition.partitions !== null;
  return (
    <div className="grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_304px]">
      <div className="flex min-w-0 flex-col gap-6">
        {detail.definition.kind === "asset" && (
          <AssetPartitions detail={detail} current={partition} onCurrent={onPartition} onMaterialize={onMaterialize} />
        )}
        {partitioned && detail.latest !== null && (
          <Section title="Latest materialization" aside={detail.latest.partitionKey}>
            <div className="rounded-md border border-line px-4 py-3">
              <MaterializationView materialization={detail.latest} />
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
          <Suspense>
            <AssetTrends assetKey={detail.definition.key} partitioned={partitioned} />
          </Suspense>
        )}
        <AssetChecks checks={detail.checks} partitioned={partitioned} onPartition={onPartition} />
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <AssetFacts detail={detail} />
        <AssetNeighbours title="Upstream" links={detail.upstream} waits={describeWaits(detail)} />
        <AssetNeighbours title="Downstream" links={detail.downstream} />
      </div>
    </div>
  );
}
