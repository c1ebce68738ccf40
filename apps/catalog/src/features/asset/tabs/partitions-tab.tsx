import { lazy, type ReactNode, Suspense } from "react";
import { dynamicNames } from "../../../partitions/dynamic-names.ts";
import { Skeleton } from "../../../ui/skeleton.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";
import { PartitionsExplorer } from "../partitions/partitions-explorer.tsx";

/** Few assets have keys that come and go. */
const DynamicPartitions = lazy(async () => ({
  default: (await import("../dynamic-partitions.tsx")).DynamicPartitions,
}));

const FormerPartitions = lazy(async () => ({
  default: (await import("../former-partitions.tsx")).FormerPartitions,
}));

/** Every partition of an asset, the one that is looked at, and those that are no more. */
export function PartitionsTab({ detail, partition, onPartition, onMaterialize }: AssetTabProps): ReactNode {
  const { kind, partitions } = detail.definition;
  const dynamic = dynamicNames(partitions);
  return (
    <div className="flex min-w-0 flex-col gap-6">
      {kind === "asset" && partitions !== null && (
        <PartitionsExplorer detail={detail} current={partition} onCurrent={onPartition} onMaterialize={onMaterialize} />
      )}
      {dynamic.length > 0 && (
        <Suspense fallback={<Skeleton label="Reading the keys" lines={3} />}>
          {dynamic.map((name) => (
            <DynamicPartitions
              key={name}
              definition={name}
              onShow={partitions?.kind === "dynamic" ? onPartition : null}
            />
          ))}
        </Suspense>
      )}
      {(detail.former.count > 0 || detail.formerDefinitions.length > 0) && (
        <Suspense>
          <FormerPartitions detail={detail} onShow={onPartition} />
        </Suspense>
      )}
    </div>
  );
}
