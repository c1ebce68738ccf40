import { RUN_STATUSES } from "@heddle/core/internal";
import { choicesParam, textParam, textsParam } from "../../search/search-param.ts";
import { searchSchema } from "../../search/search-schema.ts";

/** Why a run may exist. */
export const RUN_CAUSES = ["manual", "retry", "schedule", "sensor", "condition", "webhook"] as const;

/** The filters of every list of runs. */
export const RUN_FILTERS = {
  status: choicesParam(RUN_STATUSES),
  /** Only runs that hold an asset of this selection. */
  sel: textParam(8_000),
  /** Only runs that hold this asset. */
  asset: textParam(1_024),
  /** With `asset`: only runs that make some of these of its partitions, in words. */
  partition: textParam(1_000),
  /** Only runs with all of these tags: `name`, or `name=value`. */
  tag: textsParam(),
  /** Only runs of these causes. */
  trigger: choicesParam(RUN_CAUSES),
  /** When they were created: `last 7d`, `today`, `2026-01`, `2026-01-15 08:00`. */
  from: textParam(40),
  to: textParam(40),
  /** A run's number, or words of its origin and tags. */
  text: textParam(200),
};

/** What the address of the list of runs holds. */
export const runListSearch = searchSchema(RUN_FILTERS);
