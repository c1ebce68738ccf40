import { createRunGraph, PartitionSet } from "@heddle/core/internal";
import { createRun, insertRuns, retryRun, type Database } from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch, readStatus } from "./fixtures/launched-run.ts";
import { declare, plan, snapshotAsset } from "./fixtures/run-fixtures.ts";
import { findViolations } from "./model/invariants.ts";
import { readState } from "./model/read-state.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});

afterEach(async () => expect(findViolations(await readState(db))).toEqual([]));
afterAll(() => database[Symbol.asyncDispose]());

const launchOptions = { origin: { kind: "manual" }, environment: "production" } as const;

async function countRuns(): Promise<number> {
  return (await readState(db)).runs.length;
}

describe("createRun refuses, and leaves nothing behind:", () => {
  test("a plan of nothing", async () => {
    const before = await countRuns();
    const empty = plan([snapshotAsset("empty", { partitions: 3 })], new Map([["empty", PartitionSet.EMPTY]]));
    await expect(createRun(db, { plan: empty, ...launchOptions })).rejects.toMatchObject({ code: "PLAN_EMPTY" });
    expect(await countRuns()).toBe(before);
  });

  test("a plan of another version", async () => {
    const made = { ...plan([snapshotAsset("newer")]), protocol: 2 };
    // @ts-expect-error -- what a newer version wrote is not of this version's type
    await expect(createRun(db, { plan: made, ...launchOptions })).rejects.toMatchObject({ code: "RUN_PLAN_INVALID" });
  });

  test("assets that nobody declares", async () => {
    const before = await countRuns();
    await declare(db, [snapshotAsset("known")], "known");
    const made = plan([snapshotAsset("known"), snapshotAsset("unknown")]);
    await expect(createRun(db, { plan: made, ...launchOptions })).rejects.toMatchObject({
      code: "RUN_ASSET_UNKNOWN",
      details: { assets: ["unknown"] },
    });
    expect(await countRuns()).toBe(before);
  });

  test("assets of two projects, unless it is told which code runs", async () => {
    const codeVersionId = await declare(db, [snapshotAsset("mine")], "mine");
    await declare(db, [snapshotAsset("theirs")], "theirs");
    const made = plan([snapshotAsset("mine"), snapshotAsset("theirs")]);
    await expect(createRun(db, { plan: made, ...launchOptions })).rejects.toMatchObject({
      code: "RUN_CODE_LOCATIONS_MIXED",
      details: { codeLocations: ["mine", "theirs"] },
    });
    expect((await createRun(db, { plan: made, codeVersionId, ...launchOptions })).created).toBe(true);
  });
});

describe("many runs in one transaction", () => {
  const written = (keys: readonly { readonly asset: string; readonly originKey: string | null }[]) =>
    db.transaction("write runs", ({ sql }) =>
      insertRuns(
        sql,
        keys.map(({ asset, originKey }) => {
          const made = plan([snapshotAsset(asset, { partitions: 3 })]);
          return { plan: made, graph: createRunGraph(made), originKey, ...launchOptions };
        }),
      ),
    );

  test("are what each of them would be alone, in the order in which they were given", async () => {
    await declare(db, [snapshotAsset("one", { partitions: 3 }), snapshotAsset("two", { partitions: 3 })], "many");
    const runs = await written([
      { asset: "two", originKey: null },
      { asset: "one", originKey: "of many" },
      { asset: "one", originKey: null },
    ]);
    expect(runs.map(({ created }) => created)).toEqual([true, true, true]);
    expect(runs.map(({ runId }) => runId)).toEqual(runs.map(({ runId }) => runId).toSorted((a, b) => a - b));
    const alone = await createRun(db, { plan: plan([snapshotAsset("one", { partitions: 3 })]), ...launchOptions });
    const state = await readState(db);
    const of = (id: number | undefined) => {
      const { id: _id, originKey: _key, ...run } = state.runs.find((each) => each.id === id) ?? {};
      const assets = state.assets.filter((each) => each.runId === id).map(({ runId: _run, ...each }) => each);
      return { run, assets };
    };
    expect(of(runs[1]?.runId)).toEqual(of(alone.runId));
    expect(of(runs[2]?.runId)).toEqual(of(alone.runId));
    expect(of(runs[0]?.runId).assets).not.toEqual(of(alone.runId).assets);
  });

  test("leave alone those whose origin key has made a run, in the same call or before", async () => {
    const before = await countRuns();
    const [first, fresh, twice] = await written([
      { asset: "one", originKey: "of many" },
      { asset: "two", originKey: "of many, too" },
      { asset: "two", originKey: "of many, too" },
    ]);
    expect([first, fresh, twice].map((run) => run?.created)).toEqual([false, true, false]);
    expect(twice?.runId).toBe(fresh?.runId);
    expect(await countRuns()).toBe(before + 1);
  });
});

describe("an origin key", () => {
  test("makes one run, however often and from however many sides it is launched", async () => {
    await declare(db, [snapshotAsset("keyed")], "keyed");
    const made = plan([snapshotAsset("keyed")]);
    const before = await countRuns();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => createRun(db, { plan: made, originKey: "tick:nightly:1", ...launchOptions })),
    );
    expect(new Set(all.map(({ runId }) => runId)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect(await countRuns()).toBe(before + 1);
    const again = await createRun(db, { plan: made, originKey: "tick:nightly:1", ...launchOptions });
    expect(again).toEqual({ runId: all[0]?.runId, created: false });
  });

  test("may be left out: then every call makes a run", async () => {
    const run = await launch(db, { a: {} }, { originKey: null });
    const made = plan([snapshotAsset(run.keyOf("a"))]);
    const [one, other] = await Promise.all([1, 2].map(() => createRun(db, { plan: made, ...launchOptions })));
    expect(one?.runId).not.toBe(other?.runId);
  });
});

test("a run begins queued, with every step in its place, and pins the newest code", async () => {
  const run = await launch(
    db,
    { raw: { partitions: 3 }, clean: { partitions: 3, deps: { raw: { kind: "identity" } } } },
    { isAdmitted: false, priority: 4, maxConcurrency: 2, tags: { team: "x" } },
  );
  expect(await readStatus(db, run.runId)).toBe("queued");
  const { runs, assets, events } = await readState(db);
  const own = assets.filter(({ runId }) => runId === run.runId);
  expect(own.map(({ sets }) => [sets.ready.size, sets.waiting.size])).toEqual([
    [3, 0],
    [0, 3],
  ]);
  expect(runs.find(({ id }) => id === run.runId)).toMatchObject({ total: 6, unfinished: 6, maxConcurrency: 2 });
  expect(events.filter(({ runId }) => runId === run.runId).map(({ kind }) => kind)).toEqual(["run_created"]);
  const [row] = await db.read(
    "pinned",
    ({ sql }) => sql`select code_version_id as code, priority, tags from run where id = ${run.runId}`,
  );
  expect(row).toEqual({ code: run.codeVersionId, priority: 4, tags: { team: "x" } });
});

test("launches of the same assets in opposite order do not meet crosswise", async () => {
  const assets = Array.from({ length: 40 }, (_, index) => snapshotAsset(`cross${index}`, { partitions: 2 }));
  await declare(db, assets, "cross");
  const plans = [plan(assets), plan(assets.toReversed())];
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      createRun(db, {
        plan: plans[index % 2] ?? plan(assets),
        environment: `crossed ${index % 3}`,
        origin: { kind: "manual" },
      }),
    ),
  );
  expect(new Set(made.map(({ runId }) => runId)).size).toBe(10);
});

test("a run that is gone cannot be retried", async () => {
  await expect(retryRun(db, { runId: 999_999, only: "failed" })).rejects.toMatchObject({ code: "RUN_UNKNOWN" });
});
