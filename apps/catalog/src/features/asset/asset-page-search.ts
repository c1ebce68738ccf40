import { choiceParam, integerParam, recordParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";
import { PARTITION_ORDERS } from "./partitions/partition-order.ts";

/** Longest text of chosen partitions in an address. */
export const MAX_PICK = 8_000;

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
  /** Partitions that are chosen, in words: `2024-01..2024-03 & status:failed`. */
  pick: textParam(MAX_PICK),
  /** Order of the table of partitions. @default -partition, the newest first */
  sort: choiceParam(PARTITION_ORDERS),
  /** Dimensions of the heatmap, and keys of the others that are kept fixed. */
  across: textParam(1_000),
  down: textParam(1_000),
  fixed: recordParam((value): value is string => typeof value === "string", {
    expects: "an object of keys by dimension",
  }),
});
