import type { AssetDetail } from "@heddle/api";
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { LaunchState } from "../launch/launch-search.ts";
import type { AssetTabName } from "./asset-page-search.ts";

/** What every tab of an asset's page gets. */
export interface AssetTabProps {
  readonly detail: AssetDetail;
  /** Ordinal of the partition that is looked at. */
  readonly partition: number | null;
  /** Looks at a partition, in the tab of partitions. */
  readonly onPartition: (ordinal: number | null) => void;
  readonly onTab: (tab: AssetTabName) => void;
  /** Opens the launch dialog for these partitions of the asset. */
  readonly onMaterialize: (parts: string | undefined, only?: readonly LaunchState[]) => void;
}

/** A tab of an asset's page. Its component is loaded when it is looked at first. */
export interface AssetTab {
  readonly name: AssetTabName;
  readonly label: string;
  /** Whether an asset has it. @default every asset */
  readonly applies?: (detail: AssetDetail) => boolean;
  /** A count beside its name; `null` for none. */
  readonly count?: (detail: AssetDetail) => number | null;
  readonly Content: LazyExoticComponent<ComponentType<AssetTabProps>>;
}

/** The tabs in their order. */
export const ASSET_TABS: readonly AssetTab[] = [
  {
    name: "overview",
    label: "Overview",
    Content: lazy(async () => ({ default: (await import("./tabs/overview-tab.tsx")).OverviewTab })),
  },
  {
    name: "partitions",
    label: "Partitions",
    applies: ({ definition, former, formerDefinitions }) =>
      definition.partitions !== null || former.count > 0 || formerDefinitions.length > 0,
    Content: lazy(async () => ({ default: (await import("./tabs/partitions-tab.tsx")).PartitionsTab })),
  },
  {
    name: "lineage",
    label: "Lineage",
    Content: lazy(async () => ({ default: (await import("./tabs/lineage-tab.tsx")).LineageTab })),
  },
  {
    name: "columns",
    label: "Columns",
    Content: lazy(async () => ({ default: (await import("./tabs/columns-tab.tsx")).ColumnsTab })),
  },
  {
    name: "checks",
    label: "Checks",
    applies: ({ checks }) => checks.length > 0,
    count: ({ checks }) => checks.length,
    Content: lazy(async () => ({ default: (await import("./tabs/checks-tab.tsx")).ChecksTab })),
  },
  {
    name: "runs",
    label: "Runs",
    applies: ({ definition }) => definition.kind !== "external" || definition.observed === true,
    Content: lazy(async () => ({ default: (await import("./tabs/runs-tab.tsx")).RunsTab })),
  },
  {
    name: "automation",
    label: "Automation",
    Content: lazy(async () => ({ default: (await import("./tabs/automation-tab.tsx")).AutomationTab })),
  },
  {
    name: "code",
    label: "Code",
    Content: lazy(async () => ({ default: (await import("./tabs/code-tab.tsx")).CodeTab })),
  },
  {
    name: "changes",
    label: "Changes",
    Content: lazy(async () => ({ default: (await import("./tabs/changes-tab.tsx")).ChangesTab })),
  },
];

/** The tabs that an asset has. */
export function tabsOf(detail: AssetDetail): readonly AssetTab[] {
  return ASSET_TABS.filter(({ applies }) => applies?.(detail) ?? true);
}
