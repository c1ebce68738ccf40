import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

/** Users by name, what reads all of them, and days of which some are gone once a file is there. */
const DEFINITIONS = `
import { existsSync } from "node:fs";
import { asset, dailyPartitions, definitions, dynamicPartitions, staticPartitions } from "@heddle/core";

const users = dynamicPartitions({ name: "users" });
const profile = asset({ key: "profile", partitions: users, materialize: ({ partition }) => partition.key });
const census = asset({ key: "census", deps: { profile }, materialize: ({ deps }) => deps.profile.size });
const cut = existsSync("recut")
  ? staticPartitions(["north", "south"])
  : dailyPartitions({ start: existsSync("later") ? "2026-01-03" : "2026-01-01", end: "2026-01-06", timeZone: "UTC" });
const days = asset({
  key: "days",
  partitions: cut,
  materialize({ partition }) {
    if (partition.key === "2026-01-02" && existsSync("broken")) throw new Error("no data");
    return partition.key;
  },
});
const after = asset({ key: "after", partitions: cut, deps: { days }, materialize: ({ deps }) => deps.days });
export default definitions({ assets: [profile, census, days, after] });
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
});

test("dependencies are shown with their rules, in both directions", async () => {
  const { code, stdout } = await run("assets", "show", "profile", "--deps");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^profile\n {2}reads nothing\n {2}is read by\n {4}census: \S.*\n$/);
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
  expect((await run("runs", "pause", retry)).stdout).toBe(`run ${retry} is paused\n`);
  expect((await run("runs", "set", retry, "--concurrency", "3", "--priority", "7")).stdout).toContain("is paused");
  const [shown] = documents((await run("runs", "show", retry, "--json")).stdout);
  expect(shown).toMatchObject({ priority: 7, maxConcurrency: 3, total: 1, order: "oldest", after: [] });
  expect((await run("runs", "set", retry)).code).toBe(2);
  // What the first retry holds is left to it: the second one waits for it.
  const second = await run("runs", "retry", id, "--only", "from-failure", "--detach", "--json");
  const waiting = String(documents(second.stdout)[0]?.["run"]);
  expect((await run("runs", "show", waiting)).stdout).toContain(`It begins when run ${retry} is over.`);
  expect((await run("runs", "resume", retry)).stdout).toMatch(new RegExp(`^run ${retry} is (?:queued|running)`));
  expect((await run("runs", "cancel", retry, "--force")).stdout).toContain(`run ${retry} is canceled`);
  expect((await run("runs", "cancel", waiting, "--force")).stdout).toContain(`run ${waiting} is canceled`);
  expect((await run("runs", "retry", id, "--only", "everything")).code).toBe(2);
});

test("what a changed definition leaves behind is shown as such", async () => {
  put("later");
  expect((await run("assets", "show", "days")).stdout).toContain("outside the definition now: 2026-01-01");
  put("recut");
  const { stdout } = await run("assets", "show", "days");
  expect(stdout).toMatch(/former\n {2}daily from 2026-01-03\S* to 2026-01-06\S* \(UTC\) +4 materialized/);
});
