import { migrate, openDatabase, createRun, getCurrentCode } from "@heddle/storage";
import { startEmbeddedServer, stopEmbeddedServer } from "@heddle/storage/embedded";
import { generateProject } from "@heddle/test-support/generated-project";
import { PartitionSet, planRun, resolvePartitions } from "@heddle/core";
import { mkdtempSync, realpathSync, rmSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startProcess, until, descendantsOf } from "./support/processes.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "heddle-measure-")));
const server = await startEmbeddedServer({ directory });
const db = await openDatabase({ url: server.url, applicationName: "measure" });
await migrate(db);
const project = generateProject({ name: "test-project", within: import.meta.dirname, files: { "src/definitions.ts": `
import { asset, definitions, staticPartitions } from "@heddle/core";
import { writeFileSync, appendFileSync } from "node:fs";
const path = (n: string) => new URL("../" + n, import.meta.url).pathname;
const parts = staticPartitions(Array.from({ length: 10000 }, (_, i) => "p" + i));
export const clicked = asset({ key: "clicked", materialize() { const at = process.hrtime.bigint(); writeFileSync(path("mark"), String(at)); } });
const tiny = asset({ key: "tiny", partitions: parts, materialize() {} });
const stored = asset({ key: "stored", partitions: parts, materialize: ({ partition }) => ({ key: partition.key }) });
const logged = asset({ key: "logged", partitions: parts, materialize({ log }) { log.info("one line"); } });
const chain = Array.from({ length: 0 });
export default definitions({ assets: [clicked, tiny, stored, logged] });
` } });
const env = { DATABASE_URL: server.url, HEDDLE_PROJECT: project.directory };
const daemon = await startProcess("daemon", env);
const profile = process.argv.includes("--profile") ? { NODE_OPTIONS: "--cpu-prof --cpu-prof-dir=/tmp/engine-scratch/prof" } : {};
const worker = await startProcess("worker", { ...env, ...profile });
await until("loaded", () => daemon.said.some(({ type }) => type === "loaded"));

async function launch(keys: string[], n?: number): Promise<number> {
  const code = (await getCurrentCode(db, "test-project"))!;
  const assets = code.snapshot!.assets;
  const at = Date.now();
  const NO = { materialized: PartitionSet.EMPTY, failed: PartitionSet.EMPTY, running: PartitionSet.EMPTY };
  const targets = new Map(keys.map((k) => { const spec = assets.find((a) => a.key === k)!.partitions; const all = resolvePartitions(spec, { now: at }).all; return [k, n === undefined ? all : all.take(n)] as const; }));
  const plan = planRun({ assets, selected: keys, targets: { kind: "each", partitions: targets }, at, stateOf: () => NO });
  const { runId } = await createRun(db, { plan, origin: { kind: "test" }, codeVersionId: code.codeVersionId!, environment: "production" });
  return runId;
}
async function ended(id: number): Promise<string> {
  for (;;) {
    const [r] = await db.read("x", (tx) => tx.sql<{ status: string; over: boolean }[]>`select status, ended_at is not null as over from run where id=${id}`);
    if (r!.over) return r!.status;
    await pause(5);
  }
}
const cpu = (pid: number): number => { const f = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" "); return (Number(f[11]) + Number(f[12])) * 10; };

// latency
const lat: number[] = [];
for (let i = 0; i < 40; i++) {
  rmSync(join(project.directory, "mark"), { force: true });
  const began = process.hrtime.bigint();
  const id = await launch(["clicked"]);
  await ended(id);
  lat.push(Number(BigInt(readFileSync(join(project.directory, "mark"), "utf8")) - began) / 1e6);
}
console.log("first (cold)", lat[0], "warm", lat.slice(1).toSorted((a, b) => a - b).map((x) => x.toFixed(1)).join(" "));
for (const key of ["tiny", "tiny", "stored", "logged", "tiny"]) {
  const pids = [daemon.pid, worker.pid, ...descendantsOf(worker.pid)];
  const before = new Map(pids.map((p) => [p, cpu(p)]));
  const t = performance.now();
  const id = await launch([key]);
  const status = await ended(id);
  const ms = performance.now() - t;
  console.log(key, status, `${ms.toFixed(0)} ms`, `${(10000 / ms * 1000).toFixed(0)} steps/s`, pids.map((p) => `${p === daemon.pid ? "daemon" : p === worker.pid ? "worker" : "child"} ${cpu(p) - before.get(p)!} ms`).join(", "));
}
if (process.argv.includes("--idle")) {
  await pause(3000);
  const count = async () => (await db.read("x", (tx) => tx.sql<{ n: number; r: number }[]>`select xact_commit::int as n, 0 as r from pg_stat_database where datname = current_database()`))[0]!.n;
  const pids = [daemon.pid, ...descendantsOf(daemon.pid), worker.pid, ...descendantsOf(worker.pid)];
  const before = new Map(pids.map((p) => [p, cpu(p)]));
  const a = await count();
  await pause(60_000);
  const b = await count();
  console.log("idle: transactions per minute", b - a, "cpu ms/min", pids.map((p) => `${p} ${cpu(p) - before.get(p)!}`).join(", "));
}
worker.signal("SIGTERM"); daemon.signal("SIGTERM");
await Promise.all([worker.exited, daemon.exited]);
await db[Symbol.asyncDispose]();
await stopEmbeddedServer({ directory });
project[Symbol.dispose]();
rmSync(directory, { recursive: true, force: true });
process.exit(0);
