import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pathOfSource } from "../src/sources/files.ts";
import { openFlightsFile, type FlightsFile } from "../src/sources/flights-file.ts";

describe("the flights file, day by day", () => {
  let file: FlightsFile;
  beforeAll(async () => {
    file = await openFlightsFile(pathOfSource("flights-3m.parquet"));
  });
  afterAll(() => file.close());

  it("gives the rows of one day, in the order of the file", async () => {
    const rows = await file.flightsOf("2001-01-01");
    expect(rows).toHaveLength(14_828);
    expect(rows[0]).toEqual({
      departure: "2001-01-01T00:01",
      delay: 33,
      distance: 2176,
      origin: "LAS",
      destination: "PHL",
    });
    expect(rows.at(-1)?.departure).toBe("2001-01-01T23:59");
  });

  // The second row group begins with a departure of 2001-01-17T15:35.
  it("joins a day that lies in two row groups", async () => {
    const rows = await file.flightsOf("2001-01-17");
    const departures = rows.map(({ departure }) => departure);
    expect(rows).toHaveLength(16_986);
    expect(departures).toEqual(departures.toSorted());
    expect(departures.every((departure) => departure.startsWith("2001-01-17T"))).toBe(true);
  });

  it("gives the six departures of the last minute, and nothing beyond", async () => {
    const last = await file.flightsOf("2001-07-01");
    expect(last.map(({ departure, origin }) => `${departure} ${origin}`)).toEqual([
      "2001-07-01T00:00 ATL",
      "2001-07-01T00:00 DFW",
      "2001-07-01T00:00 ATL",
      "2001-07-01T00:00 LAS",
      "2001-07-01T00:00 ATL",
      "2001-07-01T00:00 ATL",
    ]);
    expect(await file.flightsOf("2001-07-02")).toEqual([]);
    expect(await file.flightsOf("2000-12-31")).toEqual([]);
  });
});
