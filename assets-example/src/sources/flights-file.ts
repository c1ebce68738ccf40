import { openAsBlob } from "node:fs";
import { tableFromIPC, type Table, type Vector } from "apache-arrow";
import { ParquetFile, type ReaderOptions } from "parquet-wasm";

/** One flight as the source has it. */
type SourceFlight = {
  /** Local time at the origin, without a zone: `2001-01-31T23:59`. */
  readonly departure: string;
  /** Minutes from the scheduled to the actual arrival; negative when early. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
};

/** The flights file, opened: an index in memory, the rows on disk. */
export interface FlightsFile {
  /** All flights whose departure is dated on `day` (`2001-01-31`), in the order of the file. */
  flightsOf(day: string): Promise<SourceFlight[]>;
  close(): void;
}

const LATIN1 = new TextDecoder("latin1");
const DAY_US = 86_400_000_000;
/** Larger than any row group of the file, so that a row group arrives as one record batch. */
const BATCH_SIZE = 1_048_576;
/** How the minutes of a day are written, from `00:00` to `23:59`: formatting each of 3,000,000 dates takes seconds. */
const CLOCK = Array.from({ length: 1_440 }, (_, minute) => new Date(minute * 60_000).toISOString().slice(11, 16));

/**
 * Opens the Parquet file of 3,000,000 flights for reading day by day.
 *
 * The file is sorted by departure and has 11 row groups. Reading the first departure of each is enough to know which one
 * or two of them hold a day. Of these the dates are decoded, once in the life of the process, to find where each day
 * begins; then the rows of the day alone are read. A day costs some 50 ms and a few megabytes, where decoding the whole
 * file costs seconds and hundreds of megabytes.
 */
export async function openFlightsFile(path: string): Promise<FlightsFile> {
  const file = await ParquetFile.fromFile(await openAsBlob(path));
  const groups = Array.from({ length: file.metadata().numRowGroups() }, (_, group) => group);
  const firstDepartures: number[] = [];
  for (const group of groups) {
    const [first] = await readDepartures(file, { rowGroups: [group], limit: 1 });
    firstDepartures.push(first ?? Number.POSITIVE_INFINITY);
  }
  const indices = new Map<number, ReadonlyMap<number, DayRows>>();

  return {
    async flightsOf(day) {
      const start = Date.parse(`${day}T00:00Z`) * 1_000;
      const flights: SourceFlight[] = [];
      for (const group of groups) {
        // The next group may begin on this day too, and even with a departure that equals the last one of this group.
        const next = firstDepartures[group + 1] ?? Number.POSITIVE_INFINITY;
        if ((firstDepartures[group] ?? start) >= start + DAY_US || next < start) continue;
        const days = indices.get(group) ?? (await indexDays(file, group));
        indices.set(group, days);
        const rows = days.get(start);
        if (rows !== undefined) flights.push(...(await readFlights(file, day, { rowGroups: [group], ...rows })));
      }
      return flights;
    },
    close: () => file.free(),
  };
}

/** Where the rows of one day lie in their row group. */
interface DayRows {
  readonly offset: number;
  readonly limit: number;
}

/** The rows of every day of a row group, by the instant at which the day begins. */
async function indexDays(file: ParquetFile, group: number): Promise<ReadonlyMap<number, DayRows>> {
  const departures = await readDepartures(file, { rowGroups: [group] });
  const days = new Map<number, DayRows>();
  let offset = 0;
  for (let row = 1; row <= departures.length; row++) {
    const [before = 0, departure = Number.POSITIVE_INFINITY] = [departures[row - 1], departures[row]];
    // Everything here rests on the order of the file, so it is not taken for granted.
    if (departure < before)
      throw new Error(`row group ${group} of the flights file is not sorted by date at row ${row}`);
    const day = before - (before % DAY_US);
    if (departure < day + DAY_US) continue;
    days.set(day, { offset, limit: row - offset });
    offset = row;
  }
  return days;
}

/** Departures in microseconds, as if their local times were UTC. */
async function readDepartures(file: ParquetFile, options: ReaderOptions): Promise<Float64Array> {
  return numbersOf(await read(file, { ...options, columns: ["date"] }), "date");
}

async function readFlights(file: ParquetFile, day: string, options: ReaderOptions): Promise<SourceFlight[]> {
  const table = await read(file, options);
  const midnight = Date.parse(`${day}T00:00Z`) * 1_000;
  const departures = numbersOf(table, "date");
  const delays = numbersOf(table, "delay");
  const distances = numbersOf(table, "distance");
  const origins = codesOf(table, "origin");
  const destinations = codesOf(table, "destination");
  // No read below misses, as all columns of a table have the same length.
  return Array.from(departures, (departure, row) => ({
    departure: `${day}T${clockOf(departure - midnight)}`,
    delay: delays[row] ?? Number.NaN,
    distance: distances[row] ?? Number.NaN,
    origin: origins[row] ?? "",
    destination: destinations[row] ?? "",
  }));
}

function clockOf(sinceMidnightUs: number): string {
  const clock = CLOCK[sinceMidnightUs / 60_000_000];
  if (clock === undefined)
    throw new Error(`a departure ${sinceMidnightUs} µs after midnight is not on a minute of its day`);
  return clock;
}

async function read(file: ParquetFile, options: ReaderOptions): Promise<Table> {
  return tableFromIPC((await file.read({ ...options, batchSize: BATCH_SIZE })).intoIPCStream());
}

/** A column of 64-bit integers, read from memory as it is: asking Arrow for 3,000,000 single values takes seconds. */
function numbersOf(table: Table, name: string): Float64Array {
  const numbers = new Float64Array(table.numRows);
  let row = 0;
  for (const { values } of columnOf(table, name).data) {
    // Arrow keeps integers and timestamps of this width as `BigInt64Array`; `values` is typed for all columns together.
    for (const value of values as BigInt64Array) numbers[row++] = Number(value);
  }
  return numbers;
}

/** A column of airport codes, decoded at once: codes are ASCII, so a place among the bytes is one among the characters. */
function codesOf(table: Table, name: string): string[] {
  return columnOf(table, name).data.flatMap(({ values, valueOffsets, length }) => {
    // The text of all rows, one behind the other, typed for all columns together as above.
    const text = LATIN1.decode(values as Uint8Array);
    const offsets = Array.from(valueOffsets.subarray(0, length + 1), Number);
    return Array.from({ length }, (_, row) => text.slice(offsets[row], offsets[row + 1]));
  });
}

function columnOf(table: Table, name: string): Vector {
  const column = table.getChild(name);
  if (column === null) throw new Error(`the flights file has no column ${name}`);
  return column;
}
