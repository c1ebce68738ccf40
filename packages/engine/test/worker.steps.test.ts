import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";

const DEFINITIONS = `
import { asset, assetCheck, dailyPartitions, definitions, fail, monthlyPartitions, output, pass, resource } from "@heddle/core";
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";

const days = dailyPartitions({ start: "2024-01-30", end: "2024-02-03" });
const months = monthlyPartitions({ start: "2024-01", end: "2024-03" });
const mark = (name: string) => new URL("../" + name, import.meta.url).pathname;

const raw = asset({
  key: "raw",
  partitions: days,
  materialize({ partition, log, metadata }) {
    log.info("making a day", { day: partition.key });
    console.log("printed for " + partition.key);
    metadata({ weekday: partition.window.start.getUTCDay() });
    return { day: partition.key, value: 10 };
  },
});
const sum = asset({
  key: "sum",
  partitions: months,
  deps: { days: raw },
  async materialize({ deps, partition }) {
    let total = 0;
    const keys: string[] = [];
    for await (const [key, day] of deps.days) { total += day.value; keys.push(key); }
    return output({ value: { month: partition.key, total, keys }, metadata: { total } });
  },
});
const report = asset({
  key: "report",
  deps: { months: sum },
  async materialize({ deps }) {
    let total = 0;
    for await (const [, month] of deps.months) total += month.total;
    return { total };
  },
});

const checked = asset({ key: "checked", partitions: days, materialize: ({ partition }) => ({ bad: partition.key === "2024-01-31" }) });
const notBad = assetCheck({
  asset: checked, name: "not_bad", blocking: true, description: "no bad days",
  check: ({ value }) => (value.bad ? fail({ message: "a bad day", metadata: { days: 1 } }) : pass()),
});
const warns = assetCheck({ asset: checked, name: "warns", severity: "warn", check: () => fail({ message: "only a warning" }) });
const afterChecked = asset({ key: "after_checked", partitions: days, deps: { checked }, materialize: ({ deps }) => ({ copied: deps.checked.bad }) });

const flaky = asset({
  key: "flaky",
  retry: { attempts: 3, delayMs: 10 },
  materialize({ run }) {
    if (run.attempt < 3) throw new Error("attempt " + run.attempt + " fails");
    return run.attempt;
  },
});
const hopeless = asset({ key: "hopeless", retry: { attempts: 2, delayMs: 5 }, materialize() { throw new TypeError("always"); } });

const exits = asset({ key: "exits", materialize() { process.exit(0); } });
const rejects = asset({ key: "rejects", materialize() { void Promise.reject(new Error("left behind")); return 1; } });
const throwsLater = asset({ key: "throws_later", async materialize() { setTimeout(() => { throw new Error("from a timer"); }, 5); await new Promise((r) => setTimeout(r, 300)); return 1; } });
const killed = asset({ key: "killed", materialize() { process.kill(process.pid, "SIGKILL"); } });
const hungry = asset({ key: "hungry", materialize() { const all: number[][] = []; for (;;) all.push(Array.from({ length: 100_000 }, (_, i) => i + all.length)); } });
const slow = asset({ key: "slow", timeoutMs: 300, async materialize({ signal }) { await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))); } });
const bystander = asset({ key: "bystander", partitions: days, async materialize({ partition }) {
  appendFileSync(mark("bystander"), partition.key + "\\n");
  await new Promise((r) => setTimeout(r, 400));
  return partition.key;
} });

const counter = resource({ key: "counter", create() { appendFileSync(mark("created"), "x"); return { name: "the counter" }; } });
const usesResource = asset({ key: "uses_resource", partitions: days, resources: { counter }, materialize: ({ resources }) => resources.counter.name });

const noJson = asset({ key: "no_json", materialize: (): { at: string } => ({ at: 5n as never }) });

const endless = asset({ key: "endless", async materialize({ signal }) {
  writeFileSync(mark("endless-started"), "");
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
} });

const nothing = asset({ key: "nothing", materialize() {} });

export default definitions({
  assets: [raw, sum, report, checked, afterChecked, flaky, hopeless, exits, rejects, throwsLater, killed, hungry, slow, bystander, usesResource, noJson, endless, nothing],
  checks: [notBad, warns],
});
`;

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await createDeployment({ "src/definitions.ts": DEFINITIONS });
  await deployment.startDaemon();
  await deployment.startWorker({ heapMb: 96 });
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

/** Runs assets to their end, and gives status and failures. */
async function run(keys: readonly string[], partitions?: string) {
  const id = await deployment.launch(keys, partitions);
  const status = await deployment.ended(id);
  const failures = await query<{
    key: string;
    ordinal: number;
    number: number;
    cause: string;
    message: string;
    code: string | null;
  }>(
    `select a.key, t.ordinal, t.number, t.cause, t.error->>'message' as message, t.error->>'code' as code
     from attempt t join asset a on a.id = t.asset_id where t.run_id = ${id} order by a.key, t.ordinal, t.number`,
  );
  const counts = await query<{ key: string; success: number; failed: number; skipped: number; canceled: number }>(
    `select a.key, r.success, r.failed, r.skipped, r.canceled from run_asset r join asset a on a.id = r.asset_id
     where r.run_id = ${id} order by r.position`,
  );
  return { id, status, failures, counts };
}

describe("a run over assets of several grains", () => {
  it("materializes upstream first, hands values on, and records what was read", async () => {
    const { id, status, counts } = await run(["raw", "sum", "report"]);
    expect(status).toBe("success");
    expect(counts.map(({ key, success }) => [key, success])).toEqual([
      ["raw", 4],
      ["sum", 2],
      ["report", 1],
    ]);
    const [report] = await query<{ stored: { objects: { key: string }[]; location: string }; inputs: unknown[] }>(
      `select m.stored, m.inputs from materialization m join asset a on a.id = m.asset_id where a.key = 'report' and m.run_id = ${id}`,
    );
    const { readFileSync } = await import("node:fs");
    expect(JSON.parse(readFileSync(report!.stored.location, "utf8"))).toEqual({ total: 40 });
    expect(report!.inputs).toHaveLength(1);
    const metadata = await query<{ metadata: Record<string, { value: number }> }>(
      `select m.metadata from materialization m join asset a on a.id = m.asset_id where a.key = 'sum' and m.run_id = ${id} order by m.ordinal`,
    );
    expect(metadata.map((row) => row.metadata["total"]?.value)).toEqual([20, 20]);
  });

  it("keeps what steps log and print, by asset and partition", async () => {
    const { id } = await run(["raw"], "2024-01-31");
    const chunks = await query<{ lines: string }>(`select lines from log_chunk where run_id = ${id} order by id`);
    const lines = chunks.flatMap((chunk) =>
      chunk.lines.split("\n").map((line) => JSON.parse(line) as { m: string; f?: object; s?: string }),
    );
    expect(lines.map(({ m, s }) => [m, s])).toEqual([
      ["making a day", undefined],
      ["printed for 2024-01-31", "stdout"],
    ]);
    expect(lines[0]?.f).toEqual({ day: "2024-01-31" });
  });
});

describe("checks", () => {
  it("keeps a partition whose blocking check fails from being published, and skips what depends on it", async () => {
    const { id, status, failures, counts } = await run(["checked", "after_checked"]);
    expect(status).toBe("failed");
    expect(counts).toMatchObject([
      { key: "checked", success: 3, failed: 1 },
      { key: "after_checked", success: 3, skipped: 1 },
    ]);
    expect(failures).toMatchObject([{ key: "checked", cause: "check", code: "STEP_CHECK_FAILED" }]);
    const published = await query(
      `select 1 from asset_partition p join asset a on a.id = p.asset_id join materialization m using (asset_id, ordinal, run_id)
       where a.key = 'checked' and p.run_id = ${id}`,
    );
    expect(published).toHaveLength(3);
    const results = await query<{ name: string; passed: boolean; n: number }>(
      `select name, passed, count(*)::int as n from check_result where run_id = ${id} group by 1, 2 order by 1, 2`,
    );
    expect(results).toEqual([
      { name: "not_bad", passed: false, n: 1 },
      { name: "not_bad", passed: true, n: 3 },
      { name: "warns", passed: false, n: 4 },
    ]);
  });
});

describe("failing steps", () => {
  it("tries again by the asset's policy", async () => {
    const { status, failures } = await run(["flaky"]);
    expect(status).toBe("success");
    expect(failures.map(({ number, cause }) => [number, cause])).toEqual([
      [1, "error"],
      [2, "error"],
    ]);
  });

  it("gives up when the attempts are spent, with the user's error", async () => {
    const { status, failures } = await run(["hopeless"]);
    expect(status).toBe("failed");
    expect(failures.map(({ message }) => message)).toEqual(["always", "always"]);
  });

  it.each([
    ["exits", "exit", "STEP_EXIT"],
    ["rejects", "error", "STEP_FAULT"],
    ["throws_later", "error", "STEP_FAULT"],
    ["slow", "timeout", "STEP_TIMEOUT"],
    ["no_json", "error", "IO_VALUE_NOT_STORABLE"],
  ])("labels %s as %s, and takes nothing else down", async (key, cause, code) => {
    const { status, failures, counts } = await run([key, "bystander"]);
    expect(status).toBe("failed");
    expect(failures).toMatchObject([{ key, cause, code }]);
    expect(counts.find((row) => row.key === "bystander")).toMatchObject({ success: 4 });
  });

  it.each([
    ["killed", "killed", "STEP_KILLED"],
    ["hungry", "oom", "STEP_OUT_OF_MEMORY"],
  ])("finds %s guilty when its process dies with others in it", async (key, cause, code) => {
    const { status, failures, counts } = await run([key, "bystander"]);
    expect(status).toBe("failed");
    expect(new Set(failures.map((failure) => `${failure.key} ${failure.cause} ${failure.code}`))).toEqual(
      new Set([`${key} ${cause} ${code}`]),
    );
    expect(counts.find((row) => row.key === "bystander")).toMatchObject({ success: 4 });
  });
});

describe("resources", () => {
  it("are created once in a process and shared", async () => {
    const { status } = await run(["uses_resource"]);
    expect(status).toBe("success");
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(`${deployment.project.directory}/created`, "utf8").length).toBeLessThanOrEqual(2);
  });
});

describe("an asset that returns nothing", () => {
  it("is materialized, and stores nothing", async () => {
    const { id, status } = await run(["nothing"]);
    expect(status).toBe("success");
    expect(await query(`select stored from materialization where run_id = ${id}`)).toEqual([{ stored: null }]);
  });
});

describe("cancelling", () => {
  it("ends running steps, and publishes nothing of them", async () => {
    const { existsSync } = await import("node:fs");
    const { cancelRun } = await import("@heddle/storage");
    const id = await deployment.launch(["endless"]);
    const deadline = Date.now() + 20_000;
    while (!existsSync(`${deployment.project.directory}/endless-started`) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await cancelRun(deployment.db, id);
    expect(await deployment.ended(id)).toBe("canceled");
    expect(await query(`select 1 from materialization where run_id = ${id}`)).toEqual([]);
  });
});
