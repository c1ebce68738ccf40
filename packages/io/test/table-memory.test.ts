import { expect, test } from "vitest";
import { startModule } from "./child-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const BATCHES = 256;
const BATCH_ROWS = 65_536;

/** Streams a table of 512 MB out and in again, and says how much memory that took. */
const stream = (format: "parquet" | "arrow", directory: string): string => `
  import { filesystemStore } from "@heddle/io/filesystem";
  import { ${format}Batches } from "@heddle/io/${format}";
  import { makeVector, Table } from "apache-arrow";
  const io = ${format}Batches();
  const store = filesystemStore({ directory: ${JSON.stringify(directory)} });
  const context = { assetKey: "a", partitionKey: null, attemptId: "1", fence: 1, store, signal: new AbortController().signal };
  const column = (from, step) => makeVector(Float64Array.from({ length: ${BATCH_ROWS} }, (_, at) => from + at * step));
  function* tables() {
    for (let from = 0; from < ${BATCHES * BATCH_ROWS}; from += ${BATCH_ROWS}) {
      yield new Table({ id: column(from, 1), a: column(from, 0.37), b: column(0, 0.5), c: column(from, 1 / 3) });
    }
  }
  const stored = await io.write(tables(), context);
  let [rows, last] = [0, null];
  for await (const batch of await io.load({ ...context, stored })) {
    rows += batch.numRows;
    last = batch.getChild("id").get(batch.numRows - 1);
  }
  // In KiB.
  console.log(JSON.stringify({ rows, last, megabytes: process.resourceUsage().maxRSS / 1024 }));
`;

test.each(["parquet", "arrow"] as const)(
  "a table of 512 MB is streamed out and in again in less memory than it has: %s",
  async (format) => {
    await using directory = await temporaryDirectory();
    const child = startModule(stream(format, directory.path), {
      command: ["env", "NODE_OPTIONS=--max-old-space-size=96"],
    });
    const found = JSON.parse(await child.output) as Record<string, unknown>;
    expect(found).toMatchObject({ rows: BATCHES * BATCH_ROWS, last: BATCHES * BATCH_ROWS - 1 });
    expect(found["megabytes"]).toBeLessThan(360);
  },
  150_000,
);
