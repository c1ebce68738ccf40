import type { CheckResult } from "@heddle/core";
import { beforeAll, describe, expect, it } from "vitest";
import { airportsClean, airportsRaw, type Airport } from "../src/assets/airports.ts";
import { birdstrikesByAirport, birdstrikesClean, birdstrikesRaw, type Strike } from "../src/assets/birdstrikes.ts";
import { weatherRaw } from "../src/assets/weather.ts";
import { rawAirportChecks } from "../src/checks/airports.ts";
import { rawStrikeChecks } from "../src/checks/birdstrikes.ts";
import { weatherChecks } from "../src/checks/weather.ts";
import { checkOf, contextOf, inputOf, keyOf, valueOf, windowOf } from "./context.ts";

/** What a check that counts rows has found; `null` when it passed. */
const foundBy = ({ passed, metadata }: CheckResult): number | null => (passed ? null : Number(metadata.found));

async function verdicts<TContext>(
  checks: readonly { readonly name: string; check(context: TContext): CheckResult | Promise<CheckResult> }[],
  context: TContext,
): Promise<Record<string, CheckResult>> {
  return Object.fromEntries(await Promise.all(checks.map(async (check) => [check.name, await check.check(context)])));
}

const whole = { partition: undefined, deps: {}, resources: {} };

describe("the dirt in the airports file", () => {
  it("has codes that are no IATA codes, and airports without a state", async () => {
    const rows = await valueOf(airportsRaw.materialize(contextOf(whole)));
    const found = await verdicts(rawAirportChecks, checkOf(rows, undefined));
    expect(rows).toHaveLength(3_376);
    expect(Object.entries(found).map(([name, result]) => [name, foundBy(result)])).toEqual([
      ["codes_unique", null],
      ["codes_are_iata", 1_336],
      ["states_given", 12],
    ]);
    expect(rows.filter(({ state, country }) => state === "NA" && country === "USA")).toHaveLength(8);
  });
});

describe("the dirt in the birdstrikes file", () => {
  const years = Array.from({ length: 13 }, (_, index) => String(1990 + index));
  const found = new Map<string, Record<string, CheckResult>>();
  const clean: Record<string, Strike[]> = {};
  let airports: Airport[] = [];

  beforeAll(async () => {
    const raw = await valueOf(airportsRaw.materialize(contextOf(whole)));
    airports = await valueOf(airportsClean.materialize(contextOf({ ...whole, deps: { airports: raw } })));
    for (const year of years) {
      const partition = windowOf(year);
      const strikes = await valueOf(birdstrikesRaw.materialize(contextOf({ ...whole, partition })));
      found.set(year, await verdicts(rawStrikeChecks, checkOf(strikes, partition)));
      clean[year] = await valueOf(birdstrikesClean.materialize(contextOf({ ...whole, partition, deps: { strikes } })));
    }
  });

  const yearsOf = (name: string): string[] => years.filter((year) => found.get(year)?.[name]?.passed === false);
  const rowsOf = (name: string): number =>
    years.reduce((sum, year) => sum + Number(found.get(year)?.[name]?.metadata.found ?? 0), 0);

  it("has undocumented damage, repeated reports and a standstill in the air", () => {
    expect(yearsOf("dates_in_year")).toEqual([]);
    expect([yearsOf("damage_documented").length, rowsOf("damage_documented")]).toEqual([10, 15]);
    expect([yearsOf("reports_distinct").length, rowsOf("reports_distinct")]).toEqual([9, 24]);
    expect([yearsOf("airborne_moves").length, rowsOf("airborne_moves")]).toEqual([5, 8]);
  });

  it("ends within a year, and has fewer and fewer speeds", () => {
    expect(yearsOf("year_is_complete")).toEqual(["2002"]);
    expect(yearsOf("speeds_given")).toEqual(years.filter((year) => year >= "1993"));
    expect(years.reduce((sum, year) => sum + Number(found.get(year)?.speeds_given?.metadata.missing), 0)).toBe(2_836);
  });

  it("leaves costs that add up, though not all of them have a damage", async () => {
    const rows = Object.values(clean).flat();
    expect(rows).toHaveLength(9_976);
    expect(rows.filter(({ costRepair, costOther, costTotal }) => costRepair + costOther !== costTotal)).toEqual([]);
    expect(rows.filter(({ damage, costTotal }) => damage === "None" && costTotal > 0)).toHaveLength(55);
    expect(rows.filter(({ mishapClass }) => mishapClass === "B")).toHaveLength(1);
    expect(rows.filter(({ mishapClass, military }) => mishapClass !== null && military)).toHaveLength(15);
  });

  it("has one airport of fifty that the airports file does not know", async () => {
    const deps = { years: inputOf(clean), airports };
    const rows = await valueOf(birdstrikesByAirport.materialize(contextOf({ ...whole, deps })));
    expect(rows).toHaveLength(50);
    expect(rows.filter(({ code }) => code === null).map(({ airport }) => airport)).toEqual([
      "BARKSDALE AIR FORCE BASE ARPT",
    ]);
  });
});

describe("the dirt in the weather file", () => {
  it.each([
    ["New York", 106, "a mean wind of 4.96 cannot be in km/h"],
    ["Seattle", 97, "a mean wind of 3.24 cannot be in km/h"],
  ] as const)("calls dry days of %s wet, and has another unit of wind", async (city, dryDays, windMessage) => {
    const partition = keyOf(city);
    const rows = await valueOf(weatherRaw.materialize(contextOf({ ...whole, partition })));
    const found = await verdicts(weatherChecks, checkOf(rows, partition));
    expect(found.no_missing_days?.passed).toBe(true);
    expect(found.temperatures_ordered?.passed).toBe(true);
    expect(foundBy(found.label_fits_rain!)).toBe(dryDays);
    expect(found.wind_unit?.message).toBe(windMessage);
  });
});
