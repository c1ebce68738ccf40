import { choiceParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** What decides by itself when something is made. */
export const AUTOMATION_KINDS = ["schedule", "sensor", "condition"] as const;
export type AutomationKind = (typeof AUTOMATION_KINDS)[number];

/** In which it is. */
export const AUTOMATION_STATES = ["on", "off", "failing"] as const;
export type AutomationState = (typeof AUTOMATION_STATES)[number];

/** What the address of the list holds. */
export const automationSearch = searchSchema({
  kind: choiceParam(AUTOMATION_KINDS),
  state: choiceParam(AUTOMATION_STATES),
  /** Words of its name and of what it says. */
  text: textParam(200),
});

/** What the address of a schedule or a sensor holds. */
export const tickOwnerSearch = searchSchema({
  /** The tick that is looked at. */
  tick: integerParam(1, Number.MAX_SAFE_INTEGER),
  /** Time zone of the ticks to come. */
  zone: textParam(100),
});

/** What the address of a condition holds; the rest of its path is the key of the asset. */
export const conditionSearch = searchSchema({
  /** Name of the check whose condition it is; left out: the asset's. */
  check: textParam(1_024),
  /** Key of the partition that is asked about. */
  partition: textParam(1_024),
  /** The evaluation that is looked at. */
  evaluation: integerParam(1, Number.MAX_SAFE_INTEGER),
  /** Also evaluations that requested nothing. */
  all: choiceParam(["yes"]),
});
