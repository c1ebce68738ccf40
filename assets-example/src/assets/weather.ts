import { asset, output } from "@heddle/core";
import { date, float64, int32, table, utf8, type InferRow } from "@heddle/io/parquet";
import { describeRows } from "../describe-rows.ts";
import { tableOf } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { cities } from "../partitions.ts";
import { parseNumber } from "../sources/csv.ts";
import { readCsvSource } from "../sources/files.ts";
import { round, sumOf } from "../statistics.ts";
import { weatherFile } from "./sources.ts";

const rawWeather = table({
  day: date(),
  /** Millimetres. */
  precipitation: float64(),
  /** Degrees Celsius. */
  high: float64(),
  low: float64(),
  /** As the source has it; see the check `wind_unit`. */
  wind: float64(),
  /** "drizzle", "fog", "rain", "snow" or "sun". */
  label: utf8(),
});

const climateMonths = table({
  /** 1 to 12. */
  month: int32(),
  /** How many days of this month the source has, over the years. */
  days: int32(),
  highMean: float64(),
  lowMean: float64(),
  /** Millimetres in an average month of this name. */
  precipitation: float64(),
  /** Days with any precipitation, of a hundred. */
  wetPercent: float64(),
  snowPercent: float64(),
  /** Metres per second. */
  windMean: float64(),
});

/** The weather of one day. */
export type WeatherDay = InferRow<typeof rawWeather>;
/** One month of the year, averaged over the years. */
export type ClimateMonth = InferRow<typeof climateMonths>;

export const weatherRaw = asset({
  key: "weather/raw",
  group: "weather",
  owners: ["@weather-desk"],
  tags: { layer: "raw", grain: "city" },
  kinds: ["csv", "parquet"],
  description: "The days of one city, 2012–2015, in the units of the source.",
  partitions: cities,
  deps: { file: weatherFile },
  io: tableOf(rawWeather),
  async materialize({ partition }) {
    const columns = ["location", "date", "precipitation", "temp_max", "temp_min", "wind", "weather"] as const;
    const records = await readCsvSource("weather.csv", columns);
    const rows = records
      .filter(({ location }) => location === partition.key)
      .map((record): WeatherDay => {
        const numberOf = (column: (typeof columns)[number]): number =>
          parseNumber(record[column], `${column} of ${record.date}`);
        return {
          day: record.date,
          precipitation: numberOf("precipitation"),
          high: numberOf("temp_max"),
          low: numberOf("temp_min"),
          wind: numberOf("wind"),
          label: record.weather,
        };
      });
    return output({ value: rows, metadata: describeRows(rows) });
  },
});

export const weatherClimate = asset({
  key: "weather/climate",
  automation: keptFresh,
  group: "weather",
  owners: ["@weather-desk"],
  tags: { layer: "aggregate", grain: "city" },
  kinds: ["parquet"],
  description: `What January to December are usually like in one city.

The weather file begins eleven years after the flights end, so no flight can be joined with the weather of its day. With
the usual weather of its month it can.`,
  partitions: cities,
  deps: { weather: weatherRaw },
  io: tableOf(climateMonths),
  materialize({ deps }) {
    const byMonth = Map.groupBy(deps.weather, ({ day }) => Number(day.slice(5, 7)));
    const rows = [...byMonth].map(([month, days]) => describeMonth(month, days)).toSorted((a, b) => a.month - b.month);
    return output({ value: rows, metadata: describeRows(rows, 12) });
  },
});

function describeMonth(month: number, days: readonly WeatherDay[]): ClimateMonth {
  const years = new Set(days.map(({ day }) => day.slice(0, 4))).size;
  const mean = (numberOf: (day: WeatherDay) => number): number => sumOf(days, numberOf) / days.length;
  return {
    month,
    days: days.length,
    highMean: round(mean(({ high }) => high)),
    lowMean: round(mean(({ low }) => low)),
    precipitation: round(sumOf(days, (day) => day.precipitation) / years),
    // By the millimetres and not by the label: days called "rain" or "drizzle" can be dry.
    wetPercent: round(100 * mean((day) => (day.precipitation > 0 ? 1 : 0))),
    snowPercent: round(100 * mean(({ label }) => (label === "snow" ? 1 : 0))),
    windMean: round(mean(({ wind }) => wind)),
  };
}
