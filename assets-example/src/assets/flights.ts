import { asset, meta, output, resource } from "@heddle/core";
import { bool, int32, table, utf8, type InferRow } from "@heddle/io/parquet";
import { describeRows } from "../describe-rows.ts";
import { tableOf } from "../io.ts";
import { keptFresh } from "../kept-fresh.ts";
import { days } from "../partitions.ts";
import { pathOfSource } from "../sources/files.ts";
import { openFlightsFile } from "../sources/flights-file.ts";
import { percent } from "../statistics.ts";
import { airportsClean } from "./airports.ts";
import { flightsFile } from "./sources.ts";

const rawFlights = table({
  /** By the clock of the origin, without zone: `2001-01-31T23:59`. */
  departure: utf8(),
  /** Minutes. */
  delay: int32(),
  /** Miles. */
  distance: int32(),
  origin: utf8(),
  destination: utf8(),
});

const cleanFlights = table({
  departure: utf8(),
  /** Whether the source had the departure a day too early. */
  redated: bool(),
  delay: int32(),
  /** Late as the airlines count it: 15 minutes or more. */
  late: bool(),
  distance: int32(),
  origin: utf8(),
  originState: utf8().nullable(),
  destination: utf8(),
  destinationState: utf8().nullable(),
});

/** One flight as the source has it. */
export type RawFlight = InferRow<typeof rawFlights>;
/** One flight, cleaned. */
export type Flight = InferRow<typeof cleanFlights>;

/** Nobody arrives two hours early: below this many minutes a delay is an error. The earliest of all others is -87. */
export const EARLIEST_ARRIVAL = -120;
/** A delay that is called late, in minutes. */
const LATE_FROM = 15;
/** How much more than its departure an arrival may be late, in minutes. */
const LOST_EN_ROUTE = 60;

/** Minutes from midnight to the departure. */
function minuteOfDay(departure: string): number {
  return Number(departure.slice(11, 13)) * 60 + Number(departure.slice(14, 16));
}

/**
 * Whether a flight must have left on the day after the one it is dated on. The source joins the *scheduled* day with the
 * *actual* time: a flight planned for 23:00 that left at 01:00 stands 22 hours before its schedule. Its delay gives it
 * away, being longer than the day was old. (Exactly 00:00 is dated right: the airlines write it as 24:00.)
 */
export function isDatedTooEarly({ departure, delay }: Pick<RawFlight, "departure" | "delay">): boolean {
  const minute = minuteOfDay(departure);
  return minute > 0 && delay > minute + LOST_EN_ROUTE;
}

/** The flights file, opened once in every process that runs steps. */
const flights = resource({
  key: "flights_file",
  description: "The Parquet file of flights with an index of its row groups.",
  create: () => openFlightsFile(pathOfSource("flights-3m.parquet")),
  teardown: (file) => file.close(),
});

export const flightsRaw = asset({
  key: "flights/raw",
  group: "flights",
  owners: ["@flight-analytics"],
  tags: { layer: "raw", grain: "day" },
  kinds: ["parquet"],
  description: `The flights dated on one day, as in the source. Only the row group or two that hold the day are decoded.

Nothing later than the six midnight departures of 1 July is in the file; the check \`day_is_complete\` keeps that day from
being published.`,
  partitions: days,
  deps: { file: flightsFile },
  resources: { flights },
  io: tableOf(rawFlights),
  retry: { attempts: 3, backoff: "exponential", delayMs: 1_000, jitter: true },
  timeoutMs: 60_000,
  async materialize({ partition, resources, log }) {
    const rows = await resources.flights.flightsOf(partition.key);
    log.info("read the day", { day: partition.key, flights: rows.length });
    return output({ value: rows, metadata: describeRows(rows) });
  },
  columns: {
    departure: { description: "By the clock of the origin, without zone.", from: { file: ["date"] } },
    delay: { description: "Of the arrival, in minutes; early ones are negative.", from: { file: "delay" } },
    distance: { description: "In miles.", from: { file: "distance" } },
    origin: { description: "Code of the airport of departure.", from: { file: "origin" } },
    destination: { description: "Code of the airport of arrival.", from: { file: "destination" } },
  },
});

export const flightsClean = asset({
  key: "flights/clean",
  automation: keptFresh,
  group: "flights",
  owners: ["@flight-analytics"],
  tags: { layer: "clean", grain: "day" },
  kinds: ["parquet"],
  description: `Flights that can be trusted, with the states of both airports.

- Arrivals more than two hours early are dropped: three rows in all, up to 18 hours before schedule.
- Departures after midnight that the source dates on the day before are moved to their day (\`redated\`). They stay in
  the partition of the day that they were scheduled for.
- Rows that are equal in all columns **stay**: they are different flights, see the check \`rows_are_distinct\`.`,
  partitions: days,
  deps: { flights: flightsRaw, airports: airportsClean },
  io: tableOf(cleanFlights),
  materialize({ deps }) {
    const stateOf = new Map(deps.airports.map(({ code, state }) => [code, state]));
    const kept = deps.flights.filter(({ delay }) => delay >= EARLIEST_ARRIVAL);
    const rows = kept.map((flight): Flight => {
      const redated = isDatedTooEarly(flight);
      return {
        ...flight,
        departure: redated ? nextDay(flight.departure) : flight.departure,
        redated,
        late: flight.delay >= LATE_FROM,
        originState: stateOf.get(flight.origin) ?? null,
        destinationState: stateOf.get(flight.destination) ?? null,
      };
    });
    const late = rows.filter((row) => row.late).length;
    const counts = { dropped: deps.flights.length - rows.length, redated: rows.filter((row) => row.redated).length };
    return output({
      value: rows,
      metadata: {
        ...describeRows(rows),
        ...counts,
        latePercent: meta.number(percent(late, rows.length), "%"),
      },
    });
  },
  columns: {
    departure: { from: { flights: ["departure", "delay"] } },
    redated: {
      description: "Whether the source had the departure a day too early.",
      from: { flights: ["departure", "delay"] },
    },
    delay: { from: { flights: "delay" } },
    late: { description: "15 minutes or more, as the airlines count it.", from: { flights: ["delay"] } },
    distance: { from: { flights: "distance" } },
    origin: { from: { flights: "origin" } },
    originState: { from: { flights: ["origin"], airports: ["code", "state"] } },
    destination: { from: { flights: "destination" } },
    destinationState: { from: { flights: ["destination"], airports: ["code", "state"] } },
  },
});

function nextDay(departure: string): string {
  const moved = new Date(Date.parse(`${departure}Z`) + 86_400_000);
  return moved.toISOString().slice(0, departure.length);
}
