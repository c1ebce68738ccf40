import { assetContext, partitionedInput } from "@heddle/testing";
import { describe, expect, it } from "vitest";
import type { AirportMonth } from "../src/assets/flight-aggregates.ts";
import { flightsHubs, hubProfile } from "../src/assets/hubs.ts";

function monthOf(airport: string, month: string, departures: number): AirportMonth {
  const delays = { departures, late: 1, latePercent: 10, delaySum: 5 * departures, delayMean: 5 };
  return { month, airport, state: "WA", ...delays, dayMedian: 1, quietestDay: `${month}-01`, quietestDepartures: 1 };
}

/** Twelve airports, the first with the most departures. */
const airports = Array.from({ length: 12 }, (_, index) => `A${String(index).padStart(2, "0")}`);
const months = partitionedInput({
  "2001-01": airports.map((airport, index) => monthOf(airport, "2001-01", 100 - index)),
  "2001-02": airports.map((airport, index) => monthOf(airport, "2001-02", 200 - index)),
});

describe("flights/hubs", () => {
  it("adds the ten busiest airports as partitions and takes the others away", async () => {
    const added: string[] = [];
    const removed: string[] = [];
    const context = assetContext(flightsHubs, {
      deps: { months },
      addPartitions: (_hubs, keys) => added.push(...keys),
      removePartitions: (_hubs, keys) => removed.push(...keys),
    });
    const { value } = await flightsHubs.materialize(context);
    expect(value[0]).toEqual({ airport: "A00", departures: 300 });
    expect(added).toEqual(airports.slice(0, 10));
    expect(removed).toEqual(["A10", "A11"]);
  });
});

describe("reports/hub_profile", () => {
  it("makes several hubs with one call, and one that never flew, too", async () => {
    const context = assetContext(hubProfile, { partitions: ["A01", "XXX"], deps: { ranking: [], months } });
    const made = new Map<string, unknown>();
    for await (const [key, { value }] of hubProfile.materialize(context)) made.set(key, value);
    expect(made.get("A01")).toMatchObject({ airport: "A01", departures: 298, months: [{ month: "2001-01" }, {}] });
    expect(made.get("XXX")).toMatchObject({ airport: "XXX", departures: 0, months: [] });
  });
});
