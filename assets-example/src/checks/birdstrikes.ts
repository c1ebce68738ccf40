import { assetCheck, fail, meta, pass } from "@heddle/core";
import { AIRBORNE, birdstrikesByAirport, birdstrikesClean, birdstrikesRaw, DAMAGES } from "../assets/birdstrikes.ts";
import { percent } from "../statistics.ts";
import { countTexts, judgeRows, repeatsIn } from "./findings.ts";

/** More reports without a speed than this, of a hundred, are worth a warning. */
const MISSING_SPEEDS_FROM = 20;

const datesInYear = assetCheck({
  asset: birdstrikesRaw,
  name: "dates_in_year",
  severity: "error",
  blocking: true,
  description: "There are reports, and every date is a real day of this year.",
  check({ value, partition }) {
    if (value.length === 0) return fail({ message: `no reports of ${partition.key}` });
    const wrong = value.filter(({ day }) => !day.startsWith(`${partition.key}-`));
    return judgeRows(wrong, { of: value.length, what: "reports are of another year" });
  },
});

const yearIsComplete = assetCheck({
  asset: birdstrikesRaw,
  name: "year_is_complete",
  severity: "warn",
  description:
    "There are reports of all twelve months. The source ends on 25 July 2002, so its last year is a part of one.",
  check({ value }) {
    const byMonth = countTexts(value.map(({ day }) => day.slice(0, 7))).toSorted((a, b) =>
      a.value.localeCompare(b.value),
    );
    const metadata = { months: meta.table(byMonth.map(({ value: month, rows }) => ({ month, rows }))) };
    return byMonth.length === 12 ? pass({ metadata }) : fail({ message: `${byMonth.length} of 12 months`, metadata });
  },
});

const damageDocumented = assetCheck({
  asset: birdstrikesRaw,
  name: "damage_documented",
  severity: "warn",
  description: `The damage is "None", "Minor", "Medium" or "Substantial". 15 reports say "B" or "C", all of them of the armed
forces: their classes of mishaps by cost. \`birdstrikes/clean\` gives them a column of their own.`,
  check({ value }) {
    const others = value
      .filter(({ damage }) => !DAMAGES.includes(damage))
      .map(({ day, damage, operator, costTotal }) => ({ day, damage, operator, costTotal }));
    return judgeRows(others, { of: value.length, what: "reports have an undocumented damage" });
  },
});

const reportsDistinct = assetCheck({
  asset: birdstrikesRaw,
  name: "reports_distinct",
  severity: "warn",
  description: `No two reports are equal. 24 repeat another in all 14 columns, and these **are** duplicates: of two reports
with the same day, airport, aircraft and operator 16 % are equal, of two a day apart 6 %. \`birdstrikes/clean\` counts them
once.`,
  check({ value }) {
    const shown = repeatsIn(value).map(({ airport, day, operator, aircraft, speed }) => ({
      airport,
      day,
      operator,
      aircraft,
      speed,
    }));
    return judgeRows(shown, { of: value.length, what: "reports repeat another one" });
  },
});

const speedsGiven = assetCheck({
  asset: birdstrikesRaw,
  name: "speeds_given",
  severity: "warn",
  description: "At least four of five reports say how fast the aircraft was. From 1993 on, fewer do.",
  check({ value }) {
    const missing = value.filter(({ speed }) => speed === null).length;
    const metadata = { missing, rows: value.length, missingPercent: percent(missing, value.length) };
    if (missing * 100 < value.length * MISSING_SPEEDS_FROM) return pass({ metadata });
    return fail({ message: `${metadata.missingPercent} % of the reports have no speed`, metadata });
  },
});

const airborneMoves = assetCheck({
  asset: birdstrikesRaw,
  name: "airborne_moves",
  severity: "warn",
  description: "Nothing approaches, climbs or descends at 0 knots. `birdstrikes/clean` takes such a speed for none.",
  check({ value }) {
    const still = value
      .filter(({ phase, speed }) => speed === 0 && AIRBORNE.includes(phase))
      .map(({ day, aircraft, phase, speed }) => ({ day, aircraft, phase, speed }));
    return judgeRows(still, { of: value.length, what: "aircraft stand still in the air" });
  },
});

const costsAddUp = assetCheck({
  asset: birdstrikesClean,
  name: "costs_add_up",
  severity: "error",
  blocking: true,
  description: "The costs of repair and other costs make the total, and none is negative.",
  check({ value }) {
    const wrong = value.filter(
      (row) => row.costRepair + row.costOther !== row.costTotal || Math.min(row.costRepair, row.costOther) < 0,
    );
    const shown = wrong.map(({ day, airport, costRepair, costOther, costTotal }) => ({
      day,
      airport,
      costRepair,
      costOther,
      costTotal,
    }));
    return judgeRows(shown, { of: value.length, what: "totals are wrong" });
  },
});

const harmlessIsFree = assetCheck({
  asset: birdstrikesClean,
  name: "harmless_is_free",
  severity: "warn",
  description:
    'What did no damage cost nothing. 55 reports say "None" and have a cost, for an inspection or by mistake.',
  check({ value }) {
    const costly = value.filter(({ damage, costTotal }) => damage === "None" && costTotal > 0);
    const shown = costly.map(({ day, airport, aircraft, costTotal }) => ({ day, airport, aircraft, costTotal }));
    return judgeRows(shown, { of: value.length, what: "reports without damage have a cost" });
  },
});

const airportsMatched = assetCheck({
  asset: birdstrikesByAirport,
  name: "airports_matched",
  severity: "warn",
  description:
    "Every airport of the reports is found in `airports/clean`. Barksdale Air Force Base is not in that file.",
  check({ value }) {
    const unmatched = value
      .filter(({ code }) => code === null)
      .map(({ airport, strikes, military }) => ({ airport, strikes, military }));
    return judgeRows(unmatched, { of: value.length, what: "airports are not found" });
  },
});

/** What is looked for in a year of reports as the source has it. */
export const rawStrikeChecks = [
  datesInYear,
  yearIsComplete,
  damageDocumented,
  reportsDistinct,
  speedsGiven,
  airborneMoves,
];
export const birdstrikeChecks = [...rawStrikeChecks, costsAddUp, harmlessIsFree, airportsMatched];
