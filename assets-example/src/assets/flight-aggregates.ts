import { asset, dep, meta, output, timeWindowMapping, allPartitions } from "@heddle/core";
import { date, float64, int32, table, utf8, type InferRow } from "@heddle/io/parquet";
import { collectRows } from "../collect-rows.ts";
import { delaysOf } from "../delays.ts";
import { describeRows, markdownTable } from "../describe-rows.ts";
import { documents, tableOf } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { days, months, states, weekEnds } from "../partitions.ts";
import { median, sumOf } from "../statistics.ts";
import { flightsClean } from "./flights.ts";

const airportDays = table({
  day: date(),
  airport: utf8(),
  state: utf8().nullable(),
  departures: int32(),
  late: int32(),
  /** Of all flights together, in minutes: sums can be added up, means cannot. */
  delaySum: int32(),
  delayMedian: float64(),
  delayMost: int32(),
});

const airportMonths = table({
  month: utf8(),
  airport: utf8(),
  state: utf8().nullable(),
  departures: int32(),
  late: int32(),
  latePercent: float64(),
  delaySum: int32(),
  delayMean: float64(),
  /** Departures of a usual day of the month. */
  dayMedian: float64(),
  quietestDay: date(),
  quietestDepartures: int32(),
});

/** One airport on one day. */
export type AirportDay = InferRow<typeof airportDays>;
/** One airport in one month. */
export type AirportMonth = InferRow<typeof airportMonths>;

const group = "flights";
const owners = ["@flight-analytics"];

export const flightsAirportDays = asset({
  key: "flights/airport_days",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "aggregate", grain: "day" },
  kinds: ["parquet"],
  description: "Departures and delays of every airport on one day. Reads only the four columns that it needs.",
  partitions: days,
  deps: { flights: dep(flightsClean, { columns: ["origin", "originState", "delay", "late"] }) },
  io: tableOf(airportDays),
  materialize({ deps, partition }) {
    const byAirport = Map.groupBy(deps.flights, ({ origin }) => origin);
    const rows = [...byAirport].map(([airport, departures]): AirportDay => {
      const delays = departures.map(({ delay }) => delay);
      return {
        day: partition.key,
        airport,
        state: departures[0]?.originState ?? null,
        departures: departures.length,
        late: departures.filter(({ late }) => late).length,
        delaySum: sumOf(delays, Number),
        delayMedian: median(delays) ?? 0,
        delayMost: Math.max(...delays),
      };
    });
    rows.sort((a, b) => b.departures - a.departures || a.airport.localeCompare(b.airport));
    return output({ value: rows, metadata: describeRows(rows) });
  },
  columns: {
    day: { description: "The day that the flights are dated on.", from: {} },
    airport: { from: { flights: "origin" } },
    state: { from: { flights: "originState" } },
    departures: { from: { flights: ["origin"] } },
    late: { description: "Departures that were late.", from: { flights: ["late"] } },
    delaySum: { description: "Of all flights together, in minutes.", from: { flights: ["delay"] } },
    delayMedian: { from: { flights: ["delay"] } },
    delayMost: { from: { flights: ["delay"] } },
  },
});

export const flightsWeeklyTrend = asset({
  key: "flights/weekly_trend",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "aggregate", grain: "day" },
  kinds: ["json"],
  description: `The seven days that end with this one, as one figure: on Saturdays fly 2,000 fewer than on Fridays, and a
week evens that out. A window of days that moves by a day: every partition reads seven of
\`flights/airport_days\`.`,
  partitions: weekEnds,
  deps: { days: dep(flightsAirportDays, { mapping: timeWindowMapping({ startOffset: -6 }) }) },
  io: documents,
  async materialize({ deps, partition }) {
    const delays = delaysOf(await collectRows(deps.days));
    const value = { from: deps.days.keys[0] ?? partition.key, to: partition.key, ...delays };
    return output({ value, metadata: { ...delays, delayMean: meta.number(delays.delayMean, "min") } });
  },
});

export const flightsAirportMonths = asset({
  key: "flights/airport_months",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "aggregate", grain: "month" },
  kinds: ["parquet"],
  description: `Departures and delays of every airport in one month, with its quietest day: the trace of cancelled flights,
which the source leaves out.`,
  partitions: months,
  deps: { days: flightsAirportDays },
  io: tableOf(airportMonths),
  async materialize({ deps, partition }) {
    const byAirport = Map.groupBy(await collectRows(deps.days), ({ airport }) => airport);
    const rows = [...byAirport.values()].map((ofAirport) => summarizeMonth(partition.key, deps.days.keys, ofAirport));
    rows.sort((a, b) => b.departures - a.departures || a.airport.localeCompare(b.airport));
    return output({ value: rows, metadata: describeRows(rows) });
  },
});

/** One airport's month from its days; a day without departures has no row, and counts as quiet all the same. */
function summarizeMonth(month: string, allDays: readonly string[], rows: readonly AirportDay[]): AirportMonth {
  const onDay = new Map(rows.map(({ day, departures }) => [day, departures]));
  const perDay = allDays.map((day) => ({ day, departures: onDay.get(day) ?? 0 }));
  const [quietest] = perDay.toSorted((a, b) => a.departures - b.departures);
  return {
    month,
    airport: rows[0]?.airport ?? "",
    state: rows[0]?.state ?? null,
    ...delaysOf(rows),
    late: sumOf(rows, (row) => row.late),
    delaySum: sumOf(rows, (row) => row.delaySum),
    dayMedian: median(perDay.map((day) => day.departures)) ?? 0,
    quietestDay: quietest?.day ?? month,
    quietestDepartures: quietest?.departures ?? 0,
  };
}

export const flightsStateDelays = asset({
  key: "flights/state_delays",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "aggregate", grain: "half-year" },
  kinds: ["json"],
  description:
    "Delays of the flights from one state or territory, by month and by airport. One partition for each state.",
  partitions: states,
  deps: { months: dep(flightsAirportMonths, { mapping: allPartitions() }) },
  io: documents,
  async materialize({ deps, partition }) {
    const all = (await collectRows(deps.months)).filter(({ state }) => state === partition.key);
    const value = {
      state: partition.key,
      ...delaysOf(all),
      months: [...Map.groupBy(all, (row) => row.month)].map(([month, rows]) => ({ month, ...delaysOf(rows) })),
      airports: [...Map.groupBy(all, (row) => row.airport)].map(([airport, rows]) => ({ airport, ...delaysOf(rows) })),
    };
    const { departures, latePercent } = value;
    return output({ value, metadata: { departures, latePercent, months: meta.markdown(markdownTable(value.months)) } });
  },
});
