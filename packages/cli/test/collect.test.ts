import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heddle, type HeddleResult } from "./support/heddle.ts";
import { createProject } from "./support/project.ts";

const DEFINITIONS = `
import { asset, definitions, staticPartitions } from "@heddle/core";

const regions = staticPartitions(["eu", "us"]);
const sales = asset({ key: "sales", partitions: regions, materialize: ({ run }) => "by run " + run.id });
export default definitions({ assets: [sales] });
`;

const project = createProject("collect", DEFINITIONS);
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

/** Objects of the asset. */
function objects(): string[] {
  const files = readdirSync(join(project.directory, ".heddle", "storage", "sales"), {
    recursive: true,
    encoding: "utf8",
  });
  return files.filter((name) => name.endsWith(".json"));
}

/** Lets everything have happened two days earlier. */
async function age(): Promise<void> {
  await database.db.transaction("age", async ({ sql }) => {
    await sql`update run set created_at = created_at - interval '2 days', ended_at = ended_at - interval '2 days'`;
    await sql`update materialization set published_at = published_at - interval '2 days'`;
  });
}

test("what was replaced is shown, then removed, once it is old enough", async () => {
  const nothing = await run("collect");
  expect(nothing).toMatchObject({ code: 0, stderr: "" });
  expect(nothing.stdout).toContain("0 replaced values removed");
  for (let times = 0; times < 2; times += 1) expect(await run("materialize", "sales")).toMatchObject({ code: 0 });
  expect(objects()).toHaveLength(4);
  expect((await run("collect", "--dry-run")).stdout).toContain("0 replaced values with 0 bytes would be removed");

  await age();
  const shown = await run("collect", "--dry-run", "--json");
  expect(JSON.parse(shown.stdout)).toEqual({
    assets: [{ assetKey: "sales", values: 2, bytes: 20 }],
    held: 0,
    hasMore: false,
  });
  expect(objects()).toHaveLength(4);
  const done = await run("collect", "--json");
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ values: 2, valueBytes: 20, failed: 0, problems: [] });
  expect(objects()).toHaveLength(2);
  expect((await run("collect", "--dry-run")).stdout).toContain("0 replaced values");
}, 240_000);

test("what cannot be a grace time is refused", async () => {
  expect(await run("collect", "--grace", "0")).toMatchObject({ code: 2, stdout: "" });
});
