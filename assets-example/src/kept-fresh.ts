import { eager, missing, not } from "@heddle/core";

/**
 * Made again as soon as something that it reads has other data. The presets look at the newest window alone; this data is
 * from the past, where any day, month or year may be corrected. What was never made is left to a backfill: the example
 * does nothing by itself before somebody has begun.
 */
export const keptFresh = eager().without("latest window").and(not(missing()).label("made before")).label("kept fresh");
