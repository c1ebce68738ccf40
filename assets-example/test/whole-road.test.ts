import { materializeInMemory } from "@heddle/testing";
import { describe, expect, it } from "vitest";
import { airportsClean, airportsRaw } from "../src/assets/airports.ts";
import { birdstrikesByAirport, birdstrikesClean, birdstrikesRaw } from "../src/assets/birdstrikes.ts";
import { flightsAirportDays } from "../src/assets/flight-aggregates.ts";
import { flightsClean, flightsRaw } from "../src/assets/flights.ts";
import project from "../src/definitions.ts";

describe("the whole road, as a worker walks it", () => {
  it("publishes 30 June, keeps 1 July back, and makes nothing from it", { timeout: 60_000 }, async () => {
    const assets = [airportsRaw, airportsClean, flightsRaw, flightsClean, flightsAirportDays];
    const result = await materializeInMemory(project, { assets, partitions: "2001-06-30..2001-07-01" });

    for (const asset of [flightsRaw, flightsClean, flightsAirportDays])
      expect(result.materialized(asset)).toEqual(["2001-06-30"]);
    expect(result.failures.map(({ asset, partition, cause }) => `${asset} ${partition} ${cause}`)).toEqual([
      "flights/raw 2001-07-01 check",
      "flights/clean 2001-07-01 error",
      "flights/airport_days 2001-07-01 error",
    ]);
    const blocked = result.checks.filter(({ blocking, passed }) => blocking && !passed);
    expect(blocked.map(({ name, description }) => `${name}: ${description}`)).toEqual([
      "day_is_complete: 2001-07-01 has 6 flights, expected are at least 10000",
    ]);

    const [busiest] = await result.value(flightsAirportDays, "2001-06-30");
    expect(busiest).toMatchObject({ day: "2001-06-30", airport: "DFW", state: "TX", departures: 838 });
    expect(result.metadata(flightsClean, "2001-06-30")).toMatchObject({
      dropped: { value: 0 },
      rows: { value: 15_626 },
    });
  });

  it("makes all years of bird strikes without a failure", { timeout: 60_000 }, async () => {
    const assets = [airportsRaw, airportsClean, birdstrikesRaw, birdstrikesClean, birdstrikesByAirport];
    const result = await materializeInMemory(project, { assets });
    expect(result.failures).toEqual([]);
    expect(result.materialized(birdstrikesClean)).toHaveLength(13);
    const [most] = await result.value(birdstrikesByAirport);
    expect(most).toMatchObject({ code: "DFW", state: "TX", strikes: 908, military: 0 });
  });
});
