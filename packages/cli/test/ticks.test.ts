import { findProject } from "@heddle/engine";
import { startDaemon, type Daemon } from "@heddle/engine/daemon";
import { openDatabase, type Database } from "@heddle/storage";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { asset, assetCheck, dailyPartitions, definitions, dynamicPartitions, pass, schedule, sensor, skip } from "@heddle/core";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-06" });
const users = dynamicPartitions({ name: "users" });
const raw = asset({ key: "raw", partitions: days, materialize: () => 1 });
const profile = asset({ key: "profile", partitions: users, materialize: () => 1 });
const whole = assetCheck({ asset: raw, name: "whole", check: () => pass() });
export default definitions({
  assets: [raw, profile],
  checks: [whole],
  schedules: [
    schedule({ name: "nightly", description: "Every night", cron: "0 2 * * *", timeZone: "Europe/Berlin", selection: [raw] }),
    schedule({ name: "broken", cron: "@yearly", evaluate({ log }) { log.warn("about to"); throw new Error("no such file"); } }),
    schedule({ name: "quality", cron: "@weekly", runChecks: [whole] }),
  ],
  sensors: [
    sensor({
      name: "new_users", selection: [profile], intervalMs: 5_000,
      evaluate: ({ cursor }) => cursor === "1" ? skip("nobody is new") : {
        addPartitions: [{ definition: users, keys: ["ann"] }], requests: [{ partitions: ["ann"], runKey: "ann" }], cursor: "1",
      },
    }),
  ],
});
`;

const project = createProject("ticks", DEFINITIONS);
let database: TestDatabase;
let env: NodeJS.ProcessEnv;
let db: Database;
let daemon: Daemon | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url };
  db = await openDatabase({ url: database.url, applicationName: "heddle-daemon" });
});

afterAll(async () => {
  await daemon?.stop();
  await db[Symbol.asyncDispose]();
  project[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<HeddleResult> => heddle(args, { cwd: project.directory, env });

const documents = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

test("without a daemon, one is started for the command, and nothing ticks by that", async () => {
  const listed = await run("schedules", "--json");
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(documents(listed.stdout).map(({ name, isPaused, last }) => [name, isPaused, last])).toEqual([
    ["broken", false, null],
    ["nightly", false, null],
    ["quality", false, null],
  ]);
  const sensors = await run("sensors");
  expect(sensors.stdout).toMatch(/^new_users\s+on\s+every 5.0 s\s+now\s+never/);
  // The other tests need none that is started for each command.
  const loaded = Promise.withResolvers<void>();
  const log = { info() {}, warn() {}, error() {} };
  const onLoad = (): void => loaded.resolve();
  daemon = await startDaemon({
    db,
    log,
    projects: [findProject(project.directory)],
    watch: false,
    ticks: false,
    onLoad,
  });
  await loaded.promise;
});

test("schedules are shown, paused and resumed", async () => {
  expect((await run("schedules", "pause", "nightly")).stdout).toBe("nightly is paused\n");
  expect((await run("schedules", "pause", "nightly")).stdout).toBe("nightly was paused already\n");
  const shown = await run("schedules", "show", "nightly");
  expect(shown.stdout).toMatch(/^nightly paused\nEvery night\n/);
  expect(shown.stdout).toContain("0 2 * * * (Europe/Berlin)");
  // Ten ticks to come, each at two o'clock in Berlin.
  expect(shown.stdout.match(/\d{4}-\d\d-\d\d 0[01]:00:00Z/g)).toHaveLength(10);
  expect((await run("schedules", "resume", "nightly", "--json")).stdout).toBe('{"name":"nightly","changed":true}\n');
});

test("a schedule of checks says which, and of what it would run them", async () => {
  expect((await run("schedules", "show", "quality")).stdout).toMatch(/checks\s+whole of raw\n/);
  const tried = await run("schedules", "run", "quality", "--dry-run");
  expect(tried.stdout).toBe(
    "skipped nothing of raw is materialized that was asked for\n  nothing of raw is materialized that was asked for\n",
  );
});

test("a schedule is tried without effect, and evaluated on request", async () => {
  const tried = await run("schedules", "run", "nightly", "--dry-run");
  expect(tried.stdout).toBe("would request 1 run:\n  1 step: raw [2026-01-05]\n");
  expect(documents((await run("runs", "--json")).stdout)).toEqual([]);
  expect((await run("schedules", "run", "nightly")).stdout).toBe("launched run 1\n");
  const [tick] = documents((await run("schedules", "ticks", "nightly", "--json")).stdout);
  expect(tick).toMatchObject({ outcome: "requested", runIds: [1], isManual: true });
  const failed = await run("schedules", "run", "broken");
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^warn about to\nfailed the schedule "broken" threw: no such file/);
});

test("a sensor shows what it would do, does it, and has a cursor that can be set", async () => {
  const tried = await run("sensors", "run", "new_users", "--dry-run");
  expect(tried.stdout).toBe("would request 1 run:\n  ann: 1 step: profile [ann]\n  adds 1 key of users\n  cursor: 1\n");
  expect((await run("sensors", "run", "new_users", "--json")).stdout).toContain('"runIds":[2]');
  expect((await run("sensors", "cursor", "new_users")).stdout).toBe("1\n");
  expect((await run("sensors", "run", "new_users")).stdout).toBe("skipped nobody is new\n");
  expect((await run("sensors", "cursor", "new_users", "--reset")).stdout).toBe("new_users begins anew\n");
  // Its run key is known.
  expect((await run("sensors", "run", "new_users")).stdout).toContain("skipped all of it was asked for before\n");
  const ticks = documents((await run("sensors", "ticks", "new_users", "--json")).stdout);
  expect(ticks.map(({ outcome }) => outcome)).toEqual(["skipped", "skipped", "requested"]);
});

test("names that are not there are told with the nearest ones", async () => {
  const unknown = await run("schedules", "show", "nightli");
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('there is no schedule "nightli"');
  expect(unknown.stderr).toContain("nightly");
  expect((await run("sensors", "cursor", "nobody", "--reset")).code).toBe(2);
  expect((await run("sensors", "cursor", "new_users", "x", "--reset")).code).toBe(2);
});
