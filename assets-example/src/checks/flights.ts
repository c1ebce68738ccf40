import { assetCheck, fail, meta, pass } from "@heddle/core";
import { flightsAirportMonths, flightsStateDelays } from "../assets/flight-aggregates.ts";
import { EARLIEST_ARRIVAL, flightsClean, flightsRaw, isDatedTooEarly } from "../assets/flights.ts";
import { judgeRows, repeatsIn } from "./findings.ts";

/** The quietest complete day of the source has 14,267 flights (Sunday, 27 May). */
const FEWEST_FLIGHTS = 10_000;
/** An airport with fewer departures on a usual day has quiet days by chance. */
const BUSY_FROM = 50;
/** A day with less than this share of the usual departures is quiet. */
const QUIET_BELOW = 0.25;

const dayIsComplete = assetCheck({
  asset: flightsRaw,
  name: "day_is_complete",
  severity: "error",
  blocking: true,
  description: `A day has at least 10,000 flights; the quietest complete one has 14,267. A day with fewer was cut off, and
would look like the collapse of all traffic.`,
  check({ value, partition }) {
    const metadata = { flights: value.length, expected: FEWEST_FLIGHTS };
    if (value.length >= FEWEST_FLIGHTS) return pass({ metadata });
    return fail({
      message: `${partition.key} has ${value.length} flights, expected are at least ${FEWEST_FLIGHTS}`,
      metadata: { ...metadata, sample: meta.table(value.slice(0, 6)) },
    });
  },
});

const delaysPossible = assetCheck({
  asset: flightsRaw,
  name: "delays_possible",
  severity: "warn",
  description: `No flight arrives more than two hours before its schedule. Three do, the worst by 18 hours and 36 minutes: on
these the delay has lost a day, or the schedule is wrong. \`flights/clean\` drops them.`,
  check({ value }) {
    return judgeRows(
      value.filter(({ delay }) => delay < EARLIEST_ARRIVAL),
      { of: value.length, what: "flights arrive impossibly early" },
    );
  },
});

const rowsAreDistinct = assetCheck({
  asset: flightsRaw,
  name: "rows_are_distinct",
  severity: "warn",
  description: `No two rows are equal. 191 are, and they are **no** duplicates. The source has neither airline nor flight
number, so two airlines that leave for the same city in the same minute differ by their delay alone. Of the 7,933 pairs of
flights with the same minute and route, 2.4 % have the same delay, and of those that leave one to eight minutes apart
2.2 to 2.6 %: chance. Dropping them would lose real flights.`,
  check({ value }) {
    return judgeRows(repeatsIn(value), { of: value.length, what: "rows repeat another one" });
  },
});

const datedRight = assetCheck({
  asset: flightsRaw,
  name: "dated_right",
  severity: "warn",
  description: `No flight is later than its day is old. The source joins the scheduled day with the actual time, so what was
planned for 23:00 and left at 01:00 stands a day too early. Found by a delay that exceeds the minutes since midnight by an
hour; \`flights/clean\` moves these flights to the next day.`,
  check({ value }) {
    return judgeRows(value.filter(isDatedTooEarly), { of: value.length, what: "flights are dated a day too early" });
  },
});

const airportsKnown = assetCheck({
  asset: flightsClean,
  name: "airports_known",
  severity: "error",
  blocking: true,
  description: "Both airports of every flight are in `airports/clean`, and have a state.",
  check({ value }) {
    const unknown = value.filter(
      ({ originState, destinationState }) => originState === null || destinationState === null,
    );
    return judgeRows(unknown, { of: value.length, what: "flights have an unknown airport" });
  },
});

const noQuietDays = assetCheck({
  asset: flightsAirportMonths,
  name: "no_quiet_days",
  severity: "warn",
  description: `No busy airport has a day with less than a quarter of its usual departures. The source leaves cancelled
flights out, so a closed airport is a gap: the snow of 5 and 6 March in the north-east, the blizzard of 11 April in Denver,
the flood of 9 June in Houston.`,
  check({ value }) {
    const quiet = value
      .filter(
        ({ dayMedian, quietestDepartures }) => dayMedian >= BUSY_FROM && quietestDepartures < dayMedian * QUIET_BELOW,
      )
      .map(({ airport, quietestDay, quietestDepartures, dayMedian }) => ({
        airport,
        quietestDay,
        quietestDepartures,
        dayMedian,
      }));
    return judgeRows(quiet, { of: value.length, what: "airports had a day with hardly any departures" });
  },
});

const stateHasFlights = assetCheck({
  asset: flightsStateDelays,
  name: "has_departures",
  severity: "error",
  blocking: true,
  description: "The state has departures. One without is a partition key that no airport has.",
  check({ value }) {
    const { state, departures } = value;
    return departures > 0 ? pass({ metadata: { departures } }) : fail({ message: `no departures from ${state}` });
  },
});

const stateHasEveryMonth = assetCheck({
  asset: flightsStateDelays,
  name: "every_month",
  severity: "warn",
  description: `The state has departures in all six months. Wyoming's only airport in the file, Jackson, has none in May,
between the skiing and the summer.`,
  check({ value }) {
    const metadata = { months: meta.table(value.months) };
    return value.months.length === 6
      ? pass({ metadata })
      : fail({ message: `${value.months.length} of 6 months`, metadata });
  },
});

/** What is looked for in a day as the source has it. */
export const rawFlightChecks = [dayIsComplete, delaysPossible, rowsAreDistinct, datedRight];
export const flightChecks = [...rawFlightChecks, airportsKnown, noQuietDays, stateHasFlights, stateHasEveryMonth];
