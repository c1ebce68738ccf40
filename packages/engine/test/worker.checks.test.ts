import { cancelRun } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { descendantsOf, isAlive, until, type TestProcess } from "./support/processes.ts";
import { replaceFile, textOf } from "./support/told-files.ts";

/** Checks that do what files in the project's directory say, and write down that they ran. */
const PROJECT = {
  "src/definitions.ts": `
    import { asset, assetCheck, definitions, fail, pass, staticPartitions } from "@heddle/core";
    import { appendFileSync, existsSync, readFileSync } from "node:fs";
    import { setTimeout as pause } from "node:timers/promises";
    const path = (name) => new URL("../" + name, import.meta.url).pathname;
    const keys = staticPartitions(["a", "b", "c", "d"]);
    const note = (name, text) => appendFileSync(path(name), text + "\\n");
    const says = (name) => existsSync(path(name)) ? readFileSync(path(name), "utf8").trim() : "";
    const numbers = asset({ key: "numbers", partitions: keys, retry: { attempts: 3, delayMs: 1 },
      materialize: ({ partition }) => { note("made", partition.key); return { of: partition.key }; } });
    const good = assetCheck({ asset: numbers, name: "good", blocking: true,
      check: ({ value, partition }) => {
        note("good", partition.key + " " + value.of);
        return says("bad").split(" ").includes(partition.key) ? fail({ message: "it is bad" }) : pass({ metadata: { of: value.of } });
      } });
    const odd = assetCheck({ asset: numbers, name: "odd", severity: "warn",
      check: ({ partition }) => partition.key === "b" ? fail({ message: "b is odd" }) : pass() });
    const slow = asset({ key: "slow", partitions: keys, materialize: ({ partition }) => partition.key });
    const waits = assetCheck({ asset: slow, name: "waits",
      async check({ partition, run, signal }) {
        note("waits", run.id + " " + partition.key);
        while (["all", run.id].includes(says("hold"))) await pause(20, undefined, { signal });
        return pass();
      } });
    const shaky = asset({ key: "shaky", retry: { attempts: 3, delayMs: 1 }, materialize: () => 1 });
    const throws = assetCheck({ asset: shaky, name: "throws", blocking: true,
      check: ({ run }) => {
        if (says("shake") === "always" || (says("shake") === "twice" && run.attempt < 3)) throw new Error("not now");
        return pass();
      } });
    const gone = asset({ key: "gone", timeoutMs: 300, materialize: () => 1 });
    const stays = assetCheck({ asset: gone, name: "stays",
      check: ({ signal }) => says("stay") === "" ? pass()
        : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))) });
    export default definitions({ assets: [numbers, slow, shaky, gone], checks: [good, odd, waits, throws, stays] });`,
};

let deployment: TestDeployment;
let workers: TestProcess[] = [];

beforeAll(async () => {
  deployment = await createDeployment(PROJECT);
  await deployment.spawn("daemon");
  await startWorker();
  for (const key of ["numbers", "slow", "shaky", "gone"]) {
    expect(await deployment.ended(await deployment.launch([key]))).toBe("success");
  }
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function startWorker(): Promise<TestProcess> {
  const worker = await deployment.spawn("worker");
  workers.push(worker);
  return worker;
}

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

const say = (name: string, text: string): void => replaceFile(deployment.path(name), text);
const linesOf = (name: string): string[] => textOf(deployment.path(name)).split("\n");

/** What a run found: check, ordinal, outcome and the run that made what was judged. */
async function resultsOf(runId: number) {
  return query<{ name: string; ordinal: number; passed: boolean; judged: number; description: string | null }>(
    `select name, ordinal, passed, judged_run_id as judged, description from check_result
     where run_id = ${runId} order by name, ordinal, id`,
  );
}

async function failedOf(key: string): Promise<string[]> {
  const rows = await query<{ failed: string; check: string | null }>(
    `select encode(c.failed, 'hex') as failed, encode(c.check_failed, 'hex') as check
     from asset_chunk c join asset a on a.id = c.asset_id where a.key = '${key}'`,
  );
  return rows.flatMap(({ failed, check }) => [failed, check ?? ""]);
}

describe("a run of checks", () => {
  it("judges what is stored and makes nothing", async () => {
    const [made] = await query<{ runId: number }>(
      `select distinct p.run_id as "runId" from asset_partition p join asset a on a.id = p.asset_id where a.key = 'numbers'`,
    );
    const before = linesOf("made");
    const run = await deployment.launchChecks("numbers");
    expect(await deployment.ended(run)).toBe("success");
    expect(linesOf("made")).toEqual(before);
    expect(await query(`select * from materialization where run_id = ${run}`)).toEqual([]);
    const results = await resultsOf(run);
    expect(results.map(({ name, ordinal, passed }) => [name, ordinal, passed])).toEqual([
      ["good", 0, true],
      ["good", 1, true],
      ["good", 2, true],
      ["good", 3, true],
      ["odd", 0, true],
      ["odd", 1, false],
      ["odd", 2, true],
      ["odd", 3, true],
    ]);
    expect(new Set(results.map(({ judged }) => judged))).toEqual(new Set([made?.runId]));
    const events = await query<{ kind: string }>(
      `select distinct kind from event where run_id = ${run} and asset_id is not null order by kind`,
    );
    expect(events).toEqual([{ kind: "checks_run" }, { kind: "steps_claimed" }]);
  });

  it("runs one check on the partitions that were named", async () => {
    const run = await deployment.launchChecks("numbers", { checks: ["odd"], partitions: "b, c" });
    expect(await deployment.ended(run)).toBe("success");
    const results = await resultsOf(run);
    expect(results.map(({ name, ordinal, passed }) => [name, ordinal, passed])).toEqual([
      ["odd", 1, false],
      ["odd", 2, true],
    ]);
  });

  it("fails where a check that blocks fails: the value stays published, and the partition is failed until it passes", async () => {
    const clean = await failedOf("numbers");
    say("bad", "c");
    const run = await deployment.launchChecks("numbers", { checks: ["good"] });
    expect(await deployment.ended(run)).toBe("failed");
    expect((await resultsOf(run)).filter(({ passed }) => !passed)).toMatchObject([
      { name: "good", ordinal: 2, description: "it is bad" },
    ]);
    expect(await query(`select cause, number from attempt where run_id = ${run}`)).toEqual([
      { cause: "check", number: 1 },
    ]);
    const held = await failedOf("numbers");
    expect(held).not.toEqual(clean);
    expect(held[0]).toBe(held[1]);
    const [pointer] = await query<{ count: number }>(
      `select count(*)::integer as count from asset_partition p join asset a on a.id = p.asset_id where a.key = 'numbers'`,
    );
    expect(pointer?.count).toBe(4);

    // Another check that passes says nothing of the one that fails.
    expect(await deployment.ended(await deployment.launchChecks("numbers", { checks: ["odd"] }))).toBe("success");
    expect(await failedOf("numbers")).toEqual(held);
    say("bad", "");
    expect(await deployment.ended(await deployment.launchChecks("numbers", { checks: ["good"] }))).toBe("success");
    expect((await failedOf("numbers"))[0]).toBe(clean[0]);
  });

  it("tries a check that throws again, and records what the last attempt found, once", async () => {
    say("shake", "twice");
    const run = await deployment.launchChecks("shaky");
    expect(await deployment.ended(run)).toBe("success");
    expect(await query(`select number, cause from attempt where run_id = ${run} order by number`)).toEqual([
      { number: 1, cause: "error" },
      { number: 2, cause: "error" },
    ]);
    expect(await resultsOf(run)).toMatchObject([{ name: "throws", passed: true }]);
    say("shake", "always");
    const failing = await deployment.launchChecks("shaky");
    expect(await deployment.ended(failing)).toBe("failed");
    expect(await resultsOf(failing)).toMatchObject([{ passed: false, description: "threw: not now" }]);
    say("shake", "");
  });

  it("ends a check that takes longer than the asset's time-out, which says nothing of the value", async () => {
    const clean = await failedOf("gone");
    say("stay", "stay");
    const run = await deployment.launchChecks("gone");
    expect(await deployment.ended(run)).toBe("failed");
    expect(await query(`select cause from attempt where run_id = ${run}`)).toEqual([{ cause: "timeout" }]);
    expect(await resultsOf(run)).toEqual([]);
    expect(await failedOf("gone")).toEqual(clean);
    say("stay", "");
  });
});

describe("a run of checks that is stopped", () => {
  it("records nothing of what runs when it is canceled", async () => {
    say("hold", "all");
    const run = await deployment.launchChecks("slow", { partitions: "a, b" });
    await until("checks run", () => linesOf("waits").some((line) => line.startsWith(`${run} `)));
    await cancelRun(deployment.db, run);
    expect(await deployment.ended(run)).toBe("canceled");
    say("hold", "");
    expect(await resultsOf(run)).toEqual([]);
  });

  it("is skipped where another value has taken the place of the one that it judges", async () => {
    say("hold", "all");
    const run = await deployment.launchChecks("slow", { partitions: "a" });
    await until("the check runs", () => linesOf("waits").includes(`${run} a`));
    say("hold", String(run));
    const made = await deployment.launch(["slow"], "a");
    expect(await deployment.ended(made)).toBe("success");
    expect(await resultsOf(made)).toMatchObject([{ name: "waits", ordinal: 0, judged: null }]);
    say("hold", "");
    expect(await deployment.ended(run)).toBe("success");
    expect(await resultsOf(run)).toEqual([]);
    expect(await query(`select skipped from run_asset where run_id = ${run}`)).toEqual([{ skipped: 1 }]);
  });

  it("goes on elsewhere when its worker is killed: each result is recorded once", async () => {
    say("hold", "all");
    const run = await deployment.launchChecks("slow");
    await until("checks run", () => linesOf("waits").filter((line) => line.startsWith(`${run} `)).length >= 2);
    const [worker] = workers;
    const children = descendantsOf(worker?.pid ?? 0);
    worker?.signal("SIGKILL");
    await until("the children are gone", () => !children.some(isAlive));
    workers = [];
    say("hold", "");
    await startWorker();
    expect(await deployment.ended(run)).toBe("success");
    expect((await resultsOf(run)).map(({ name, ordinal, passed }) => [name, ordinal, passed])).toEqual([
      ["waits", 0, true],
      ["waits", 1, true],
      ["waits", 2, true],
      ["waits", 3, true],
    ]);
    expect(await query(`select distinct cause from attempt where run_id = ${run}`)).toEqual([{ cause: "worker_lost" }]);
    expect(await query(`select * from claim where run_id = ${run}`)).toEqual([]);
  });
});
