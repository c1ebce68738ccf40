import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { TickPreview } from "@heddle/core/internal";
import {
  readSchedules,
  readSensors,
  readTickAnswer,
  readTicks,
  requestTick,
  setTickPaused,
  type TickKind,
  type TickRow,
} from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

/** Nothing here ticks by itself within a test: ticks become due when the chain is set back in time. */
const PROJECT = {
  "src/definitions.ts": `
import { asset, dailyPartitions, definitions, dynamicPartitions, resource, schedule, sensor, skip } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01" });
const files = dynamicPartitions({ name: "files" });
const clock = resource({ key: "clock", create: () => ({ word: "tock" }) });
const daily = asset({ key: "daily", partitions: days, materialize: () => 1 });
const report = asset({ key: "report", materialize: () => 1 });
const file = asset({ key: "file", partitions: files, materialize: () => 1 });

const yearly = "0 0 1 1 *";
export default definitions({
  assets: [daily, report, file],
  schedules: [
    schedule({ name: "newest", cron: yearly, selection: [daily] }),
    schedule({ name: "windows", cron: yearly, selection: "key:daily", partitions: "ended", tags: { team: "a" }, reuse: "fresh" }),
    schedule({
      name: "function", cron: yearly, resources: { clock },
      evaluate({ scheduledAt, previousAt, resources, log }) {
        log.info(resources.clock.word, { year: scheduledAt.getUTCFullYear(), before: previousAt.getUTCFullYear() });
        console.log("printed");
        return [
          { selection: [daily], partitions: ["2024-01-01"], priority: 7 },
          { selection: "key:daily", partitions: "2024-01-03..2024-01-04", runKey: "once" },
          { selection: [daily], partitions: ["2024-01-02"], priority: 7 },
        ];
      },
    }),
    schedule({ name: "skips", cron: yearly, evaluate: () => skip("a holiday") }),
    schedule({ name: "throws", cron: yearly, evaluate() { throw new Error("no such thing"); } }),
    schedule({ name: "hangs", cron: yearly, timeoutMs: 300, evaluate() { for (;;) {} } }),
    schedule({ name: "waits", cron: yearly, timeoutMs: 300, evaluate: () => new Promise(() => {}) }),
    schedule({ name: "grows", cron: yearly, evaluate() { for (const all = []; ;) all.push({ size: all.length }); } }),
    schedule({ name: "exits", cron: yearly, evaluate: () => process.exit(0) }),
    schedule({ name: "unknown", cron: yearly, evaluate: () => ({ selection: "key:daily", partitions: ["2023-01-01"] }) }),
    schedule({ name: "nowhere", cron: yearly, evaluate: () => ({}) }),
  ],
  sensors: [
    sensor({
      name: "files", selection: [file], intervalMs: 1_000, enabledByDefault: false,
      evaluate({ cursor, lastTickAt }) {
        const number = Number(cursor ?? 0) + 1;
        const name = "f" + number;
        if (number > 3) return skip("no new files after " + typeof lastTickAt?.getTime());
        return {
          addPartitions: [{ definition: files, keys: [name] }],
          requests: [{ partitions: [name], runKey: name }, { partitions: ["f1"], runKey: "f1" }],
          cursor: String(number),
        };
      },
    }),
    sensor({ name: "many", intervalMs: 1_000, enabledByDefault: false, evaluate: () => ({ requests: new Array(10_000_000), cursor: "x" }) }),
    sensor({ name: "long", intervalMs: 1_000, enabledByDefault: false, evaluate: () => ({ cursor: "x".repeat(1_048_576) }) }),
    sensor({ name: "hung", intervalMs: 1_000, enabledByDefault: false, timeoutMs: 400, evaluate() { for (;;) {} } }),
    sensor({
      name: "throwing", selection: [file], intervalMs: 1_000, enabledByDefault: false,
      evaluate({ cursor }) {
        const { existsSync } = process.getBuiltinModule("node:fs");
        if (!existsSync(new URL("../api-is-back", import.meta.url))) throw new TypeError("the API is down, cursor " + cursor);
        return { addPartitions: [{ definition: files, keys: ["late"] }], requests: [{ partitions: ["late"] }], cursor: "late" };
      },
    }),
    sensor({ name: "broken", selection: [file], intervalMs: 1_000, enabledByDefault: false, evaluate: () => ({
      addPartitions: [{ definition: files, keys: ["half"] }], requests: [{ partitions: ["other"] }], cursor: "moved",
    }) }),
  ],
});
`,
};

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(PROJECT);
});
afterEach(() => deployment[Symbol.asyncDispose]());

const ticksOf = (kind: TickKind, name: string): Promise<TickRow[]> =>
  deployment.db.read("ticks", (tx) => readTicks(tx, { kind, name, limit: 100 }));

/** Lets the newest tick of a schedule be due. */
async function makeDue(name: string, years = 1): Promise<void> {
  await deployment.db.transaction("make due", async (tx) => {
    const before = Date.UTC(new Date().getUTCFullYear() - years, 5);
    await tx.sql`update schedule set after = ${before}, covered_until = ${Date.UTC(2024, 0, 4)} where name = ${name}`;
    await tx.notify("heddle_tick");
  });
}

async function untilTicks(kind: TickKind, name: string, count = 1): Promise<TickRow[]> {
  let ticks: TickRow[] = [];
  await until(`${name} has ticked; ${deployment.complaints.join("; ")}`, async () => {
    ticks = await ticksOf(kind, name);
    return ticks.reduce((sum, tick) => sum + tick.count, 0) >= count;
  });
  return ticks;
}

const newYear = Date.UTC(new Date().getUTCFullYear(), 0, 1);

interface RunOf {
  readonly id: number;
  readonly originKey: string;
  readonly origin: unknown;
  readonly priority: number;
  readonly tags: unknown;
  readonly total: number;
}

const runsOf = (name: string): Promise<RunOf[]> =>
  deployment.db.read("runs", async ({ sql }) => [
    ...(await sql<RunOf[]>`
      select id, origin_key as "originKey", origin, priority, tags, total from run
      where origin ->> 'name' = ${name} order by id`),
  ]);

describe("a schedule", () => {
  test("without a function makes the run that it declares: the newest window", async () => {
    await deployment.startDaemon();
    await makeDue("newest");
    const [tick] = await untilTicks("schedule", "newest");
    expect(tick).toMatchObject({ at: newYear, outcome: "requested", runIds: [expect.any(Number)], isManual: false });
    expect(await runsOf("newest")).toMatchObject([
      { id: tick?.runIds[0], total: 1, origin: { kind: "schedule", name: "newest", scheduledAt: newYear } },
    ]);
  });

  test("of all windows since its last tick makes up for those of missed ticks in one run", async () => {
    await deployment.startDaemon();
    await makeDue("windows", 2);
    await until("both have an outcome", async () => (await ticksOf("schedule", "windows")).length === 2);
    const [newest, missed] = await ticksOf("schedule", "windows");
    expect(missed).toMatchObject({ outcome: "missed", reason: expect.stringContaining("later tick was due") });
    expect(newest).toMatchObject({ outcome: "requested" });
    // From the fourth of January 2024, when it was asked for last, to this New Year.
    const days = (newYear - Date.UTC(2024, 0, 4)) / 86_400_000;
    expect(await runsOf("windows")).toMatchObject([{ total: days, tags: { team: "a" } }]);
    const [{ reuse }] = await deployment.db.read(
      "plan",
      ({ sql }) =>
        sql<[{ reuse: boolean | null }]>`
        select plan -> 'assets' -> 0 -> 'reuse' as reuse from run where origin ->> 'name' = 'windows'`,
    );
    expect(reuse).toBe(true);
  });

  test("with a function makes what that asks for; requests that belong together are one run", async () => {
    await deployment.startDaemon();
    await makeDue("function");
    const [tick] = await untilTicks("schedule", "function");
    expect(tick).toMatchObject({ outcome: "requested", runIds: [expect.any(Number), expect.any(Number)] });
    const lines = (tick?.log ?? "")
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const year = new Date().getUTCFullYear();
    expect(lines).toContainEqual({ l: "info", m: "tock", f: { year, before: year - 1 } });
    expect(lines).toContainEqual({ l: "info", m: "printed" });
    expect(await runsOf("function")).toMatchObject([
      { total: 2, priority: 7 },
      { total: 2, originKey: "schedule:function:once", priority: 0 },
    ]);
    // The same instant again, should its tick be forgotten, makes no other run.
    await deployment.db.transaction("forget", async ({ sql }) => {
      await sql`delete from tick where name = 'function'`;
    });
    await makeDue("function");
    expect(await untilTicks("schedule", "function")).toMatchObject([
      { outcome: "skipped", reason: "all of it was asked for before" },
    ]);
    expect(await runsOf("function")).toHaveLength(2);
  });

  test("that skips, throws, hangs, waits for ever or ends its process has that outcome, and delays no other", async () => {
    await deployment.startDaemon();
    const names = ["hangs", "waits", "exits", "grows", "throws", "skips"];
    await Promise.all(names.map((name) => makeDue(name)));
    expect(await untilTicks("schedule", "skips")).toMatchObject([{ outcome: "skipped", reason: "a holiday" }]);
    const readErrors = async (): Promise<Map<string, string | undefined>> => {
      const schedules = await deployment.db.read("schedules", readSchedules);
      return new Map(schedules.map(({ name, retryError }) => [name, retryError?.code]));
    };
    await until("all have failed once", async () => {
      const errors = await readErrors();
      return ["hangs", "waits", "exits", "grows", "throws"].every((name) => errors.get(name) !== undefined);
    });
    expect(Object.fromEntries(await readErrors())).toMatchObject({
      hangs: "TICK_TIMEOUT",
      waits: "TICK_TIMEOUT",
      exits: "TICK_PROCESS_LOST",
      grows: "TICK_PROCESS_LOST",
      throws: "TICK_FAILED",
    });
    const schedules = await deployment.db.read("schedules", readSchedules);
    const grown = schedules.find(({ name }) => name === "grows")?.retryError;
    expect(grown?.message).toContain("(SIGABRT, most likely because it took more than its 512 MB of memory)");
    // The time of the next try is moved: the third one is the last.
    for (let attempt = 2; attempt <= 3; attempt += 1) {
      await deployment.db.transaction("hurry", async (tx) => {
        await tx.sql`update schedule set retry_not_before = 0 where name = 'throws'`;
        await tx.notify("heddle_tick");
      });
      await until("it was tried again", async () => {
        const schedules = await deployment.db.read("schedules", readSchedules);
        const { retryAttempts = 0, retryTick = null } = schedules.find(({ name }) => name === "throws") ?? {};
        return retryTick === null || retryAttempts === attempt;
      });
    }
    expect(await ticksOf("schedule", "throws")).toMatchObject([
      { outcome: "failed", error: { code: "TICK_FAILED", message: expect.stringContaining("no such thing") } },
    ]);
  });

  test("that asks for what cannot be launched has failed at once, with the reason", async () => {
    await deployment.startDaemon();
    await Promise.all([makeDue("unknown"), makeDue("nowhere")]);
    expect(await untilTicks("schedule", "unknown")).toMatchObject([
      { outcome: "failed", error: { code: "PARTITION_UNKNOWN", message: expect.stringContaining("2023-01-01") } },
    ]);
    expect(await untilTicks("schedule", "nowhere")).toMatchObject([
      { outcome: "failed", error: { code: "TICK_ASSETS_MISSING" } },
    ]);
  });

  test("goes on with the new code when that is loaded, and not with the old one", async () => {
    await deployment.startDaemon({ watch: true });
    await makeDue("skips");
    await untilTicks("schedule", "skips");
    deployment.project.write({
      "src/definitions.ts": PROJECT["src/definitions.ts"].replace("a holiday", "another day"),
    });
    await until("the new code is in force", async () => {
      const versions = await deployment.db.read("versions", ({ sql }) => sql`select id from code_version`);
      return versions.length === 2;
    });
    await deployment.db.transaction("forget", async ({ sql }) => {
      await sql`delete from tick`;
    });
    await makeDue("skips");
    expect(await untilTicks("schedule", "skips")).toMatchObject([{ outcome: "skipped", reason: "another day" }]);
  });
});

/** Asks for an evaluation beside the chain of ticks, and waits for the answer. */
async function ask(kind: TickKind, name: string, isDryRun: boolean): Promise<TickPreview> {
  const id = randomUUID();
  await requestTick(deployment.db, { id, kind, name, isDryRun });
  let answer: unknown;
  await until("there is an answer", async () => (answer = await readTickAnswer(deployment.db, id)) !== undefined);
  // What a daemon answered is what it says that it is.
  return answer as TickPreview;
}

describe("an evaluation that somebody asks for", () => {
  test("shows what a schedule would request, without effect; then requests it, beside the chain of ticks", async () => {
    await deployment.startDaemon({ ticks: false });
    const shown = await ask("schedule", "function", true);
    expect(shown).toMatchObject({
      outcome: "requested",
      requestCount: 2,
      requests: [
        { runKey: null, total: 2, assetCount: 1, assets: [{ key: "daily", partitions: "2024-01-01..2024-01-02 (2)" }] },
        { runKey: "once", total: 2, reason: null },
      ],
      runIds: [],
    });
    expect(shown.log).toContain("tock");
    expect(await runsOf("function")).toEqual([]);
    expect(await ticksOf("schedule", "function")).toEqual([]);
    const before = await deployment.db.read("schedules", readSchedules);
    expect(await ask("schedule", "function", false)).toMatchObject({ outcome: "requested", runIds: [1, 2] });
    expect(await ticksOf("schedule", "function")).toMatchObject([{ isManual: true, outcome: "requested" }]);
    expect(await deployment.db.read("schedules", readSchedules)).toEqual(before);
    // Nothing of it is over yet.
    expect(await ask("schedule", "function", true)).toMatchObject({
      outcome: "skipped",
      requests: [{ reason: expect.stringContaining("made by run 1") }, { reason: "run 2 has this run key" }],
    });
    expect(await ask("schedule", "throws", true)).toMatchObject({ outcome: "failed", error: { code: "TICK_FAILED" } });
    // One that fails or is skipped stays in the history, too.
    expect(await ask("schedule", "throws", false)).toMatchObject({ outcome: "failed" });
    expect(await ticksOf("schedule", "throws")).toMatchObject([{ isManual: true, outcome: "failed" }]);
    expect(await ask("schedule", "skips", false)).toMatchObject({ outcome: "skipped", reason: "a holiday" });
    expect(await ticksOf("schedule", "skips")).toMatchObject([{ isManual: true, reason: "a holiday" }]);
    expect(await ask("schedule", "unknown", true)).toMatchObject({
      outcome: "skipped",
      reason: expect.stringContaining("2023-01-01"),
    });
    expect(await ask("schedule", "nobody", true)).toMatchObject({ outcome: "skipped" });
  });

  test("of a sensor that is paused takes effect, or shows keys, cursor and runs without any", async () => {
    await deployment.startDaemon();
    expect(await ask("sensor", "files", true)).toMatchObject({
      outcome: "requested",
      cursor: "1",
      addPartitions: [{ definition: "files", keys: ["f1"] }],
      requests: [{ runKey: "f1", total: 1, reason: null }],
    });
    const readKeys = () => deployment.db.read("keys", ({ sql }) => sql`select key from dynamic_partition`);
    expect(await readKeys()).toHaveLength(0);
    expect(await ask("sensor", "files", false)).toMatchObject({ outcome: "requested", runIds: [1], cursor: "1" });
    expect(await readKeys()).toHaveLength(1);
    expect(await ticksOf("sensor", "files")).toMatchObject([{ isManual: true, runIds: [1] }]);
  });
});

describe("a sensor", () => {
  const resume = (name: string) => setTickPaused(deployment.db, { kind: "sensor", name, paused: false });
  const readSensor = async (name: string) =>
    (await deployment.db.read("sensors", readSensors)).find((one) => one.name === name);

  test("adds keys, asks for runs and moves its cursor in one step; a run key makes one run", async () => {
    await deployment.startDaemon();
    expect(await ticksOf("sensor", "files")).toEqual([]);
    await resume("files");
    const ticks = await untilTicks("sensor", "files", 5);
    expect(ticks.map(({ outcome }) => outcome)).toEqual(["skipped", "requested", "requested", "requested"]);
    expect(ticks[0]).toMatchObject({ reason: "no new files after number" });
    expect(await readSensor("files")).toMatchObject({ cursor: "3", failures: 0 });
    expect((await runsOf("files")).map(({ originKey, total }) => [originKey, total])).toEqual([
      ["sensor:files:f1", 1],
      ["sensor:files:f2", 1],
      ["sensor:files:f3", 1],
    ]);
  });

  test("that throws keeps its cursor, says what and where it threw, and goes on when it no longer does", async () => {
    await deployment.startDaemon();
    await resume("throwing");
    const failed = (await untilTicks("sensor", "throwing")).at(-1);
    expect(failed).toMatchObject({
      outcome: "failed",
      error: { message: expect.stringContaining("the API is down, cursor null") },
    });
    expect(JSON.stringify(failed?.error)).toContain("src/definitions.ts");
    expect(await readSensor("throwing")).toMatchObject({ cursor: null });
    expect((await readSensor("throwing"))?.failures).toBeGreaterThan(0);
    writeFileSync(deployment.path("api-is-back"), "");
    await until("it asks for a run", async () => (await runsOf("throwing")).length > 0);
    expect(await readSensor("throwing")).toMatchObject({ cursor: "late", failures: 0 });
  });

  test("that goes beyond every limit, or hangs, fails with a clear error, and is asked less often", async () => {
    await deployment.startDaemon();
    await Promise.all(["many", "long", "hung", "broken"].map(resume));
    expect((await untilTicks("sensor", "many")).at(-1)?.error).toMatchObject({ code: "TICK_REQUESTS_LIMIT" });
    expect((await untilTicks("sensor", "long")).at(-1)?.error).toMatchObject({ code: "SENSOR_CURSOR_LIMIT" });
    expect((await untilTicks("sensor", "hung")).at(-1)?.error).toMatchObject({ code: "TICK_TIMEOUT" });
    expect((await untilTicks("sensor", "broken")).at(-1)?.error).toMatchObject({ code: "PARTITION_UNKNOWN" });
    expect((await readSensor("long"))?.failures).toBeGreaterThan(0);
    // All of it or nothing: neither the key nor the cursor of what failed.
    expect((await readSensor("broken"))?.cursor).toBeNull();
    const keys = await deployment.db.read("keys", ({ sql }) => sql`select key from dynamic_partition`);
    expect(keys).toHaveLength(0);
  });
});
