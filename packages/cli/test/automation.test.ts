import { openDatabase, type Database } from "@heddle/storage";
import { findProject } from "@heddle/engine";
import { startDaemon, type Daemon } from "@heddle/engine/daemon";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { asset, assetCheck, dailyPartitions, definitions, eager, onCron, pass } from "@heddle/core";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-06" });
const raw = asset({ key: "raw", partitions: days, materialize: () => 1 });
const clean = asset({ key: "clean", partitions: days, deps: { raw }, automation: eager(), materialize: () => 1 });
const whole = assetCheck({ asset: raw, name: "whole", automation: onCron("0 6 * * *"), check: () => pass() });
export default definitions({ assets: [raw, clean], checks: [whole] });
`;

const project = createProject("automation", DEFINITIONS);
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

test("a command evaluates nothing by itself", async () => {
  const listed = await run("automation", "--json");
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  expect(documents(listed.stdout)).toMatchObject([
    { asset: { key: "raw" }, check: "whole", state: "on", lastEvaluatedAt: null },
    { asset: { key: "clean" }, text: "eager()", state: "on", lastEvaluatedAt: null },
  ]);
  expect((await run("why", "clean")).stdout).toContain("No daemon has evaluated the condition");
});

test("why, why not, what if now, off and on", async () => {
  const silent = { info() {}, warn() {}, error() {} };
  const loaded = Promise.withResolvers<void>();
  daemon = await startDaemon({
    db,
    log: silent,
    projects: [findProject(project.directory)],
    watch: false,
    onLoad: (_, error) => (error === undefined ? loaded.resolve() : loaded.reject(error)),
  });
  await loaded.promise;
  await expect
    .poll(async () => (await run("why", "clean")).stdout, { timeout: 40_000 })
    .toMatch(
      /^clean 2026-01-05 is not requested because .* raw 2026-01-05 is missing\.\n(?:That|The first of these) has been so since [^\n]+ at least: evaluations from before are not kept\.\nIt will be when .* raw 2026-01-05 is materialized\.\n$/u,
    );
  const json = await run("why", "clean", "2026-01-03", "--json");
  expect(documents(json.stdout)).toMatchObject([
    {
      verdict: "not_requested",
      partition: "2026-01-03",
      wouldRequestNow: false,
      notHeldSince: { isExact: false },
      lastRequest: null,
    },
  ]);
  const tree = (await run("why", "clean", "--tree")).stdout;
  expect(tree).toContain("· eager()");
  expect(tree).toContain("latest window");
  expect((await run("why", "raw", "2026-01-03")).stdout).toBe(
    "raw 2026-01-03 has no automation condition: people, schedules and sensors make it.\n",
  );
  expect((await run("automation", "preview")).stdout).toMatch(/^nothing would be requested now/u);
  expect((await run("automation", "pause", "clean", "--reason", "a holiday")).stdout).toBe(
    "the condition of clean is off\n",
  );
  expect((await run("automation")).stdout).toMatch(/clean +off +eager\(\) .*a holiday/u);
  expect((await run("why", "clean")).stdout).toMatch(/was switched off by .+ on .+ UTC \(a holiday\)\./u);
  expect((await run("automation", "resume", "clean")).stdout).toBe("the condition of clean is on\n");
  expect((await run("automation", "resume", "clean")).stdout).toBe("the condition of clean is on already\n");
});

test("why a check was not run by itself", async () => {
  expect((await run("why", "raw", "2026-01-05", "--check", "whole")).stdout).toMatch(
    /^The check "whole" of raw 2026-01-05 is not requested because it saw no tick of "0 6 \* \* \*"/u,
  );
  const json = await run("why", "raw", "2026-01-05", "--check", "whole", "--json");
  expect(documents(json.stdout)).toMatchObject([{ verdict: "not_requested", partition: "2026-01-05" }]);
  expect(await run("why", "raw", "--check", "hole")).toMatchObject({ stderr: expect.stringContaining('"whole"') });
});

test("what there is not is told", async () => {
  expect(await run("why", "cleen")).toMatchObject({ stderr: expect.stringContaining('"clean"') });
  expect((await run("why", "clean", "2026-02-30")).stdout).toContain('clean has no partition "2026-02-30"');
  expect(await run("automation", "pause", "raw")).toMatchObject({
    stderr: expect.stringContaining("AUTOMATION_NONE"),
  });
});
