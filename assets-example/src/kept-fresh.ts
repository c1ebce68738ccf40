import { eager, missing, not, onFreshness, onMissing } from "@heddle/core";

/**
 * Made again as soon as something that it reads has other data. The presets look at the newest window alone; this data is
 * from the past, where any day, month or year may be corrected. What was never made is left to a backfill: the example
 * does nothing by itself before somebody has begun.
 */
export const keptFresh = eager().without("latest window").and(not(missing()).label("made before")).label("kept fresh");

/** The same, and made again when its data was removed. What was there never is left to a backfill here, too. */
export const keptThere = keptFresh.or(onMissing().label("when it is gone"));

/** The same, and made again when it gets older than its freshness policy wants, though nothing has changed. */
export const keptYoung = keptFresh.or(onFreshness().label("when it is overdue"));
