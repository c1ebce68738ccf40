import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

/** Users by name, what reads all of them, and days of which some are gone once a file is there. */
const DEFINITIONS = `
import { existsSync } from "node:fs";
import { asset, dailyPartitions, definitions, dynamicPartitions, ownPartitions, previousPartition, staticPartitions } from "@heddle/core";

const users = dynamicPartitions({ name: "users" });
const profile = asset({ key: "profile", partitions: users, materialize: ({ partition }) => partition.key });
const census = asset({ key: "census", deps: { profile }, materialize: ({ deps }) => deps.profile.size });
const cut = existsSync("recut")
  ? staticPartitions(["north", "south"])
  : dailyPartitions({ start: existsSync("later") ? "2026-01-03" : "2026-01-01", end: "2026-01-06", timeZone: "UTC" });
const days = asset({
  key: "days",
  partitions: cut,
  materialize({ partition, log }) {
    log.info("looking at " + partition.key);
    if (partition.key === "2026-01-02" && existsSync("broken")) throw new Error("no data");
    return partition.key;
  },
});
const after = asset({ key: "after", partitions: cut, deps: { days }, materialize: ({ deps }) => deps.days });
const balance = asset({
  key: "balance",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-03-01", exclusions: ["2026-01-31"] }),
  deps: { before: ownPartitions<number>()({ mapping: previousPartition() }) },
  materialize: ({ deps }) => (deps.before ?? 0) + 1,
});
const open = asset({ key: "open", partitions: dailyPartitions({ start: "2026-01-01" }), materialize: () => 1 });
export default definitions({ assets: [profile, census, days, after, balance, open] });
`;

const project = createProject("partitions", DEFINITIONS);
let database: TestDatabase;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url };
});

afterAll(async () => {
  project[Symbol.dispose]();
  await database[Symbol.asyncDispose]();
});

const run = (...args: string[]): Promise<HeddleResult> => heddle(args, { cwd: project.directory, env });
const put = (name: string): void => writeFileSync(join(project.directory, name), "");

const documents = (text: string): Record<string, unknown>[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

test("keys of a dynamic definition are added, listed and removed", async () => {
  const added = await run("partitions", "add", "users", "ann", "bob|eve", "two words", "--json");
  expect(added).toMatchObject({ code: 0, stderr: "" });
  expect(documents(added.stdout)).toEqual([{ definition: "users", changed: 3, unchanged: 0 }]);
  const listed = await run("partitions", "list", "users", "--json");
  expect(documents(listed.stdout).map(({ key, ordinal }) => [ordinal, key])).toEqual([
    [0, "ann"],
    [1, "bob|eve"],
    [2, "two words"],
  ]);
  expect((await run("materialize", "profile or census")).code).toBe(0);
  const removed = await run("partitions", "remove", "users", "ann");
  expect(removed.stdout).toContain("removed 1 partition of users");
  expect((await run("partitions", "list", "users")).stdout).toContain("users has 2 partitions");
  expect((await run("assets", "show", "profile")).stdout).toContain("outside the definition now: ann");
});

test("what cannot be is refused with what is near", async () => {
  expect(await run("partitions", "add", "user", "x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "users"?'),
  });
  expect(await run("partitions", "add", "users", " x")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("white space"),
  });
  expect(await run("partitions", "remove", "users", "two word")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "two words"?'),
  });
  expect(await run("partitions", "remove", "users", "nothing-like-it")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("heddle partitions list users shows those that are there"),
  });
});

test("partitions are named by month, by cron and by what lies in both, and one that is left out says so", async () => {
  const planned = async (text: string) => (await run("plan", "balance", "--partitions", text)).stdout;
  expect(await planned("2026-01")).toContain("2026-01-01..2026-01-30 (30)");
  expect(await planned("2026-01-31..2026-02-02")).toContain("2026-02-01..2026-02-02 (2)");
  expect(await planned("2026-02 & 0 0 * * 1")).toContain("2026-02-02, 2026-02-09, 2026-02-16, 2026-02-23 (4)");
  const refused = await run("plan", "balance", "--partitions", "2026-01-31");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('no partition "2026-01-31": the definition leaves it out');
  expect(refused.stderr).toContain('Next to it: "2026-01-30" and "2026-02-01"');
});

test("dependencies are shown with their rules, in both directions", async () => {
  const { code, stdout } = await run("assets", "show", "profile", "--deps");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^profile\n {2}reads nothing\n {2}is read by\n {4}census: \S.*\n$/);
  expect((await run("assets", "show", "balance", "--deps")).stdout).toMatch(
    /^balance\n {2}reads its own partitions: \S/,
  );
  const [document] = documents((await run("assets", "show", "after", "--deps", "--json")).stdout);
  expect(document).toMatchObject({ asset: "after", upstream: [{ asset: "days", waits: null }], downstream: [] });
});

test("a run is retried in part, changed, held and canceled", async () => {
  put("broken");
  const failed = await run("backfill", "days or after", "--json");
  expect(failed.code).toBe(1);
  const [newest] = documents((await run("runs", "list", "--json", "--limit", "1")).stdout);
  const id = String(newest?.["id"]);
  expect((await run("runs", "show", id)).stdout).toContain("because days [2026-01-02] failed");
  const launched = await run("runs", "retry", id, "--only", "failed", "--detach", "--json");
  const retry = String(documents(launched.stdout)[0]?.["run"]);
  const twice = await run("runs", "retry", id, "--only", "failed", "--detach");
  expect(twice.stdout).toBe(`run ${retry} does that already; nothing was launched\n`);
  expect((await run("runs", "pause", retry)).stdout).toBe(`run ${retry} is paused\n`);
  expect((await run("runs", "set", retry, "--concurrency", "3", "--priority", "7")).stdout).toContain(
    "is paused; priority 7, at most 3 of its steps at once",
  );
  const [shown] = documents((await run("runs", "show", retry, "--json")).stdout);
  expect(shown).toMatchObject({ priority: 7, maxConcurrency: 3, total: 1, order: "oldest", after: [] });
  // It has not failed, whatever the one that it retries has.
  expect((await run("runs", "show", retry)).stdout).toMatch(new RegExp(`^… run ${retry} paused: 0 materialized`));
  expect((await run("runs", "set", retry)).code).toBe(2);
  // What the first retry holds is left to it: the second one waits for it.
  const second = await run("runs", "retry", id, "--only", "from-failure", "--detach", "--json");
  const waiting = String(documents(second.stdout)[0]?.["run"]);
  expect((await run("runs", "show", waiting)).stdout).toContain(`It begins when run ${retry} is over.`);
  expect((await run("runs", "resume", retry)).stdout).toMatch(new RegExp(`^run ${retry} is (?:queued|running)`));
  expect((await run("runs", "cancel", retry, "--force")).stdout).toContain(`run ${retry} is over: it was canceled`);
  expect((await run("runs", "cancel", waiting, "--force")).stdout).toContain(`run ${waiting} is over: it was canceled`);
  expect((await run("runs", "resume", retry)).stdout).toContain("it was canceled; nothing has changed");
  expect((await run("runs", "retry", retry)).stderr).toContain("is retried as unfinished (`--only unfinished`)");
  expect((await run("runs", "retry", id, "--only", "everything")).code).toBe(2);
});

test("one partition is shown with its attempts, what it read, and how to come to its log", async () => {
  const { code, stdout } = await run("partitions", "show", "days", "2026-01-02");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^days \[2026-01-02\] {2}failed\n {2}2026-01-02T00:00:00.000Z to 2026-01-03T00:00:00.000Z\n/u);
  expect(stdout).toMatch(/failed attempts\n {2}run \d+ +attempt 1 +error +\S.* ago +no data\n/u);
  expect(stdout).toMatch(/is read by\n {2}after +2026-01-02 +some missing/u);
  const [, hint = ""] = /log: heddle (runs logs \d+ --asset days) --partition "2026-01-02"/u.exec(stdout) ?? [];
  const log = await run(...hint.split(" "), "--partition", "2026-01-02");
  expect(log).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\S+ info +2026-01-02 looking at 2026-01-02\n$/u),
  });
  const made = (await run("partitions", "show", "after", "2026-01-01")).stdout;
  expect(made).toMatch(/in use\n {2}by run \d+ in .* through json\n {2}read days 2026-01-01 of run \d+\n/u);
  const [document] = documents((await run("partitions", "show", "census", "--json")).stdout);
  expect(document).toMatchObject({ partitionKey: "", ordinal: 0, materializations: [{ current: true }] });
});

test("a partition that is yet to come is said to be", async () => {
  const { code, stdout } = await run("partitions", "show", "open", "2099-01-01");
  expect(code).toBe(0);
  expect(stdout).toContain("\n  It does not exist yet.\n");
});

test("a partition that is not there, or several, are no page", async () => {
  for (const [partition, message, hint] of [
    ["2026-01-09", 'there is no partition "2026-01-09"', "2026-01-01 to 2026-01-05"],
    ["last 2", '"last 2" is 2 partitions of "days"', "2026-01-04..2026-01-05"],
  ] as const) {
    const refused = await run("partitions", "show", "days", partition);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(message);
    expect(refused.stderr).toContain(hint);
  }
  expect((await run("partitions", "show", "days")).stderr).toContain("has partitions, and none is named");
  expect((await run("runs", "logs", "1", "--partition", "x")).stderr).toContain("--partition without --asset");
});

test("a partition whose key was removed is still called by it, and has its page", async () => {
  await run("partitions", "add", "users", "gone");
  const made = await run("backfill", "profile", "--partitions", "gone", "--detach", "--json");
  const id = String(documents(made.stdout).at(-1)?.["run"]);
  await run("partitions", "remove", "users", "gone");
  expect((await run("runs", "show", id)).stdout).toMatch(/\n {2}profile +gone /u);
  const { code, stdout } = await run("partitions", "show", "profile", "gone");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^profile \[gone\] .*\n {2}The partitions definition does not hold it any more\.\n/u);
  // Nothing can be made of it.
  expect((await run("plan", "profile", "--partitions", "gone")).code).toBe(2);
  expect((await run("runs", "cancel", id, "--force")).code).toBe(0);
});

test("what a changed definition leaves behind is shown as such", async () => {
  put("later");
  expect((await run("assets", "show", "days")).stdout).toContain("outside the definition now: 2026-01-01");
  put("recut");
  const { stdout } = await run("assets", "show", "days");
  expect(stdout).toMatch(/former\n {2}daily from 2026-01-03\S* to 2026-01-06\S* \(UTC\) +4 materialized/);
});
