import { PartitionSet } from "@heddle/core/internal";
import {
  claimSteps,
  expireWorkers,
  releaseBackoff,
  type Claim,
  type Database,
  type StepOutcome,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endBackoff, endLease, launch, launchAndClaim, readStatus, settle } from "./fixtures/launched-run.ts";
import { fail, startWorker, succeed } from "./fixtures/run-fixtures.ts";
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

/** Steps of a run that failed for good. */
const readFailed = (runId: number) =>
  db.read("readFailed", async ({ sql }) => [
    ...(await sql`select ordinal, cause from step where run_id = ${runId} and cause is not null`),
  ]);

const rangesOf = (claims: readonly Claim[]): (readonly number[])[] => claims.map(({ partitions }) => partitions.ranges);

describe("an asset that is made in chunks", () => {
  test("is claimed chunk by chunk, each as one, and the last one may be smaller", async () => {
    const { claim } = await launch(db, { a: { partitions: 10, chunk: 4 } });
    const claims = await claim(await startWorker(db));
    expect(rangesOf(claims)).toEqual([
      [0, 4],
      [4, 8],
      [8, 10],
    ]);
    expect(claims.every(({ isChunk }) => isChunk)).toBe(true);
  });

  test("is claimed whole, across the rows that hold its steps", async () => {
    const { claim } = await launch(db, { a: { partitions: 20_000, chunk: "range" } });
    expect(rangesOf(await claim(await startWorker(db)))).toEqual([[0, 20_000]]);
  });

  test("fills its chunks across the rows that hold its steps", async () => {
    const { claim } = await launch(db, { a: { partitions: 17_000, chunk: 7_000 } });
    expect(rangesOf(await claim(await startWorker(db), 2))).toEqual([
      [0, 7_000],
      [7_000, 14_000],
    ]);
  });

  test("begins at its newest partitions where the run says so", async () => {
    const { claim } = await launch(db, { a: { partitions: 17_000, chunk: 7_000 } }, { order: "newest" });
    const workerId = await startWorker(db);
    expect(rangesOf(await claim(workerId, 1))).toEqual([[10_000, 17_000]]);
    expect(rangesOf(await claim(workerId, 1))).toEqual([[3_000, 10_000]]);
    const single = await launch(db, { a: { partitions: 17_000 } }, { order: "newest" });
    expect(rangesOf(await single.claim(workerId, 3))).toEqual([[16_997, 17_000]]);
  });

  test("takes up one place of its run's limit and of its worker's room for each chunk", async () => {
    const { claim, work } = await launch(db, { a: { partitions: 9, chunk: 3 } }, { maxConcurrency: 2 });
    const workerId = await startWorker(db);
    const [first, second, ...others] = await claim(workerId);
    expect(others).toEqual([]);
    if (first === undefined || second === undefined) throw new Error("two chunks may run");
    const early = await work(workerId, succeed(first, [0]));
    expect(early.claims).toEqual([]);
    // What is left of the first chunk is still one execution.
    expect(findViolations(await readState(db))).toEqual([]);
    expect(rangesOf((await work(workerId, succeed(second))).claims)).toEqual([[6, 9]]);
    expect((await work(workerId, succeed(first, [1]))).claims).toEqual([]);
    expect((await work(workerId, succeed(first, [2]))).results).toEqual(["published"]);
  });

  test("is given to a worker as many times as that wants executions of it", async () => {
    const { codeVersionId } = await launch(db, { a: { partitions: 9, chunk: 2 } });
    const wish = { capacity: 100, perAsset: () => 3, codeVersionIds: [codeVersionId] };
    const claims = await claimSteps(db, { workerId: await startWorker(db), ...wish });
    expect(rangesOf(claims)).toEqual([
      [0, 2],
      [2, 4],
      [4, 6],
    ]);
  });
});

describe("a chunk that is not full", () => {
  const assets = {
    up: { partitions: 6 },
    down: { partitions: 6, chunk: 3, deps: { up: { kind: "identity" } } },
  } as const;

  test("is left as long as something of its run can fill it, and is taken when nothing can", async () => {
    const { held, workerId, work, claim, keyOf } = await launchAndClaim(db, assets);
    expect((await work(workerId, succeed(held, [0, 1]))).claims).toEqual([]);
    const third = await work(workerId, succeed(held, [2]));
    expect(third.claims.map(({ assetKey, partitions }) => [assetKey, partitions.ranges])).toEqual([
      [keyOf("down"), [0, 3]],
    ]);
    expect((await work(workerId, succeed(held, [3]))).claims).toEqual([]);
    const last = await work(workerId, [...fail(held, { ordinals: [4] }), ...fail(held, { ordinals: [5] })]);
    // Nothing else of the asset waits: it was skipped.
    expect(rangesOf(last.claims)).toEqual([[3, 4]]);
    expect(await claim(workerId)).toEqual([]);
  });

  test("is not taken in place of what would fill it, though only one step of the run may run at a time", async () => {
    const { claim, work, keyOf } = await launch(db, assets, { maxConcurrency: 1 });
    const workerId = await startWorker(db);
    const order: string[] = [];
    let [held] = await claim(workerId);
    while (held !== undefined) {
      order.push(`${held.assetKey === keyOf("up") ? "up" : "down"} ${held.partitions.ranges.join("-")}`);
      [held] = (await work(workerId, succeed(held))).claims;
    }
    expect(order).toEqual(["up 0-1", "up 1-2", "up 2-3", "down 0-3", "up 3-4", "up 4-5", "up 5-6", "down 3-6"]);
  });

  test("is taken when what could fill it waits for another try and nothing runs", async () => {
    const { held, workerId, work } = await launchAndClaim(db, {
      ...assets,
      up: { partitions: 6, retry: { attempts: 2, delayMs: 3_600_000, maxDelayMs: 3_600_000 } },
    });
    const { claims } = await work(workerId, [...succeed(held, [0, 1]), ...fail(held, { ordinals: [2, 3, 4, 5] })]);
    expect(rangesOf(claims)).toEqual([[0, 2]]);
  });

  test("of a whole range waits for the rest of it", async () => {
    const { held, workerId, work } = await launchAndClaim(db, {
      up: { partitions: 6 },
      down: { partitions: 6, chunk: "range", deps: { up: { kind: "identity" } } },
    });
    expect((await work(workerId, succeed(held, [0, 1, 2, 3, 4]))).claims).toEqual([]);
    expect(rangesOf((await work(workerId, succeed(held, [5]))).claims)).toEqual([[0, 6]]);
  });
});

describe("a chunk whose worker is gone", () => {
  test("is given to another one, without what was settled of it", async () => {
    const { runId, held, workerId, claim } = await launchAndClaim(db, { a: { partitions: 5, chunk: 5 } });
    expect(await settle(db, workerId, succeed(held, [1, 3]))).toEqual(["published", "published"]);
    await endLease(db, workerId);
    await expireWorkers(db);
    expect(await settle(db, workerId, succeed(held, [0]))).toEqual(["already"]);
    const other = await startWorker(db);
    await endBackoff(db, runId);
    await releaseBackoff(db);
    const [again] = await claim(other);
    if (again === undefined) throw new Error("nobody was given the rest");
    expect(again.partitions.equals(PartitionSet.of([0, 2, 4]))).toBe(true);
    expect([...again.attempts]).toEqual([
      [0, 2],
      [2, 2],
      [4, 2],
    ]);
    await settle(db, other, succeed(again));
    expect(await readStatus(db, runId)).toBe("success");
  });
});

describe("a chunk that is lost with its process", () => {
  const lose = (claim: Claim): StepOutcome[] => fail(claim, { cause: "killed" });

  test("is made again in pieces, and what is lost again one by one, so that the guilty step fails alone", async () => {
    const { runId, claim } = await launch(db, { a: { partitions: 9, chunk: 9 } });
    const workerId = await startWorker(db);
    const guilty = 4;
    const tries: (readonly number[])[] = [];
    for (let held = await claim(workerId); held.length > 0; held = await claim(workerId)) {
      for (const each of held) {
        tries.push([...each.partitions]);
        await settle(db, workerId, each.partitions.has(guilty) ? lose(each) : succeed(each));
      }
      await endBackoff(db, runId);
      await releaseBackoff(db);
    }
    expect(tries).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 2], [3, 4, 5], [6, 7, 8], [3], [4], [5]]);
    expect(await readStatus(db, runId)).toBe("failed");
    expect(await readFailed(runId)).toEqual([{ ordinal: guilty, cause: "poison" }]);
  });

  test("takes no step with it that was not lost", async () => {
    const { runId, claim, held, workerId } = await launchAndClaim(
      db,
      { a: { partitions: 8, chunk: 4 } },
      { maxConcurrency: 1 },
    );
    await settle(db, workerId, lose(held));
    await endBackoff(db, runId);
    await releaseBackoff(db);
    const order: string[] = [];
    for (let [next] = await claim(workerId); next !== undefined; [next] = await claim(workerId)) {
      order.push(next.partitions.ranges.join("-"));
      await settle(db, workerId, succeed(next));
    }
    expect(order).toEqual(["4-8", "0-2", "2-4"]);
  });
});

describe("a dependency that tolerates missing partitions", () => {
  test("lets its reader begin when enough is there and all has come to an end, and skips it when too much failed", async () => {
    const { runId, held, workerId, work, keyOf } = await launchAndClaim(db, {
      up: { partitions: 5 },
      few: { deps: { up: { kind: "all" } }, waits: { up: { kind: "at-least", count: 3 } } },
      most: { deps: { up: { kind: "all" } }, waits: { up: { kind: "at-most-missing", count: 1 } } },
    });
    expect((await work(workerId, [...succeed(held, [0, 1, 2]), ...fail(held, { ordinals: [3] })])).claims).toEqual([]);
    const { claims } = await work(workerId, fail(held, { ordinals: [4] }));
    expect(claims.map(({ assetKey }) => assetKey)).toEqual([keyOf("few")]);
    await work(
      workerId,
      claims.flatMap((each) => succeed(each)),
    );
    expect(await readStatus(db, runId)).toBe("failed");
  });
});
