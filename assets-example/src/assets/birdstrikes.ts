import { asset, dep, identityMapping, output } from "@heddle/core";
import { bool, date, int32, table, utf8, type InferRow } from "@heddle/io/parquet";
import { AIRPORT_CODES } from "../airport-names.ts";
import { collectRows } from "../collect-rows.ts";
import { describeRows } from "../describe-rows.ts";
import { tableOf } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { years } from "../partitions.ts";
import { parseNumber } from "../sources/csv.ts";
import { readCsvSource } from "../sources/files.ts";
import { sumOf } from "../statistics.ts";
import { airportsClean } from "./airports.ts";
import { birdstrikesFile } from "./sources.ts";

const rawStrikes = table({
  airport: utf8(),
  state: utf8(),
  day: date(),
  timeOfDay: utf8(),
  operator: utf8(),
  aircraft: utf8(),
  phase: utf8(),
  species: utf8(),
  size: utf8(),
  damage: utf8(),
  /** US dollars, as all costs. */
  costRepair: int32(),
  costOther: int32(),
  costTotal: int32(),
  /** Indicated air speed in knots. */
  speed: int32().nullable(),
});

const cleanStrikes = table({
  airport: utf8(),
  state: utf8(),
  day: date(),
  timeOfDay: utf8(),
  operator: utf8(),
  military: bool(),
  aircraft: utf8(),
  phase: utf8(),
  species: utf8(),
  size: utf8(),
  /** "None", "Minor", "Medium" or "Substantial"; null where only a mishap class is known. */
  damage: utf8().nullable(),
  /** The armed forces' class of a mishap, by its cost: "B" or "C". */
  mishapClass: utf8().nullable(),
  costRepair: int32(),
  costOther: int32(),
  costTotal: int32(),
  speed: int32().nullable(),
});

const airportStrikes = table({
  airport: utf8(),
  /** Null where the airports file does not have the airport. */
  code: utf8().nullable(),
  state: utf8().nullable(),
  strikes: int32(),
  military: int32(),
  damaging: int32(),
  cost: int32(),
});

/** One report as the source has it. */
export type RawStrike = InferRow<typeof rawStrikes>;
/** One report, cleaned. */
export type Strike = InferRow<typeof cleanStrikes>;
/** All reports of one airport. */
export type AirportStrikes = InferRow<typeof airportStrikes>;

/** The damage that the source documents, from none to the worst. */
export const DAMAGES: readonly string[] = ["None", "Minor", "Medium", "Substantial"];
/** Phases in which an aircraft cannot stand still. */
export const AIRBORNE: readonly string[] = ["Approach", "Climb", "Descent"];

// prettier-ignore
const COLUMNS = [
  "Airport Name", "Aircraft Make Model", "Effect Amount of damage", "Flight Date", "Aircraft Airline Operator",
  "Origin State", "Phase of flight", "Wildlife Size", "Wildlife Species", "Time of day",
  "Cost Other", "Cost Repair", "Cost Total $", "Speed IAS in knots",
] as const;

const group = "birdstrikes";
const owners = ["@safety"];

export const birdstrikesRaw = asset({
  key: "birdstrikes/raw",
  group,
  owners,
  tags: { layer: "raw", grain: "year" },
  kinds: ["csv", "parquet"],
  description: "The reports of one year, typed and otherwise as in the source.",
  partitions: years,
  deps: { file: birdstrikesFile },
  io: tableOf(rawStrikes),
  async materialize({ partition }) {
    const records = await readCsvSource("birdstrikes.csv", COLUMNS);
    const rows = records
      .filter((record) => record["Flight Date"].startsWith(`${partition.key}-`))
      .map((record): RawStrike => {
        const speed = record["Speed IAS in knots"];
        return {
          airport: record["Airport Name"],
          state: record["Origin State"],
          day: record["Flight Date"],
          timeOfDay: record["Time of day"],
          operator: record["Aircraft Airline Operator"],
          aircraft: record["Aircraft Make Model"],
          phase: record["Phase of flight"],
          species: record["Wildlife Species"],
          size: record["Wildlife Size"],
          damage: record["Effect Amount of damage"],
          costRepair: parseNumber(record["Cost Repair"], "Cost Repair"),
          costOther: parseNumber(record["Cost Other"], "Cost Other"),
          costTotal: parseNumber(record["Cost Total $"], "Cost Total $"),
          speed: speed === "" ? null : parseNumber(speed, "Speed IAS in knots"),
        };
      });
    return output({ value: rows, metadata: describeRows(rows) });
  },
});

export const birdstrikesClean = asset({
  key: "birdstrikes/clean",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "clean", grain: "year" },
  kinds: ["parquet"],
  description: `Reports that can be counted.

- A report that equals another in all 14 columns is counted once: 24 of 10,000.
- The damage codes B and C are mishap classes of the armed forces and move to a column of their own.
- A speed of 0 knots in the air is no speed.`,
  partitions: years,
  // Years are cut by a cron expression, and of two of these only we know that they are the same.
  deps: { strikes: dep(birdstrikesRaw, { mapping: identityMapping() }) },
  io: tableOf(cleanStrikes),
  materialize({ deps }) {
    const distinct = new Map(deps.strikes.map((strike) => [JSON.stringify(strike), strike]));
    const rows = [...distinct.values()].map((strike): Strike => {
      const documented = DAMAGES.includes(strike.damage);
      return {
        ...strike,
        military: strike.operator === "MILITARY",
        damage: documented ? strike.damage : null,
        mishapClass: documented ? null : strike.damage,
        speed: strike.speed === 0 && AIRBORNE.includes(strike.phase) ? null : strike.speed,
      };
    });
    return output({ value: rows, metadata: { ...describeRows(rows), repeated: deps.strikes.length - rows.length } });
  },
});

export const birdstrikesByAirport = asset({
  key: "birdstrikes/by_airport",
  automation: keptFresh,
  group,
  owners,
  tags: { layer: "aggregate" },
  kinds: ["parquet"],
  description: "All years of every airport, joined with the airports by a list of the names that the reports use.",
  deps: { years: birdstrikesClean, airports: airportsClean },
  io: tableOf(airportStrikes),
  async materialize({ deps }) {
    const airports = new Map(deps.airports.map((airport) => [airport.code, airport]));
    const strikes = await collectRows(deps.years);
    const rows = [...Map.groupBy(strikes, ({ airport }) => airport)].map(([name, reports]): AirportStrikes => {
      const found = airports.get(AIRPORT_CODES[name] ?? "");
      return {
        airport: name,
        code: found?.code ?? null,
        state: found?.state ?? null,
        strikes: reports.length,
        military: reports.filter(({ military }) => military).length,
        damaging: reports.filter(({ damage }) => damage !== "None").length,
        cost: sumOf(reports, ({ costTotal }) => costTotal),
      };
    });
    rows.sort((a, b) => b.strikes - a.strikes);
    return output({ value: rows, metadata: describeRows(rows, 10) });
  },
});
