import { readFileSync } from "node:fs";
import { assetCheck, definitions, pass, resolvePartitions, type AnyAsset, type JsonValue } from "@heddle/core";
import { materializeInMemory, type InMemoryResult } from "@heddle/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { airportsClean, airportsRaw } from "../src/assets/airports.ts";
import { birdstrikesByAirport, birdstrikesRaw, type RawStrike } from "../src/assets/birdstrikes.ts";
import { flightsAirportDays, flightsAirportMonths, flightsStateDelays } from "../src/assets/flight-aggregates.ts";
import { EARLIEST_ARRIVAL, flightsClean, flightsRaw } from "../src/assets/flights.ts";
import { flightsHubs } from "../src/assets/hubs.ts";
import { mostDelayedReport } from "../src/assets/most-delayed.ts";
import { weatherRaw } from "../src/assets/weather.ts";
import project from "../src/definitions.ts";
import { hubs } from "../src/partitions.ts";
import { sumOf } from "../src/statistics.ts";
import { countEqualPairs, noPairs, type PairCounts } from "./equal-pairs.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  .replace(/```[^]*?```/g, "")
  .replaceAll(/\s+/g, " ");

const assets = [...project.assets.values()].filter((asset): asset is AnyAsset => asset.kind === "asset");
const checks = [...project.checks].flatMap(([asset, ofAsset]) => ofAsset.map((check) => ({ ...check, key: asset })));
/** How many partitions an asset has: at the end, or `atFirst`, before any step has added some. */
const partitionsOf = (asset: AnyAsset, when: "atFirst" | "atLast" = "atLast"): number => {
  const dynamicKeys = () => (when === "atFirst" ? [] : result.dynamicPartitions(hubs));
  return resolvePartitions(asset.partitions?.spec ?? null, { now: Date.now(), dynamicKeys }).all.size;
};

/** A number as the README writes it. */
const n = (value: number): string => value.toLocaleString("en-US").replace("-", "−");
/** Everything that was computed and must be in the README. */
const claims: string[] = [];

/** Those of some sentences that are not in the README. All of them are claims from then on. */
function unwritten(...sentences: readonly string[]): readonly string[] {
  claims.push(...sentences);
  return sentences.filter((sentence) => !README.includes(sentence));
}

let result: InMemoryResult;
const flightPairs = noPairs(8);
const strikePairs = noPairs(1);
const delays = { least: 0, most: 0, leastPossible: 0 };
/** How many flights each day has, in order. */
const flightsOfDays: number[] = [];
/** All reports, of all years. */
const reports: RawStrike[] = [];

/** What a check found in a partition that it fired on. */
interface Finding {
  readonly partition: string | null;
  readonly message: string | null;
  readonly found: number;
  /** The first rows that it shows. */
  readonly sample: readonly (readonly JsonValue[])[];
}

function findingsOf(asset: string, name: string): Finding[] {
  const fired = result.checks.filter((check) => check.asset === asset && check.name === name && !check.passed);
  return fired.map(({ partition, description, metadata }) => {
    const { found, sample } = (metadata ?? {}) as {
      found?: { value: number };
      sample?: { columns: string[]; rows: JsonValue[][] };
    };
    return { partition, message: description, found: found?.value ?? 0, sample: sample?.rows ?? [] };
  });
}
const foundBy = (asset: string, name: string): number => sumOf(findingsOf(asset, name), ({ found }) => found);
const samplesOf = (asset: string, name: string) => findingsOf(asset, name).flatMap(({ sample }) => sample);

/** Looks at every day of flights on its way: loading them all again would take as long as making everything. */
const lookAtFlights = assetCheck({
  asset: flightsRaw,
  name: "look_at_flights",
  check({ value }) {
    flightsOfDays.push(value.length);
    for (const { delay } of value) {
      delays.least = Math.min(delays.least, delay);
      delays.most = Math.max(delays.most, delay);
      if (delay >= EARLIEST_ARRIVAL) delays.leastPossible = Math.min(delays.leastPossible, delay);
    }
    for (const route of Map.groupBy(value, ({ origin, destination }) => origin + destination).values()) {
      const departures = route.map(({ departure, delay }) => ({
        at: Date.parse(`${departure}Z`) / 60_000,
        rest: delay,
      }));
      countEqualPairs(departures, flightPairs);
    }
    return pass();
  },
});

beforeAll(async () => {
  const given = [...project.checks.values()].flat();
  result = await materializeInMemory(
    definitions({ assets: [...project.assets.values()], checks: [...given, lookAtFlights] }),
  );
  for (const year of result.materialized(birdstrikesRaw)) reports.push(...(await result.value(birdstrikesRaw, year)));
  for (const alike of Map.groupBy(reports, (row) => [row.airport, row.aircraft, row.operator].join("|")).values()) {
    const events = alike.map(({ day, ...rest }) => ({ at: Date.parse(day) / 86_400_000, rest: JSON.stringify(rest) }));
    countEqualPairs(events, strikePairs);
  }
}, 300_000);

describe("the whole project, made in memory", () => {
  it("ends as the README says", () => {
    expect(result.failures.map(({ error }) => error.message)).toEqual([
      "flights/raw [2001-07-01] was not published: day_is_complete (2001-07-01 has 6 flights, expected are at least 10000) failed",
    ]);
    expect(result.skipped.map(({ asset, partition }) => `${asset} ${partition}`)).toEqual([
      "flights/clean 2001-07-01",
      "flights/airport_days 2001-07-01",
    ]);
    const made = sumOf(assets, (asset) => result.materialized(asset).length);
    expect(
      unwritten(
        `the same ${n(sumOf(assets, (asset) => partitionsOf(asset, "atFirst")))} steps`,
        `**${n(made)} steps succeed, ${result.failures.length} fails, ${result.skipped.length} are skipped.**`,
        `${project.assets.size} assets with ${checks.length} checks`,
        `${checks.filter(({ blocking }) => blocking).length} are blocking and guard what would do harm; 1 of them finds`,
        `${checks.filter(({ severity }) => severity === "warn").length} warn, and every one of them finds something`,
      ),
    ).toEqual([]);
  });

  it("finds the same by a query as by a loop", async () => {
    const months = await Promise.all(
      result.materialized(flightsAirportMonths).map((month) => result.value(flightsAirportMonths, month)),
    );
    const expected = [...Map.groupBy(months.flat(), ({ airport }) => airport)].flatMap(([airport, rows]) => {
      const departures = sumOf(rows, (row) => row.departures);
      const worst = rows.toSorted((a, b) => b.latePercent - a.latePercent)[0];
      const late = (100 * sumOf(rows, (row) => row.late)) / departures;
      return departures < 20_000 ? [] : [{ airport, departures, late, worstMonth: worst?.month }];
    });
    expected.sort((a, b) => b.late - a.late);
    const found = await result.value(mostDelayedReport);
    expect(found.map(({ airport, departures, worstMonth }) => ({ airport, departures, worstMonth }))).toEqual(
      expected.slice(0, 10).map(({ airport, departures, worstMonth }) => ({ airport, departures, worstMonth })),
    );
    found.forEach(({ latePercent }, index) => expect(latePercent).toBeCloseTo(expected[index]?.late ?? 0, 0));
  });

  it("has the busiest airports, and every row of the sources", async () => {
    const weather = await Promise.all(result.materialized(weatherRaw).map((city) => result.value(weatherRaw, city)));
    const rowsOf = (name: string): unknown => project.assets.get(`source/${name}`)?.metadata.rows;
    expect(rowsOf("flights")).toBe(sumOf(flightsOfDays, Number));
    expect(rowsOf("airports")).toBe((await result.value(airportsRaw)).length);
    expect(rowsOf("birdstrikes")).toBe(reports.length);
    expect(rowsOf("weather")).toBe(weather.flat().length);
    const [busiest] = await result.value(flightsAirportDays, "2001-06-30");
    expect(busiest).toMatchObject({ airport: "ORD", state: "IL", departures: 900 });
    const [hub] = await result.value(flightsHubs);
    expect(hub?.airport).toBe(result.dynamicPartitions(hubs)[0]);
    expect(unwritten(`has added ${result.dynamicPartitions(hubs).length} hubs`)).toEqual([]);
    const [most] = await result.value(birdstrikesByAirport);
    expect(most).toMatchObject({ code: "DFW", state: "TX", strikes: 907, military: 2 });
  });
});

describe("the table of assets", () => {
  it("has all of them, with their partitions", () => {
    for (const key of project.assets.keys()) expect(README).toContain(`\`${key}\``);
    for (const asset of assets) {
      const partitions = asset.partitions === undefined ? "–" : `${partitionsOf(asset)} `;
      const stored = asset.io?.name === "parquet" ? "Parquet" : "JSON";
      const row = README.match(new RegExp(`\\| \`${asset.key}\` \\| ([^|]*?[–0-9] ?)[a-z]* \\| ${stored} \\|`));
      expect([asset.key, row?.[1]?.trim()]).toEqual([asset.key, partitions.trim()]);
      claims.push(`\`${asset.key}\` | ${partitions}`);
    }
  });

  it("has the counts of what was repaired", async () => {
    const repaired = (name: string): number =>
      sumOf(result.materialized(flightsClean), (day) => {
        const entry = result.metadata(flightsClean, day)[name];
        return (entry as { value: number }).value;
      });
    const unknown = (await result.value(airportsRaw)).filter(
      ({ state, country }) => state === "NA" && country === "USA",
    );
    const known = await result.value(airportsClean);
    expect(known.filter(({ state, country }) => state === null && country === "USA")).toEqual([]);
    expect(
      unwritten(
        `${n(known.length)} airports, typed`,
        `the states of ${unknown.length} airports are filled in`,
        `${n(repaired("dropped"))} dropped, ${n(repaired("redated"))} moved to the right day`,
        `reads ${flightsAirportDays.deps.flights?.columns?.length} columns of`,
      ),
    ).toEqual([]);
  });
});

describe("the tables of checks", () => {
  it("have every check that fires, and no other", () => {
    const fired = new Set(result.checks.filter(({ passed }) => !passed).map(({ asset, name }) => `${asset} ${name}`));
    const rows = README.matchAll(/\| `([^`]+)` `([^`]+)` \| ([^|]+) \|/g);
    const written = [...rows].map(([, asset, name, firesOn]) => ({ check: `${asset} ${name}`, firesOn }));
    const computed = [...fired].map((check) => {
      const [key = "", name = ""] = check.split(" ");
      const asset = assets.find((one) => one.key === key);
      const all = asset === undefined ? 0 : partitionsOf(asset);
      const firesOn = asset?.partitions === undefined ? "–" : `${findingsOf(key, name).length} of ${all}`;
      if (firesOn !== "–") claims.push(`\`${key}\` \`${name}\` | ${firesOn} |`);
      return { check, firesOn };
    });
    const byName = (a: { check: string }, b: { check: string }): number => a.check.localeCompare(b.check);
    expect(written.toSorted(byName)).toEqual(computed.toSorted(byName));
  });

  it("tell the dirt in the flights", async () => {
    const early = samplesOf("flights/raw", "delays_possible");
    expect(early.map(([departure, , , origin]) => [JSON.stringify(departure).slice(1, 11), origin])).toEqual([
      ["2001-02-01", "LAS"],
      ["2001-02-22", "EWR"],
      ["2001-02-27", "MIA"],
    ]);
    expect(samplesOf("flights/airport_months", "no_quiet_days").map(([airport, day]) => [airport, day])).toEqual([
      ["BOS", "2001-03-06"],
      ["LGA", "2001-03-05"],
      ["JFK", "2001-03-05"],
      ["BDL", "2001-03-06"],
      ["DEN", "2001-04-11"],
      ["IAH", "2001-06-09"],
      ["HOU", "2001-06-09"],
    ]);
    const wyoming = await result.value(flightsStateDelays, "WY");
    expect(wyoming.airports.map(({ airport }) => airport)).toEqual(["JAC"]);
    expect(wyoming.months.map(({ month }) => month)).not.toContain("2001-05");
    expect(
      unwritten(
        `The last day has ${flightsOfDays.at(-1)} flights where at least 10,000 are expected`,
        `The quietest complete day has ${n(Math.min(...flightsOfDays.slice(0, -1)))}`,
        `Delays go from ${n(delays.least)} to ${n(delays.most)} minutes`,
        `${early.length} flights arrive hours before schedule (Las Vegas 1 February, Newark 22 February, Miami 27 February)`,
        `the next earliest by ${-delays.leastPossible} minutes`,
        `${n(foundBy("flights/raw", "dated_right"))} flights are later than their day is old`,
        `${foundBy("flights/raw", "rows_are_distinct")} rows equal another`,
        `${foundBy("flights/airport_months", "no_quiet_days")} closed airports: JFK, LaGuardia, Boston and Hartford in the snow of 5–6 March`,
        "Denver in the blizzard of 11 April, both of Houston's in the flood of 9 June",
      ),
    ).toEqual([]);
  });

  it("tell the dirt in the airports and the bird strikes", async () => {
    const nameless = samplesOf("airports/raw", "states_given");
    const airports = await result.value(airportsRaw);
    const abroad = airports.filter(({ state, country }) => state === "NA" && country !== "USA").length;
    const damages = samplesOf("birdstrikes/raw", "damage_documented");
    const coded = (code: string): number => damages.filter(([, damage]) => damage === code).length;
    const barksdale = (await result.value(birdstrikesByAirport)).filter(({ code }) => code === null);
    const rates = samplesOf("reports/strike_rates", "enough_departures");
    expect(nameless).toHaveLength(5);
    expect(new Set(damages.map(([, , operator]) => operator))).toEqual(new Set(["MILITARY"]));
    expect(findingsOf("birdstrikes/raw", "speeds_given")[0]?.partition).toBe("1993");
    expect(
      reports
        .map(({ day }) => day)
        .toSorted()
        .at(-1),
    ).toBe("2002-07-25");
    expect(barksdale.map(({ airport }) => airport)).toEqual(["BARKSDALE AIR FORCE BASE ARPT"]);
    expect(rates.map(([airport, , departures]) => [airport, departures])).toEqual([
      ["ACY", 1],
      ["TEB", 0],
    ]);
    expect(
      unwritten(
        `${n(foundBy("airports/raw", "codes_are_iata"))} of ${n(airports.length)} codes are not IATA codes`,
        `${foundBy("airports/raw", "states_given")} airports have the state "NA"`,
        `${foundBy("airports/raw", "states_given") - abroad} in the United States, ${abroad} abroad`,
        `${coded("C")} reports say "C" and ${coded("B")} says "B"`,
        `${foundBy("birdstrikes/raw", "reports_distinct")} reports repeat another in all ${Object.keys(reports[0] ?? {}).length} columns`,
        `${n(reports.filter(({ speed }) => speed === null).length)} reports have no speed; from 1993 on`,
        `${foundBy("birdstrikes/raw", "airborne_moves")} aircraft approach or climb`,
        "The file ends on 25 July 2002",
        `${foundBy("birdstrikes/clean", "harmless_is_free")} reports have no damage and a cost`,
        `Barksdale Air Force Base (${barksdale[0]?.strikes} reports) is not`,
      ),
    ).toEqual([]);
  });

  it("tell the dirt in the weather", () => {
    const dry = findingsOf("weather/raw", "label_fits_rain").map(({ found }) => found);
    const [newYork, seattle] = findingsOf("weather/raw", "wind_unit").map(
      ({ message }) => message?.match(/[\d.]+/)?.[0],
    );
    expect(
      unwritten(
        `${dry[0]} days of New York and ${dry[1]} of Seattle are called`,
        `A mean wind of ${newYork} and ${seattle} cannot be in km/h`,
      ),
    ).toEqual([]);
  });

  it("tell chance from duplicates", () => {
    const share = (pairs: PairCounts, distance: number, digits: number): string => {
      const { equal, pairs: all } = pairs[distance] ?? { equal: 0, pairs: 0 };
      return ((100 * equal) / all).toFixed(digits);
    };
    const apart = flightPairs.map((_, distance) => share(flightPairs, distance, 1)).slice(1);
    expect(
      unwritten(
        `${n(flightPairs[0]?.pairs ?? 0)} pairs of flights leave`,
        `${flightPairs[0]?.equal} of them (${share(flightPairs, 0, 1)} %)`,
        `it is ${apart.toSorted()[0]} to ${apart.toSorted().at(-1)} %: chance`,
        `operator ${share(strikePairs, 0, 0)} % are equal in everything else, of those a day apart ${share(strikePairs, 1, 0)} %`,
      ),
    ).toEqual([]);
  });
});

describe("the README", () => {
  it("contains every claim, and no number beside them", () => {
    const [flights, strikes, weather] = ["flights", "birdstrikes", "weather"].map((name) =>
      n(Number(project.assets.get(`source/${name}`)?.metadata.rows)),
    );
    expect(
      unwritten(
        `${flights} flights, ${strikes} bird strikes, ${weather} days of weather`,
        "Flights end in 2001 and the weather begins in 2012",
        "strikes per 100,000 departures",
      ),
    ).toEqual([]);
    const rest = claims
      .toSorted((a, b) => b.length - a.length)
      .reduce((text, claim) => text.replaceAll(claim, ""), README)
      .replaceAll(/`[^`]*`/g, "")
      .replaceAll(/ \d\. \*\*/g, "");
    expect(rest.match(/.{0,40}\d.{0,40}/g) ?? []).toEqual([]);
  });
});
