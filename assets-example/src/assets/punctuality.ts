import { asset, output } from "@heddle/core";
import { delaysOf } from "../delays.ts";
import { documents } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { airportGroups } from "../partitions.ts";
import { regionOf } from "../regions.ts";
import { flightsAirportMonths } from "./flight-aggregates.ts";

/** Departures a month from which an airport is called large, and from which it is called medium. */
const LARGE_FROM = 10_000;
const MEDIUM_FROM = 1_000;

/** The size of an airport by its departures in a month. */
export function sizeOf(departures: number): "large" | "medium" | "small" {
  if (departures >= LARGE_FROM) return "large";
  return departures >= MEDIUM_FROM ? "medium" : "small";
}

export const flightsPunctuality = asset({
  key: "flights/punctuality",
  automation: keptFresh,
  group: "flights",
  owners: ["@flight-analytics"],
  tags: { layer: "aggregate", grain: "month" },
  kinds: ["json"],
  description: `How punctual the airports of one region and one size are in one month: partitions in three dimensions. The
month reads the same month of \`flights/airport_months\`; that follows from the two definitions.`,
  partitions: airportGroups,
  deps: { airports: flightsAirportMonths },
  io: documents,
  materialize({ deps, partition }) {
    const { month, region, size } = partition.dimensions;
    const airports = deps.airports.filter(
      ({ state, departures }) => state !== null && regionOf(state) === region && sizeOf(departures) === size,
    );
    const value = { month, region, size, airports: airports.length, ...delaysOf(airports) };
    const { departures, latePercent } = value;
    return output({ value, metadata: { airports: airports.length, departures, latePercent } });
  },
});
