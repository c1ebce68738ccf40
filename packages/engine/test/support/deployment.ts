import { resolvePartitions, type RunStatus } from "@heddle/core";
import {
  PartitionSet,
  planRun,
  type AssetSnapshot,
  type DynamicKeys,
  type PlanRunInput,
  type RunLimits,
} from "@heddle/core/internal";
import { createRun, getCurrentCode, lockLaunches, type Database } from "@heddle/storage";
import { createTestDatabase, generateProject, type GeneratedProject } from "@heddle/test-support";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startDaemon, type DaemonOptions } from "../../src/daemon/index.ts";
import { findProject, type EngineLog } from "../../src/index.ts";
import { DefinitionsCache, launchCheckPlans, makeCheckPlans } from "../../src/planning/index.ts";
import { startWorker, type Worker, type WorkerOptions } from "../../src/worker/index.ts";
import { descendantsOf, isAlive, startProcess, until, type EntryName, type TestProcess } from "./processes.ts";

/** A project with a database of its own, and what runs on it. */
export interface TestDeployment extends AsyncDisposable {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly project: GeneratedProject;
  /** Warnings and errors that the engine logged. */
  readonly complaints: string[];
  startDaemon(options?: Partial<DaemonOptions>): Promise<void>;
  startWorker(options?: Partial<WorkerOptions>): Promise<Worker>;
  /** Starts a process of the deployment, as `heddle dev` does; a daemon has loaded the project then. */
  spawn(name: EntryName, env?: NodeJS.ProcessEnv): Promise<TestProcess>;
  /** Environment of the processes. */
  readonly env: NodeJS.ProcessEnv;
  /** Path of a file in the project's directory. */
  path(name: string): string;
  /** Launches a run over assets; `partitions` in words, for those that are partitioned. */
  launch(keys: readonly string[], partitions?: string, options?: LaunchOptions): Promise<number>;
  /** Launches a run of checks of one asset; of all of them, on all that is there, unless it is said. */
  launchChecks(key: string, choice?: ChecksChoice): Promise<number>;
  /** Waits until a run is over. */
  ended(runId: number): Promise<RunStatus>;
}

/** How a run is launched, besides what it makes. */
export interface LaunchOptions extends Pick<PlanRunInput, "chunk" | "order" | "config" | "dynamicKeys"> {
  readonly maxConcurrency?: number;
  readonly limits?: RunLimits;
}

/** Which checks, and on what. */
export interface ChecksChoice {
  readonly checks?: readonly string[];
  /** In words. */
  readonly partitions?: string;
}

const END_TIMEOUT_MS = 45_000;
const NO_STATE = {
  materialized: PartitionSet.EMPTY,
  failed: PartitionSet.EMPTY,
  stale: PartitionSet.EMPTY,
  running: PartitionSet.EMPTY,
};

/** A database for a deployment, other than one of the server that all tests share. */
export interface OwnDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly url: string;
}

/** Writes a project, gives it a database, and starts nothing yet. */
export async function createDeployment(
  files: Readonly<Record<string, string>>,
  own?: OwnDatabase,
): Promise<TestDeployment> {
  const database = own ?? (await createTestDatabase());
  const { db } = database;
  const project = generateProject({ name: "test-project", within: import.meta.dirname, files });
  const running: { stop(): Promise<void> }[] = [];
  const spawned: TestProcess[] = [];
  const env = {
    DATABASE_URL: database.url,
    HEDDLE_PROJECT: project.directory,
    HEDDLE_PROCESSES: "2",
    HEDDLE_WORKER_LEASE_MS: "6000",
    HEDDLE_DAEMON_LEASE_MS: "2000",
  };
  const complaints: string[] = [];
  const log: EngineLog = {
    info() {},
    warn: (message) => complaints.push(message),
    error: (message, error) => complaints.push(`${message}: ${String(error)}`),
  };
  return {
    db,
    databaseUrl: database.url,
    project,
    complaints,
    async startDaemon(options = {}) {
      const loaded = Promise.withResolvers<void>();
      const daemon = await startDaemon({
        db,
        log,
        projects: [findProject(project.directory)],
        watch: false,
        onLoad: (_, error) => (error === undefined ? loaded.resolve() : loaded.reject(error)),
        ...options,
      });
      running.push(daemon);
      if (options.onLoad === undefined) await loaded.promise;
    },
    async startWorker(options = {}) {
      const defaults = {
        module: import.meta.resolve("@heddle/io/defaults"),
        options: { root: join(project.directory, "storage") },
      };
      const worker = await startWorker({ db, log, defaults, processes: 2, ...options });
      running.push(worker);
      return worker;
    },
    env,
    path: (name) => join(project.directory, name),
    async spawn(name, more = {}) {
      const started = await startProcess(name, { ...env, ...more });
      spawned.push(started);
      const hasLoaded = (): boolean => started.said.some(({ type }) => type === "loaded");
      if (name === "daemon") await until(`the project is loaded; ${started.output}`, hasLoaded);
      return started;
    },
    async launch(keys, partitions = "all", { maxConcurrency, limits, ...planning } = {}) {
      const code = await getCurrentCode(db, "test-project");
      if (code?.snapshot == null || code.codeVersionId === null) throw new Error("no code is loaded");
      const { assets } = code.snapshot;
      const at = Date.now();
      const targets = new Map(
        keys.map((key) => [key, findTarget(assets, key, { partitions, at, dynamicKeys: planning.dynamicKeys ?? {} })]),
      );
      const plan = planRun({
        assets,
        selected: keys,
        targets: { kind: "each", partitions: targets },
        at,
        ...planning,
        stateOf: () => NO_STATE,
      });
      const { runId } = await createRun(db, {
        plan,
        origin: { kind: "test" },
        codeVersionId: code.codeVersionId,
        environment: "production",
        maxConcurrency: maxConcurrency ?? null,
        limits: limits ?? null,
      });
      return runId;
    },
    async launchChecks(key, { checks, partitions = "all" } = {}) {
      const code = await getCurrentCode(db, "test-project");
      const asset = code?.snapshot?.assets.find((one) => one.key === key);
      if (asset === undefined) throw new Error("no code is loaded");
      const at = Date.now();
      const state = { definitions: new DefinitionsCache("production") };
      const wish = {
        checks: checks ?? asset.checks.map(({ name }) => name),
        partitions: findTarget([asset], key, { partitions, at, dynamicKeys: {} }),
      };
      const [made] = await db.transaction("launch checks", async (tx) => {
        await lockLaunches(tx.sql);
        const { plans } = await makeCheckPlans(state, tx, { wanted: new Map([[key, wish]]), at });
        const options = { origin: { kind: "test" }, originKey: `test:${randomUUID()}`, environment: "production" };
        return launchCheckPlans(tx, plans, options);
      });
      if (made === undefined) throw new Error("there is nothing to check");
      return made.runId;
    },
    async ended(runId) {
      const deadline = Date.now() + END_TIMEOUT_MS;
      for (;;) {
        const [run] = await db.read(
          "testRunStatus",
          (tx) => tx.sql<{ status: RunStatus; over: boolean }[]>`
            select status, ended_at is not null as over from run where id = ${runId}`,
        );
        if (run?.over === true) return run.status;
        if (Date.now() > deadline) throw new Error(`run ${runId} is still ${run?.status}; ${complaints.join("; ")}`);
        await pause(25);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((part) => part.stop()));
      const pids = spawned.flatMap(({ pid }) => [pid, ...descendantsOf(pid)]);
      for (const process of spawned) process.signal("SIGKILL");
      // Whatever was killed how: nothing that a step runs in may be left over.
      await until("no process of this deployment is left", () => !pids.some(isAlive));
      project[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

function findTarget(
  assets: readonly AssetSnapshot[],
  key: string,
  { partitions, at, dynamicKeys }: { partitions: string; at: number; dynamicKeys: DynamicKeys },
): PartitionSet {
  const spec = assets.find((asset) => asset.key === key)?.partitions ?? null;
  const space = resolvePartitions(spec, { now: at, dynamicKeys: (name) => dynamicKeys[name] ?? [] });
  return spec === null ? space.all : space.parseRange(partitions);
}
