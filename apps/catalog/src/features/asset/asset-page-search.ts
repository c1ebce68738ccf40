import { choiceParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** Parts of an asset's page, in the order in which they stand. */
export const ASSET_TAB_NAMES = [
  "overview",
  "partitions",
  "lineage",
  "columns",
  "checks",
  "runs",
  "automation",
  "code",
  "changes",
] as const;
export type AssetTabName = (typeof ASSET_TAB_NAMES)[number];

/** What the address of an asset's page holds. */
export const assetPageSearch = searchSchema({
  /** @default partitions when a partition is named, else overview */
  tab: choiceParam(ASSET_TAB_NAMES),
  /** Column whose path is shown. */
  column: textParam(1_000),
  /** Ordinal of the partition that is looked at. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});
