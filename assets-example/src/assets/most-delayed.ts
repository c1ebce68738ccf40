import { sql, sqlAsset } from "@heddle/io/duckdb";
import { float64, int32, table, utf8 } from "@heddle/io/parquet";
import { tableOf } from "../io.ts";
import { keptThere } from "../kept-fresh.ts";
import { flightsAirportMonths } from "./flight-aggregates.ts";

const mostDelayed = table({
  airport: utf8(),
  state: utf8().nullable(),
  departures: int32(),
  latePercent: float64(),
  worstMonth: utf8(),
});

/** Smaller airports have a bad month by chance. */
const LEAST_DEPARTURES = 20_000;

export const mostDelayedReport = sqlAsset({
  key: "reports/most_delayed",
  automation: keptThere,
  group: "reports",
  owners: ["@flight-analytics"],
  tags: { layer: "report" },
  description:
    "The ten large airports of the half year from which most flights leave late, and the worst month of each.",
  deps: { months: flightsAirportMonths },
  schema: mostDelayed,
  io: tableOf(mostDelayed),
  sql: ({ deps }) => sql`
    select airport, any_value(state) as state, sum(departures) as departures,
           round(100 * sum(late) / sum(departures), 1) as latePercent,
           arg_max(month, latePercent) as worstMonth
    from ${deps.months}
    group by airport
    having sum(departures) >= ${LEAST_DEPARTURES}
    order by 100 * sum(late) / sum(departures) desc, airport
    limit 10`,
});
