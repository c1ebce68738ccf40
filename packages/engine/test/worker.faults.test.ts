import { cancelRun, pauseRun, resumeRun } from "@heddle/storage";
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { findBrokenInvariants } from "./support/invariants.ts";
import { descendantsOf, isAlive, until } from "./support/processes.ts";
import { textOf } from "./support/told-files.ts";

const DEFINITIONS = `
import { HeddleError, asset, definitions, dailyPartitions, ioManager, resource, staticPartitions } from "@heddle/core";
import { execSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-05" });

const loops = asset({ key: "loops", timeoutMs: 300, materialize() { for (;;) {} } });
const deaf = asset({ key: "deaf", async materialize() {
  const child = spawn("sleep", ["1000"]);
  writeFileSync(path("deaf"), process.pid + " " + child.pid);
  await pause(1_000_000);
} });
const overdue = asset({ key: "overdue", timeoutMs: 200, async materialize() { writeFileSync(path("overdue"), String(process.pid)); await pause(1_000_000); } });
const bystander = asset({ key: "bystander", partitions: days, async materialize({ partition }) { await pause(600); return partition.key; } });

const prints = asset({ key: "prints", materialize() {
  const line = "x".repeat(999) + "\\n";
  for (let index = 0; index < 100_000; index++) process.stdout.write(line);
  return "printed";
} });
const logs = asset({ key: "logs", materialize({ log }) { for (let index = 0; index < 300_000; index++) log.info("a line like any other, of some length, to make it count", { index }); return 1; } });
const grandchild = asset({ key: "grandchild", async materialize() {
  const child = spawn("sh", ["-c", "head -c 60000000 /dev/zero; echo"], { stdio: ["ignore", "inherit", "ignore"] });
  await new Promise((resolve) => child.once("exit", resolve));
  return 1;
} });
const oddLogs = asset({ key: "odd_logs", materialize({ log }) {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  log.info("circular", circular as never);
  log.info("big", { text: "y".repeat(3_000_000) });
  log.info(42 as never);
  log.info("nul \\u0000 and half a pair \\ud800");
  process.send?.("ready");
  process.send?.(null as never);
  return 1;
} });
const escapes = asset({ key: "escapes", materialize() {
  // In a session of its own it is out of reach, and it holds the pipes open.
  const child = spawn("sleep", ["30"], { detached: true, stdio: "inherit" });
  writeFileSync(path("escaped"), String(child.pid));
  process.kill(process.pid, "SIGKILL");
} });

const huge = asset({ key: "huge", materialize: () => "z".repeat(50_000_000) });
const reader = asset({ key: "reader", deps: { huge }, materialize: ({ deps }) => deps.huge.length });
const cyclic = asset({ key: "cyclic", materialize() { const value: { self?: unknown } = {}; value.self = value; return value as never; } });
const symbol = asset({ key: "symbol", materialize: () => ({ at: Symbol("x") }) as never });
const muchMetadata = asset({ key: "much_metadata", materialize({ metadata }) { metadata({ text: "m".repeat(1_000_000) }); return 1; } });

const picky = ioManager<string, string>({
  name: "picky", store: undefined,
  async write(value, context) { throw new HeddleError("IO_VALUE_NOT_STORABLE", "only odd values are stored, and this is " + value, { hint: "Return an odd one." }); },
  async load() { return ""; },
});
const refused = asset({ key: "refused", io: picky, materialize: () => "2" });

const full = ioManager<string, string>({
  name: "full", store: undefined,
  async write(value, context) {
    writeFileSync(path("half-written"), value.slice(0, 2));
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  },
  async load() { return ""; },
});
const noSpace = asset({ key: "no_space", io: full, materialize: () => "value" });

const source = asset({ key: "source", partitions: days, materialize: ({ partition }) => ({ day: partition.key }) });
const downstream = asset({ key: "downstream", partitions: days, deps: { source }, materialize: ({ deps }) => deps.source.day });

const closing = resource({ key: "closing", create: () => "open", async teardown() { await pause(100); writeFileSync(path("closed"), "closed"); } });
const uses = asset({ key: "uses", resources: { closing }, materialize: ({ resources }) => resources.closing });

const parts = staticPartitions(Array.from({ length: 40 }, (_, index) => "p" + index));
const paced = asset({ key: "paced", partitions: parts, async materialize({ partition }) { appendFileSync(path("paced"), partition.key + "\\n"); await pause(50); } });

export default definitions({ assets: [loops, deaf, overdue, bystander, prints, logs, grandchild, oddLogs, escapes, huge, reader, cyclic, symbol, muchMetadata, refused, noSpace, source, downstream, uses, paced] });
`;

const GRACE_MS = 500;
let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker({ cancelGraceMs: GRACE_MS });
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

interface Failure {
  readonly key: string;
  readonly cause: string;
  readonly message: string;
  readonly code: string | null;
}

/** Runs assets to their end, and gives what failed. */
async function run(keys: readonly string[], partitions?: string) {
  const id = await deployment.launch(keys, partitions);
  const status = await deployment.ended(id);
  const failures = await query<Failure>(
    `select a.key, t.cause, t.error->>'message' as message, t.error->>'code' as code
     from attempt t join asset a on a.id = t.asset_id where t.run_id = ${id} order by a.key, t.ordinal, t.number`,
  );
  return { id, status, failures };
}

async function readLog(runId: number): Promise<{ m: string; f?: object; l: string }[]> {
  const chunks = await query<{ lines: string }>(`select lines from log_chunk where run_id = ${runId} order by id`);
  return chunks.flatMap(({ lines }) => lines.split("\n").map((line) => JSON.parse(line) as { m: string; l: string }));
}

/** Where a process works: a child of a worker in the directory of its project. */
function directoryOf(pid: number): string {
  return existsSync(`/proc/${pid}/cwd`) ? readlinkSync(`/proc/${pid}/cwd`) : "";
}

const MB = 1024 * 1024;

describe("a step that does not end", () => {
  it("and blocks its event loop is killed after its time-out", async () => {
    const { status, failures } = await run(["loops"]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ key: "loops", cause: "timeout", code: "STEP_TIMEOUT" }]);
  });

  it("when its signal is aborted is ended with its process after the grace time, and its mates run again", async () => {
    const { status, failures } = await run(["overdue", "bystander"]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ key: "overdue", cause: "timeout", code: "STEP_TIMEOUT" }]);
    const pid = Number(readFileSync(deployment.path("overdue"), "utf8"));
    await until("its process is gone", () => !isAlive(pid));
  });

  it("when its run is canceled is ended with all that it has started, and nothing of it is published", async () => {
    const id = await deployment.launch(["deaf"]);
    await until("it runs", () => textOf(deployment.path("deaf")) !== "");
    const pids = textOf(deployment.path("deaf")).split(" ").map(Number);
    await cancelRun(deployment.db, id);
    expect(await deployment.ended(id)).toBe("canceled");
    await until("its processes are gone", () => !pids.some(isAlive));
    expect(await query(`select 1 from materialization where run_id = ${id}`)).toEqual([]);
    expect(await query(`select 1 from attempt where run_id = ${id}`)).toEqual([]);
  });
});

describe("a flood", () => {
  it.each([["prints"], ["logs"]])("of the step %s is kept up to a limit, says so, and costs no result", async (key) => {
    const before = process.memoryUsage.rss();
    const { id, status } = await run([key]);
    expect(status).toBe("success");
    const [size] = await query<{ bytes: number }>(
      `select sum(length(lines))::int as bytes from log_chunk where run_id = ${id}`,
    );
    expect(size?.bytes).toBeGreaterThan(5 * MB);
    expect(size?.bytes).toBeLessThan(60 * MB);
    expect((await readLog(id)).at(-1)).toMatchObject({
      l: "warn",
      m: expect.stringContaining("more lines were dropped"),
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MB);
  });

  it("of a process that a step has started is kept up to a limit, too", async () => {
    const { id, status } = await run(["grandchild"]);
    expect(status).toBe("success");
    const [size] = await query<{ bytes: number; longest: number }>(
      `select sum(length(lines))::int as bytes, max(length(lines))::int as longest from log_chunk where run_id = ${id}`,
    );
    expect(size?.bytes).toBeLessThan(150 * MB);
  });

  it("of fields, and lines that are none, harm nothing", async () => {
    const { id, status } = await run(["odd_logs"]);
    expect(status).toBe("success");
    const lines = await readLog(id);
    expect(lines.map(({ m }) => m)).toEqual(["circular", "big", "42", "nul \u0000 and half a pair \ud800"]);
    expect(JSON.stringify(lines[0]?.f)).toContain("not JSON");
    expect(JSON.stringify(lines[1]?.f)).toContain("3000011 characters");
  });
});

describe("a process that dies while something out of reach holds its pipes", () => {
  it("is noticed all the same", async () => {
    const id = await deployment.launch(["escapes"]);
    const causes = (): Promise<{ cause: string }[]> => query(`select cause from attempt where run_id = ${id}`);
    await until("it is noticed", async () => (await causes()).length > 0);
    process.kill(Number(readFileSync(deployment.path("escaped"), "utf8")), "SIGKILL");
    expect((await causes())[0]).toEqual({ cause: "killed" });
    await cancelRun(deployment.db, id);
    await deployment.ended(id);
  });
});

describe("a value", () => {
  it("of 50 MB is stored and read", async () => {
    expect(await run(["huge", "reader"])).toMatchObject({ status: "success", failures: [] });
  });

  it.each([
    ["cyclic", "IO_VALUE_NOT_STORABLE", /cyclic/],
    ["symbol", "IO_VALUE_NOT_STORABLE", /symbol/],
    ["refused", "IO_VALUE_NOT_STORABLE", /only odd values are stored/],
    ["much_metadata", "METADATA_INVALID", /262144/],
    ["no_space", "ENOSPC", /no space left on device/],
  ])("that cannot be stored (%s) fails its step with %s, and nothing is visible", async (key, code, message) => {
    const { id, status, failures } = await run([key]);
    expect(status).toBe("failed");
    expect(failures[0]).toMatchObject({ key, code, message: expect.stringMatching(message) });
    expect(await query(`select 1 from materialization where run_id = ${id}`)).toEqual([]);
  });

  it("that was damaged on disk fails whoever reads it, naming asset, partition and file", async () => {
    const { id } = await run(["source"]);
    const [stored] = await query<{ location: string }>(
      `select m.stored->>'location' as location from materialization m where m.run_id = ${id} and m.stored->>'location' like '%2024-01-02%'`,
    );
    const location = stored?.location ?? "";
    writeFileSync(location, readFileSync(location, "utf8").replace("2024-01-02", "2024-01-03"));
    const { status, failures } = await run(["downstream"]);
    expect(status).toBe("failed");
    expect(failures).toHaveLength(1);
    const [failure] = failures;
    expect(failure).toMatchObject({ key: "downstream", code: "IO_OBJECT_CORRUPT" });
    for (const part of ["source", "2024-01-02", location.split("/").at(-1)]) expect(failure?.message).toContain(part);
  });
});

describe("a run that is paused", () => {
  it("begins nothing more, and goes on when it is resumed", async () => {
    const id = await deployment.launch(["paced"]);
    const count = (): number =>
      existsSync(deployment.path("paced"))
        ? readFileSync(deployment.path("paced"), "utf8").trim().split("\n").length
        : 0;
    await until("it runs", () => count() > 0);
    await pauseRun(deployment.db, id);
    await until(
      "what ran has ended",
      async () => (await query(`select 1 from claim where run_id = ${id}`)).length === 0,
    );
    const [row] = await query<{ ready: number; success: number }>(
      `select ready, success from run_asset where run_id = ${id}`,
    );
    expect(row?.ready).toBeGreaterThan(0);
    expect(count()).toBe(row?.success);
    await resumeRun(deployment.db, id);
    expect(await deployment.ended(id)).toBe("success");
    expect(count()).toBe(40);
  });
});

describe("a worker that stops", () => {
  it("lets its processes close their resources, and leaves none behind", async () => {
    const own = await createDeployment({ "src/definitions.ts": DEFINITIONS });
    try {
      await own.startDaemon();
      const worker = await own.startWorker();
      expect(await own.ended(await own.launch(["uses"]))).toBe("success");
      const children = descendantsOf(process.pid).filter((pid) => directoryOf(pid) === own.project.directory);
      expect(children).toHaveLength(1);
      await worker.stop();
      expect(existsSync(own.path("closed"))).toBe(true);
      await until("they are gone", () => !children.some(isAlive));
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });
});

describe("after all of it", () => {
  it("everything in the database holds, and no bundle or half-written file is in the store", async () => {
    const broken = await findBrokenInvariants(deployment.db);
    // The file that a test above has damaged.
    expect(broken.filter((problem) => !problem.includes("is current and not what was published"))).toEqual([]);
    expect(
      readdirSync(deployment.path("storage"), { recursive: true }).filter((name) => /tmp/.test(String(name))),
    ).toEqual([]);
  });
});
