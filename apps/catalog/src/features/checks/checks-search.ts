import { choiceParam, choicesParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

export const CHECK_STATES = ["failed", "warned", "passed", "never"] as const;

/** What the address of the list of checks holds. */
export const checksSearch = searchSchema({
  status: choicesParam(CHECK_STATES),
  severity: choiceParam(["warn", "error"]),
  /** Only silenced ones, or only those that are not. */
  silenced: choiceParam(["yes", "no"]),
  /** Only of this asset. */
  asset: textParam(1_024),
  /** Only of assets that this selects. */
  sel: textParam(),
  text: textParam(200),
  group: choiceParam(["asset", "message"]),
});

/** What the address of a check holds. The rest of the path is the key of its asset. */
export const checkPageSearch = searchSchema({
  /** Its name. */
  check: textParam(1_024),
  /** Ordinal of the partition that is looked at. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  outcome: choiceParam(["passed", "warned", "failed"]),
});
