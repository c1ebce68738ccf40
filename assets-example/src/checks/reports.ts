import { assetCheck, fail, pass } from "@heddle/core";
import { strikeRatesReport, weatherDelaysReport } from "../assets/reports.ts";
import { judgeRows } from "./findings.ts";

/** With fewer departures one strike more or less turns the rate around. */
const FEWEST_DEPARTURES = 1_000;

const enoughDepartures = assetCheck({
  asset: strikeRatesReport,
  name: "enough_departures",
  severity: "warn",
  description: `A rate rests on at least 1,000 departures. Atlantic City has a single one in the flights file, and Teterboro,
the airport of private aircraft, has none.`,
  check({ value }) {
    const thin = value.filter(({ departures }) => departures < FEWEST_DEPARTURES);
    return judgeRows(thin, { of: value.length, what: "rates rest on too few departures" });
  },
});

const everyMonthCompared = assetCheck({
  asset: weatherDelaysReport,
  name: "every_month_compared",
  severity: "error",
  blocking: true,
  description: "All six months have both flights and a usual weather.",
  check({ value }) {
    const complete = value.months.filter(({ departures, wetPercent }) => departures > 0 && wetPercent !== null).length;
    const metadata = { complete };
    return complete === 6 ? pass({ metadata }) : fail({ message: `${complete} of 6 months can be compared`, metadata });
  },
});

export const reportChecks = [enoughDepartures, everyMonthCompared];
