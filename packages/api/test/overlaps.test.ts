import { randomUUID } from "node:crypto";
import { PartitionSet } from "@heddle/core/internal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StepRunner } from "./step-runner.ts";
import { createClient, register, startTestServer, type TestServer } from "./test-server.ts";
import { weatherSnapshot } from "./weather-definitions.ts";

// Launches that meet: several at the same moment, over the same days, through two servers on one database.

let test: TestServer;
let runner: StepRunner;

beforeEach(async () => {
  test = await startTestServer();
  await register(test.db, weatherSnapshot());
  runner = await StepRunner.start(test.db);
});

afterEach(() => test[Symbol.asyncDispose]());

type Client = TestServer["client"];
type Overlap = "leave_out" | "wait" | "refuse";

/** Ranges of days that all share some with others. */
const RANGES = ["2012-01-01..2012-01-10", "2012-01-05..2012-01-15", "2012-01-08..2012-01-20", "2012-01-01..2012-01-20"];

const inputOf = (text: string, overlap: Overlap) => ({
  keys: ["weather/raw"],
  partitions: { kind: "text" as const, text, asset: "weather/raw" },
  overlap,
});

/** Previews and launches until the launch takes place, as a person does who confirms each new plan; `null`: nothing was left. */
async function launch(client: Client, text: string, overlap: Overlap): Promise<number | null> {
  const input = inputOf(text, overlap);
  let { hash, at, total } = await client.plan.preview.query(input);
  const idempotencyKey = randomUUID();
  for (;;) {
    if (total === 0) return null;
    const result = await client.plan.launch.mutate({ ...input, planHash: hash, at, idempotencyKey });
    if (result.kind === "launched") return result.runId;
    ({ hash, at, total } = result.preview);
  }
}

/** Launches all ranges at once, each through a client of its own. */
async function launchAll(overlap: Overlap): Promise<PromiseSettledResult<number | null>[]> {
  return Promise.allSettled(RANGES.map((text) => launch(createClient(test.server.address), text, overlap)));
}

const launchedOf = (results: readonly PromiseSettledResult<number | null>[]): number[] =>
  results.flatMap((result) => (result.status === "fulfilled" && result.value !== null ? [result.value] : []));

async function partitionsOf(runId: number): Promise<PartitionSet> {
  const { progress } = await test.client.runs.get.query({ runId });
  return PartitionSet.fromRanges(progress.find(({ asset }) => asset.key === "weather/raw")?.partitions ?? []);
}

/** How often each day was made, by ordinal. */
async function timesMade(): Promise<Map<number, number>> {
  const rows = await test.db.read(
    "times made",
    ({ sql }) =>
      sql<{ ordinal: number; times: number }[]>`
      select m.ordinal, count(*)::integer as times from materialization m join asset a on a.id = m.asset_id
      where a.key = 'weather/raw' group by m.ordinal order by m.ordinal`,
  );
  return new Map(rows.map(({ ordinal, times }) => [ordinal, times]));
}

const TWENTY_DAYS = 20;

describe("launches over the same partitions at the same time", () => {
  it("leave_out: share the partitions out, so that each is made once", async () => {
    const runs = launchedOf(await launchAll("leave_out"));
    const sets = await Promise.all(runs.map((runId) => partitionsOf(runId)));
    // Disjoint, and together everything that anybody asked for.
    expect(sets.reduce((sum, { size }) => sum + size, 0)).toBe(TWENTY_DAYS);
    expect(sets.reduce((all, set) => all.union(set), PartitionSet.EMPTY).size).toBe(TWENTY_DAYS);
    for (const runId of runs) await runner.finish(runId);
    const made = await timesMade();
    expect([made.size, new Set(made.values())]).toEqual([TWENTY_DAYS, new Set([1])]);
  });

  it("wait: make everything that each asked for, one after the other, never two at a time", async () => {
    const runs = launchedOf(await launchAll("wait")).toSorted((a, b) => a - b);
    expect(runs).toHaveLength(RANGES.length);
    for (const [index, runId] of runs.entries()) {
      // Whoever tries to let a later one begin does so in vain while an earlier one that shares a partition is open.
      for (const later of runs.slice(index + 1)) await runner.admit(later);
      const states = await Promise.all(
        runs.slice(index + 1).map((later) => test.client.runs.get.query({ runId: later })),
      );
      const own = await partitionsOf(runId);
      const sets = await Promise.all(states.map(({ id }) => partitionsOf(id)));
      const begun = states.filter(({ status }, at) => status !== "queued" && sets[at]?.overlaps(own) === true);
      expect(begun).toEqual([]);
      await runner.finish(runId);
    }
    const made = await timesMade();
    const sets = await Promise.all(runs.map((runId) => partitionsOf(runId)));
    expect([...made]).toEqual([...made.keys()].map((day) => [day, sets.filter((set) => set.has(day)).length]));
    expect(made.size).toBe(TWENTY_DAYS);
    expect(Math.max(...made.values())).toBe(RANGES.length);
  });

  it("refuse: launch one, and refuse the others naming it", async () => {
    const results = await launchAll("refuse");
    const [winner, ...others] = launchedOf(results);
    expect(others).toEqual([]);
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    expect(refused).toHaveLength(RANGES.length - 1);
    for (const reason of refused) {
      expect(reason).toMatchObject({
        data: { httpStatus: 409, heddle: { code: "PLAN_OVERLAPS", details: { runs: [winner] } } },
      });
    }
    await runner.finish(winner ?? 0);
    expect(new Set((await timesMade()).values())).toEqual(new Set([1]));
  });

  it("refuse: a plan that was free when it was looked at names the run that came first", async () => {
    const { client } = test;
    const input = inputOf("2012-01-01..2012-01-10", "refuse");
    const [one, other] = [await client.plan.preview.query(input), await client.plan.preview.query(input)];
    const launched = await client.plan.launch.mutate({
      ...input,
      planHash: one.hash,
      at: one.at,
      idempotencyKey: randomUUID(),
    });
    const late = { ...input, planHash: other.hash, at: other.at, idempotencyKey: randomUUID() };
    await expect(client.plan.launch.mutate(late)).rejects.toMatchObject({
      data: { heddle: { code: "PLAN_OVERLAPS", details: { runs: [launched.kind === "launched" && launched.runId] } } },
    });
  });

  it("whatever the rules: nothing is made twice at a time, and what was left out is there for those that read it", async () => {
    const rules: readonly Overlap[] = ["leave_out", "wait", "refuse", "leave_out"];
    const results = await Promise.allSettled(
      RANGES.map((text, at) => launch(createClient(test.server.address), text, rules[at] ?? "leave_out")),
    );
    for (const runId of launchedOf(results).toSorted((a, b) => a - b)) {
      await runner.admit(runId);
      const claims = await runner.claim();
      const places = claims.flatMap(({ assetKey, partitions }) => [...partitions].map((day) => `${assetKey} ${day}`));
      expect(new Set(places).size).toBe(places.length);
      await runner.settle(claims);
      await runner.finish(runId);
    }
    expect((await timesMade()).size).toBeGreaterThanOrEqual(10);
  });
});

describe("what another run makes", () => {
  const january = { keys: ["weather/raw"], partitions: { kind: "text" as const, text: "2012-01-01..2012-01-31" } };
  const month = (overlap: Overlap) => ({
    selection: "weather/raw or weather/summary",
    partitions: { kind: "text" as const, text: "2012-01", asset: "weather/summary" },
    overlap,
  });

  it("is left to it, and the run that reads it begins when that is over", async () => {
    const { client } = test;
    const first = (await launch(client, january.partitions.text, "leave_out")) ?? 0;
    const preview = await client.plan.preview.query(month("leave_out"));
    expect(preview).toMatchObject({
      total: 1,
      alreadyPlanned: 31,
      after: [{ id: first, status: "queued" }],
      assets: [{ asset: { key: "weather/summary" }, count: 1 }],
    });
    // The days are on their way: nothing is missing.
    expect(preview.warnings.map(({ code }) => code)).toEqual(["ALREADY_RUNNING"]);
    const second = await client.plan.launch.mutate({
      ...month("leave_out"),
      planHash: preview.hash,
      at: preview.at,
      idempotencyKey: randomUUID(),
    });
    if (second.kind !== "launched") throw new Error("not launched");
    await runner.admit(second.runId);
    expect(await client.runs.get.query({ runId: second.runId })).toMatchObject({ status: "queued" });
    await runner.finish(first);
    await runner.finish(second.runId);
    expect(await client.runs.get.query({ runId: second.runId })).toMatchObject({ status: "success" });
  });

  it("is waited for by a plan that only reads it, where it was never made", async () => {
    const { client } = test;
    const first = (await launch(client, january.partitions.text, "leave_out")) ?? 0;
    const summary = { keys: ["weather/summary"], partitions: { kind: "text" as const, text: "2012-01" } };
    expect(await client.plan.preview.query(summary)).toMatchObject({ after: [{ id: first }], warnings: [] });
    const withMissing = await client.plan.preview.query({ ...summary, cascade: "upstream_missing" });
    expect(withMissing).toMatchObject({ total: 1, after: [{ id: first }] });
    await runner.finish(first);
    // Once it is made, making it again keeps nobody waiting who did not ask for it.
    await launch(client, january.partitions.text, "leave_out");
    expect(await client.plan.preview.query(summary)).toMatchObject({ after: [], warnings: [] });
  });
});
