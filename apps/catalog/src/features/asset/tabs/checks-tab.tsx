import type { ReactNode } from "react";
import { AssetChecks } from "../asset-checks.tsx";
import type { AssetTabProps } from "../asset-tabs.tsx";

/** The checks of an asset as they stand. */
export function ChecksTab({ detail, onPartition }: AssetTabProps): ReactNode {
  return (
    <AssetChecks
      assetKey={detail.definition.key}
      checks={detail.checks}
      partitioned={detail.definition.partitions !== null}
      onPartition={onPartition}
    />
  );
}
