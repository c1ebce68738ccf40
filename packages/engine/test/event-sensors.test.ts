import { readSensors, readTicks, setSensorCursor, setTickPaused, type TickRow } from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDeployment, type TestDeployment } from "./support/deployment.ts";
import { until } from "./support/processes.ts";

const PROJECT = {
  "src/definitions.ts": `
import { asset, assetSensor, checkSensor, dailyPartitions, definitions, fail, pass, runStatusSensor, skip } from "@heddle/core";

const days = dailyPartitions({ start: "2024-01-01", end: "2024-02-01" });
const raw = asset({ key: "raw", partitions: days, materialize({ partition }) {
  if (partition.key === "2024-01-31") throw new Error("no data");
  return partition.key;
} });
const doubtful = asset({ key: "doubtful", partitions: days, materialize: ({ partition }) => partition.key, checks: {
  even: { severity: "warn", check: ({ value }) => (Number(value.slice(-2)) % 2 === 0 ? pass() : fail()) },
  before_third: { blocking: true, check: ({ value }) => (Number(value.slice(-2)) < 3 ? pass() : fail()) },
} });
const report = asset({ key: "report", materialize: () => 1 });
const other = asset({ key: "other", materialize: () => 1 });
export default definitions({
  assets: [raw, report, other, doubtful],
  sensors: [
    checkSensor({
      name: "doubts", assets: [doubtful], outcomes: ["warned", "failed"],
      evaluate({ events, log }) {
        for (const { check, outcome, partitionKeys, count, assetKey } of events) log.info(check, { outcome, partitionKeys, count, assetKey });
        return skip("told");
      },
    }),
    assetSensor({ name: "declared", assets: [raw], consume: "latest", selection: [report], enabledByDefault: false }),
    assetSensor({ name: "itself", assets: "key:report", selection: [report], enabledByDefault: false }),
    assetSensor({
      name: "together", assets: [raw], consume: { debounceMs: 2_000 }, enabledByDefault: false,
      evaluate({ events, log }) {
        const keys = events.flatMap(({ partitionKeys }) => partitionKeys).toSorted();
        log.info("saw", { keys, count: events.reduce((sum, { count }) => sum + count, 0), of: events[0]?.assetKey });
        return skip("told");
      },
    }),
    assetSensor({ name: "throws", assets: [raw], enabledByDefault: false, evaluate() { throw new Error("not this one"); } }),
    runStatusSensor({
      name: "alarm", statuses: ["failed"],
      evaluate({ events, log }) {
        for (const { runId, status, tags, at } of events) log.warn("alarm", { runId, status, tags, isDate: at instanceof Date });
        return { selection: [other], tags: { because: "it failed" } };
      },
    }),
  ],
});
`,
};

let deployment: TestDeployment;

beforeEach(async () => {
  deployment = await createDeployment(PROJECT);
  await deployment.startDaemon();
  await deployment.startWorker();
});
afterEach(() => deployment[Symbol.asyncDispose]());

const ticksOf = (name: string): Promise<TickRow[]> =>
  deployment.db.read("ticks", (tx) => readTicks(tx, { kind: "sensor", name, limit: 100 }));
const resume = (name: string) => setTickPaused(deployment.db, { kind: "sensor", name, paused: false });
const linesOf = (tick: TickRow | undefined): unknown[] =>
  (tick?.log ?? "").split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as unknown]));

async function untilTick(name: string): Promise<TickRow> {
  let ticks: TickRow[] = [];
  await until(`${name} has ticked; ${deployment.complaints.join("; ")}`, async () => {
    ticks = await ticksOf(name);
    return ticks.length > 0;
  });
  const [newest] = ticks;
  if (newest === undefined) throw new Error("there is no tick");
  return newest;
}

/** Runs of a sensor, newest first. */
const runsOf = (name: string) =>
  deployment.db.read("runs", async ({ sql }) => [
    ...(await sql<{ id: number; tags: unknown }[]>`
      select id, tags from run where origin ->> 'kind' = 'sensor' and origin ->> 'name' = ${name} order by id desc`),
  ]);

describe("materializations", () => {
  test("set off the declared run; those of its own runs do not", async () => {
    await Promise.all(["declared", "itself"].map(resume));
    await deployment.ended(await deployment.launch(["raw"], "2024-01-01"));
    expect(await untilTick("declared")).toMatchObject({ outcome: "requested", runIds: [expect.any(Number)] });
    const tick = await untilTick("itself");
    expect(tick.outcome).toBe("requested");
    for (const { id } of [...(await runsOf("declared")), ...(await runsOf("itself"))]) await deployment.ended(id);
    // Another one that is not of its own sets it off again, and nothing else does.
    const before = (await runsOf("itself")).length;
    await deployment.ended(await deployment.launch(["report"]));
    await until("it has ticked again", async () => (await runsOf("itself")).length > before);
    expect(await runsOf("itself")).toHaveLength(before + 1);
  });

  test("that lie together are seen together, with their keys, and once", async () => {
    await resume("together");
    await deployment.ended(await deployment.launch(["raw"], "2024-01-01..2024-01-05"));
    const keys = [1, 2, 3, 4, 5].map((day) => `2024-01-0${day}`);
    const seen = async () =>
      (await ticksOf("together")).flatMap(linesOf) as { f: { keys: string[]; count: number; of: string } }[];
    await until("it has seen all", async () => (await seen()).flatMap(({ f }) => f.keys).length >= keys.length);
    // A busy machine may take longer than the pause between two of them; but one evaluation for each it never is.
    expect((await ticksOf("together")).length).toBeLessThan(keys.length);
    expect((await seen()).flatMap(({ f }) => f.keys).toSorted()).toEqual(keys);
    expect((await seen()).reduce((sum, { f }) => sum + f.count, 0)).toBe(keys.length);
    expect((await ticksOf("together"))[0]).toMatchObject({ outcome: "skipped", reason: "told", count: 1 });
  });

  test("of the time in which a sensor was paused, or before it was reset, are not made up for", async () => {
    await deployment.ended(await deployment.launch(["raw"], "2024-01-01"));
    await resume("together");
    await deployment.ended(await deployment.launch(["raw"], "2024-01-02"));
    expect(linesOf(await untilTick("together"))).toMatchObject([{ f: { keys: ["2024-01-02"] } }]);
    expect(await setSensorCursor(deployment.db, { name: "together", cursor: null })).toBe("changed");
    await expect(setSensorCursor(deployment.db, { name: "together", cursor: "7" })).rejects.toMatchObject({
      code: "EVENT_CURSOR_INVALID",
    });
  });

  test("with which a function fails three times are passed over, so that others come through", async () => {
    await resume("throws");
    await deployment.ended(await deployment.launch(["raw"], "2024-01-01"));
    await until("it has failed for good", async () => (await ticksOf("throws")).length === 3);
    const [sensor] = (await deployment.db.read("sensors", readSensors)).filter(({ name }) => name === "throws");
    expect(sensor?.failures).toBe(0);
    expect((await ticksOf("throws")).map(({ outcome, error }) => [outcome, error?.code])).toEqual(
      Array.from({ length: 3 }, () => ["failed", "TICK_FAILED"]),
    );
  });
});

test("checks that did not pass set off a sensor, also those that kept a value from being published", async () => {
  await deployment.ended(await deployment.launch(["doubtful"], "2024-01-01..2024-01-03"));
  const seen = async () =>
    (await ticksOf("doubts")).flatMap(linesOf) as {
      m: string;
      f: { outcome: string; partitionKeys: string[]; count: number };
    }[];
  const results = async (): Promise<string[]> =>
    (await seen()).flatMap(({ m, f }) => f.partitionKeys.map((key) => `${key} ${m} ${f.outcome}`)).toSorted();
  // Each result once, although one transaction may have settled all of them.
  const expected = ["2024-01-01 even warned", "2024-01-03 before_third failed", "2024-01-03 even warned"];
  await until(
    `it has seen all of them; ${deployment.complaints.join("; ")}`,
    async () => (await results()).length >= expected.length,
  );
  expect(await results()).toEqual(expected);
  expect((await seen()).every(({ f }) => f.count === f.partitionKeys.length)).toBe(true);
});

test("the end of a run that failed sets off a sensor, with the run and why it was", async () => {
  await deployment.ended(await deployment.launch(["raw"], "2024-01-30"));
  const failed = await deployment.launch(["raw"], "2024-01-31");
  expect(await deployment.ended(failed)).toBe("failed");
  const tick = await untilTick("alarm");
  expect(tick).toMatchObject({ outcome: "requested", runIds: [expect.any(Number)] });
  expect(linesOf(tick)).toEqual([
    { l: "warn", m: "alarm", f: { runId: failed, status: "failed", tags: {}, isDate: true } },
  ]);
  expect(await runsOf("alarm")).toMatchObject([{ tags: { because: "it failed" } }]);
});
