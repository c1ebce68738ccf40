import { recordSubSteps } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBusyWorld, FIRST_DAY, type BusyWorld } from "./busy-world.ts";
import { launch } from "./launch.ts";
import type { TestServer } from "./test-server.ts";

let world: BusyWorld;
let client: TestServer["client"];

beforeAll(async () => {
  world = await createBusyWorld();
  ({ client } = world.test);
});

afterAll(() => world[Symbol.asyncDispose]());

/** Every item of a list, read in pages of so many; `between` runs after each page. */
async function readAll<T>(
  read: (cursor: string | null) => Promise<{ readonly items: readonly T[]; readonly nextCursor: string | null }>,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(cursor);
    all.push(...page.items);
    cursor = page.nextCursor;
    await between();
  } while (cursor !== null);
  return all;
}

describe("assets.materializations", () => {
  it("pages through everything that was made, superseded ones included, the newest run first", async () => {
    const again = await launch(client, {
      keys: ["weather/raw"],
      partitions: { kind: "text", text: "2012-01-05..2012-01-08" },
    });
    await world.runner.finish(again);
    const all = await readAll((cursor) =>
      client.assets.materializations.query({ key: "weather/raw", cursor, limit: 7 }),
    );
    const january = Array.from({ length: 31 }, (_, i) => FIRST_DAY + 30 - i).filter((day) => day !== FIRST_DAY + 3);
    // The open run was given more slots while the others were finished.
    const others = all.filter(({ runId }) => runId === again || runId === world.failedRunId);
    expect(others.map(({ runId, ordinal }) => [runId, ordinal])).toEqual([
      ...[7, 6, 5, 4].map((day) => [again, FIRST_DAY + day]),
      ...january.map((day) => [world.failedRunId, day]),
    ]);
    const superseded = others.filter(({ current }) => !current).map(({ ordinal }) => ordinal - FIRST_DAY);
    expect(superseded).toEqual([7, 6, 5, 4]);
    expect(all.map(({ runId }) => runId)).toEqual(all.map(({ runId }) => runId).toSorted((a, b) => b - a));
    expect(all.every(({ metadata }) => metadata["rows"] === 3)).toBe(true);

    const one = await readAll((cursor) =>
      client.assets.materializations.query({ key: "weather/raw", ordinal: FIRST_DAY + 4, cursor, limit: 1 }),
    );
    expect(one.map(({ runId, current }) => [runId, current])).toEqual([
      [again, true],
      [world.failedRunId, false],
    ]);
  });

  it("pages through those of an asset without partitions", async () => {
    const runIds: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const runId = await launch(client, { keys: ["letter"] });
      await world.runner.finish(runId);
      runIds.unshift(runId);
    }
    const all = await readAll((cursor) => client.assets.materializations.query({ key: "letter", cursor, limit: 2 }));
    expect(all.map(({ runId }) => runId)).toEqual(runIds);
  });
});

describe("checks.history", () => {
  it("pages through all results, and filters by check, partition and outcome", async () => {
    const key = "weather/raw";
    const all = await readAll((cursor) => client.checks.history.query({ key, cursor, limit: 9 }));
    expect(all).toHaveLength(60);
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => b - a));
    const warned = await readAll((cursor) => client.checks.history.query({ key, outcome: "warned", cursor, limit: 9 }));
    expect(warned).toEqual(all.filter(({ passed }) => !passed));
    expect(warned[0]).toMatchObject({ name: "plausible", description: "cold", metadata: { t: -40 } });
    const one = await client.checks.history.query({ key, check: "not_null", ordinal: FIRST_DAY });
    expect(one.items).toEqual(all.filter(({ name, ordinal }) => name === "not_null" && ordinal === FIRST_DAY));
    expect((await client.checks.history.query({ key, outcome: "failed" })).items).toEqual([]);
    expect((await client.checks.history.query({ key, check: "no_such" })).items).toEqual([]);
  });
});

describe("events.list", () => {
  it("tells what happened to a run and to an asset, newest first", async () => {
    const runId = world.failedRunId;
    const ofRun = await readAll((cursor) => client.events.list.query({ runId, cursor, limit: 2 }));
    expect(ofRun.at(0)).toMatchObject({ kind: "run_ended", runId, asset: null, payload: { status: "failed" } });
    expect(ofRun.at(-1)).toMatchObject({ kind: "run_created", runId });
    expect(new Set(ofRun.map(({ id }) => id)).size).toBe(ofRun.length);
    const ofAsset = await readAll((cursor) =>
      client.events.list.query({ asset: "weather/raw", runId, cursor, limit: 3 }),
    );
    expect(ofAsset).toEqual(ofRun.filter(({ asset }) => asset?.key === "weather/raw"));
    const failures = ofAsset.filter(({ kind }) => kind === "steps_failed");
    expect(failures).toMatchObject([{ partitionCount: 1, partitionText: "2012-01-04" }]);
    const [newest] = (await client.events.list.query({})).items;
    expect(newest?.id).toBeGreaterThanOrEqual(ofRun[0]?.id ?? 0);
  });
});

describe("runs.step", () => {
  it("tells every attempt at a step, with its error, and what came of it", async () => {
    const asset = "weather/raw";
    const failed = await client.runs.step.query({ runId: world.failedRunId, asset, ordinal: FIRST_DAY + 3 });
    expect(failed).toMatchObject({ status: "failed", partitionKey: "2012-01-04", materialization: null });
    expect(failed.attempts).toMatchObject([
      { number: 1, outcome: "failed", cause: "error", error: { message: "no data" }, workerId: world.runner.workerId },
      { number: 2, outcome: "failed", cause: "error" },
    ]);
    const made = await client.runs.step.query({ runId: world.failedRunId, asset, ordinal: FIRST_DAY });
    expect(made).toMatchObject({ status: "success", materialization: { runId: world.failedRunId, attempt: 1 } });
    expect(made.attempts).toMatchObject([{ number: 1, outcome: "success", cause: null, error: null }]);
    expect((made.attempts[0]?.endedAt ?? 0) - (made.attempts[0]?.startedAt ?? 0)).toBe(40);
    expect(made.checks.map(({ name }) => name).toSorted()).toEqual(["not_null", "plausible"]);
  });

  it("tells the sub-steps that are done", async () => {
    const [asset] = await world.test.db.read(
      "test",
      ({ sql }) => sql<{ id: number }[]>`select id from asset where key = 'weather/raw'`,
    );
    const place = { runId: world.failedRunId, assetId: asset?.id ?? 0, ordinal: FIRST_DAY + 3 };
    const startedAt = Date.UTC(2026, 0, 1);
    await recordSubSteps(
      world.test.db,
      Array.from({ length: 101 }, (_, page) => ({
        ...place,
        name: `page ${page}`,
        result: "1",
        startedAt: startedAt + page,
        durationMs: 12,
        tries: 1,
      })),
    );
    const step = await client.runs.step.query({ runId: place.runId, asset: "weather/raw", ordinal: place.ordinal });
    expect(step.subSteps[1]).toEqual({ name: "page 1", startedAt: startedAt + 1, durationMs: 12, tries: 1 });
    expect([step.subSteps.length, step.subStepCount]).toEqual([100, 101]);
  });

  it("shows the attempt that runs now", async () => {
    const asset = "weather/raw";
    const runId = await launch(client, { keys: [asset], partitions: { kind: "text", text: "2012-03-20" } });
    await world.runner.admit(runId);
    const claims = await world.runner.claim();
    const step = await client.runs.step.query({ runId, asset, ordinal: FIRST_DAY + 79 });
    expect(step).toMatchObject({
      status: "running",
      attempts: [{ number: 1, outcome: "running", endedAt: null, workerId: world.runner.workerId }],
    });
    await world.runner.settle(claims);
  });

  it.each([
    [{ asset: "weather/raw", ordinal: 1 }, "STEP_UNKNOWN"],
    [{ asset: "letter", ordinal: 0 }, "STEP_UNKNOWN"],
    [{ asset: "no/such", ordinal: 0 }, "ASSET_UNKNOWN"],
  ])("answers 404 for %j", async (place, code) => {
    await expect(client.runs.step.query({ runId: world.failedRunId, ...place })).rejects.toMatchObject({
      data: { httpStatus: 404, heddle: { code } },
    });
  });
});

describe("runs.get", () => {
  it("tells failures that were followed by another attempt from those that steps failed of", async () => {
    const ended = await client.runs.get.query({ runId: world.failedRunId });
    expect(ended.failures).toMatchObject([{ count: 2, failedSteps: 1, message: "no data" }]);
    const open = await client.runs.get.query({ runId: world.openRunId });
    expect(open.failures).toMatchObject([{ count: 1, failedSteps: 0, message: "try again" }]);
  });
});

describe("runs.list", () => {
  it("neither skips nor repeats a run when others are launched between its pages", async () => {
    const before = (await client.runs.list.query({ limit: 500 })).items.map(({ id }) => id);
    let launched = 0;
    const paged = await readAll(
      (cursor) => client.runs.list.query({ cursor, limit: 2 }),
      async () => {
        if (launched < 3) await world.runner.finish(await launch(client, { keys: ["report"] }));
        launched += 1;
      },
    );
    expect(paged.map(({ id }) => id)).toEqual(before);
  });
});
