import { getCurrentCode } from "@heddle/storage";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

/** Definitions that write which version of them ran; a step of `first` waits until a file lets it go. */
function definitionsOf(version: string): string {
  return `
import { asset, dailyPartitions, definitions } from "@heddle/core";
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe } from "./describe.ts";
const path = (name: string) => new URL("../" + name, import.meta.url).pathname;
const days = dailyPartitions({ start: "2024-01-01", end: "2024-01-13" });
const made = asset({ key: "made", partitions: days, description: describe(), async materialize({ partition, run }) {
  appendFileSync(path("ran." + run.id), "${version}\\n");
  while (partition.ordinal % 2 === 0 && !existsSync(path("let-go"))) await pause(20);
  return { version: "${version}" };
} });
export default definitions({ assets: [made] });
`;
}

const HELPER = `export const describe = (): string => "a helper";`;

let deployment: TestDeployment;
const loads: unknown[] = [];

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": definitionsOf("one"), "src/describe.ts": HELPER });
  await deployment.startDaemon({ watch: true, onLoad: (_project, error) => loads.push(error) });
  await until("it is loaded", () => loads.length > 0);
  await deployment.startWorker();
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function readCode() {
  const code = await getCurrentCode(deployment.db, "test-project");
  if (code === undefined) throw new Error("the code location is not there");
  return code;
}

function versionsThatRan(runId: number): string[] {
  const path = deployment.path(`ran.${runId}`);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** Hashes of the code versions that the materializations of a run name. */
async function stampsOf(runId: number): Promise<string[]> {
  return deployment.db.read("testStamps", async (tx) =>
    (
      await tx.sql<{ hash: string }[]>`
        select distinct v.hash from materialization m join code_version v on v.id = m.code_version_id
        where m.run_id = ${runId}`
    ).map(({ hash }) => hash),
  );
}

describe("definitions that change", () => {
  it("while a run is in progress leave it its code, and give the next run the new one", async () => {
    const one = await readCode();
    const first = await deployment.launch(["made"]);
    await until("the run is in progress", () => versionsThatRan(first).length >= 4);

    deployment.project.write({ "src/definitions.ts": definitionsOf("two") });
    await until("the new code is in force", async () => (await readCode()).hash !== one.hash);
    const two = await readCode();
    const second = await deployment.launch(["made"]);
    writeFileSync(deployment.path("let-go"), "");
    expect([await deployment.ended(first), await deployment.ended(second)]).toEqual(["success", "success"]);

    expect(new Set(versionsThatRan(first))).toEqual(new Set(["one"]));
    expect(new Set(versionsThatRan(second))).toEqual(new Set(["two"]));
    expect(await stampsOf(first)).toEqual([one.hash]);
    expect(await stampsOf(second)).toEqual([two.hash]);
  });

  it("and do not build leave the last good version in force, with the file and line of the error, until they are corrected", async () => {
    const good = await readCode();
    deployment.project.write({ "src/describe.ts": `export const describe = (): string => {\n  return "unfinished;\n` });
    await until("the error is recorded", async () => (await readCode()).loadError !== null);
    const broken = await readCode();
    expect(broken.hash).toBe(good.hash);
    expect(broken.loadError).toMatchObject({
      code: "CODE_LOCATION_BUILD_FAILED",
      details: { problems: [expect.objectContaining({ file: "src/describe.ts", line: 2 })] },
    });
    const run = await deployment.launch(["made"]);
    expect(await deployment.ended(run)).toBe("success");

    deployment.project.write({ "src/describe.ts": HELPER });
    await until("the error is gone", async () => (await readCode()).loadError === null);
    expect((await readCode()).hash).toBe(good.hash);
  });

  it("and throw name the line that threw; a module that is missing is seen when it comes back", async () => {
    const good = await readCode();
    deployment.project.write({
      "src/describe.ts": `\nexport const describe = (): string => { throw new Error("not today"); };`,
    });
    await until("the error is recorded", async () => (await readCode()).loadError !== null);
    const { loadError } = await readCode();
    expect(loadError).toMatchObject({ code: "CODE_LOCATION_LOAD_FAILED" });
    expect(loadError?.message).toContain("src/describe.ts:2 threw while loading: not today");

    rmSync(deployment.path("src/describe.ts"));
    await until(
      "the missing module is noticed",
      async () => (await readCode()).loadError?.message.includes("./describe.ts") === true,
    );
    deployment.project.write({ "src/describe.ts": HELPER });
    await until("the error is gone", async () => (await readCode()).loadError === null);
    expect((await readCode()).hash).toBe(good.hash);
  });
});
