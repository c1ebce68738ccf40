import { integerParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What the address of an asset's page holds. */
export const assetPageSearch = searchSchema({
  /** Ordinal of the partition that is looked at. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});
