import { STEP_STATUSES } from "@heddle/core/internal";
import { choiceParam, choicesParam, integerParam, textParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

export const RUN_TABS = ["timeline", "graph", "steps", "logs", "io", "config", "failures"] as const;
export type RunTab = (typeof RUN_TABS)[number];

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a row of the timeline stands for. */
export const TIMELINE_ROWS = ["steps", "assets", "groups"] as const;
export type TimelineRows = (typeof TIMELINE_ROWS)[number];

/** What the address of a run's page holds. */
export const runPageSearch = searchSchema({
  /** Left out: failures when there are some, else the timeline; of a run of checks, its steps. */
  tab: choiceParam(RUN_TABS),
  /** Only this asset. */
  asset: textParam(1_024),
  /** Only this partition of that asset, by ordinal. */
  partition: integerParam(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  /** Only steps in these states. */
  steps: choicesParam(STEP_STATUSES),
  /** What a row of the timeline stands for. */
  rows: choiceParam(TIMELINE_ROWS),
  /** The log line that is looked at. */
  line: textParam(40),
  /** The failure that is looked at, from 0. */
  error: integerParam(0, 1_000),
  /** The run to compare with. */
  with: integerParam(1, Number.MAX_SAFE_INTEGER),
  /** Lowest level of log lines. */
  level: choiceParam(LOG_LEVELS),
  /** Only log lines that hold this text. */
  text: textParam(200),
});
