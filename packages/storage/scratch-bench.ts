import { admitRun, createRun, migrate, openDatabase, settleAndClaim, type StepOutcome } from "@heddle/storage";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { declare, plan, snapshotAsset, startWorker, succeed } from "./test/fixtures/run-fixtures.ts";
import { readFileSync, rmSync } from "node:fs";

const dir = `/tmp/rm-pg-${process.pid}`;
const server = await startEmbeddedServer({ directory: dir });
try {
  const db = await openDatabase({ url: server.url, applicationName: "bench" });
  await migrate(db);
  const mode = process.argv[2] ?? "backfill";
  const n = Number(process.argv[3] ?? 100_000);
  const batch = Number(process.argv[4] ?? 500);
  let assets;
  if (mode === "backfill") assets = [snapshotAsset("a", { partitions: n })];
  else if (mode === "chain") assets = Array.from({ length: n }, (_, i) => snapshotAsset(`a${i}`, i === 0 ? {} : { deps: { [`a${i - 1}`]: { kind: "unpartitioned" } } }));
  else if (mode === "diamond") assets = [snapshotAsset("top"), ...Array.from({ length: n }, (_, i) => snapshotAsset(`m${i}`, { deps: { top: { kind: "unpartitioned" } } })), snapshotAsset("bottom", { deps: Object.fromEntries(Array.from({ length: n }, (_, i) => [`m${i}`, { kind: "unpartitioned" }])) })];
  else if (mode === "fan") assets = [snapshotAsset("top"), snapshotAsset("mid", { partitions: n, deps: { top: { kind: "unpartitioned" } } }), snapshotAsset("bottom", { deps: { mid: { kind: "all" } } })];
  else assets = [snapshotAsset("a", { partitions: n }), snapshotAsset("b", { partitions: n, deps: { a: { kind: "identity" } } })];
  await declare(db, assets as never);
  const worker = await startWorker(db);
  const sizes = async () => (await db.read("s", ({ sql }) => sql`select relname, pg_total_relation_size(c.oid) as bytes, pg_relation_size(c.oid) as heap from pg_class c where relkind='r' and relnamespace='public'::regnamespace order by 1`.then((r) => [...r])));
  const wal = async () => (await db.read("w", ({ sql }) => sql`select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint as w`.then((r) => Number(r[0]!.w))));
  let t = performance.now();
  const p = plan(assets as never);
  console.log("plan", (performance.now() - t).toFixed(1));
  t = performance.now();
  const { runId } = await createRun(db, { plan: p, origin: { kind: "bench" }, environment: "production" });
  console.log("create", (performance.now() - t).toFixed(1), "steps", p.total);
  t = performance.now();
  await admitRun(db, runId, 10);
  console.log("admit", (performance.now() - t).toFixed(1));
  const pgCpu = async () => {
    const pids = await db.read("p", ({ sql }) => sql`select pid from pg_stat_activity where pid is not null`.then((r) => r.map((x) => Number(x.pid))));
    let ticks = 0;
    for (const pid of pids) { try { const f = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" "); ticks += Number(f[11]) + Number(f[12]); } catch {} }
    return ticks * 10;
  };
  const pg0 = await pgCpu();
  const w0 = await wal();
  const s0 = await sizes();
  let outcomes: StepOutcome[] = [];
  let done = 0, tx = 0;
  const start = performance.now();
  let cpu = process.cpuUsage();
  for (;;) {
    const { results, claims } = await settleAndClaim(db, { workerId: worker, outcomes, capacity: batch });
    tx++;
    done += results.filter((r) => r === "published").length;
    outcomes = claims.flatMap((c) => succeed(c));
    if (outcomes.length === 0) break;
  }
  const ms = performance.now() - start;
  console.log("pg cpu ms", (await pgCpu()) - pg0);
  cpu = process.cpuUsage(cpu);
  console.log(`${mode} n=${n} batch=${batch}: ${done} steps in ${ms.toFixed(0)} ms, ${tx} tx, ${(done / ms * 1000).toFixed(0)} steps/s, ${(ms / tx).toFixed(2)} ms/tx, node cpu ${((cpu.user + cpu.system) / 1000).toFixed(0)} ms`);
  const w1 = await wal();
  const s1 = await sizes();
  console.log("wal/step", ((w1 - w0) / done).toFixed(0));
  console.log(s1.map((r: any) => [r.relname, ((r.bytes - ((s0 as any).find((x: any) => x.relname === r.relname)?.bytes ?? 0)) / done).toFixed(1)]).filter((r) => r[1] !== "0.0").map((r) => r.join(":")).join(" "));
  const st = await db.read("x", ({ sql }) => sql`select status, unfinished from run`.then((r) => [...r]));
  console.log(JSON.stringify(st));
  await db[Symbol.asyncDispose]();
} finally {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
}
