import { asset, dailyPartitions, definitions, type AnyAsset } from "@heddle/core";
import { snapshotDefinitions } from "@heddle/core/internal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countStatements } from "@heddle/test-support";
import { launch } from "./launch.ts";
import { StepRunner } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { createLocalApi } from "@heddle/api";

/** Days since 1970 of the first of January 2026. */
const FIRST = 20_454;
const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-04" });

function declare(version: "first" | "second") {
  const raw = asset({ key: "shop/raw", partitions: days, materialize: () => 1 });
  const sums = asset({ key: "shop/sums", partitions: days, deps: { raw }, materialize: () => 1 });
  const gone = asset({ key: "shop/gone", deps: { raw }, materialize: () => 1 });
  const report = asset({
    key: "shop/report",
    ...(version === "second" && { description: "Now with words." }),
    deps: { sums },
    materialize: () => 1,
  });
  const later = asset({ key: "shop/later", deps: { report }, materialize: () => 1 });
  const assets: AnyAsset[] = version === "first" ? [raw, sums, gone, report] : [raw, sums, report, later];
  return snapshotDefinitions(definitions({ assets }), {
    codeVersionOf: (key) => (key === "shop/sums" && version === "second" ? "v2" : "v1"),
    projectDirectory: "/",
  });
}

describe("lineage of the past", () => {
  let test: TestServer;
  let repairingRun: number;
  /** Instants, by the database's clock, after which nothing of what is before them happens. */
  const moments: Record<"before" | "empty" | "failed" | "repaired", number> = {
    before: 0,
    empty: 0,
    failed: 0,
    repaired: 0,
  };

  beforeAll(async () => {
    test = await startTestServer();
    const { db, client } = test;
    const now = async (): Promise<number> => {
      const at = await db.read("now", async ({ sql }) => {
        const [row] = await sql<{ at: Date }[]>`select clock_timestamp() as at`;
        return row?.at.getTime() ?? 0;
      });
      // Instants of the API are whole milliseconds: what comes next must not share one.
      await db.read("wait", ({ sql }) => sql`select pg_sleep(0.005)`);
      return at + 1;
    };
    moments.before = await now();
    await register(db, declare("first"), "shop");
    moments.empty = await now();
    const runner = await StepRunner.start(db);
    const first = await launch(client, { keys: ["shop/raw", "shop/sums"], partitions: { kind: "all" } });
    await runner.finish(first, ({ assetKey, ordinal }) =>
      assetKey === "shop/raw" && ordinal === FIRST + 1 ? { fails: { cause: "error", message: "no data" } } : {},
    );
    moments.failed = await now();
    repairingRun = await launch(client, { keys: ["shop/raw", "shop/sums", "shop/gone"], partitions: { kind: "all" } });
    await runner.finish(repairingRun, () => ({}));
    moments.repaired = await now();
    await register(db, declare("second"), "shop");
  });
  afterAll(() => test[Symbol.asyncDispose]());

  const statusesAt = async (at: number) => {
    const answer = await test.client.lineage.statusAt.query({ at });
    const snapshot =
      answer.version === null
        ? await test.client.assets.snapshot.query({})
        : await test.client.lineage.graph.query({ version: answer.version });
    if (!("keys" in snapshot)) throw new Error("no snapshot");
    return Object.fromEntries(
      answer.ids.map((id, i) => [
        snapshot.keys[snapshot.ids.indexOf(id)] ?? `#${id}`,
        `${String(answer.counts.fresh[i])} fresh, ${String(answer.counts.failed[i])} failed, ${String(answer.counts.missing[i])} missing`,
      ]),
    );
  };

  it("holds no asset before the first code was loaded", async () => {
    expect(await statusesAt(moments.before)).toEqual({});
  });

  it("holds the assets of then, and nothing was made before the first run", async () => {
    expect(await statusesAt(moments.empty)).toEqual({
      "shop/raw": "0 fresh, 0 failed, 3 missing",
      "shop/sums": "0 fresh, 0 failed, 3 missing",
      "shop/gone": "0 fresh, 0 failed, 1 missing",
      "shop/report": "0 fresh, 0 failed, 1 missing",
    });
  });

  it("tells what was made and what had failed between two runs", async () => {
    expect(await statusesAt(moments.failed)).toMatchObject({
      "shop/raw": "2 fresh, 1 failed, 0 missing",
      "shop/sums": "2 fresh, 0 failed, 1 missing",
      "shop/gone": "0 fresh, 0 failed, 1 missing",
    });
  });

  it("tells that a later run repaired it, and that an asset is gone that was there", async () => {
    expect(await statusesAt(moments.repaired)).toMatchObject({
      "shop/raw": "3 fresh, 0 failed, 0 missing",
      "shop/gone": "1 fresh, 0 failed, 0 missing",
    });
    const now = await statusesAt(Date.now() + 1_000);
    expect(Object.keys(now)).toContain("shop/later");
    expect(Object.keys(now)).not.toContain("shop/gone");
  });

  it("counts what happened in buckets", async () => {
    const activity = await test.client.lineage.activity.query({
      from: moments.before,
      to: Date.now() + 1_000,
      buckets: 50,
    });
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    expect(sum(activity.materialized)).toBeGreaterThan(2);
    expect(sum(activity.failed)).toBe(1);
    expect(activity.loads.length).toBe(2);
    expect(activity.first).toBeLessThanOrEqual(moments.empty);
  });

  it("tells what changed between two versions of the definitions", async () => {
    const { versions } = await test.client.lineage.versions.query();
    expect(versions.map(({ current, assets }) => ({ current, assets }))).toEqual([
      { current: true, assets: 4 },
      { current: false, assets: 4 },
    ]);
    const base = versions.at(-1)?.id ?? 0;
    const diff = await test.client.lineage.diff.query({ base });
    expect(diff).toMatchObject({
      added: ["shop/later"],
      changed: [
        { key: "shop/report", what: ["description"] },
        { key: "shop/sums", what: ["code"] },
      ],
      removed: [{ key: "shop/gone", upstream: ["shop/raw"], downstream: [] }],
      unchanged: 1,
    });
    await expect(test.client.lineage.diff.query({ base: 999_999 })).rejects.toThrow(/not known/u);
  });

  it("follows one partition through the graph, and tells which run made its value", async () => {
    const view = await test.client.lineage.partitionView.query({ key: "shop/sums", partition: "2026-01-02" });
    const { keys, ids } = (await test.client.assets.snapshot.query({})) as {
      keys: readonly string[];
      ids: readonly number[];
    }; // nothing is known yet
    const byKey = Object.fromEntries(view.ids.map((id, i) => [keys[ids.indexOf(id)], view.texts[i]]));
    expect(byKey).toEqual({ "shop/raw": "2026-01-02", "shop/sums": "2026-01-02", "shop/report": "", "shop/later": "" });
    expect(view.read).toMatchObject({ runId: repairingRun, inputs: [] });
    await expect(
      test.client.lineage.partitionView.query({ key: "shop/sums", partition: "2027-01-01" }),
    ).rejects.toThrow(/no partition/u);
  });

  it("asks the database no more often for many runs than for one", async () => {
    const counted = countStatements(test.db);
    const local = await createLocalApi({ db: counted.db, log: { info: () => {}, error: () => {} } });
    await local.api.lineage.statusAt({ at: moments.empty });
    const far = await counted.statementsOf(() => local.api.lineage.statusAt({ at: moments.empty }));
    expect(await counted.statementsOf(() => local.api.lineage.statusAt({ at: moments.repaired }))).toBe(far);
    expect(far).toBeLessThan(16);
    await local.close();
  });
});
