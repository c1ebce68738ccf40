import type { MappingSpec } from "@heddle/core/internal";
import {
  cancelRun,
  pauseRun,
  settleAndClaim,
  type AttemptPlace,
  type Database,
  type SettleAndClaimResult,
  type StepOutcome,
} from "@heddle/storage";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { endLease, launchAndClaim, readStatus, settle, type LaunchOptions } from "./fixtures/launched-run.ts";
import { fail, giveUp, startWorker, succeed, type AssetOptions } from "./fixtures/run-fixtures.ts";
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

const SAME: MappingSpec = { kind: "unpartitioned" };
const IDENTITY: MappingSpec = { kind: "identity" };
const CHAIN = { a: {}, b: { deps: { a: SAME } }, c: { deps: { b: SAME } }, d: { deps: { c: SAME } } };

/** A run of which a worker has claimed the first asset, and ids for steps that it runs ahead. */
async function begin(assets: Readonly<Record<string, AssetOptions>>, options: LaunchOptions = {}) {
  const run = await launchAndClaim(db, assets, options);
  const { reserved } = await settleAndClaim(db, { workerId: run.workerId, outcomes: [], capacity: 0, reserve: 8 });
  const state = await readState(db);
  const ids = [...reserved];
  const place = (name: string, ordinal = 0): AttemptPlace => {
    const asset = state.assets.find(({ runId, key }) => runId === run.runId && key === run.keyOf(name));
    return { runId: run.runId, assetId: asset?.assetId ?? 0, claimId: ids.shift() ?? 0, ordinal };
  };
  const ahead = (name: string, ordinal = 0): StepOutcome => succeedAt(place(name, ordinal));
  const send = (
    outcomes: readonly StepOutcome[],
    running: readonly AttemptPlace[] = [],
    workerId = run.workerId,
  ): Promise<SettleAndClaimResult> =>
    settleAndClaim(db, {
      workerId,
      outcomes,
      ahead: running,
      capacity: 100,
      codeVersionIds: [run.codeVersionId],
    });
  const made = async (): Promise<string[]> => {
    const { materializations, assets: all } = await readState(db);
    const keys = new Map(all.map(({ assetId, key }) => [assetId, key.split("/")[1] ?? ""]));
    return materializations.filter(({ runId }) => runId === run.runId).map(({ assetId }) => keys.get(assetId) ?? "");
  };
  return { ...run, reserved, place, ahead, send, made };
}

function succeedAt(place: AttemptPlace): StepOutcome {
  const success = {
    startedAt: 0,
    durationMs: 1,
    stored: null,
    dataVersion: null,
    metadata: null,
    inputs: [],
    checks: [],
  };
  return { ...place, kind: "success", isAhead: true, ...success };
}

describe("what ran ahead", () => {
  test("is published with what it was built on, level by level, and what runs is claimed under its id", async () => {
    const { held, runId, ahead, place, send, made, reserved } = await begin(CHAIN);
    const d = place("d");
    const { results, claims } = await send([...succeed(held), ahead("b"), ahead("c")], [d]);
    expect(results).toEqual(["published", "published", "published"]);
    expect(claims).toMatchObject([{ claimId: d.claimId, runId, assetId: d.assetId }]);
    expect((await made()).toSorted()).toEqual(["a", "b", "c"]);
    expect(new Set([...reserved, held.claimId]).size).toBe(reserved.length + 1);
    // From here on it is a step like any other.
    const [claimed] = claims;
    expect((await send(claimed === undefined ? [] : succeed(claimed))).results).toEqual(["published"]);
    expect(await readStatus(db, runId)).toBe("success");
  });

  test("ends its run in the same transaction", async () => {
    const { held, runId, ahead, send } = await begin({ a: {}, b: { deps: { a: SAME } } });
    expect((await send([...succeed(held), ahead("b")])).results).toEqual(["published", "published"]);
    expect(await readStatus(db, runId)).toBe("success");
  });

  test("is settled once, however often it is sent", async () => {
    const { held, ahead, send, made } = await begin(CHAIN);
    const outcomes = [...succeed(held), ahead("b")];
    await send(outcomes);
    expect((await send(outcomes)).results).toEqual(["already", "already"]);
    expect(await made()).toHaveLength(2);
  });

  test("is settled by its claim when it got one that its worker does not know of yet", async () => {
    const { held, place, send, made } = await begin(CHAIN);
    const b = place("b");
    await send(succeed(held), [b]);
    const { results, claims } = await send([succeedAt(b)], [b]);
    expect([results, claims.some(({ claimId }) => claimId === b.claimId)]).toEqual([["published"], false]);
    expect((await made()).toSorted()).toEqual(["a", "b"]);
  });

  test("is told its claim again while it runs, and has one claim", async () => {
    const { held, place, send, runId } = await begin(CHAIN);
    const b = place("b");
    await send(succeed(held), [b]);
    expect((await send([], [b])).claims).toMatchObject([{ claimId: b.claimId }]);
    expect((await readState(db)).claims.filter((claim) => claim.runId === runId)).toHaveLength(1);
  });

  test("has its first attempt, also when what it reads had several", async () => {
    const { held, ahead, send, runId } = await begin({ a: { retry: { attempts: 2 } }, b: { deps: { a: SAME } } });
    const { claims } = await send(fail(held));
    const [again] = claims;
    if (again === undefined) throw new Error("it is not tried again");
    expect((await send([...succeed(again), ahead("b")])).results).toEqual(["published", "published"]);
    const rows = (await readState(db)).materializations.filter((row) => row.runId === runId);
    expect(rows.map(({ attempt }) => attempt)).toEqual([2, 1]);
  });
});

describe("nothing that ran ahead is published or claimed", () => {
  test("of a run that was canceled before", async () => {
    const { held, runId, ahead, place, send, made } = await begin(CHAIN);
    await cancelRun(db, runId);
    const { results, claims } = await send([...succeed(held), ahead("b")], [place("c")]);
    expect([results, claims, await made()]).toEqual([["canceled", "dropped"], [], []]);
  });

  test("of a run that was paused before", async () => {
    const { held, runId, ahead, place, send, made } = await begin({
      ...CHAIN,
      e: { deps: { a: SAME } },
    });
    await pauseRun(db, runId);
    const { results, claims } = await send([...succeed(held), ahead("b")], [place("e")]);
    expect([results, claims, await made()]).toEqual([["published", "dropped"], [], ["a"]]);
  });

  test("by a worker whose lease is over, or that has ended", async () => {
    const { held, workerId, ahead, place, send, made } = await begin({ ...CHAIN, e: { deps: { a: SAME } } });
    await endLease(db, workerId);
    const { results, claims } = await send([...succeed(held), ahead("b")], [place("e")]);
    expect([results, claims, await made()]).toEqual([["published", "dropped"], [], ["a"]]);
  });

  test("when what it reads was made again by another worker, although it is ready", async () => {
    const { held, ahead, place, send, made, claim, workerId } = await begin({ ...CHAIN, e: { deps: { a: SAME } } });
    await settle(db, workerId, giveUp(held, "released"));
    const other = await startWorker(db);
    const [again] = await claim(other);
    if (again === undefined) throw new Error("it was not handed back");
    await settle(db, other, succeed(again));
    const { results } = await send([...succeed(held), ahead("b"), ahead("c")], [place("e")]);
    expect([results, await made()]).toEqual([["fenced", "dropped", "dropped"], ["a"]]);
  });

  test("behind something of its run that is not ready", async () => {
    const { held, ahead, place, send, made } = await begin({
      a: {},
      x: { deps: { a: SAME } },
      b: { deps: { a: SAME } },
      c: { deps: { x: SAME } },
      e: { deps: { a: SAME } },
    });
    const e = place("e");
    const { results, claims } = await send([...succeed(held), ahead("c"), ahead("b")], [e]);
    expect([results, await made()]).toEqual([["published", "dropped", "dropped"], ["a"]]);
    expect(claims.map(({ claimId }) => claimId)).not.toContain(e.claimId);
  });

  test("when what it reads failed", async () => {
    const { held, ahead, place, send, made } = await begin(CHAIN);
    const { results, claims } = await send([...fail(held, { cause: "check" }), ahead("b")], [place("c")]);
    expect([results, claims, await made()]).toEqual([["failed", "dropped"], [], []]);
  });

  test("of an asset that counts against a pool", async () => {
    const b = { deps: { a: SAME }, pools: [{ name: "ahead", slots: 1 }] };
    const { held, ahead, place, send, made } = await begin({ a: {}, b, c: b });
    const c = place("c");
    const { results, claims } = await send([...succeed(held), ahead("b")], [c]);
    expect([results, await made()]).toEqual([["published", "dropped"], ["a"]]);
    expect(claims.map(({ claimId }) => claimId)).not.toContain(c.claimId);
  });

  test("of an asset that makes several partitions at a time", async () => {
    const assets = { a: { partitions: 2 }, b: { partitions: 2, chunk: 2, deps: { a: IDENTITY } } };
    const { held, ahead, send, made } = await begin(assets);
    const { results } = await send([...succeed(held), ahead("b")]);
    expect([results, await made()]).toEqual([
      ["published", "published", "dropped"],
      ["a", "a"],
    ]);
  });
});

describe("a limit on the steps that may run at once", () => {
  test("is kept by what is claimed because it runs, which goes first", async () => {
    const assets = { a: { partitions: 2 }, b: { partitions: 2, deps: { a: IDENTITY } } };
    const { held, place, send } = await begin(assets, { maxConcurrency: 1 });
    const reader = place("b");
    expect((await send(succeed(held), [reader])).claims).toMatchObject([{ claimId: reader.claimId }]);
  });

  test("that was lowered leaves what runs without a claim", async () => {
    const assets = { a: { partitions: 2 }, b: { partitions: 2, deps: { a: IDENTITY } } };
    const { held, runId, place, send } = await begin(assets, { maxConcurrency: 2 });
    await db.transaction("lower", ({ sql }) => sql`update run set max_concurrency = 1 where id = ${runId}`);
    expect((await send(succeed(held, [0]), [place("b")])).claims).toEqual([]);
    const { claims } = await send(succeed(held, [1]), [place("b", 1)]);
    expect(claims).toHaveLength(1);
  });
});
