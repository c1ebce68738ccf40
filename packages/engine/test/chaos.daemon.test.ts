import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  CHAOS_PROJECT,
  PARTITIONS,
  executionsOf,
  expectExactlyOnce,
  untilInTheMiddle,
} from "./support/chaos-project.ts";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { SOURCE_FLAGS, descendantsOf, entryOf, isAlive, until } from "./support/processes.ts";

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(CHAOS_PROJECT);
});
afterEach(() => deployment[Symbol.asyncDispose]());

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

async function readLease(): Promise<{ epoch: number; holder: string } | undefined> {
  return (await query<{ epoch: number; holder: string }>(`select epoch, holder from lease`))[0];
}

/** A process that is killed at the latest when the test is over. */
function forkParent(path: string): Disposable & { readonly pid: number; kill(): void } {
  const child = fork(path, {
    env: { ...process.env, ...deployment.env },
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  return { pid: child.pid ?? 0, kill, [Symbol.dispose]: kill };
}

describe("a daemon that is killed", () => {
  it("stops no step, and its successor does what was due", async () => {
    const daemon = await deployment.spawn("daemon");
    await deployment.spawn("worker");
    const run = await deployment.launch(["shaky", "made"]);
    await untilInTheMiddle(deployment, run, "made");
    daemon.signal("SIGKILL");
    await daemon.exited;
    await until("steps go on without a daemon", () => executionsOf(deployment, run, "made").length === PARTITIONS);
    await deployment.spawn("daemon");

    expect(await deployment.ended(run)).toBe("success");
    await expectExactlyOnce(deployment, run, "shaky");
    expect(executionsOf(deployment, run, "shaky")).toHaveLength(PARTITIONS * 2);
    await expectExactlyOnce(deployment, run, "made");
    expect(executionsOf(deployment, run, "made")).toHaveLength(PARTITIONS);
  });
});

describe("of two daemons", () => {
  it("one leads; while it stands still the other takes over, and back again it does not act", async () => {
    const [first, second] = [await deployment.spawn("daemon"), await deployment.spawn("daemon")];
    await deployment.spawn("worker");
    const before = await readLease();
    first.signal("SIGSTOP");
    await until("the other leads", async () => (await readLease())?.epoch === (before?.epoch ?? 0) + 1);
    const leader = await readLease();
    const run = await deployment.launch(["shaky"]);
    first.signal("SIGCONT");
    expect(await deployment.ended(run)).toBe("success");
    await expectExactlyOnce(deployment, run, "shaky");
    expect(executionsOf(deployment, run, "shaky")).toHaveLength(PARTITIONS * 2);
    // It waits for its turn: leadership did not change hands.
    expect(await readLease()).toEqual(leader);
    expect(isAlive(first.pid)).toBe(true);

    second.signal("SIGKILL");
    await until("the first one leads again", async () => (await readLease())?.holder === before?.holder);
    const next = await deployment.launch(["shaky"]);
    expect(await deployment.ended(next)).toBe("success");
    await expectExactlyOnce(deployment, next, "shaky");
  });
});

describe("the end of the parent", () => {
  it("ends the daemon, the worker, blocked steps and what these have started", async () => {
    // What `heddle dev` is to them: a process that forks them, and is killed.
    const source = `
      const { fork } = require("node:child_process");
      const options = { execArgv: ${JSON.stringify(SOURCE_FLAGS)}, detached: true };
      for (const entry of ${JSON.stringify([entryOf("daemon"), entryOf("worker")])}) {
        fork(entry, { ...options, stdio: ["ignore", "ignore", "ignore", "ipc"] });
      }
      setInterval(() => {}, 1000);`;
    writeFileSync(deployment.path("parent.cjs"), source);
    using parent = forkParent(deployment.path("parent.cjs"));
    await until("the project is loaded", async () => {
      return (await query(`select 1 from code_location where current_code_version_id is not null`)).length > 0;
    });
    const run = await deployment.launch(["blocked"]);
    await until("the step runs", () => executionsOf(deployment, run, "blocked").length === 1);
    const pids = [...descendantsOf(parent.pid), ...executionsOf(deployment, run, "blocked").map(Number)];
    expect(pids.length).toBeGreaterThanOrEqual(5);
    parent.kill();
    await until("all are gone", () => !pids.some(isAlive));
    expect(await query(`select id from run where id = ${run} and ended_at is null`)).toHaveLength(1);
  });
});
