import { choiceParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** Spans of time that the timeline can show. */
export const SPANS = ["1h", "6h", "24h", "7d"] as const;
export type Span = (typeof SPANS)[number];

/** What the timeline groups runs by. */
export const GROUPINGS = ["group", "cause", "status"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What the address of Home holds. */
export const homeSearch = searchSchema({
  /** How far back the timeline reaches; left out: 6 hours. */
  span: choiceParam(SPANS),
  /** What the timeline groups by; left out: the group of the assets. */
  by: choiceParam(GROUPINGS),
  /** `1`: what was acknowledged or snoozed is listed too. */
  quiet: choiceParam(["1"]),
});
