import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { PLAN_DEFINITIONS } from "./support/plan-definitions.ts";
import { createProject } from "./support/project.ts";

const project = createProject("plans", PLAN_DEFINITIONS);
let database: TestDatabase;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url };
  writeFileSync(join(project.directory, "broken"), "");
});

afterAll(async () => {
  project[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<HeddleResult> => heddle(args, { cwd: project.directory, env });

const FIRST_WEEK = ["weather/raw or weather/summary", "--partitions", "2026-01-01..2026-01-07"];

const documents = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

/** Without what differs from one time to the next. */
const steady = (text: string): string =>
  text
    .replaceAll(/\b[0-9a-f]{12}\b/g, "<hash>")
    // How long things took here before says how long they will take, and whether that is worth a column.
    .replaceAll(/first; .*/g, "first; <estimate>")
    .replaceAll(/ {2,}(?:work|[\d.]+ m?s)\b/g, "")
    .replaceAll(/run \d+/g, "run N")
    // Columns are as wide as what is in them.
    .replaceAll(/(\S) {2,}/g, "$1  ");

const hashOf = (stdout: string): string => /^plan ([0-9a-f]{12})$/m.exec(stdout)?.[1] ?? expect.fail(stdout);

test("a plan is shown with its hash, and exactly that is launched", async () => {
  const shown = await run("plan", ...FIRST_WEEK);
  expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: "" });
  expect(steady(shown.stdout)).toMatchInlineSnapshot(`
    "Materialize 8 partitions of 2 assets
      asset  partitions  missing
      weather/raw  2026-01-01..2026-01-07 (7)  7
      weather/summary  2026-01  1
      oldest first
      △ "weather/summary" reads "weather/raw" 2026-01-08..2026-01-31 (24), which was never materialized and is not part of the plan.
    plan <hash>
    "
  `);

  const launched = await run("backfill", ...FIRST_WEEK, "--plan", hashOf(shown.stdout));
  expect(launched.code).toBe(1);
  expect(launched.stdout).toContain("6 materialized, 1 failed, 1 skipped");

  const again = await run("backfill", ...FIRST_WEEK, "--plan", hashOf(shown.stdout));
  expect(again.code).toBe(1);
  expect(steady(again.stdout)).toMatchInlineSnapshot(`
    "The plan changed:
      weather/raw: 6 materializations will be replaced, not 0
    Materialize 8 partitions of 2 assets
      asset  partitions  missing  failed  fresh  replaced
      weather/raw  2026-01-01..2026-01-07 (7)  1  6  6
      weather/summary  2026-01  1
      oldest first; <estimate>
      △ "weather/summary" reads "weather/raw" 2026-01-08..2026-01-31 (24), which was never materialized and is not part of the plan.
    "
  `);
  expect(again.stderr).toContain("error PLAN_CHANGED: the plan changed since");

  const tried = await run("backfill", ...FIRST_WEEK, "--plan", hashOf(shown.stdout), "--dry-run");
  expect(tried.code).toBe(1);
  expect(tried.stdout).toMatch(/^Materialize 8 partitions of 2 assets\n/);
  expect(tried.stderr).toContain(`The plan as it is now is ${hashOf(tried.stdout)}: launch it with --plan.`);
});

test("only what failed and what is missing, over two assets of different grain", async () => {
  rmSync(join(project.directory, "broken"));
  const { code, stdout } = await run("plan", ...FIRST_WEEK, "--only", "failed,missing");
  expect(code).toBe(0);
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "Materialize 2 partitions of 2 assets
      asset  partitions  missing  failed
      weather/raw  2026-01-03  1
      weather/summary  2026-01  1
      oldest first; <estimate>
      △ "weather/summary" reads "weather/raw" 2026-01-08..2026-01-31 (24), which was never materialized and is not part of the plan.
    plan <hash>
    "
  `);
  const launched = await run("backfill", ...FIRST_WEEK, "--only", "failed,missing");
  expect(launched.code).toBe(1);
  expect(launched.stdout).toContain("1 materialized, 1 failed");
});

test("what is needed and not there is added, and then everything is there", async () => {
  const upstream = ["weather/summary", "--cascade", "upstream-missing"];
  const { stdout } = await run("plan", ...upstream);
  expect(steady(stdout)).toMatchInlineSnapshot(`
    "Materialize 25 partitions of 2 assets
      asset  partitions  missing  failed  because
      weather/raw  2026-01-08..2026-01-31 (24)  24  upstream
      weather/summary  2026-01  1
      oldest first; <estimate>
    plan <hash>
    "
  `);
  expect((await run("backfill", ...upstream)).code).toBe(0);
  const missing = await run("backfill", "weather/raw or weather/summary", "--only", "missing,failed");
  expect(missing).toMatchObject({
    code: 0,
    stdout: "Nothing to materialize\n  No partition that was chosen is missing or failed.\n",
  });
});

test("partitions are stated for each asset, and others take what these map to", async () => {
  const { code, stdout } = await run(
    "plan",
    "weather/raw or weather/summary",
    "--partitions=weather/raw=2026-01-03",
    "--partitions=weather/raw=2026-01-09..2026-01-10",
    "--order=newest",
    "--json",
  );
  expect(code).toBe(0);
  const [{ plan } = {}] = documents(stdout);
  expect(plan).toMatchObject({
    total: 4,
    order: "newest",
    refused: null,
    assets: [
      {
        asset: { key: "weather/raw" },
        count: 3,
        text: "2026-01-03, 2026-01-09..2026-01-10 (3)",
        fresh: 3,
        overwrites: 3,
      },
      { asset: { key: "weather/summary" }, count: 1 },
    ],
    estimate: { basis: expect.stringContaining("earlier steps") },
  });
});

test("what cannot be read is refused, or left out on request", async () => {
  const refused = await run("plan", "weather/trend", "--partitions", "2025-12-31..2026-01-02");
  expect(refused.code).toBe(1);
  expect(steady(refused.stdout)).toMatchInlineSnapshot(`
    "Materialize 3 partitions of 1 asset
      asset  partitions  missing
      weather/trend  2025-12-31..2026-01-02 (3)  3
      oldest first
      ✕ "weather/trend" 2025-12-31 reads a partition of "weather/raw" that does not exist: 2025-12-31.
    plan <hash>
    "
  `);
  const launched = await run("backfill", "weather/trend", "--partitions", "2025-12-31..2026-01-02");
  expect(launched.code).toBe(1);
  expect(launched.stderr).toContain("error PLAN_REFUSED: ");
  const left = ["weather/trend", "--partitions", "2025-12-31..2026-01-02", "--leave-out-unreadable"];
  const { code, stdout } = await run("backfill", ...left);
  expect(code).toBe(0);
  expect(stdout).toContain("2 materialized");
});

test("a dimension is named before =, as an asset is", async () => {
  const byName = await run("plan", "zones", "--partitions", "region=eu & 2026-01");
  expect(byName.stdout).toContain("zones  *|eu (31)");
  const ofAsset = await run("plan", "weather/raw or zones", "--partitions", "zones=region=eu & day=2026-01-01");
  expect(ofAsset.stdout).toContain("2026-01-01|eu");
});

test("what another run holds is left out, waited for or refused, by rule", async () => {
  const held = ["weather/raw", "--partitions", "2026-01-10..2026-01-12"];
  expect((await run("backfill", ...held, "--detach")).code).toBe(0);
  const leftOut = await run("plan", "weather/raw", "--partitions", "2026-01-11..2026-01-13");
  expect(steady(leftOut.stdout)).toMatchInlineSnapshot(`
    "Materialize 1 partition of 1 asset
      asset  partitions  fresh  replaced
      weather/raw  2026-01-13  1  1
      oldest first; <estimate>
      △ Runs that are not over already hold "weather/raw" 2026-01-11..2026-01-12 (2), which is left to them.
    plan <hash>
    "
  `);
  const waits = await run("plan", "weather/raw", "--partitions", "2026-01-11..2026-01-13", "--overlap", "wait");
  expect(steady(waits.stdout)).toMatchInlineSnapshot(`
    "Materialize 3 partitions of 1 asset
      asset  partitions  fresh  replaced
      weather/raw  2026-01-11..2026-01-13 (3)  3  3
      oldest first; <estimate>
      begins after run N (running)
      △ Runs that are not over already hold "weather/raw" 2026-01-11..2026-01-12 (2).
    plan <hash>
    "
  `);
  const refused = await run("backfill", ...held, "--overlap", "refuse", "--dry-run");
  expect(refused.code).toBe(1);
  expect(steady(refused.stdout)).toMatchInlineSnapshot(`
    "Materialize 3 partitions of 1 asset
      asset  partitions  fresh  replaced
      weather/raw  2026-01-10..2026-01-12 (3)  3  3
      oldest first; <estimate>
      △ Runs that are not over already hold "weather/raw" 2026-01-10..2026-01-12 (3).
      ✕ 3 of the partitions are held by run N, which is not over
    plan <hash>
    "
  `);
});

test.for<[args: string[], stderr: string]>([
  [
    ["plan", "weather/rwa"],
    'error ASSET_UNKNOWN: there is no asset "weather/rwa"\n  hint: Did you mean "weather/raw" or "weather/trend" or "weather/summary"?\n',
  ],
  [
    ["plan", "weather/raw", "--partitions", "weather/rwa=2026-01-01"],
    'error ASSET_UNKNOWN: --partitions names "weather/rwa", and there is no such asset\n  hint: Did you mean "weather/raw" or "weather/trend" or "weather/summary"? A partition whose key holds "=" is written in quotes.\n',
  ],
  [
    ["plan", "weather/raw", "--partitions", "weather/trend=2026-01-01"],
    'error ASSET_UNKNOWN: "weather/trend", whose partitions were chosen, is not a chosen asset\n  hint: Did you mean "weather/raw"?\n',
  ],
  // The definition that is asked first does not know the text, and another one does.
  [
    ["plan", "weather/raw or zones", "--partitions", "2026-01-01|eu"],
    'error PARTITION_UNKNOWN: of "weather/raw" there is no partition "2026-01-01|eu"\n  hint: It can be read as partitions of "zones": choose them by that asset (--partitions "zones=2026-01-01|eu").\n',
  ],
  [
    ["plan", "weather/raw", "--config", '{"weather/raw": {}}'],
    'error PLAN_CONFIG_INVALID: config is stated for "weather/raw", which takes no config\n  hint: State config only for assets that are made and that declare one.\n',
  ],
  [
    ["plan", "weather/raw", "--chunk", "10"],
    "error PLAN_CHUNK_UNUSED: chunks of 10 were asked for, and no asset of the plan makes several partitions at a time\n  hint: Leave the size out, or declare `chunk` on an asset whose function makes several partitions.\n",
  ],
  [
    ["backfill", "minutes"],
    "error PLAN_TOO_LARGE: 13,675,680 partitions were asked for, and one run makes 5,000,000 at most\n  hint: Choose fewer partitions, and launch the rest as runs of their own.\n",
  ],
])("heddle %s", async ([args, stderr]) => {
  expect(await run(...args)).toEqual({ code: 2, stdout: "", stderr });
});
