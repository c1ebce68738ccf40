import { openDatabase, type Database } from "@heddle/storage";
import { spawnSync } from "node:child_process";
import { median, round } from "./benchmark.ts";

const CLAIM_ROWS = 20_000;
const CLAIM_BATCH = 500;

/** How fast this machine is at what the benchmarks rest on: a cold start of Node, and claims of rows in batches. */
export async function calibrate(databaseUrl: string): Promise<{ coldNodeMs: number; claimsPerSecond: number }> {
  await using db = await openDatabase({ url: databaseUrl, applicationName: "heddle-bench" });
  return { coldNodeMs: measureColdNode(), claimsPerSecond: await measureClaims(db) };
}

/** Milliseconds from spawn to exit of a Node that does nothing. */
export function measureColdNode(): number {
  const times = Array.from({ length: 7 }, () => {
    const began = performance.now();
    spawnSync(process.execPath, ["-e", ""]);
    return performance.now() - began;
  });
  return round(median(times), 1);
}

/** Rows a second that are claimed with SKIP LOCKED in batches of 500, each batch committed. */
async function measureClaims(db: Database): Promise<number> {
  await db.transaction("prepareCalibration", async (tx) => {
    await tx.sql`create table if not exists bench_claim (id int primary key, taken boolean not null)`;
    await tx.sql`truncate bench_claim`;
    await tx.sql`insert into bench_claim select n, false from generate_series(1, ${CLAIM_ROWS}::int) n`;
    await tx.sql`create index if not exists bench_claim_open on bench_claim (id) where not taken`;
  });
  const began = performance.now();
  for (let claimed = 0; claimed < CLAIM_ROWS; claimed += CLAIM_BATCH) {
    await db.transaction("claimCalibration", async (tx) => {
      await tx.sql`
        update bench_claim set taken = true where id in (
          select id from bench_claim where not taken order by id limit ${CLAIM_BATCH} for update skip locked)`;
    });
  }
  const seconds = (performance.now() - began) / 1_000;
  await db.transaction("dropCalibration", (tx) => tx.sql`drop table bench_claim`);
  return Math.round(CLAIM_ROWS / seconds);
}
