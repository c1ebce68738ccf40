import { integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What the address of a backfill's page holds. */
export const backfillSearch = searchSchema({
  /** Asset of the step that is looked at. */
  asset: textParam(1_024),
  /** Its partition, by ordinal. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});
