import {
  cronPartitions,
  dailyPartitions,
  dynamicPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
} from "@heddle/core";
import { REGIONS } from "./regions.ts";

/**
 * The days on which the flights file has rows. They are calendar days of each departure's own airport, which have no
 * common time zone; the zone of the partitions (UTC) stands for "local".
 */
export const days = dailyPartitions({ start: "2001-01-01", end: "2001-07-02" });

/** The days that end a whole week of the file: six days must come before the first. */
export const weekEnds = dailyPartitions({ start: "2001-01-07", end: "2001-07-01" });

/** The complete months of the flights file. */
export const months = monthlyPartitions({ start: "2001-01", end: "2001-07" });

/** The years of the birdstrikes file. There is no factory for years: a cron expression says it. */
export const years = cronPartitions({ cron: "0 0 1 1 *", start: "1990", end: "2003", format: "%Y" });

/** The cities of the weather file, spelled as in its column `location`. */
export const cities = staticPartitions(["New York", "Seattle"]);

/** The states and territories from which the flights depart. */
// prettier-ignore
export const states = staticPartitions([
  "AK", "AL", "AR", "AZ", "CA", "CO", "CT", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA",
  "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH",
  "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
]);

/** Airports by month, region and size: three dimensions, of which the month is one that other assets are cut by. */
export const airportGroups = multiPartitions({
  month: months,
  region: staticPartitions(REGIONS),
  size: staticPartitions(["large", "medium", "small"]),
});

/** The busiest airports: added and removed by `flights/hubs` while Heddle runs. */
export const hubs = dynamicPartitions({ name: "hubs" });
