import { assetContext, partitionedInput } from "@heddle/testing";
import { describe, expect, it } from "vitest";
import { airportsClean } from "../src/assets/airports.ts";
import { birdstrikesByAirport, birdstrikesClean, type RawStrike, type Strike } from "../src/assets/birdstrikes.ts";
import { strikeRatesReport, summaryReport, weatherDelaysReport } from "../src/assets/reports.ts";
import { weatherClimate, type WeatherDay } from "../src/assets/weather.ts";

const rawAirport = { name: "x", city: "x", country: "USA", latitude: 0, longitude: 0 };
const cleanAirport = { name: "x", city: null, country: "USA", latitude: 0, longitude: 0 };

describe("airports/clean", () => {
  it("turns NA into null, and fills in the states that are known", async () => {
    const airports = [
      { ...rawAirport, iata: "SEA", state: "WA" },
      { ...rawAirport, iata: "MQT", city: "NA", state: "NA" },
      { ...rawAirport, iata: "YAP", city: "NA", state: "NA" },
    ];
    const { value } = airportsClean.materialize(assetContext(airportsClean, { deps: { airports } }));
    expect(value.map(({ code, city, state }) => ({ code, city, state }))).toEqual([
      { code: "SEA", city: "x", state: "WA" },
      { code: "MQT", city: null, state: "MI" },
      { code: "YAP", city: null, state: null },
    ]);
  });
});

const report: RawStrike = {
  airport: "SEATTLE-TACOMA INTL",
  state: "Washington",
  day: "2001-05-01",
  timeOfDay: "Day",
  operator: "ALASKA AIRLINES",
  aircraft: "MD-80",
  phase: "Climb",
  species: "Mallard",
  size: "Medium",
  damage: "None",
  costRepair: 0,
  costOther: 0,
  costTotal: 0,
  speed: 160,
};
const strike: Strike = { ...report, military: false, mishapClass: null };

describe("birdstrikes", () => {
  it("counts a repeated report once, and not one that differs", async () => {
    const strikes = [report, { ...report }, { ...report, speed: 150 }];
    const context = assetContext(birdstrikesClean, { partition: "2001", deps: { strikes } });
    expect(birdstrikesClean.materialize(context).value.map(({ speed }) => speed)).toEqual([160, 150]);
  });

  it("keeps mishap classes apart from damage, and takes no standstill in the air for a speed", async () => {
    const strikes = [
      { ...report, damage: "C", operator: "MILITARY", speed: 0 },
      { ...report, phase: "Parked", speed: 0 },
    ];
    const context = assetContext(birdstrikesClean, { partition: "2001", deps: { strikes } });
    const [mishap, parked] = birdstrikesClean.materialize(context).value;
    expect(mishap).toMatchObject({ damage: null, mishapClass: "C", military: true, speed: null });
    expect(parked).toMatchObject({ damage: "None", mishapClass: null, military: false, speed: 0 });
  });

  it("joins the names of the reports with the airports, over all years", async () => {
    const deps = {
      airports: [{ ...cleanAirport, code: "SEA", state: "WA" }],
      years: partitionedInput({
        "2000": [strike, { ...strike, airport: "BARKSDALE AIR FORCE BASE ARPT", military: true }],
        "2001": [{ ...strike, damage: "Minor", costTotal: 500 }],
      }),
    };
    const { value } = await birdstrikesByAirport.materialize(assetContext(birdstrikesByAirport, { deps }));
    expect(value).toEqual([
      { airport: "SEATTLE-TACOMA INTL", code: "SEA", state: "WA", strikes: 2, military: 0, damaging: 1, cost: 500 },
      {
        airport: "BARKSDALE AIR FORCE BASE ARPT",
        code: null,
        state: null,
        strikes: 1,
        military: 1,
        damaging: 0,
        cost: 0,
      },
    ]);
  });
});

describe("weather/climate", () => {
  it("averages the months of all years, and goes by millimetres for rain", async () => {
    const day = (parts: Partial<WeatherDay>): WeatherDay => ({
      day: "2012-02-01",
      precipitation: 0,
      high: 10,
      low: 0,
      wind: 3,
      label: "sun",
      ...parts,
    });
    const weather = [
      day({ day: "2012-02-01", label: "rain" }),
      day({ day: "2013-02-01", precipitation: 12, high: 13, label: "snow" }),
      day({ day: "2012-01-31", wind: 5 }),
    ];
    const context = assetContext(weatherClimate, { partition: "Seattle", deps: { weather } });
    expect(weatherClimate.materialize(context).value).toEqual([
      { month: 1, days: 1, highMean: 10, lowMean: 0, precipitation: 0, wetPercent: 0, snowPercent: 0, windMean: 5 },
      { month: 2, days: 2, highMean: 11.5, lowMean: 0, precipitation: 6, wetPercent: 50, snowPercent: 50, windMean: 3 },
    ]);
  });
});

const month = {
  state: "WA",
  late: 500,
  latePercent: 25,
  delaySum: 0,
  delayMean: 0,
  dayMedian: 0,
  quietestDay: "",
  quietestDepartures: 0,
};
const months = partitionedInput({
  "2001-01": [
    { ...month, month: "2001-01", airport: "SEA", departures: 20_000 },
    { ...month, month: "2001-01", airport: "GEG", departures: 1_000 },
  ],
  "2001-02": [{ ...month, month: "2001-02", airport: "SEA", departures: 30_000 }],
});
const climate = [
  { month: 1, days: 124, highMean: 8, lowMean: 3, precipitation: 130, wetPercent: 53, snowPercent: 6, windMean: 3 },
];

describe("the reports", () => {
  it("relates civil strikes of the half year to departures, and has no rate without departures", async () => {
    const deps = {
      months,
      strikes: partitionedInput({ "2001": [strike, { ...strike, military: true }, { ...strike, day: "2001-07-01" }] }),
      airports: [
        { airport: "SEATTLE-TACOMA INTL", code: "SEA", state: "WA", strikes: 9, military: 0, damaging: 0, cost: 0 },
        { airport: "TETERBORO AIRPORT", code: "TEB", state: "NJ", strikes: 9, military: 0, damaging: 0, cost: 0 },
        {
          airport: "BARKSDALE AIR FORCE BASE ARPT",
          code: null,
          state: null,
          strikes: 9,
          military: 9,
          damaging: 0,
          cost: 0,
        },
      ],
    };
    const { value } = await strikeRatesReport.materialize(assetContext(strikeRatesReport, { deps }));
    expect(value).toEqual([
      { airport: "SEA", state: "WA", departures: 50_000, strikes: 1, rate: 2 },
      { airport: "TEB", state: "NJ", departures: 0, strikes: 0, rate: null },
    ]);
  });

  it("puts the usual weather beside the delays of a city's airports", async () => {
    const context = assetContext(weatherDelaysReport, { partition: "Seattle", deps: { months, climate } });
    const { airports, months: compared } = (await weatherDelaysReport.materialize(context)).value;
    expect(airports).toEqual(["SEA"]);
    expect(compared).toEqual([
      {
        month: "2001-01",
        departures: 20_000,
        latePercent: 2.5,
        delayMean: 0,
        wetPercent: 53,
        snowPercent: 6,
        highMean: 8,
      },
      {
        month: "2001-02",
        departures: 30_000,
        latePercent: 1.7,
        delayMean: 0,
        wetPercent: null,
        snowPercent: null,
        highMean: null,
      },
    ]);
  });

  it("leaves small airports out of the summary's ranking", async () => {
    const delays = { departures: 51_000, latePercent: 2.9, delayMean: 0, months: [], airports: [] };
    const deps = {
      months,
      states: partitionedInput({ WA: { state: "WA" as const, ...delays } }),
      trend: { from: "2001-06-24", to: "2001-06-30", departures: 7, latePercent: 20, delayMean: 6 },
      rates: [{ airport: "SEA", state: "WA", departures: 50_000, strikes: 1, rate: 2 }],
      cities: partitionedInput({}),
    };
    const { value } = await summaryReport.materialize(assetContext(summaryReport, { deps }));
    const { departures, latePercent, page } = value;
    expect({ departures, latePercent }).toEqual({ departures: 51_000, latePercent: 2.9 });
    expect(page).toContain("| SEA | 50000 | 2 |");
    expect(page).not.toContain("GEG");
  });
});
