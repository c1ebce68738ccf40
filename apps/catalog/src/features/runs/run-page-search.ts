import { STEP_STATUSES } from "@heddle/core";
import { choiceParam, choicesParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

export const RUN_TABS = ["timeline", "steps", "logs", "failures"] as const;
export type RunTab = (typeof RUN_TABS)[number];

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the address of a run's page holds. */
export const runPageSearch = searchSchema({
  /** Left out: failures when there are some, else the timeline. */
  tab: choiceParam(RUN_TABS),
  /** Only this asset. */
  asset: textParam(1_024),
  /** Only this partition of that asset, by ordinal. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  /** Only steps in these states. */
  steps: choicesParam(STEP_STATUSES),
  /** Lowest level of log lines. */
  level: choiceParam(LOG_LEVELS),
  /** Only log lines that hold this text. */
  text: textParam(200),
});
