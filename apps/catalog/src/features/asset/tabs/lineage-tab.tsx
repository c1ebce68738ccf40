import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { AssetNeighbours } from "../asset-neighbours.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { describeWaits } from "../describe-waits.ts";

/** What an asset reads, and what reads it. */
export function LineageTab({ detail }: AssetTabProps): ReactNode {
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <div className="grid gap-x-8 gap-y-6 md:grid-cols-2">
        <AssetNeighbours title="Upstream" links={detail.upstream} waits={describeWaits(detail)} />
        <AssetNeighbours title="Downstream" links={detail.downstream} />
      </div>
      <Link to="/lineage" search={{ focus: detail.definition.key }} className="link self-start">
        Show in the whole lineage
      </Link>
    </div>
  );
}
