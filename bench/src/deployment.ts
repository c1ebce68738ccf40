import { generateProject } from "@heddle/test-support/generated-project";
import { openDatabase, type Database } from "@heddle/storage";
import { startEmbeddedServer } from "@heddle/storage/embedded";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { calibrate } from "./calibration.ts";
import { callApi, startDev } from "./dev-process.ts";
import { readProcessTimes, timesPerStep, type ProcessTimes } from "./process-times.ts";

const LOAD_TIMEOUT_MS = 60_000;
const RUN_TIMEOUT_MS = 900_000;
/** What a notification that got lost would have told. */
const POLL_MS = 200;

/** What is asked of `plan.preview` and `plan.launch`. */
export interface LaunchRequest {
  /** Which assets, in the language of selections. */
  readonly selection: string;
  readonly partitions?: unknown;
}

/** One run from its launch to its end. */
export interface TimedRun {
  readonly runId: number;
  readonly steps: number;
  /** From the request that launches to the commit that ends the run. */
  readonly seconds: number;
  /** Microseconds of processor time for each step, by process. */
  readonly cpuUsPerStep: Readonly<Record<string, number>>;
}

/** `heddle dev` on a generated project: embedded PostgreSQL, daemon, server, worker and its warm child processes. */
export interface Deployment extends AsyncDisposable {
  readonly address: string;
  readonly db: Database;
  /** Plans, launches and waits for the end. @throws when a step does not succeed */
  run(request: LaunchRequest): Promise<TimedRun>;
  /** Processor time by now. */
  times(): ProcessTimes;
  calibrate(): Promise<{ coldNodeMs: number; claimsPerSecond: number }>;
}

/** Starts a deployment whose project has `definitions` as its entry, and waits until its assets are known. */
export async function startDeployment(name: string, port: number, definitions: string): Promise<Deployment> {
  const project = generateProject({ name, within: import.meta.dirname, files: { "src/definitions.ts": definitions } });
  await using stack = new AsyncDisposableStack();
  stack.use(project);
  const dev = stack.use(await startDev(project.directory, port));
  await untilLoaded(dev.address);
  // Adopts the server that heddle dev has started; stopping it is not this process's business.
  const embedded = await startEmbeddedServer({ directory: join(project.directory, ".heddle", "postgres") });
  const db = stack.use(await openDatabase({ url: embedded.url, applicationName: "heddle-bench" }));
  const times = (): ProcessTimes => readProcessTimes([dev.pid, embedded.pid]);
  const rest = stack.move();
  return {
    address: dev.address,
    db,
    run: (request) => runTimed({ address: dev.address, db, times }, request),
    times,
    calibrate: () => calibrate(embedded.url),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function untilLoaded(address: string): Promise<void> {
  const deadline = performance.now() + LOAD_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const snapshot = (await callApi(address, "assets.snapshot", {})) as { ids: readonly number[] };
    if (snapshot.ids.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the project's assets did not appear");
}

interface Surroundings {
  readonly address: string;
  readonly db: Database;
  readonly times: () => ProcessTimes;
}

async function runTimed(
  { address, db, times }: Surroundings,
  { selection, partitions }: LaunchRequest,
): Promise<TimedRun> {
  const request = { selection, partitions: partitions ?? { kind: "all" } };
  const preview = (await callApi(address, "plan.preview", request)) as { hash: string; at: number };
  const launch = { ...request, planHash: preview.hash, at: preview.at, idempotencyKey: randomUUID() };
  const { promise: looked, resolve: look } = Promise.withResolvers<void>();
  let wake = look;
  await using _listener = await db.listen("heddle_run", () => wake());
  const before = times();
  const began = Date.now();
  const { runId } = (await callApi(address, "plan.launch", launch)) as { runId: number };
  let next = looked;
  while (Date.now() - began < RUN_TIMEOUT_MS) {
    await Promise.race([next, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    const again = Promise.withResolvers<void>();
    [next, wake] = [again.promise, again.resolve];
    const run = await readRun(db, runId);
    if (run.endedAt === null) continue;
    if (run.status !== "success") throw new Error(`run ${runId} ended as ${run.status}`);
    return {
      runId,
      steps: run.total,
      // By the database's clock, which is this machine's.
      seconds: (run.endedAt.getTime() - began) / 1_000,
      cpuUsPerStep: timesPerStep(before, times(), run.total),
    };
  }
  throw new Error(`run ${runId} did not end`);
}

interface RunRow {
  readonly status: string;
  readonly total: number;
  readonly endedAt: Date | null;
}

function readRun(db: Database, runId: number): Promise<RunRow> {
  return db.read("readTimedRun", async ({ sql }) => {
    const [row] = await sql<RunRow[]>`select status, total, ended_at as "endedAt" from run where id = ${runId}`;
    if (row === undefined) throw new Error(`run ${runId} is gone`);
    return row;
  });
}
