import { startTcpProxy } from "@heddle/storage/testing";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFINITIONS } from "./support/definitions.ts";
import { heddle, startHeddle, type HeddleResult } from "./support/heddle.ts";
import { leftOver } from "./support/processes.ts";
import { createProject } from "./support/project.ts";

const project = createProject("launches", DEFINITIONS);
let database: TestDatabase;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url };
});

afterAll(async () => {
  const left = await leftOver(project.directory);
  project[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const run = (...args: string[]): Promise<HeddleResult> => heddle(args, { cwd: project.directory, env });

/** JSON lines, taken apart. */
const documents = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

/** Without what differs from run to run: numbers, times, and which of two failures stands for both. */
const steady = (text: string): string =>
  text
    .replaceAll(project.directory, "<project>")
    .replaceAll(/run \d+/g, "run N")
    .replaceAll(/in [\d.]+ m?s/g, "in T")
    .replaceAll(/\d+-\d+\.json/g, "N.json")
    .replaceAll("2026-01-03", "2026-01-01");

test("assets are materialized, and the plan and the result are told in plain lines", async () => {
  const { code, stdout, stderr } = await run("materialize", "+sum");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  // How often the progress is told depends on the machine.
  expect(steady(stdout).replaceAll(/^(?!100)\d+ % .*\n/gm, "")).toMatchInlineSnapshot(`
    "Materialize 2 partitions of 2 assets
      asset    partitions     missing
      numbers  unpartitioned  1
      sum      unpartitioned  1
      oldest first
    100 % 2/2
    ✓ run N success in T: 2 materialized
    "
  `);
});

test("--json prints the plan, then what changes, then the end, one document a line", async () => {
  const { code, stdout, stderr } = await run("backfill", "daily", "--partitions", "2026-01-10..2026-01-12", "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [plan, ...progress] = documents(stdout);
  expect(plan).toMatchObject({ plan: { total: 3, assets: [{ asset: { key: "daily" }, count: 3 }] } });
  expect(progress.at(-1)).toEqual({
    run: expect.any(Number),
    status: "success",
    total: 3,
    counts: expect.objectContaining({ success: 3, failed: 0 }),
    failures: [],
  });
});

test("--dry-run launches nothing", async () => {
  const before = documents((await run("runs", "--json")).stdout).length;
  const { code, stdout } = await run("backfill", "daily", "--partitions", "last 2", "--dry-run");
  expect(code).toBe(0);
  expect(stdout.replace(/^plan [0-9a-f]{12}$/m, "plan <hash>")).toMatchInlineSnapshot(`
    "Materialize 2 partitions of 1 asset
      asset  partitions                  missing
      daily  2026-01-30..2026-01-31 (2)  2
      oldest first; less than a second, by the mean of 3 earlier steps, one at a time, as no worker is there now
    plan <hash>
    "
  `);
  expect(documents((await run("runs", "--json")).stdout)).toHaveLength(before);
});

test("a run with failed steps ends with 1 and tells each kind of failure once", async () => {
  const { code, stdout } = await run("backfill", "odd", "--partitions", "2026-01-01..2026-01-04");
  expect(code).toBe(1);
  expect(steady(stdout).replace(/^(?:.*\n)*(?=✕ run)/, "")).toMatchInlineSnapshot(`
    "✕ run N failed in T: 2 materialized, 2 failed
      ✕ odd [2026-01-01] and another step
        error: an even day
    "
  `);
});

test("a run is retried: only what failed", async () => {
  const [newest] = documents((await run("runs", "--limit", "1", "--json")).stdout);
  const { code, stdout } = await run("runs", "retry", String(newest?.["id"]), "--json");
  expect(code).toBe(1);
  expect(documents(stdout).at(-1)).toMatchObject({ status: "failed", total: 2, counts: { failed: 2 } });
});

describe("what does not exist is named, with what is near", () => {
  test.for<[args: string[], stderr: string]>([
    [["materialize", "sun"], 'error ASSET_UNKNOWN: there is no asset "sun"\n  hint: Did you mean "sum"?\n'],
    [["materialize", "numbers or sun"], 'error ASSET_UNKNOWN: there is no asset "sun"\n  hint: Did you mean "sum"?\n'],
    [["assets", "show", "sun"], 'error ASSET_UNKNOWN: there is no asset "sun"\n  hint: Did you mean "sum"?\n'],
    [
      ["backfill", "daily", "--partitions", "2026-01-30..2026-02-03"],
      'error PARTITION_UNKNOWN: there is no partition "2026-02-03": the definition ends at 2026-02-01\n  hint: Next to it: "2026-01-31". The partitions are 2026-01-01 to 2026-01-31 (31).\n',
    ],
    [
      ["runs", "show", "4711"],
      "error RUN_UNKNOWN: there is no run 4711\n  hint: It may have been removed by retention.\n",
    ],
    [
      ["runs", "show", "newest"],
      'error CONFIG_INVALID: "newest" is not the number of a run\n  hint: `heddle runs list` shows the numbers.\n',
    ],
  ])("heddle %s", async ([args, stderr]) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: "", stderr });
  });

  test("a selection that cannot be read", async () => {
    const { code, stderr } = await run("materialize", "group:");
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error SELECTION_SYNTAX: the selection "group:" is wrong at 7: the end stands where a value is needed
        hint: Write a value; in quotes when it has special characters: "a b".
      "
    `);
  });
});

describe("steps that cannot be finished", () => {
  test("a value that the I/O manager cannot store", async () => {
    const { code, stdout } = await run("materialize", "unstorable");
    expect(code).toBe(1);
    expect(steady(stdout).replace(/^(?:.*\n)*(?=✕ run)/, "")).toMatchInlineSnapshot(`
      "✕ run N failed in T: 0 materialized, 1 failed
        ✕ unstorable
          error IO_VALUE_NOT_STORABLE: asset unstorable: value is a function
          hint: Return JSON: convert dates and bigints to text, replace NaN and undefined by null; or use another I/O manager.
      "
    `);
  });

  test("a stored file that is corrupt is not taken for the value", async () => {
    const stored = join(project.directory, ".heddle", "storage");
    const files = readdirSync(stored, { recursive: true, encoding: "utf8" }).filter((file) =>
      /numbers.*json/.test(file),
    );
    expect(files).not.toEqual([]);
    for (const file of files) truncateSync(join(stored, file), 3);
    const { code, stdout } = await run("materialize", "sum");
    expect(code).toBe(1);
    expect(steady(stdout).replace(/^(?:.*\n)*(?=✕ run)/, "")).toMatchInlineSnapshot(`
      "✕ run N failed in T: 0 materialized, 1 failed
        ✕ sum
          error IO_OBJECT_CORRUPT: asset numbers: <project>/.heddle/storage/numbers/_/N.json is not what was written: it has 3 bytes, it should have 7
          hint: Materialize the partition again, or restore the object from a backup.
      "
    `);
    expect((await run("materialize", "+sum")).code).toBe(0);
  });

  test("a disk without room", async () => {
    // No file may grow beyond 4 MiB: what a full disk does to a write, without a disk to fill.
    const prefix = ["bash", "-c", 'ulimit -f 4096; exec "$@"', "bash"];
    const { code, stdout } = await heddle(["materialize", "large"], { cwd: project.directory, env, prefix });
    expect(code).toBe(1);
    expect(steady(stdout).replace(/^(?:.*\n)*(?=✕ run)/, "")).toMatchInlineSnapshot(`
      "✕ run N failed in T: 0 materialized, 1 failed
        ✕ large
          error IO_STORE_FULL: cannot write <project>/.heddle/storage/large/_/N.json: no space left (EFBIG)
          hint: Free space on the disk that holds the store or enlarge it, then retry what failed.
      "
    `);
    expect((await run("materialize", "large")).code).toBe(0);
  });
});

describe("databases that are not there end with 3", () => {
  test("nobody listens", async () => {
    const { code, stdout, stderr } = await heddle(["runs"], {
      cwd: project.directory,
      env: { DATABASE_URL: "postgresql://ana:secret@127.0.0.1:1/heddle" },
    });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "error DATABASE_UNAVAILABLE: cannot connect to the database at 127.0.0.1:1/heddle: connect ECONNREFUSED 127.0.0.1:1
        hint: Look whether the server runs and whether the address is right; Heddle goes on by itself when it answers.
      "
    `);
  });

  test("somebody listens and says nothing: Ctrl-C does not wait for it", async () => {
    await using proxy = await startTcpProxy(database.url);
    proxy.setFault({ kind: "ignore" });
    await using running = startHeddle(["runs"], { cwd: project.directory, env: { DATABASE_URL: proxy.url } });
    await expect.poll(() => proxy.accepted, { timeout: 30_000 }).toBeGreaterThan(0);
    running.signal("SIGINT");
    expect(await running.result()).toEqual({ code: 130, stdout: "", stderr: "" });
  });

  test("the database goes away while a run is followed", async () => {
    const proxy = await startTcpProxy(database.url);
    const options = { cwd: project.directory, env: { DATABASE_URL: proxy.url } };
    await using running = startHeddle(["materialize", "waiting"], options);
    await running.printed(/1 running/);
    await proxy[Symbol.asyncDispose]();
    const { code, stderr } = await running.result();
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^error DATABASE_UNAVAILABLE: cannot connect to the database at 127\.0\.0\.1:\d+\/test_\w+: .*\n {2}hint: /m,
    );
    expect(stderr).not.toMatch(/^ {4}at /m);
    // It is there again, and so is the run: nothing was lost.
    const [newest] = documents((await run("runs", "--limit", "1", "--json")).stdout);
    expect((await run("runs", "cancel", String(newest?.["id"]))).code).toBe(0);
  });

  test("a URL that is none is the caller's fault, and its password is not shown", async () => {
    const { code, stderr } = await heddle(["runs"], {
      cwd: project.directory,
      env: { DATABASE_URL: "mysql://ana:secret@127.0.0.1/heddle" },
    });
    expect(code).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "error CONFIG_INVALID: the database URL cannot be used: it is not a PostgreSQL URL
        hint: Write it as postgresql://user:password@host:5432/database, with reserved characters as %XX.
      "
    `);
  });
});

describe("Ctrl-C", () => {
  test("cancels the run and ends with 130", async () => {
    await using running = startHeddle(["materialize", "endless", "--json"], { cwd: project.directory, env });
    await running.printed(/"status":"running".*"running":1/);
    running.signal("SIGINT");
    const { code, stdout, stderr } = await running.result();
    expect(code).toBe(130);
    expect(stderr).toMatch(/^canceling run \d+; once more leaves it to the next daemon\n$/);
    expect(documents(stdout).at(-1)).toMatchObject({ status: "canceled", counts: { canceled: 1 } });
  });

  test("twice ends it at once, and the run waits for the next daemon", async () => {
    await using running = startHeddle(["materialize", "deaf", "--json"], { cwd: project.directory, env });
    await running.printed(/"status":"running".*"running":1/);
    running.signal("SIGINT");
    await running.printed(/canceling run/);
    running.signal("SIGINT");
    const { code } = await running.result();
    expect(code).toBe(130);
    expect(await leftOver(project.directory)).toEqual([]);
  });
});

test("a reader that is gone does not end a command with a stack", async () => {
  const { code, stderr } = await heddle(["runs", "--json"], {
    cwd: project.directory,
    env,
    prefix: ["bash", "-c", '"$@" | true; exit "${PIPESTATUS[0]}"', "bash"],
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("broken definitions are told before anything is launched", async () => {
  using broken = createProject("broken", "export default 1;");
  const { code, stdout, stderr } = await heddle(["materialize", "a"], { cwd: broken.directory, env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("error CODE_LOCATION_NO_DEFINITIONS: the module has no definitions as its default export\n");
});

test("doctor looks at everything", async () => {
  const { code, stdout } = await run("doctor", "--json");
  expect(code).toBe(0);
  expect(documents(stdout).map(({ name, state }) => [name, state])).toEqual([
    ["node", "ok"],
    ["project", "ok"],
    ["state directory", expect.stringMatching(/^(?:ok|warn)$/)],
    ["definitions", "ok"],
    ["database", "ok"],
    ["catalog port", expect.stringMatching(/^(?:ok|warn)$/)],
  ]);
});

test("migrate says that the schema is up to date", async () => {
  const { code, stdout } = await run("migrate", "--json");
  expect({ code, out: JSON.parse(stdout) }).toEqual({ code: 0, out: { ok: true, database: expect.any(String) } });
  expect(stdout).not.toContain("heddle:");
});
