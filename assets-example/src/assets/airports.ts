import { asset, meta, output } from "@heddle/core";
import { float64, table, utf8, type InferRow } from "@heddle/io/parquet";
import { describeRows } from "../describe-rows.ts";
import { tableOf } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { parseNumber } from "../sources/csv.ts";
import { readCsvSource } from "../sources/files.ts";
import { airportsFile } from "./sources.ts";

const rawAirports = table({
  iata: utf8(),
  name: utf8(),
  city: utf8(),
  state: utf8(),
  country: utf8(),
  latitude: float64(),
  longitude: float64(),
});

const cleanAirports = table({
  code: utf8(),
  name: utf8(),
  city: utf8().nullable(),
  /** Two letters; null outside the United States. */
  state: utf8().nullable(),
  country: utf8(),
  latitude: float64(),
  longitude: float64(),
});

/** One airport, cleaned. */
export type Airport = InferRow<typeof cleanAirports>;

/** States of the airports of the United States for which the source says "NA". */
const MISSING_STATES: Readonly<Record<string, string>> = {
  CLD: "CA",
  HHH: "SC",
  MIB: "ND",
  MQT: "MI",
  RCA: "SD",
  RDR: "ND",
  SCE: "PA",
  SKA: "WA",
};

export const airportsRaw = asset({
  key: "airports/raw",
  group: "airports",
  owners: ["@data-platform"],
  tags: { layer: "raw" },
  kinds: ["csv", "parquet"],
  description: "The airports file as a typed table, otherwise untouched.",
  deps: { file: airportsFile },
  io: tableOf(rawAirports),
  async materialize() {
    const columns = ["iata", "name", "city", "state", "country", "latitude", "longitude"] as const;
    const records = await readCsvSource("airports.csv", columns);
    const rows = records.map((record) => ({
      ...record,
      latitude: parseNumber(record.latitude, `latitude of ${record.iata}`),
      longitude: parseNumber(record.longitude, `longitude of ${record.iata}`),
    }));
    return output({ value: rows, metadata: describeRows(rows) });
  },
});

export const airportsClean = asset({
  key: "airports/clean",
  automation: keptFresh,
  group: "airports",
  owners: ["@data-platform"],
  tags: { layer: "clean" },
  kinds: ["parquet"],
  description: `Airports with honest gaps: the text "NA" becomes null, and the states of the eight airports of the United
States that the source leaves out are filled in.`,
  deps: { airports: airportsRaw },
  io: tableOf(cleanAirports),
  materialize({ deps }) {
    const rows = deps.airports.map(({ iata, city, state, ...airport }): Airport => ({
      ...airport,
      code: iata,
      city: city === "NA" ? null : city,
      state: state === "NA" ? (MISSING_STATES[iata] ?? null) : state,
    }));
    const repaired = rows.filter(({ code }) => code in MISSING_STATES);
    return output({ value: rows, metadata: { ...describeRows(rows), repaired: meta.table(repaired) } });
  },
  columns: {
    code: { description: "Three letters or digits.", from: { airports: "iata" } },
    name: { from: { airports: "name" } },
    city: { description: 'Null where the source says "NA".', from: { airports: ["city"] } },
    state: { description: "Two letters; null outside of the United States.", from: { airports: ["state", "iata"] } },
    country: { from: { airports: "country" } },
    latitude: { from: { airports: "latitude" } },
    longitude: { from: { airports: "longitude" } },
  },
});
