import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AttentionItem } from "@heddle/api";
import { recordFreshness } from "./automation-rows.ts";
import { launch } from "./launch.ts";
import { StepRunner, type Behaviour } from "./step-runner.ts";
import { register, startTestServer, type TestServer } from "./test-server.ts";
import { tickSnapshot } from "./tick-world.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

let test: TestServer;
let runner: StepRunner;
const FIRST_DAY = 15_340;

beforeAll(async () => {
  test = await startTestServer();
  await register(test.db, { ...weatherSnapshot(), ...tickSnapshot() });
  runner = await StepRunner.start(test.db);
});
afterAll(() => test[Symbol.asyncDispose]());

async function make(key: string, text: string | null, behave: Behaviour): Promise<number> {
  const runId = await launch(test.client, {
    keys: [key],
    ...(text !== null && { partitions: { kind: "text", text } }),
  });
  await runner.finish(runId, behave);
  return runId;
}

const breaks =
  (message: string): Behaviour =>
  () => ({ fails: { cause: "error", message } });
const check = (name: string, passed: boolean, severity: "warn" | "error"): Behaviour => {
  return () => ({ checks: [{ name, passed, severity, blocking: false, description: null, metadata: null }] });
};

async function itemOf(key: string): Promise<AttentionItem | undefined> {
  const { items } = await test.client.home.attention.query({});
  return items.find(({ asset }) => asset.key === key);
}

describe("home.attention", () => {
  it("ranks what has failed by how much depends on it, and says why it failed", async () => {
    expect(await test.client.home.attention.query({})).toMatchObject({ items: [], total: 0, quiet: 0 });
    await make("letter", null, breaks("no paper\nat all"));
    const runId = await make("weather/raw", "2012-01-02..2012-01-03", breaks("no data"));
    const { items, total } = await test.client.home.attention.query({});
    expect(items.map(({ asset, downstream }) => [asset.key, downstream])).toEqual([
      ["weather/raw", 3],
      ["letter", 0],
    ]);
    expect(total).toBe(2);
    expect(items[0]).toMatchObject({
      severity: "error",
      failedPartitions: 2,
      failedText: "2012-01-02..2012-01-03 (2)",
      failure: { runId, message: "no data", ordinal: FIRST_DAY + 2, partitionKey: "2012-01-03" },
      checks: [],
      note: null,
    });
    expect(items[1]).toMatchObject({ failedText: "", failure: { message: "no paper", partitionKey: "" } });
    expect((await test.client.home.attention.query({ limit: 1 })).items).toHaveLength(1);
  });

  it("leaves an asset alone once it is made again", async () => {
    await make("letter", null, () => ({}));
    expect(await itemOf("letter")).toBeUndefined();
  });

  it("tells checks that did not pass, and ranks warnings last", async () => {
    await make("weather/raw", "2012-01-02..2012-01-03", check("plausible", false, "warn"));
    expect(await itemOf("weather/raw")).toMatchObject({
      severity: "warn",
      failedPartitions: 0,
      failure: null,
      checks: [{ name: "plausible", failed: 0, warned: 2 }],
    });
    await make("letter", null, breaks("no paper"));
    const { items } = await test.client.home.attention.query({});
    expect(items.map(({ asset }) => asset.key)).toEqual(["letter", "weather/raw"]);
  });

  it("keeps what was acknowledged out of the way until there is another problem", async () => {
    const before = await itemOf("letter");
    await test.client.home.acknowledge.mutate({
      asset: "letter",
      problem: before?.problem ?? "",
      text: "ordered paper",
    });
    const { items, total, quiet } = await test.client.home.attention.query({});
    expect([total, quiet]).toEqual([1, 1]);
    // What asks for nobody stands behind what does.
    expect(items.map(({ asset, note }) => [asset.key, note?.text])).toEqual([
      ["weather/raw", undefined],
      ["letter", "ordered paper"],
    ]);
    await make("letter", null, breaks("no ink"));
    expect(await itemOf("letter")).toMatchObject({ note: null, failure: { message: "no ink" } });
  });

  it("keeps what is snoozed out of the way whatever happens, until somebody takes it back", async () => {
    const { problem = "" } = (await itemOf("letter")) ?? {};
    await test.client.home.acknowledge.mutate({ asset: "letter", problem, snoozeMs: 3_600_000 });
    await make("letter", null, breaks("no stamps"));
    expect((await itemOf("letter"))?.note?.until).toBeGreaterThan(Date.now());
    expect(await test.client.home.unacknowledge.mutate({ asset: "letter" })).toEqual({ changed: true });
    expect(await test.client.home.unacknowledge.mutate({ asset: "letter" })).toEqual({ changed: false });
    expect((await itemOf("letter"))?.note).toBeNull();
    const unknown = test.client.home.acknowledge.mutate({ asset: "no/such", problem: "x" });
    await expect(unknown).rejects.toMatchObject({ data: { heddle: { code: "ASSET_UNKNOWN" } } });
  });

  it("tells what is overdue by its own policy, as a problem of its own", async () => {
    const since = Date.now() - 60_000;
    const policy = { version: 1, kind: "within", failMs: 3_600_000, warnMs: null } as const;
    const row = { asset: "letter", policy, judgedAt: since, materializedAt: null, changesAt: null, overdueAt: since };
    const before = await itemOf("letter");
    await recordFreshness(test.db, { ...row, state: "fail", since });
    const item = await itemOf("letter");
    expect(item).toMatchObject({ severity: "error", overdue: { state: "fail", since } });
    expect(item?.problem).not.toBe(before?.problem);
  });

  it("leaves out checks that are silenced, and assets of which nothing else is wrong", async () => {
    expect(await itemOf("weather/raw")).toMatchObject({ checks: [{ name: "plausible" }] });
    const of = { key: "weather/raw", check: "plausible" };
    await test.client.checks.silence.mutate({ ...of, until: Date.now() + 3_600_000, reason: "known" });
    expect(await itemOf("weather/raw")).toBeUndefined();
    await test.client.checks.silence.mutate({ ...of, until: null, reason: "mended" });
    expect(await itemOf("weather/raw")).toMatchObject({ checks: [{ name: "plausible" }] });
  });
});

describe("what is expected and what has happened", () => {
  it("home.upcoming tells the ticks of what is not paused, the next first", async () => {
    const { now, until, owners } = await test.client.home.upcoming.query({});
    expect(until - now).toBe(24 * 3_600_000);
    const names = owners.map(({ name }) => name);
    expect(names).toContain("files");
    expect(names).not.toContain("still");
    const busy = owners.find(({ name }) => name === "busy");
    expect(busy?.at).toHaveLength(25);
    expect(owners.map(({ at }) => at[0] ?? 0)).toEqual(owners.map(({ at }) => at[0] ?? 0).toSorted((a, b) => a - b));
    expect((await test.client.home.upcoming.query({ hours: 1 })).owners.map(({ name }) => name)).toContain("busy");
  });

  it("assets.expected tells the next tick of each asset that a schedule names", async () => {
    const { ids, at, schedules, now } = await test.client.assets.expected.query();
    const letter = await test.client.assets.get.query({ key: "letter" });
    expect(ids).toEqual([letter.kind === "asset" ? letter.id : 0]);
    expect(schedules).toEqual(["nightly"]);
    expect(at[0]).toBeGreaterThan(now);
  });

  it("home.runs tells the runs of a span with their groups", async () => {
    const now = Date.now();
    const { runs, more } = await test.client.home.runs.query({ from: now - 3_600_000, to: now + 60_000, limit: 2 });
    expect([runs.length, more]).toEqual([2, true]);
    expect(runs[0]).toMatchObject({ status: "failed", groups: ["reports"], total: 1, failed: 1, assetCount: 1 });
    expect(runs[0]).toMatchObject({ failedGroups: ["reports"] });
    const empty = await test.client.home.runs.query({ from: now - 7_200_000, to: now - 3_600_000 });
    expect(empty).toMatchObject({ runs: [], more: false });
  });

  it("assets.activity counts steps by the span in which their runs were created", async () => {
    const now = Date.now();
    const raw = await test.client.assets.get.query({ key: "weather/raw" });
    const rawId = raw.kind === "asset" ? raw.id : 0;
    const bounds = [now - 86_400_000, now - 3_600_000, now + 60_000];
    const { ids, cells } = await test.client.assets.activity.query({ bounds });
    // Two partitions failed, with two attempts each, and were then made.
    expect(cells[ids.indexOf(rawId)]).toEqual([1, 2, 2, 0, 0]);
    expect(await test.client.assets.activity.query({ bounds: bounds.slice(0, 2) })).toEqual({ ids: [], cells: [] });
  });

  it("assets.durations tells the last runs that made something", async () => {
    const { assets } = await allIds();
    const { ids, meansMs } = await test.client.assets.durations.query({ ids: assets });
    expect(ids.length).toBe(2);
    expect(meansMs.map(({ length }) => length)).toEqual([1, 1]);
    expect(await test.client.assets.durations.query({ ids: [] })).toEqual({ ids: [], meansMs: [] });
  });

  it("home.runs tells in which groups of a run something failed", async () => {
    const runId = await launch(test.client, { keys: ["weather/raw", "letter"] });
    await runner.finish(runId, ({ assetKey }) =>
      assetKey === "letter" ? { fails: { cause: "error", message: "no ink" } } : {},
    );
    const now = Date.now();
    const { runs } = await test.client.home.runs.query({ from: now - 3_600_000, to: now + 60_000, limit: 1 });
    expect(runs[0]).toMatchObject({ id: runId, status: "failed", failedGroups: ["reports"] });
    expect(runs[0]?.groups.toSorted()).toEqual(["reports", "weather"]);
  });
});

async function allIds(): Promise<{ readonly assets: number[] }> {
  const snapshot = await test.client.assets.snapshot.query({});
  return { assets: snapshot.kind === "snapshot" ? [...snapshot.ids] : [] };
}

describe("what people keep", () => {
  it("views are saved, listed and deleted", async () => {
    const saved = await test.client.views.save.mutate({ page: "assets", name: "Broken", search: "status=failed" });
    expect((await test.client.views.list.query({ page: "assets" })).views).toEqual([saved]);
    expect(await test.client.views.delete.mutate({ id: saved.id })).toEqual({ changed: true });
    expect(await test.client.views.delete.mutate({ id: saved.id })).toEqual({ changed: false });
    expect((await test.client.views.list.query({ page: "assets" })).views).toEqual([]);
  });

  it("stars are set for assets that there are", async () => {
    expect(await test.client.favourites.set.mutate({ key: "letter", isFavourite: true })).toEqual({ changed: true });
    expect(await test.client.favourites.list.query()).toEqual({ keys: ["letter"] });
    await expect(test.client.favourites.set.mutate({ key: "nothing", isFavourite: true })).rejects.toMatchObject({
      data: { heddle: { code: "ASSET_UNKNOWN" } },
    });
  });
});
