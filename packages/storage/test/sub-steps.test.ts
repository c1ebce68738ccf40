import { readSubSteps, recordSubSteps, retryRun, runRetention, type Database } from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchAndClaim, settle } from "./fixtures/launched-run.ts";
import { fail } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database[Symbol.asyncDispose]());

const named = (name: string, result: string | null = "1") => ({
  name,
  result,
  startedAt: 1_700_000_000_000,
  durationMs: 5,
  tries: 1,
});

/** A run whose two steps failed. */
async function failTwo() {
  const run = await launchAndClaim(db, { a: { partitions: 2 } });
  await settle(db, run.workerId, fail(run.held));
  const { runId, held } = run;
  return {
    runId,
    place: (ordinal: number, of = runId) => ({ runId: of, assetId: held.assetId, ordinal }),
    key: held.assetKey,
  };
}

const namesOf = async (place: Parameters<typeof readSubSteps>[1]) =>
  (await readSubSteps(db, place)).map(({ name, result }) => [name, result]);

describe("sub-steps", () => {
  test("are read as they were recorded, each step's own", async () => {
    const { place } = await failTwo();
    await recordSubSteps(db, [
      { ...place(0), ...named("page 1", '{"rows":[1]}') },
      { ...place(0), ...named("page 2", null) },
      { ...place(1), ...named("page 1", "2") },
    ]);
    expect(await readSubSteps(db, place(0))).toEqual([named("page 1", '{"rows":[1]}'), named("page 2", null)]);
    expect(await namesOf(place(1))).toEqual([["page 1", "2"]]);
  });

  test("stay as they were first recorded", async () => {
    const { place } = await failTwo();
    const first = { ...place(0), ...named("page 1", "1") };
    await recordSubSteps(db, [first, first]);
    await recordSubSteps(db, [{ ...first, result: "2" }]);
    expect(await namesOf(place(0))).toEqual([["page 1", "1"]]);
  });

  test("go on in a retry of the run, and in a retry of that", async () => {
    const { runId, place } = await failTwo();
    await recordSubSteps(db, [
      { ...place(0), ...named("a", "1") },
      { ...place(0), ...named("b", "1") },
    ]);
    const first = await retryRun(db, { runId, only: "failed" });
    await recordSubSteps(db, [{ ...place(0, first.runId), ...named("c", "2") }]);
    expect(await namesOf(place(0, first.runId))).toEqual([
      ["a", "1"],
      ["b", "1"],
      ["c", "2"],
    ]);
    expect(await namesOf(place(1, first.runId))).toEqual([]);
  });

  test("do not go on when everything is done again", async () => {
    const { runId, place } = await failTwo();
    await recordSubSteps(db, [{ ...place(0), ...named("a") }]);
    const all = await retryRun(db, { runId, only: "all" });
    expect(await namesOf(place(0, all.runId))).toEqual([]);
  });

  test("do not go on with other config", async () => {
    const { runId, place, key } = await failTwo();
    await recordSubSteps(db, [{ ...place(0), ...named("a") }]);
    const retry = await retryRun(db, { runId, only: "failed", config: { [key]: { limit: 2 } } });
    expect(await namesOf(place(0, retry.runId))).toEqual([]);
  });

  test("do not go on by other code", async () => {
    const { runId, place } = await failTwo();
    await recordSubSteps(db, [{ ...place(0), ...named("a") }]);
    const retry = await retryRun(db, { runId, only: "from_failure" });
    expect(await namesOf(place(0, retry.runId))).toEqual([["a", "1"]]);
    await db.transaction(
      "test",
      ({ sql }) => sql`
        update run set plan = jsonb_set(plan, '{assets,0,codeVersion}', '"v2"') where id = ${retry.runId}`,
    );
    expect(await namesOf(place(0, retry.runId))).toEqual([]);
  });

  test("go when their run goes", async () => {
    const { runId, place } = await failTwo();
    await recordSubSteps(db, [{ ...place(0), ...named("a") }]);
    await db.transaction(
      "test",
      ({ sql }) =>
        sql`update run set ended_at = ended_at - interval '1 year', created_at = created_at - interval '1 year', collected_at = now() where id = ${runId}`,
    );
    await runRetention(db, { runDays: 100 });
    const [left] = await db.read(
      "test",
      ({ sql }) => sql<{ count: number }[]>`select count(*)::integer as count from sub_step where run_id = ${runId}`,
    );
    expect(left).toEqual({ count: 0 });
  });
});
