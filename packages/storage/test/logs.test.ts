import { createTestDatabase, type TestDatabase } from "./support/index.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  appendLogChunks,
  readLogs,
  type LogChunk,
  type LogLine,
  type LogQuery,
  type StoredLogLine,
} from "../src/logs.ts";

let database: TestDatabase;
let lastRunId = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

type Line = Partial<StoredLogLine> & { readonly m: string };

function chunkOf(runId: number, assetId: number, lines: readonly Line[]): LogChunk {
  const full = lines.map((line): StoredLogLine => ({ t: 0, o: 0, a: "1", l: "info", ...line }));
  const ordinals = full.flatMap(({ o, z = o }) => [o, z]);
  return {
    runId,
    assetId,
    firstOrdinal: Math.min(...ordinals),
    lastOrdinal: Math.max(...ordinals),
    lineCount: full.length,
    lines: full.map((line) => JSON.stringify(line)).join("\n"),
  };
}

async function newRun(chunks: readonly (readonly Line[])[]): Promise<number> {
  lastRunId += 1;
  for (const lines of chunks) await appendLogChunks(database.db, [chunkOf(lastRunId, 1, lines)]);
  return lastRunId;
}

/** Reads page by page to the end, in the order in which pages come. */
async function readPages(query: Omit<LogQuery, "from">): Promise<LogLine[][]> {
  const pages: LogLine[][] = [];
  let from: string | undefined;
  for (;;) {
    const page = await database.db.read("logs", (tx) =>
      readLogs(tx, { ...query, ...(from !== undefined && { from }) }),
    );
    pages.push([...page.lines]);
    if (page.next === undefined) return pages;
    from = page.next;
  }
}

const messages = (pages: readonly (readonly LogLine[])[]): string[] => pages.flat().map(({ m }) => m);

test("a line of a chunk is found with each of its partitions", async () => {
  const runId = await newRun([
    [
      { m: "together", o: 3, z: 7 },
      { m: "one of them", o: 5 },
    ],
  ]);
  const find = async (ordinal: number) => messages(await readPages({ runId, ordinal, direction: "after", limit: 10 }));
  expect(await find(5)).toEqual(["together", "one of them"]);
  expect([await find(3), await find(7)]).toEqual([["together"], ["together"]]);
  expect([await find(2), await find(8)]).toEqual([[], []]);
});

test("lines come back whole, in order, in either direction", async () => {
  const fields = { nested: { list: [1, "two"] } };
  const runId = await newRun([
    [
      { m: "first", t: 1_700_000_000_000, o: 5, a: "42", l: "warn", f: fields, s: "stderr" },
      { m: "second\nof two lines" },
    ],
    [{ m: "third" }],
  ]);
  const forward = await readPages({ runId, direction: "after", limit: 10 });
  expect(messages(forward)).toEqual(["first", "second\nof two lines", "third"]);
  expect(forward[0]?.[0]).toMatchObject({
    t: 1_700_000_000_000,
    o: 5,
    a: "42",
    l: "warn",
    f: fields,
    s: "stderr",
    assetId: 1,
  });
  expect(await readPages({ runId, direction: "before", limit: 10 })).toEqual(forward);
});

test("pages of any size, in any direction, put together the same log", async () => {
  const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 7 }), async (sizes, limit) => {
      let n = 0;
      const runId = await newRun(sizes.map((size) => Array.from({ length: size }, () => ({ m: String(n++) }))));
      const all = Array.from({ length: n }, (_, index) => String(index));
      expect(messages(await readPages({ runId, direction: "after", limit }))).toEqual(all);
      expect(messages((await readPages({ runId, direction: "before", limit })).toReversed())).toEqual(all);
    }),
    { numRuns: 12 },
  );
});

test("a follower goes on where it was when more is written", async () => {
  const runId = await newRun([[{ m: "one" }, { m: "two" }]]);
  const page = await database.db.read("logs", (tx) => readLogs(tx, { runId, direction: "after", limit: 10 }));
  const from = page.lines.at(-1)!.cursor;
  const follow = { runId, direction: "after", from, limit: 10 } as const;
  expect((await database.db.read("logs", (tx) => readLogs(tx, follow))).lines).toEqual([]);
  await appendLogChunks(database.db, [chunkOf(runId, 2, [{ m: "three" }])]);
  const { lines } = await database.db.read("logs", (tx) => readLogs(tx, follow));
  expect(lines.map(({ m, assetId }) => ({ m, assetId }))).toEqual([{ m: "three", assetId: 2 }]);
});

test("lines are found by asset, partition, level and text", async () => {
  lastRunId += 1;
  const runId = lastRunId;
  await appendLogChunks(database.db, [
    chunkOf(runId, 1, [
      { m: "Alpha", o: 1, l: "info" },
      { m: "beta", o: 2, l: "error" },
      { m: "100% of a_b", o: 3, l: "debug" },
    ]),
    chunkOf(runId, 2, [
      { m: "gamma", o: 1, l: "warn", f: { table: "orders" } },
      { m: 'with "quotes" and \\', o: 9, l: "info" },
      { m: "ÜBERMUT", o: 9, l: "info" },
    ]),
  ]);
  const find = async (query: Partial<LogQuery>): Promise<string[]> =>
    messages(await readPages({ runId, direction: "after", limit: 2, ...query }));
  expect(await find({ assetId: 2, ordinal: 1 })).toEqual(["gamma"]);
  expect(await find({ ordinal: 1 })).toEqual(["Alpha", "gamma"]);
  expect(await find({ levels: ["warn", "error"] })).toEqual(["beta", "gamma"]);
  expect(await find({ text: "ALPHA" })).toEqual(["Alpha"]);
  expect(await find({ text: "orders" })).toEqual(["gamma"]);
  expect(await find({ text: '"quotes" and \\' })).toEqual(['with "quotes" and \\']);
  expect(await find({ text: "übermut" })).toEqual(["ÜBERMUT"]);
  expect(await find({ text: "100% of a_b" })).toEqual(["100% of a_b"]);
  expect(await find({ text: "1_0%" })).toEqual([]);
  expect(await find({ text: "\\" })).toEqual(['with "quotes" and \\']);
});

test("a search through a long log comes in pages that may be empty, and ends", async () => {
  const runId = await newRun([]);
  // More chunks than one page looks through, and the text in the last of them alone; fields keep the database from sieving.
  const chunks = Array.from({ length: 150 }, (_, n) => chunkOf(runId, 1, [{ m: n === 149 ? "nädel" : "heu" }]));
  await appendLogChunks(database.db, chunks);
  const pages = await readPages({ runId, direction: "after", limit: 10, text: "NÄDEL" });
  expect(messages(pages)).toEqual(["nädel"]);
  expect(pages.length).toBeGreaterThan(1);
});

test("a follower misses nothing that several workers write at once", async () => {
  const runId = await newRun([]);
  const workers = 6;
  const flushes = 15;
  const seen: string[] = [];
  let from: string | undefined;
  const follow = async (): Promise<void> => {
    const { lines } = await database.db.read("logs", (tx) =>
      readLogs(tx, { runId, direction: "after", limit: 100, ...(from !== undefined && { from }) }),
    );
    seen.push(...lines.map(({ m }) => m));
    from = lines.at(-1)?.cursor ?? from;
  };
  let isDone = false;
  const following = (async () => {
    while (!isDone) await follow();
  })();
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      for (let flush = 0; flush < flushes; flush += 1) {
        await appendLogChunks(database.db, [chunkOf(runId, worker, [{ m: `${worker}.${flush}` }])]);
      }
    }),
  );
  isDone = true;
  await following;
  await follow();
  expect(seen).toHaveLength(workers * flushes);
  expect(new Set(seen).size).toBe(workers * flushes);
});

test("text that a database does not take as it is survives", async () => {
  const strange = ["nul \u0000 byte", "lone \ud800 surrogate", "emoji 🧵", "\u2028 separators", "\u001b[31mcolour"];
  const runId = await newRun([strange.map((m) => ({ m }))]);
  expect(messages(await readPages({ runId, direction: "after", limit: 10 }))).toEqual(strange);
});

test("a place that was made up is refused", async () => {
  for (const from of ["", "1", "x.1", "1.x", "1.-2"]) {
    const read = database.db.read("logs", (tx) => readLogs(tx, { runId: 1, direction: "after", from, limit: 1 }));
    await expect(read).rejects.toMatchObject({ code: "LOG_CURSOR_INVALID" });
  }
});
