import { createLocalApi, type Api, type LocalApi } from "@heddle/api";
import { asset, assetCheck, dailyPartitions, definitions, pass, type AnyAsset } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { createTestDatabase, type TestDatabase } from "@heddle/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countStatements, type CountedDatabase } from "@heddle/test-support";
import { StepRunner } from "./step-runner.ts";
import { register } from "./test-server.ts";

/** A project of some size in which every asset was made, and the server's answers to it. */
interface Project extends AsyncDisposable {
  readonly counted: CountedDatabase;
  readonly api: Api;
  readonly runId: number;
}

const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01" });

/** One source, assets that read it (every second one without partitions), and one that reads all of these. */
function declare(readers: number) {
  const source = asset({ key: "source", partitions: days, materialize: () => 1 });
  const all = Array.from({ length: readers }, (_, i): AnyAsset =>
    i % 2 === 0
      ? asset({ key: `reader/${i}`, partitions: days, deps: { source }, materialize: () => 1 })
      : asset({ key: `reader/${i}`, deps: { source }, materialize: () => 1 }),
  );
  const deps = Object.fromEntries(all.map((reader, i) => [`d${i}`, reader]));
  const sink = asset({ key: "sink", deps, materialize: () => 1 });
  const assets: readonly AnyAsset[] = [source, ...all, sink];
  const checks = assets.map((one) =>
    assetCheck({ asset: one, name: `of ${one.key}`, severity: "warn", check: () => pass() }),
  );
  return definitions({ assets: [source, ...all, sink], checks });
}

async function createProject(readers: number): Promise<Project> {
  const database: TestDatabase = await createTestDatabase();
  const snapshot = snapshotDefinitions(declare(readers), { codeVersionOf: () => "v1", projectDirectory: "/" });
  await register(database.db, snapshot);
  const counted = countStatements(database.db);
  const local: LocalApi = await createLocalApi({ db: counted.db, log: { info: () => {}, error: () => {} } });
  const { hash, at } = await local.api.plan.preview({ selection: "*" });
  const launched = await local.api.plan.launch({ selection: "*", planHash: hash, at, idempotencyKey: "everything" });
  if (launched.kind !== "launched") throw new Error("not launched");
  await (
    await StepRunner.start(database.db)
  ).finish(launched.runId, ({ assetKey }) => ({
    checks: [
      { name: `of ${assetKey}`, passed: true, severity: "warn", blocking: false, description: null, metadata: null },
    ],
  }));
  return {
    counted,
    api: local.api,
    runId: launched.runId,
    async [Symbol.asyncDispose]() {
      await local.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

const READS: Readonly<Record<string, (project: Project) => Promise<unknown>>> = {
  "assets.activity": ({ api }) => api.assets.activity({ bounds: [Date.now() - 86_400_000, Date.now() + 60_000] }),
  "assets.durations": ({ api }) => api.assets.durations({ ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  "assets.expected": ({ api }) => api.assets.expected(),
  "assets.snapshot": ({ api }) => api.assets.snapshot({}),
  "assets.status": ({ api }) => api.assets.status({}),
  "assets.get of an asset with many upstream": ({ api }) => api.assets.get({ key: "sink" }),
  "assets.get of an asset with many downstream": ({ api }) => api.assets.get({ key: "source" }),
  "assets.materializations": ({ api }) => api.assets.materializations({ key: "source" }),
  "checks.forAsset": ({ api }) => api.checks.forAsset({ key: "source" }),
  "checks.get": ({ api }) => api.checks.get({ key: "source", check: "of source" }),
  "checks.list": ({ api }) => api.checks.list({ limit: 500 }),
  "checks.list by message": ({ api }) => api.checks.list({ groupBy: "message", limit: 500 }),
  "checks.history": ({ api }) => api.checks.history({ key: "source" }),
  "deployment.get": ({ api }) => api.deployment.get(),
  "deployment.wiring": ({ api }) => api.deployment.wiring(),
  "events.list": ({ api }) => api.events.list({ limit: 500 }),
  "home.attention": ({ api }) => api.home.attention({}),
  "home.upcoming": ({ api }) => api.home.upcoming({}),
  "partitions.detail": ({ api }) => api.partitions.detail({ key: "source", ordinal: 20_460 }),
  "partitions.status": ({ api }) => api.partitions.status({ key: "source" }),
  "plan.preview": ({ api }) => api.plan.preview({ selection: "*", cascade: "downstream" }),
  "pools.list": ({ api }) => api.pools.list(),
  "runs.compare": ({ api, runId }) => api.runs.compare({ runId, with: runId }),
  "runs.get": ({ api, runId }) => api.runs.get({ runId }),
  "home.runs": ({ api }) => api.home.runs({ from: Date.now() - 3_600_000, to: Date.now() + 60_000 }),
  "runs.list": ({ api }) => api.runs.list({}),
  "runs.list by selection and partition": ({ api }) =>
    api.runs.list({ selection: "+sink", asset: "source", partition: "2026-01-02" }),
  "runs.matrix": ({ api, runId }) => api.runs.matrix({ runId }),
  "runs.outputs": ({ api, runId }) => api.runs.outputs({ runId, limit: 500 }),
  "runs.step": ({ api, runId }) => api.runs.step({ runId, asset: "source", ordinal: 20_460 }),
  "runs.steps": ({ api, runId }) => api.runs.steps({ runId, limit: 500 }),
  "runs.timeline": ({ api, runId }) => api.runs.timeline({ runId }),
  "selection.evaluate": ({ api }) => api.selection.evaluate({ selection: "+sink and status:fresh" }),
};

describe("the number of statements", () => {
  let small: Project;
  let large: Project;

  beforeAll(async () => {
    [small, large] = [await createProject(8), await createProject(500)];
  });

  afterAll(async () => {
    await small[Symbol.asyncDispose]();
    await large[Symbol.asyncDispose]();
  });

  it.each(Object.keys(READS))("of %s is the same for 10 assets and for 502", async (name) => {
    const read = (project: Project): Promise<unknown> => READS[name]?.(project) ?? Promise.reject(new Error(name));
    const count = async (project: Project): Promise<number> => {
      // What is remembered between requests is read by the first.
      await read(project);
      return project.counted.statementsOf(() => read(project));
    };
    const [few, many] = [await count(small), await count(large)];
    expect(few).toBeGreaterThan(0);
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(16);
  });
});
