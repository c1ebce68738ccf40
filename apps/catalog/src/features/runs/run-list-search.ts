import { RUN_STATUSES } from "@heddle/core";
import { choicesParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What the address of the list of runs holds. */
export const runListSearch = searchSchema({
  status: choicesParam(RUN_STATUSES),
  /** Only runs that hold this asset. */
  asset: textParam(1_024),
  /** A run's number, or words of its origin and tags. */
  text: textParam(200),
});
