import { definitions } from "@heddle/core";
import { airportsClean, airportsRaw } from "./assets/airports.ts";
import { birdstrikesByAirport, birdstrikesClean, birdstrikesRaw } from "./assets/birdstrikes.ts";
import {
  flightsAirportDays,
  flightsAirportMonths,
  flightsStateDelays,
  flightsWeeklyTrend,
} from "./assets/flight-aggregates.ts";
import { flightsClean, flightsRaw } from "./assets/flights.ts";
import { flightsHubs, hubProfile } from "./assets/hubs.ts";
import { mostDelayedReport } from "./assets/most-delayed.ts";
import { flightsPunctuality } from "./assets/punctuality.ts";
import { strikeRatesReport, summaryReport, weatherDelaysReport } from "./assets/reports.ts";
import { airportsFile, birdstrikesFile, flightsFile, weatherFile } from "./assets/sources.ts";
import { weatherClimate, weatherRaw } from "./assets/weather.ts";
import { airportChecks } from "./checks/airports.ts";
import { birdstrikeChecks } from "./checks/birdstrikes.ts";
import { flightChecks } from "./checks/flights.ts";
import { reportChecks } from "./checks/reports.ts";
import { weatherChecks } from "./checks/weather.ts";
import { storage } from "./io.ts";

/** Everything that this project declares. Heddle looks for it here. */
export default definitions({
  assets: [
    airportsFile,
    birdstrikesFile,
    flightsFile,
    weatherFile,
    airportsRaw,
    airportsClean,
    flightsRaw,
    flightsClean,
    flightsAirportDays,
    flightsWeeklyTrend,
    flightsAirportMonths,
    flightsStateDelays,
    flightsPunctuality,
    flightsHubs,
    birdstrikesRaw,
    birdstrikesClean,
    birdstrikesByAirport,
    weatherRaw,
    weatherClimate,
    strikeRatesReport,
    weatherDelaysReport,
    hubProfile,
    mostDelayedReport,
    summaryReport,
  ],
  checks: [...airportChecks, ...flightChecks, ...birdstrikeChecks, ...weatherChecks, ...reportChecks],
  ...storage,
});
