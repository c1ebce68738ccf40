import { assetContext, partitionedInput } from "@heddle/testing";
import { describe, expect, it } from "vitest";
import type { Airport } from "../src/assets/airports.ts";
import {
  flightsAirportDays,
  flightsAirportMonths,
  flightsStateDelays,
  flightsWeeklyTrend,
  type AirportDay,
} from "../src/assets/flight-aggregates.ts";
import { flightsClean, flightsRaw, isDatedTooEarly, type RawFlight } from "../src/assets/flights.ts";

const flight = (parts: Partial<RawFlight>): RawFlight => ({
  departure: "2001-01-31T12:00",
  delay: 0,
  distance: 500,
  origin: "SEA",
  destination: "JFK",
  ...parts,
});
const airport = (code: string, state: string | null): Airport => ({
  code,
  name: code,
  city: null,
  state,
  country: "USA",
  latitude: 0,
  longitude: 0,
});
const airports = [airport("SEA", "WA"), airport("JFK", "NY")];

function clean(flights: RawFlight[]) {
  const context = assetContext(flightsClean, { partition: "2001-01-31", deps: { flights, airports } });
  return flightsClean.materialize(context).value;
}

describe("flights/raw", () => {
  it("asks the file for its own day", async () => {
    const asked: string[] = [];
    const file = {
      flightsOf: async (day: string) => {
        asked.push(day);
        return [flight({})];
      },
      close: () => undefined,
    };
    const context = assetContext(flightsRaw, { partition: "2001-01-31", resources: { flights: file } });
    expect((await flightsRaw.materialize(context)).value).toEqual([flight({})]);
    expect(asked).toEqual(["2001-01-31"]);
  });
});

describe("flights/clean", () => {
  it("moves a flight that is later than its day is old to the next day, across a month", () => {
    const [moved, kept] = clean([
      flight({ departure: "2001-01-31T00:40", delay: 160 }),
      flight({ departure: "2001-01-31T00:40", delay: 90 }),
    ]);
    expect(moved).toMatchObject({ departure: "2001-02-01T00:40", redated: true });
    expect(kept).toMatchObject({ departure: "2001-01-31T00:40", redated: false });
  });

  it("leaves a departure at midnight where it is", () => {
    expect(isDatedTooEarly({ departure: "2001-01-31T00:00", delay: 300 })).toBe(false);
    expect(isDatedTooEarly({ departure: "2001-01-31T00:01", delay: 300 })).toBe(true);
  });

  it("drops impossible arrivals and keeps rows that are equal", () => {
    const rows = clean([flight({ delay: -1116 }), flight({ delay: -120 }), flight({}), flight({})]);
    expect(rows.map(({ delay }) => delay)).toEqual([-120, 0, 0]);
  });

  it("calls 15 minutes late, and knows the states", () => {
    const [late, punctual, unknown] = clean([
      flight({ delay: 15 }),
      flight({ delay: 14 }),
      flight({ destination: "XXX" }),
    ]);
    expect(late).toMatchObject({ late: true, originState: "WA", destinationState: "NY" });
    expect(punctual?.late).toBe(false);
    expect(unknown?.destinationState).toBeNull();
  });
});

const airportDay = (day: string, departures: number, parts: Partial<AirportDay> = {}): AirportDay => ({
  day,
  airport: "BOS",
  state: "MA",
  departures,
  late: 1,
  delaySum: 10 * departures,
  delayMedian: 0,
  delayMost: 100,
  ...parts,
});

describe("the aggregates of flights", () => {
  it("sums up an airport's day, the busiest airport first", async () => {
    const flights = [
      { origin: "JFK", originState: "NY", delay: 5, late: false },
      { origin: "SEA", originState: "WA", delay: -5, late: false },
      { origin: "SEA", originState: "WA", delay: 20, late: true },
    ];
    const context = assetContext(flightsAirportDays, { partition: "2001-01-31", deps: { flights } });
    expect(flightsAirportDays.materialize(context).value).toEqual([
      {
        day: "2001-01-31",
        airport: "SEA",
        state: "WA",
        departures: 2,
        late: 1,
        delaySum: 15,
        delayMedian: 7.5,
        delayMost: 20,
      },
      {
        day: "2001-01-31",
        airport: "JFK",
        state: "NY",
        departures: 1,
        late: 0,
        delaySum: 5,
        delayMedian: 5,
        delayMost: 5,
      },
    ]);
  });

  it("weighs the days of a week by their flights", async () => {
    const days = partitionedInput({
      "2001-01-01": [airportDay("2001-01-01", 30)],
      "2001-01-02": [airportDay("2001-01-02", 10, { delaySum: 500 })],
    });
    const context = assetContext(flightsWeeklyTrend, { partition: "2001-01-07", deps: { days } });
    expect((await flightsWeeklyTrend.materialize(context)).value).toEqual({
      from: "2001-01-01",
      to: "2001-01-07",
      departures: 40,
      latePercent: 5,
      delayMean: 20,
    });
  });

  it("finds the quietest day of a month, also one without a row", async () => {
    const days = partitionedInput({
      "2001-03-04": [airportDay("2001-03-04", 100), airportDay("2001-03-04", 5, { airport: "ACK" })],
      "2001-03-05": [airportDay("2001-03-05", 20)],
      "2001-03-06": [airportDay("2001-03-06", 90), airportDay("2001-03-06", 5, { airport: "ACK" })],
    });
    const context = assetContext(flightsAirportMonths, { partition: "2001-03", deps: { days } });
    const [boston, nantucket] = (await flightsAirportMonths.materialize(context)).value;
    expect(boston).toMatchObject({
      airport: "BOS",
      departures: 210,
      late: 3,
      latePercent: 1.4,
      delayMean: 10,
      dayMedian: 90,
    });
    expect(boston).toMatchObject({ quietestDay: "2001-03-05", quietestDepartures: 20 });
    expect(nantucket).toMatchObject({ airport: "ACK", quietestDay: "2001-03-05", quietestDepartures: 0 });
  });

  it("takes one state out of all months", async () => {
    const month = {
      late: 5,
      latePercent: 0,
      delaySum: 100,
      delayMean: 0,
      dayMedian: 1,
      quietestDay: "2001-01-01",
      quietestDepartures: 1,
    };
    const months = partitionedInput({
      "2001-01": [
        { ...month, month: "2001-01", airport: "BOS", state: "MA", departures: 40 },
        { ...month, month: "2001-01", airport: "SEA", state: "WA", departures: 70 },
      ],
      "2001-02": [{ ...month, month: "2001-02", airport: "ORH", state: "MA", departures: 10 }],
    });
    const context = assetContext(flightsStateDelays, { partition: "MA", deps: { months } });
    expect((await flightsStateDelays.materialize(context)).value).toEqual({
      state: "MA",
      departures: 50,
      latePercent: 20,
      delayMean: 4,
      months: [
        { month: "2001-01", departures: 40, latePercent: 12.5, delayMean: 2.5 },
        { month: "2001-02", departures: 10, latePercent: 50, delayMean: 10 },
      ],
      airports: [
        { airport: "BOS", departures: 40, latePercent: 12.5, delayMean: 2.5 },
        { airport: "ORH", departures: 10, latePercent: 50, delayMean: 10 },
      ],
    });
  });
});
