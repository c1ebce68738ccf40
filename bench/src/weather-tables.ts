import { arrow, arrowTable } from "@heddle/io/arrow";
import { memoryStore } from "@heddle/io/memory";
import { date, float64, int32, int64, table, timestamp, utf8, type InferRow } from "@heddle/io/parquet";
import type { Table } from "apache-arrow";

/** Six columns: a day that repeats, an instant that grows, text of 500 words, and numbers of three kinds. */
export const WEATHER = table({
  day: date(),
  at: timestamp(),
  station: utf8(),
  temperature: float64().nullable(),
  readings: int32(),
  total: int64(),
});

/** A row of {@link WEATHER}. */
export type Weather = InferRow<typeof WEATHER>;

const START = Date.UTC(2011, 0, 1);
const DAY_MS = 86_400_000;
const STATIONS = Array.from({ length: 500 }, (_, at) => `station ${at}`);

/** Rows of some days, each with so many of them. */
export function weatherRows(options: { readonly firstDay: number; readonly days: number; readonly rowsADay: number }) {
  const { firstDay, days, rowsADay } = options;
  const rows: Weather[] = [];
  for (let at = 0; at < days * rowsADay; at += 1) {
    const day = firstDay + Math.floor(at / rowsADay);
    const number = firstDay * rowsADay + at;
    rows.push({
      day: new Date(START + day * DAY_MS).toISOString().slice(0, 10),
      at: new Date(START + day * DAY_MS + Math.floor(((at % rowsADay) * DAY_MS) / rowsADay)),
      station: STATIONS[(number * 31) % STATIONS.length] ?? "",
      temperature: number % 10 === 0 ? null : Math.sin(number) * 20,
      readings: (number * 7_919) % 100_000,
      total: BigInt(number) * 37n,
    });
  }
  return rows;
}

/** The same rows as a table of Arrow, in record batches of 65,536 rows. */
export async function weatherTable(rows: readonly Weather[]): Promise<Table> {
  const store = memoryStore();
  const context = { assetKey: "weather", partitionKey: null, store, signal: new AbortController().signal };
  const stored = await arrow({ schema: WEATHER }).write(rows, { ...context, attemptId: "1", fence: 1 });
  return arrowTable().load({ ...context, stored });
}
