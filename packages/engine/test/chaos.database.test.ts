import { migrate, openDatabase } from "@heddle/storage";
import { startEmbeddedServer, stopEmbeddedServer } from "@heddle/storage/embedded";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHAOS_PROJECT,
  PARTITIONS,
  executionsOf,
  expectExactlyOnce,
  untilInTheMiddle,
} from "./support/chaos-project.ts";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { isAlive, until, type TestProcess } from "./support/processes.ts";

let directory: string;
let serverPid: number;
let deployment: TestDeployment;
let processes: TestProcess[];

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "heddle-chaos-postgres-")));
  const server = await startEmbeddedServer({ directory });
  serverPid = server.pid;
  const db = await openDatabase({ url: server.url, applicationName: "heddle test" });
  await migrate(db);
  deployment = await createDeployment(CHAOS_PROJECT, {
    db,
    url: server.url,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  });
  // Long enough for the server's recovery: what runs meanwhile may be published afterwards.
  const lease = { HEDDLE_WORKER_LEASE_MS: "30000" };
  processes = [await deployment.spawn("daemon"), await deployment.spawn("worker", lease)];
});
afterAll(async () => {
  await deployment[Symbol.asyncDispose]();
  await stopEmbeddedServer({ directory });
  rmSync(directory, { recursive: true, force: true });
});

/** Kills the server, and starts it again on the same socket after `meanwhile`. */
async function killServer(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  process.kill(serverPid, "SIGKILL");
  await until("the server is gone", () => !isAlive(serverPid));
  await meanwhile();
  serverPid = (await startEmbeddedServer({ directory })).pid;
}

describe("the database is killed", () => {
  it("in the middle of a backfill: daemon and worker survive, and go on when it is back", async () => {
    const run = await deployment.launch(["made", "read", "shaky"]);
    await untilInTheMiddle(deployment, run, "made");
    await killServer();
    expect(await deployment.ended(run)).toBe("success");
    for (const key of ["made", "read", "shaky"]) await expectExactlyOnce(deployment, run, key);
    expect(processes.map(({ pid }) => isAlive(pid))).toEqual([true, true]);
    // Nothing that ran was thrown away: it was settled when the database was back.
    expect(executionsOf(deployment, run, "made")).toHaveLength(PARTITIONS);
  });

  it("while a step runs, which ends before it is back: the result is not lost", async () => {
    const run = await deployment.launch(["held"]);
    await until("the step runs", () => executionsOf(deployment, run, "held").length === 1);
    const [pid] = executionsOf(deployment, run, "held").map(Number);
    await killServer(async () => {
      writeFileSync(deployment.path(`let-go.${run}`), "");
      await until("the worker has noticed", () => processes[1]?.output.includes("cannot be settled yet") === true);
      expect(isAlive(pid ?? 0)).toBe(true);
    });
    expect(await deployment.ended(run)).toBe("success");
    expect(executionsOf(deployment, run, "held")).toHaveLength(1);
    // Its log line had been written before, or was kept until it could be.
    const lines = await deployment.db.read("testLog", async (tx) => [
      ...(await tx.sql<{ lines: string }[]>`select lines from log_chunk where run_id = ${run}`),
    ]);
    expect(lines.map(({ lines: text }) => (JSON.parse(text) as { m: string }).m)).toContain("waiting");
  });
});
