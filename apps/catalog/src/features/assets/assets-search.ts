import { choiceParam, choicesParam, textParam, textsParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";
import { CHOSEN_COLUMNS } from "./asset-column-choice.ts";
import { ASSET_SORTS } from "./asset-sort-choice.ts";
import { FACET_STATUSES } from "./facet-choice.ts";

/** How assets can be shown. */
export const ASSET_VIEWS = ["list", "tree", "matrix"] as const;

/** Spans of the matrix, in days. */
export const MATRIX_DAYS = ["7", "14", "30", "60"] as const;

/** What the address of the assets table holds. */
export const assetsSearch = searchSchema({
  /** Only the assets of this selection. */
  sel: textParam(),
  status: choicesParam(FACET_STATUSES),
  group: textsParam(),
  kind: textsParam(),
  owner: textsParam(),
  /** `name=value`, or the name of a tag without a value. */
  tag: textsParam(),
  /** Column to sort by, `-` before it for descending. */
  sort: choiceParam(ASSET_SORTS),
  /** Columns beside the name; left out: as it comes. */
  cols: choicesParam(CHOSEN_COLUMNS),
  /** Left out: list. */
  view: choiceParam(ASSET_VIEWS),
  /** Prefixes that are open in the tree. */
  open: textsParam(),
  /** Days of the matrix; left out: 14. */
  days: choiceParam(MATRIX_DAYS),
});
