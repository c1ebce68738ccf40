import { assetCheck, fail, pass } from "@heddle/core";
import { weatherRaw } from "../assets/weather.ts";
import { round, sumOf } from "../statistics.ts";
import { judgeRows } from "./findings.ts";

/** 2012 (a leap year) to 2015. */
const DAYS = 1_461;
/** A place with less wind than this on average, in km/h, would be one of the calmest of the world. */
const CALMEST_KMH = 6;

const noMissingDays = assetCheck({
  asset: weatherRaw,
  name: "no_missing_days",
  severity: "error",
  blocking: true,
  description: "The city has every day from 2012-01-01 to 2015-12-31 exactly once.",
  check({ value, partition }) {
    const distinct = new Set(value.map(({ day }) => day)).size;
    const metadata = { rows: value.length, distinct, expected: DAYS };
    if (distinct === DAYS && value.length === DAYS) return pass({ metadata });
    return fail({
      message: `${partition.key} has ${distinct} days in ${value.length} rows, expected are ${DAYS}`,
      metadata,
    });
  },
});

const labelFitsRain = assetCheck({
  asset: weatherRaw,
  name: "label_fits_rain",
  severity: "warn",
  description: `A day called "rain" or "drizzle" has precipitation. One in six has none, **every** drizzle day
among them: the label was derived from other columns. \`weather/climate\` goes by the millimetres.`,
  check({ value }) {
    const dry = value.filter(
      ({ label, precipitation }) => (label === "rain" || label === "drizzle") && precipitation === 0,
    );
    const shown = dry.map(({ day, label, precipitation }) => ({ day, label, precipitation }));
    return judgeRows(shown, { of: value.length, what: "days are called wet and are dry" });
  },
});

const temperaturesOrdered = assetCheck({
  asset: weatherRaw,
  name: "temperatures_ordered",
  severity: "error",
  blocking: true,
  description: "The lowest temperature of a day is not above its highest.",
  check({ value }) {
    const wrong = value.filter(({ high, low }) => low > high).map(({ day, high, low }) => ({ day, high, low }));
    return judgeRows(wrong, { of: value.length, what: "days have their temperatures the wrong way round" });
  },
});

const windUnit = assetCheck({
  asset: weatherRaw,
  name: "wind_unit",
  severity: "warn",
  description: `The wind is in km/h, as the source documents it. An average of 3 to 5 km/h would be a calm that neither city
knows; in metres per second it is the breeze that they have. \`weather/climate\` takes it for m/s.`,
  check({ value }) {
    const mean = round(sumOf(value, ({ wind }) => wind) / value.length, 2);
    const metadata = { mean, calmest: CALMEST_KMH, takenForMetresPerSecond: `${round(mean * 3.6)} km/h` };
    return mean >= CALMEST_KMH
      ? pass({ metadata })
      : fail({ message: `a mean wind of ${mean} cannot be in km/h`, metadata });
  },
});

export const weatherChecks = [noMissingDays, labelFitsRain, temperaturesOrdered, windUnit];
