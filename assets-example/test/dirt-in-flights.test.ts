import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawFlightChecks } from "../src/checks/flights.ts";
import type { RawFlight } from "../src/assets/flights.ts";
import { pathOfSource } from "../src/sources/files.ts";
import { openFlightsFile, type FlightsFile } from "../src/sources/flights-file.ts";
import { checkOf, windowOf } from "./context.ts";

/** The days of the file, in order. */
const DAYS = Array.from({ length: 182 }, (_, day) => new Date(Date.UTC(2001, 0, 1 + day)).toISOString().slice(0, 10));

describe("the dirt in the flights file", () => {
  let file: FlightsFile;
  beforeAll(async () => {
    file = await openFlightsFile(pathOfSource("flights-3m.parquet"));
  });
  afterAll(() => file.close());

  async function failuresOf(day: string, flights: RawFlight[]) {
    const context = checkOf(flights, windowOf(day));
    const results = await Promise.all(
      rawFlightChecks.map(async (check) => ({ name: check.name, ...(await check.check(context)) })),
    );
    return results.filter(({ passed }) => !passed);
  }

  it("is what the README says, on all 182 days", { timeout: 180_000 }, async () => {
    let total = 0;
    const found: Record<string, { days: number; rows: number }> = {};
    for (const day of DAYS) {
      const flights = await file.flightsOf(day);
      total += flights.length;
      for (const { name, metadata } of await failuresOf(day, flights)) {
        const entry = (found[name] ??= { days: 0, rows: 0 });
        entry.days += 1;
        entry.rows += Number(metadata.found ?? metadata.flights);
      }
    }
    expect(total).toBe(3_000_000);
    expect(found).toEqual({
      day_is_complete: { days: 1, rows: 6 },
      delays_possible: { days: 3, rows: 3 },
      rows_are_distinct: { days: 114, rows: 191 },
      dated_right: { days: 179, rows: 2_993 },
    });
  });
});
