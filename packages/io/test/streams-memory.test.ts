import { join } from "node:path";
import { expect, test } from "vitest";
import { runModule } from "./child-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** So many rows of about 2 KB each: more than the processes may hold. */
const ROWS = 320_000;

const HEAD = (directory: string): string => `
  import { filesystemStore } from "@heddle/io/filesystem";
  const signal = new AbortController().signal;
  const store = filesystemStore({ directory: ${JSON.stringify(directory)} });
  const context = { assetKey: "a", partitionKey: null, store, signal };
  const target = { ...context, attemptId: "1", fence: 1 };
  const text = "x".repeat(2_000);
  const tell = (told) => console.log(JSON.stringify({ ...told, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
`;

async function run(directory: string, body: string) {
  return (await runModule(`${HEAD(directory)}${body}`)) as { rows: number; bytes: number; maxRssMb: number };
}

// Node takes some 60 MB, what is on its way some 20 MB; the rest, up to 450 MB in all, waits to be collected. Three times
// as many rows take as much.
const LIMIT_MB = 600;

test("rows are written and read as JSON Lines in constant memory", async () => {
  await using directory = await temporaryDirectory();
  const told = await run(
    directory.path,
    `
    import { int32, jsonLinesRows, table, utf8 } from "@heddle/io/json";
    const io = jsonLinesRows({ schema: table({ n: int32(), text: utf8() }) });
    async function* made() { for (let n = 0; n < ${ROWS}; n += 1) yield { n, text }; }
    const stored = await io.write(made(), target);
    let rows = 0;
    for await (const { n } of await io.load({ ...context, stored })) rows += n === rows ? 1 : 0;
    tell({ rows, bytes: stored.objects[0].bytes });
  `,
  );
  expect(told.rows).toBe(ROWS);
  expect(told.bytes).toBeGreaterThan(LIMIT_MB * 1_000_000);
  expect(told.maxRssMb).toBeLessThan(LIMIT_MB);
});

test("a file of CSV is stored, checked and read in constant memory", async () => {
  await using directory = await temporaryDirectory();
  const told = await run(
    directory.path,
    `
    import { csvStream, int32, table, utf8 } from "@heddle/io/csv";
    const io = csvStream({ schema: table({ n: int32(), text: utf8() }) });
    async function* made() {
      yield "n,text\\n";
      for (let n = 0; n < ${ROWS}; n += 1) yield n + "," + text + "\\n";
    }
    const stored = await io.write(made(), target);
    let rows = 0;
    for await (const { n } of await io.load({ ...context, stored, columns: ["n"] })) rows += n === rows ? 1 : 0;
    tell({ rows, bytes: stored.objects[0].bytes });
  `,
  );
  expect(told.rows).toBe(ROWS);
  expect(told.bytes).toBeGreaterThan(LIMIT_MB * 1_000_000);
  expect(told.maxRssMb).toBeLessThan(LIMIT_MB);
});

test("a file is stored and copied in constant memory", async () => {
  await using directory = await temporaryDirectory();
  const large = JSON.stringify(join(directory.path, "large.bin"));
  const told = await run(
    join(directory.path, "store"),
    `
    import { closeSync, openSync, writeSync } from "node:fs";
    import { file } from "@heddle/io/file";
    const opened = openSync(${large}, "w");
    for (let written = 0; written < ${ROWS}; written += 1_000) writeSync(opened, Buffer.alloc(2_000_000, 7));
    closeSync(opened);
    const stored = await file().write(${large}, target);
    const loaded = await file().load({ ...context, stored });
    await loaded.copyTo(${JSON.stringify(join(directory.path, "copy.bin"))});
    tell({ rows: 0, bytes: loaded.size });
  `,
  );
  expect(told.bytes).toBe(ROWS * 2_000);
  expect(told.maxRssMb).toBeLessThan(LIMIT_MB);
});
