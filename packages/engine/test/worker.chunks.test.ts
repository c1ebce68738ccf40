import { cancelRun } from "@heddle/storage";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type LaunchOptions, type TestDeployment } from "./support/deployment.ts";
import { countPublications, findBrokenInvariants } from "./support/invariants.ts";
import { isAlive, until } from "./support/processes.ts";

const DEFINITIONS = `
import { asset, assetCheck, dailyPartitions, definitions, fail, failed, output, pass } from "@heddle/core";
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-11" });
const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const note = (name: string, line: string) => appendFileSync(path(name), line + "\\n");
const untilFile = async (name: string, signal: AbortSignal) => { while (!existsSync(path(name))) { signal.throwIfAborted(); await pause(10); } };

const raw = asset({ key: "raw", partitions: days, materialize: ({ partition }) => ({ day: partition.key }) });

const whole = asset({ key: "whole", partitions: days, chunk: "range", deps: { raw }, async *materialize({ partitions, deps, log }) {
  note("whole", partitions.map(({ key }) => key).join(","));
  log.info("together");
  for (const partition of partitions) {
    const { day } = await deps.raw.get(partition.key);
    yield [partition.key, output({ value: { day, from: partition.window.start.toISOString() }, metadata: { day } })];
  }
} });
const wholeChecked = assetCheck({ asset: whole, name: "looks", check: ({ partition, log }) => { log.info("checked " + partition.key); return pass(); } });

const halting = asset({ key: "halting", partitions: days, chunk: 5, async *materialize({ partitions, signal }) {
  note("halting", partitions.map(({ key }) => key).join(","));
  for (const [index, partition] of partitions.entries()) {
    if (index === 2) await untilFile("go-on", signal);
    yield [partition.key, index];
  }
} });

const crashing = asset({ key: "crashing", partitions: days, chunk: "range", async *materialize({ partitions, run }) {
  note("crashing", run.attempt + ":" + partitions.map(({ key }) => key).join(","));
  for (const [index, partition] of partitions.entries()) {
    if (run.attempt === 1 && index === 4) {
      await untilFile("kill-me", new AbortController().signal);
      process.kill(process.pid, "SIGKILL");
      await pause(10_000);
    }
    yield [partition.key, partition.key];
  }
} });

const apart = asset({ key: "apart", partitions: days, chunk: 10, isolation: "process", *materialize({ partitions }) {
  for (const { key } of partitions) yield [key, process.pid];
} });

const picky = asset({ key: "picky", partitions: days, chunk: 10, *materialize({ partitions }) {
  for (const { key } of partitions) yield [key, key === "2024-01-03" ? failed("no data for the third", { metadata: { tried: 2 } }) : { bad: key === "2024-01-05" }];
} });
const notBad = assetCheck({ asset: picky, name: "not_bad", blocking: true, check: ({ value }) => (value.bad ? fail() : pass()) });
const afterPicky = asset({ key: "after_picky", partitions: days, deps: { picky }, materialize: ({ deps }) => deps.picky.bad });

const throwing = asset({ key: "throwing", partitions: days, chunk: 10, retry: { attempts: 2, delayMs: 1 }, *materialize({ partitions, run }) {
  note("throwing", run.attempt + ":" + partitions.length);
  for (const [index, { key }] of partitions.entries()) {
    if (run.attempt === 1 && index === 6) throw new RangeError("half way");
    yield [key, 1];
  }
} });

const forgetful = asset({ key: "forgetful", partitions: days, chunk: 10, *materialize({ partitions }) { for (const { key } of partitions.slice(1)) yield [key, 1]; } });
const foreign = asset({ key: "foreign", partitions: days, chunk: 4, *materialize({ partitions }) { yield [partitions[0]!.key, 1]; yield ["1999-01-01" as never, 1]; } });
const twice = asset({ key: "twice", partitions: days, chunk: 10, *materialize({ partitions }) { yield [partitions[0]!.key, 1]; yield [partitions[0]!.key, 2]; } });
const noPair = asset({ key: "no_pair", partitions: days, chunk: 10, *materialize() { yield 7 as never; } });
const nothing = asset({ key: "nothing", partitions: days, chunk: 10, materialize() { return 5 as never; } });
const unstorable = asset({ key: "unstorable", partitions: days, chunk: 10, *materialize({ partitions }) {
  for (const [index, { key }] of partitions.entries()) yield [key, index === 3 ? (5n as never) : index];
} });

const endless = asset({ key: "endless", partitions: days, chunk: "range", async *materialize({ partitions, signal }) {
  note("endless", "");
  yield [partitions[0]!.key, 1];
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
} });
const overdue = asset({ key: "overdue", partitions: days, chunk: "range", timeoutMs: 300, async *materialize({ partitions }) {
  for (const [index, { key }] of partitions.entries()) { if (index === 3) await pause(1_000_000); yield [key, 1]; }
} });
const breathless = asset({ key: "breathless", partitions: days, chunk: "range", *materialize({ partitions }) {
  for (const { key } of partitions) { const end = Date.now() + 50; while (Date.now() < end); yield [key, undefined]; }
} });

export default definitions({
  assets: [raw, whole, halting, crashing, apart, picky, afterPicky, throwing, forgetful, foreign, twice, noPair, nothing, unstorable, endless, overdue, breathless],
  checks: [wholeChecked, notBad],
});
`;

const DAYS = 10;
let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker({ cancelGraceMs: 500 });
});
afterAll(async () => {
  expect(await findBrokenInvariants(deployment.db)).toEqual([]);
  await deployment[Symbol.asyncDispose]();
});

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

/** Days as they are written, by ordinals. */
const dayOf = (ordinal: number): string => new Date(ordinal * 86_400_000).toISOString().slice(0, 10);
const notes = (name: string): string[] =>
  existsSync(deployment.path(name)) ? readFileSync(deployment.path(name), "utf8").trimEnd().split("\n") : [];

/** Days of an asset that a run has published by now. */
async function publishedDays(runId: number, key: string): Promise<string[]> {
  const rows = await query<{ ordinal: number }>(
    `select m.ordinal from materialization m join asset a on a.id = m.asset_id
     where m.run_id = ${runId} and a.key = '${key}' order by m.ordinal`,
  );
  return rows.map(({ ordinal }) => dayOf(ordinal));
}

interface Failure {
  readonly day: string;
  readonly number: number;
  readonly cause: string;
  readonly code: string | null;
  readonly message: string;
}

async function failuresOf(runId: number): Promise<Failure[]> {
  const rows = await query<Omit<Failure, "day"> & { ordinal: number }>(
    `select ordinal, number, cause, error->>'code' as code, error->>'message' as message
     from attempt where run_id = ${runId} order by ordinal, number`,
  );
  return rows.map(({ ordinal, ...failure }) => ({ day: dayOf(ordinal), ...failure }));
}

async function run(keys: readonly string[], options: LaunchOptions = {}, partitions?: string) {
  const id = await deployment.launch(keys, partitions, options);
  const status = await deployment.ended(id);
  return { id, status, failures: await failuresOf(id) };
}

describe("a chunk", () => {
  it("of a whole range is one call, and every partition a materialization with what it read", async () => {
    const { id, status } = await run(["raw", "whole"]);
    expect(status).toBe("success");
    expect(notes("whole")).toEqual([Array.from({ length: DAYS }, (_, day) => dayOf(19_723 + day)).join(",")]);
    const made = await query<{ ordinal: number; metadata: object; inputs: { partitions: number[] }[]; stored: object }>(
      `select m.ordinal, m.metadata, m.inputs, m.stored from materialization m join asset a on a.id = m.asset_id
       where m.run_id = ${id} and a.key = 'whole' order by 1`,
    );
    expect(made).toHaveLength(DAYS);
    for (const { ordinal, metadata, inputs } of made) {
      expect(metadata).toEqual({ day: { type: "text", value: dayOf(ordinal) } });
      expect(inputs.map(({ partitions }) => partitions)).toEqual([[ordinal, ordinal + 1]]);
    }
    const chunks = await query<{ first: number; last: number; lines: string }>(
      `select first_ordinal as first, last_ordinal as last, lines from log_chunk where run_id = ${id} order by id`,
    );
    const lines = chunks.flatMap(({ lines: text }) => text.split("\n").map((line) => JSON.parse(line) as object));
    expect(lines[0]).toMatchObject({ m: "together", o: 19_723, z: 19_732 });
    expect(lines).toContainEqual(expect.objectContaining({ m: "checked 2024-01-04", o: 19_726 }));
    expect(chunks[0]).toMatchObject({ first: 19_723, last: 19_732 });
  });

  it("publishes each partition while it still makes the others, and has one place of the run's limit", async () => {
    const id = await deployment.launch(["halting"], "all", { maxConcurrency: 1, order: "newest" });
    await until("two are published", async () => (await publishedDays(id, "halting")).length === 2);
    expect(await publishedDays(id, "halting")).toEqual(["2024-01-06", "2024-01-07"]);
    expect(notes("halting")).toEqual(["2024-01-06,2024-01-07,2024-01-08,2024-01-09,2024-01-10"]);
    expect(await query(`select partitions, size from claim where run_id = ${id}`)).toMatchObject([{ size: 1 }]);
    writeFileSync(deployment.path("go-on"), "");
    expect(await deployment.ended(id)).toBe("success");
    expect(await publishedDays(id, "halting")).toHaveLength(DAYS);
    expect(notes("halting")[1]).toBe("2024-01-01,2024-01-02,2024-01-03,2024-01-04,2024-01-05");
  });

  it("whose process is killed repeats only what was not published", async () => {
    const id = await deployment.launch(["crashing"]);
    await until("four are published", async () => (await publishedDays(id, "crashing")).length === 4);
    writeFileSync(deployment.path("kill-me"), "");
    expect(await deployment.ended(id)).toBe("success");
    const publications = await countPublications(deployment.db, id, "crashing");
    expect([publications.size, new Set(publications.values())]).toEqual([DAYS, new Set([1])]);
    const [first, second, ...others] = notes("crashing");
    expect(first?.startsWith("1:2024-01-01")).toBe(true);
    expect(second).toBe("2:2024-01-05,2024-01-06,2024-01-07,2024-01-08,2024-01-09,2024-01-10");
    expect(others).toEqual([]);
    const failures = await failuresOf(id);
    expect(failures.map(({ day }) => day)).toEqual(second?.slice(2).split(","));
    expect(new Set(failures.map(({ cause }) => cause))).toEqual(new Set(["killed"]));
  });

  it("has a process of its own where the asset wants it", async () => {
    const { id, status } = await run(["apart"]);
    expect(status).toBe("success");
    expect(await publishedDays(id, "apart")).toHaveLength(DAYS);
  });

  it("is as large as the run says", async () => {
    const before = notes("halting").length;
    expect(await run(["halting"], { chunk: 1 }, "2024-01-01..2024-01-03")).toMatchObject({ status: "success" });
    expect(notes("halting").slice(before).toSorted()).toEqual(["2024-01-01", "2024-01-02", "2024-01-03"]);
  });

  it("that never waits for anything still reports each partition as it comes", async () => {
    const { id, status } = await run(["breathless"]);
    expect(status).toBe("success");
    const [times] = await query<{ count: number }>(
      `select count(distinct m.published_at)::integer as count from materialization m where m.run_id = ${id}`,
    );
    expect(times?.count).toBeGreaterThan(1);
  });
});

describe("a partition of a chunk that fails", () => {
  it("does so alone: marked by the function, or by a blocking check", async () => {
    const { id, status, failures } = await run(["picky", "after_picky"]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([
      { day: "2024-01-03", cause: "error", code: "STEP_PARTITION_FAILED", message: "no data for the third" },
      { day: "2024-01-05", cause: "check", code: "STEP_CHECK_FAILED" },
    ]);
    const rest = Array.from({ length: DAYS }, (_, day) => dayOf(19_723 + day)).filter(
      (day) => day !== "2024-01-03" && day !== "2024-01-05",
    );
    expect(await publishedDays(id, "picky")).toEqual(rest);
    expect(await publishedDays(id, "after_picky")).toEqual(rest);
  });

  it("because its value cannot be stored leaves the others alone", async () => {
    const { id, failures } = await run(["unstorable"]);
    expect(failures).toMatchObject([{ day: "2024-01-04", code: "IO_VALUE_NOT_STORABLE" }]);
    expect(await publishedDays(id, "unstorable")).toHaveLength(DAYS - 1);
  });

  it("because the function throws is one that was not yielded, and is tried again as the asset says", async () => {
    const { id, status, failures } = await run(["throwing"]);
    expect(status).toBe("success");
    expect(failures.map(({ day, message }) => [day, message])).toEqual(
      ["2024-01-07", "2024-01-08", "2024-01-09", "2024-01-10"].map((day) => [day, "half way"]),
    );
    expect(notes("throwing")).toEqual(["1:10", "2:4"]);
    expect(await publishedDays(id, "throwing")).toHaveLength(DAYS);
  });

  it("because it was never yielded says so", async () => {
    const { failures } = await run(["forgetful"]);
    expect(failures).toMatchObject([{ day: "2024-01-01", code: "STEP_PARTITION_NOT_YIELDED" }]);
    expect(failures[0]?.message).toBe("forgetful [2024-01-01] was not made: its function ended without it");
  });

  it.each([
    ["foreign", 4, /yielded "1999-01-01" which is not among the partitions of this call/],
    ["twice", 10, /yielded "2024-01-01" twice/],
    ["no_pair", 10, /yielded something that is no \[key, value\]/],
    ["nothing", 10, /returned nothing to iterate over/],
  ])("because the function broke the rules (%s) names what it did", async (key, size, message) => {
    const { id, failures } = await run([key], { chunk: size }, "2024-01-01..2024-01-04");
    const made = await publishedDays(id, key);
    expect(made).toEqual(key === "foreign" || key === "twice" ? ["2024-01-01"] : []);
    expect(failures).toHaveLength(4 - made.length);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: "STEP_CHUNK_INVALID", message: expect.stringMatching(message) });
    }
  });
});

describe("a chunk that does not end", () => {
  it("is ended when its run is canceled; what it had published stays", async () => {
    const id = await deployment.launch(["endless"]);
    await until("one is published", async () => (await publishedDays(id, "endless")).length === 1);
    await cancelRun(deployment.db, id);
    expect(await deployment.ended(id)).toBe("canceled");
    expect(await publishedDays(id, "endless")).toEqual(["2024-01-01"]);
    expect(await failuresOf(id)).toEqual([]);
    const counts = await query(`select success, canceled from run_asset where run_id = ${id}`);
    expect(counts).toEqual([{ success: 1, canceled: DAYS - 1 }]);
  });

  it("is ended after its time-out, which is that of the call", async () => {
    const { id, failures } = await run(["overdue"]);
    expect(await publishedDays(id, "overdue")).toEqual(["2024-01-01", "2024-01-02", "2024-01-03"]);
    expect(failures).toHaveLength(DAYS - 3);
    expect(failures[0]).toMatchObject({ day: "2024-01-04", cause: "timeout", code: "STEP_TIMEOUT" });
    expect(failures[0]?.message).toContain("overdue [2024-01-01 … 2024-01-10, 10 partitions]");
  });
});

describe("a worker that is killed inside a chunk", () => {
  it("takes nothing with it that was published, and another one makes the rest", async () => {
    const own = await createDeployment({
      "src/definitions.ts": DEFINITIONS,
    });
    try {
      await own.startDaemon();
      const worker = await own.spawn("worker");
      const id = await own.launch(["halting"]);
      const count = async (): Promise<number> => (await countPublications(own.db, id, "halting")).size;
      await until("two of each chunk are published", async () => (await count()) === 4);
      worker.signal("SIGKILL");
      await worker.exited;
      await until("it is gone", () => !isAlive(worker.pid));
      writeFileSync(own.path("go-on"), "");
      await own.spawn("worker");
      expect(await own.ended(id)).toBe("success");
      const publications = await countPublications(own.db, id, "halting");
      expect([publications.size, new Set(publications.values())]).toEqual([DAYS, new Set([1])]);
      expect(await findBrokenInvariants(own.db)).toEqual([]);
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});
