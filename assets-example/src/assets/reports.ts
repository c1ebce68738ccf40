import { allPartitions, asset, dep, freshWithin, lastPartition, meta, output, specificPartitions } from "@heddle/core";
import { float64, int32, table, utf8, type InferRow } from "@heddle/io/parquet";
import { AIRPORT_CODES } from "../airport-names.ts";
import { collectRows } from "../collect-rows.ts";
import { delaysOf } from "../delays.ts";
import { describeRows, markdownTable } from "../describe-rows.ts";
import { documents, tableOf } from "../io.ts";
import { keptFresh, keptYoung } from "../kept-fresh.ts";
import { cities } from "../partitions.ts";
import { round } from "../statistics.ts";
import { birdstrikesByAirport, birdstrikesClean } from "./birdstrikes.ts";
import { flightsAirportMonths, flightsStateDelays, flightsWeeklyTrend } from "./flight-aggregates.ts";
import { weatherClimate } from "./weather.ts";

const DAY_MS = 86_400_000;

const strikeRates = table({
  airport: utf8(),
  state: utf8().nullable(),
  departures: int32(),
  strikes: int32(),
  /** Strikes for every 100,000 departures; null without departures. */
  rate: float64().nullable(),
});

/** How often aircraft hit birds at one airport. */
export type StrikeRate = InferRow<typeof strikeRates>;

/** The airports that serve a city of the weather file. */
const AIRPORTS_OF = { "New York": ["JFK", "LGA", "EWR"], Seattle: ["SEA"] } as const satisfies Record<
  string,
  readonly string[]
>;

const group = "reports";
const owners = ["@flight-analytics", "@safety"];
const tags = { layer: "report" };

export const strikeRatesReport = asset({
  key: "reports/strike_rates",
  automation: keptFresh,
  group,
  owners,
  tags,
  kinds: ["parquet"],
  description: `Bird strikes per 100,000 departures, January to June 2001: the half year that both sources have. Strikes on
military aircraft are left out, as the departures are those of airlines. Read it as an order of magnitude: strikes on
landing, on freighters and on private aircraft are in it, and their flights are not.`,
  deps: {
    months: flightsAirportMonths,
    strikes: dep(birdstrikesClean, { mapping: specificPartitions(["2001"]), columns: ["airport", "day", "military"] }),
    airports: birdstrikesByAirport,
  },
  io: tableOf(strikeRates),
  async materialize({ deps }) {
    const flights = await collectRows(deps.months);
    const flightsAt = Map.groupBy(flights, ({ airport }) => airport);
    const strikes = (await collectRows(deps.strikes)).filter(({ military, day }) => !military && day < "2001-07");
    const strikesAt = Map.groupBy(strikes, ({ airport }) => AIRPORT_CODES[airport]);
    const rows = deps.airports.flatMap(({ code, state }): StrikeRate[] => {
      if (code === null) return [];
      const { departures } = delaysOf(flightsAt.get(code) ?? []);
      const hits = strikesAt.get(code)?.length ?? 0;
      const rate = departures === 0 ? null : round((100_000 * hits) / departures);
      return [{ airport: code, state, departures, strikes: hits, rate }];
    });
    rows.sort((a, b) => (b.rate ?? -1) - (a.rate ?? -1));
    return output({ value: rows, metadata: describeRows(rows, 10) });
  },
});

export const weatherDelaysReport = asset({
  key: "reports/weather_delays",
  automation: keptFresh,
  group,
  owners,
  tags: { ...tags, grain: "city" },
  kinds: ["json"],
  description: `Delays from the airports of one city, month by month, beside the usual weather of these months. A
comparison of 2001 with an average of 2012–2015, **not** of flights with the weather that they met.`,
  partitions: cities,
  deps: { months: dep(flightsAirportMonths, { mapping: allPartitions() }), climate: weatherClimate },
  io: documents,
  async materialize({ deps, partition }) {
    const airports: readonly string[] = AIRPORTS_OF[partition.key];
    const flights = (await collectRows(deps.months)).filter(({ airport }) => airports.includes(airport));
    const months = [...Map.groupBy(flights, ({ month }) => month)].map(([month, rows]) => {
      const usual = deps.climate.find((row) => row.month === Number(month.slice(5)));
      return {
        month,
        ...delaysOf(rows),
        wetPercent: usual?.wetPercent ?? null,
        snowPercent: usual?.snowPercent ?? null,
        highMean: usual?.highMean ?? null,
      };
    });
    return output({
      value: { city: partition.key, airports, months },
      metadata: { months: meta.markdown(markdownTable(months)) },
    });
  },
});

export const summaryReport = asset({
  key: "reports/summary",
  automation: keptYoung,
  freshness: freshWithin({ warnMs: 30 * DAY_MS, failMs: 60 * DAY_MS }),
  group,
  owners,
  tags,
  kinds: ["json", "markdown"],
  description: "The first half of 2001 on one page: the last thing that a full run makes.",
  deps: {
    months: flightsAirportMonths,
    states: flightsStateDelays,
    trend: dep(flightsWeeklyTrend, { mapping: lastPartition() }),
    rates: strikeRatesReport,
    cities: weatherDelaysReport,
  },
  io: documents,
  async materialize({ deps }) {
    const flights = await collectRows(deps.months);
    const byAirport = Map.groupBy(flights, ({ airport }) => airport);
    const airports = [...byAirport].map(([airport, rows]) => ({ airport, ...delaysOf(rows) }));
    const states = [];
    for await (const [state, { departures, latePercent }] of deps.states)
      states.push({ state, departures, latePercent });
    const cityMonths = [];
    for await (const [city, { months }] of deps.cities) cityMonths.push(...months.map((month) => ({ city, ...month })));

    const total = delaysOf(flights);
    const { delayMean, latePercent: lastLate } = deps.trend;
    const page = [
      "# US domestic flights, January to June 2001",
      `${total.departures} departures, ${total.latePercent} % at least 15 minutes late. In the last week ${lastLate} %, ${delayMean} minutes on average.`,
      "## Latest airports\n\nWith at least 10,000 departures.",
      markdownTable(latestOf(airports)),
      "## Latest states",
      markdownTable(latestOf(states)),
      "## Bird strikes for 100,000 departures",
      markdownTable(deps.rates.filter(({ departures }) => departures >= 1_000).slice(0, 5)),
      "## Delays and the usual weather",
      markdownTable(cityMonths),
    ].join("\n\n");
    return output({
      value: { ...total, lastWeek: deps.trend, page },
      metadata: { ...total, page: meta.markdown(page) },
    });
  },
});

/** The five with the most late flights, of those that are large enough for a share to mean something. */
function latestOf<TRow extends { readonly departures: number; readonly latePercent: number }>(
  rows: readonly TRow[],
): TRow[] {
  return rows
    .filter(({ departures }) => departures >= 10_000)
    .toSorted((a, b) => b.latePercent - a.latePercent)
    .slice(0, 5);
}
