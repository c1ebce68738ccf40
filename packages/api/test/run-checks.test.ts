import { afterAll, beforeAll, expect, it } from "vitest";
import { createBusyWorld, FIRST_DAY, type BusyWorld } from "./busy-world.ts";
import type { TestServer } from "./test-server.ts";

let world: BusyWorld;
let client: TestServer["client"];

beforeAll(async () => {
  world = await createBusyWorld();
  ({ client } = world.test);
});

afterAll(() => world[Symbol.asyncDispose]());

const raw = { key: "weather/raw" };
const codeOf = (error: unknown): unknown =>
  (error as { readonly data?: { readonly heddle?: { readonly code?: string } } }).data?.heddle?.code;

async function materializedOf(key: string): Promise<number> {
  const asset = await client.assets.get.query({ key });
  return asset.kind === "asset" ? asset.counts.fresh + asset.counts.stale : -1;
}

it("says what a run of checks would judge: only what is materialized", async () => {
  const plan = await client.checks.plan.query({ assets: [raw], partitions: { kind: "all" } });
  const [own] = plan.assets;
  expect(own?.checks).toContain("plausible");
  expect(plan.total).toBe(own?.partitions);
  expect(plan.total).toBeGreaterThan(0);
  const everything = await client.checks.plan.query({ assets: [raw], partitions: { kind: "text", text: "all" } });
  expect(everything.total).toBe(plan.total);
  expect(everything.assets[0]?.missing).toBeGreaterThan(0);
});

it("makes one run, which says what it is for and holds no partition that is to be made", async () => {
  const before = await client.assets.get.query(raw);
  const materialized = await materializedOf(raw.key);
  const launch = () =>
    client.checks.run.mutate({
      assets: [{ ...raw, checks: ["plausible"] }],
      partitions: { kind: "ranges", ranges: [FIRST_DAY, FIRST_DAY + 1] },
      idempotencyKey: "check-one-day",
    });
  const { runs } = await launch();
  expect(runs).toMatchObject([{ created: true, total: 1 }]);
  expect(await launch()).toEqual({ runs: runs.map((run) => ({ ...run, created: false })) });
  const run = await client.runs.get.query({ runId: runs[0]?.runId ?? 0 });
  expect(run).toMatchObject({ purpose: "check", origin: { kind: "manual" }, total: 1 });
  expect(run.progress).toMatchObject([{ checks: ["plausible"], upstream: [] }]);
  const after = await client.assets.get.query(raw);
  expect(after.kind === "asset" && before.kind === "asset" && after.counts).toEqual(
    before.kind === "asset" && before.counts,
  );
  expect(await materializedOf(raw.key)).toBe(materialized);

  const again = await client.checks.plan.query({
    assets: [{ ...raw, checks: ["plausible"] }],
    partitions: { kind: "ranges", ranges: [FIRST_DAY, FIRST_DAY + 1] },
  });
  expect(again).toMatchObject({ total: 0, assets: [{ doubled: 1 }] });
  expect(again.reason).toContain(`run ${runs[0]?.runId}`);
  const refused = client.checks.run.mutate({
    assets: [{ ...raw, checks: ["plausible"] }],
    partitions: { kind: "ranges", ranges: [FIRST_DAY, FIRST_DAY + 1] },
    idempotencyKey: "check-one-day-more",
  });
  expect(await refused.catch(codeOf)).toBe("PLAN_EMPTY");
});

it("refuses checks and assets that there are not", async () => {
  const run = (assets: { key: string; checks?: string[] }[]) =>
    client.checks.plan.query({ assets, partitions: { kind: "all" } }).catch(codeOf);
  expect(await run([{ ...raw, checks: ["plausibel"] }])).toBe("CHECK_UNKNOWN");
  expect(await run([{ key: "weather/rain" }])).toBe("ASSET_UNKNOWN");
  expect(await run([{ key: "report" }])).toBe("CHECK_UNKNOWN");
});
