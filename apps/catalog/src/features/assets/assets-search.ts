import { choiceParam, choicesParam, textParam, textsParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";
import { FACET_STATUSES } from "./asset-facets.ts";
import { ASSET_SORTS } from "./asset-sort.ts";

/** What the address of the assets table holds. */
export const assetsSearch = searchSchema({
  /** Only the assets of this selection. */
  sel: textParam(),
  status: choicesParam(FACET_STATUSES),
  group: textsParam(),
  kind: textsParam(),
  owner: textsParam(),
  /** Column to sort by, `-` before it for descending. */
  sort: choiceParam(ASSET_SORTS),
});
