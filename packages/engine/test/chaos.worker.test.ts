import { cancelRun } from "@heddle/storage";
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  CHAOS_PROJECT,
  executionsOf,
  expectExactlyOnce,
  PARTITIONS,
  untilInTheMiddle,
} from "./support/chaos-project.ts";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { descendantsOf, isAlive, until, type TestProcess } from "./support/processes.ts";

let deployment: TestDeployment;
let workers: TestProcess[] = [];

beforeAll(async () => {
  deployment = await createDeployment(CHAOS_PROJECT);
  await deployment.spawn("daemon");
});
afterEach(async () => {
  for (const worker of workers) worker.signal("SIGKILL");
  await Promise.all(workers.map((worker) => worker.exited));
  workers = [];
});
afterAll(() => deployment[Symbol.asyncDispose]());

async function startWorker(env: NodeJS.ProcessEnv = {}): Promise<TestProcess> {
  const worker = await deployment.spawn("worker", env);
  workers.push(worker);
  return worker;
}

async function query<TRow extends object>(text: string): Promise<TRow[]> {
  return deployment.db.read("testQuery", async (tx) => [...(await tx.sql.unsafe<TRow[]>(text))]);
}

/** What a run stored of `sum`, in order. */
async function readSums(runId: number): Promise<unknown[]> {
  const rows = await query<{ location: string }>(
    `select m.stored->>'location' as location from materialization m join asset a on a.id = m.asset_id
     where m.run_id = ${runId} and a.key = 'sum' order by m.ordinal`,
  );
  return rows.map(({ location }) => JSON.parse(readFileSync(location, "utf8")) as unknown);
}

describe("a worker that is killed in the middle of a backfill", () => {
  it("takes its children with it, and another one finishes: each partition is published once", async () => {
    const worker = await startWorker();
    const run = await deployment.launch(["made", "read"]);
    await untilInTheMiddle(deployment, run, "made");
    const children = descendantsOf(worker.pid);
    expect(children.length).toBeGreaterThan(0);

    worker.signal("SIGKILL");
    await until("the children are gone", () => !children.some(isAlive));
    await startWorker();

    expect(await deployment.ended(run)).toBe("success");
    await expectExactlyOnce(deployment, run, "made");
    await expectExactlyOnce(deployment, run, "read");
    const causes = await query<{ cause: string; errors: number }>(
      `select distinct t.cause, s.errors from attempt t join step s using (run_id, asset_id, ordinal)
       where t.run_id = ${run}`,
    );
    // What was lost with a worker is not counted as the asset's own failure.
    expect(causes).toEqual([{ cause: "worker_lost", errors: 0 }]);
  });
});

describe("a worker that is killed while steps run ahead", () => {
  it("leaves no trace of them, and another one finishes: each partition is published once and counts right", async () => {
    const worker = await startWorker();
    const run = await deployment.launch(["sum"]);
    await untilInTheMiddle(deployment, run, "sum");
    worker.signal("SIGKILL");
    await startWorker();
    expect(await deployment.ended(run)).toBe("success");
    await expectExactlyOnce(deployment, run, "sum");
    expect(await readSums(run)).toEqual(Array.from({ length: PARTITIONS }, (_, index) => index + 1));
  });
});

describe("a worker that stands still for longer than its lease", () => {
  it("publishes nothing of what it ran ahead when it comes back", async () => {
    const first = await startWorker();
    const run = await deployment.launch(["sum"]);
    await untilInTheMiddle(deployment, run, "sum");
    first.signal("SIGSTOP");
    await startWorker();
    expect(await deployment.ended(run)).toBe("success");
    first.signal("SIGCONT");
    await until("it has noticed", () => first.output.includes("lease is lost"));
    await expectExactlyOnce(deployment, run, "sum");
    expect(await readSums(run)).toEqual(Array.from({ length: PARTITIONS }, (_, index) => index + 1));
  });

  it("loses its steps to another, publishes nothing of them when it comes back, and goes on working", async () => {
    const first = await startWorker();
    const run = await deployment.launch(["made", "read"]);
    await untilInTheMiddle(deployment, run, "made");
    first.signal("SIGSTOP");
    const second = await startWorker();
    expect(await deployment.ended(run)).toBe("success");
    first.signal("SIGCONT");
    await until("it has noticed", () => first.output.includes("lease is lost"));
    await expectExactlyOnce(deployment, run, "made");
    await expectExactlyOnce(deployment, run, "read");

    second.signal("SIGTERM");
    expect(await second.exited).toEqual({ code: 0, signal: null });
    const next = await deployment.launch(["made"]);
    expect(await deployment.ended(next)).toBe("success");
  });
});

describe("a worker that is asked to stop", () => {
  it("hands back what does not end in time, within its deadline and at the cost of no attempt", async () => {
    const worker = await startWorker({ HEDDLE_STOP_GRACE_MS: "300" });
    const run = await deployment.launch(["held"]);
    const backfill = await deployment.launch(["made"]);
    await until("a step runs that does not end", () => executionsOf(deployment, run, "held").length === 1);
    await untilInTheMiddle(deployment, backfill, "made");
    worker.signal("SIGTERM");
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(await query(`select * from claim where run_id in (${run}, ${backfill})`)).toEqual([]);
    expect(await query(`select * from worker where ended_at is null and pid = ${worker.pid}`)).toEqual([]);

    writeFileSync(deployment.path(`let-go.${run}`), "");
    await startWorker();
    expect(await deployment.ended(run)).toBe("success");
    expect(await deployment.ended(backfill)).toBe("success");
    await expectExactlyOnce(deployment, backfill, "made");
    expect(executionsOf(deployment, run, "held")).toHaveLength(2);
    expect(await query(`select * from attempt where run_id in (${run}, ${backfill})`)).toEqual([]);
    expect(await query(`select * from step where run_id in (${run}, ${backfill})`)).toEqual([]);
  });

  it("waits for steps that end in time", async () => {
    const worker = await startWorker({ HEDDLE_STOP_GRACE_MS: "20000" });
    const run = await deployment.launch(["held"]);
    await until("the step runs", () => executionsOf(deployment, run, "held").length === 1);
    worker.signal("SIGTERM");
    writeFileSync(deployment.path(`let-go.${run}`), "");
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(await deployment.ended(run)).toBe("success");
    expect(executionsOf(deployment, run, "held")).toHaveLength(1);
  });

  it("ends at once when it is asked twice, and its processes with it", async () => {
    const worker = await startWorker({ HEDDLE_STOP_GRACE_MS: "600000" });
    const run = await deployment.launch(["held"]);
    await until("the step runs", () => executionsOf(deployment, run, "held").length === 1);
    const children = descendantsOf(worker.pid);
    worker.signal("SIGTERM");
    worker.signal("SIGINT");
    expect(await worker.exited).toEqual({ code: 1, signal: null });
    await until("its children are gone", () => !children.some(isAlive));
    await cancelRun(deployment.db, run);
  });
});
