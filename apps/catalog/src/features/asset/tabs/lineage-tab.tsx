import type { ReactNode } from "react";
import { LineageView } from "../../lineage/lineage-view.tsx";
import { AssetNeighbours } from "../asset-neighbours.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { describeWaits } from "../describe-waits.ts";

/** What an asset reads, and what reads it. */
export function LineageTab({ detail }: AssetTabProps): ReactNode {
  return (
    <div className="flex flex-col gap-6">
      <div className="h-[min(560px,70vh)] overflow-hidden rounded-md border border-line">
        <LineageView assetKey={detail.definition.key} />
      </div>
      <div className="grid max-w-4xl gap-x-8 gap-y-6 md:grid-cols-2">
        <AssetNeighbours title="Upstream" links={detail.upstream} waits={describeWaits(detail)} />
        <AssetNeighbours title="Downstream" links={detail.downstream} />
      </div>
    </div>
  );
}
