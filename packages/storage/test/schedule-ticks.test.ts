import { randomUUID } from "node:crypto";
import { HeddleError } from "@heddle/core";
import { createRunGraph, serializeError, type ScheduleClock, type ScheduleSnapshot } from "@heddle/core/internal";
import {
  insertRun,
  loadTick,
  loadTicks,
  readSchedules,
  readTicks,
  recordManualTick,
  recordMissedTicks,
  recordScheduleTick,
  registerCodeVersion,
  runRetention,
  setTickPaused,
  type ActiveSchedule,
  type Database,
  type LaunchRuns,
  type ScheduleTick,
  type TickRow,
} from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plan, snapshotAsset } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeEach(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterEach(() => database[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const assets = [snapshotAsset("report")];

function declaredSchedule(name: string, clock: Partial<ScheduleClock> = {}): ScheduleSnapshot {
  const nothing = { partitions: null, only: null, config: {}, tags: {}, priority: 0 };
  return {
    name,
    description: null,
    clock: { crons: ["0 * * * *"], timeZone: "UTC", ...clock },
    catchUp: { kind: "latest" },
    enabledByDefault: true,
    run: { ...nothing, assets: { keys: ["report"] }, overlap: "leave_out" },
    isEvaluated: false,
    timeoutMs: 60_000,
    source: null,
  };
}

async function declare(schedules: readonly ScheduleSnapshot[], location = "test"): Promise<void> {
  const snapshot = { protocol: 1, assets: location === "test" ? assets : [], schedules } as const;
  const hash = randomUUID();
  await registerCodeVersion(db, { location, directory: "/", hash, snapshot, bundle: new Uint8Array(1) });
}

async function find(name = "hourly"): Promise<ActiveSchedule> {
  const found = await loadTick(db, "schedule", name);
  if (found === undefined) throw new Error(`there is no schedule ${name}`);
  return found;
}

const ticksOf = (name = "hourly"): Promise<TickRow[]> =>
  db.read("ticks", (tx) => readTicks(tx, { kind: "schedule", name, limit: 5_000 }));

/** Launches a run of the one asset, as often as it is called. */
const launch =
  (originKey: string): LaunchRuns =>
  async ({ sql }) => {
    const made = plan(assets);
    const origin = { kind: "schedule", name: "hourly" };
    const { runId } = await insertRun(sql, createRunGraph(made), {
      plan: made,
      origin,
      originKey,
      environment: "production",
    });
    return { runIds: [runId], reason: "" };
  };

const countRuns = async (): Promise<number> =>
  db.read("runs", async ({ sql }) => (await sql<{ id: number }[]>`select id from run`).length);

const requested = (at: number, expectedAfter: number): ScheduleTick => ({
  name: "hourly",
  expectedAfter,
  at,
  outcome: { kind: "requested", launch: launch(`tick:hourly:${at}`) },
});

describe("a tick", () => {
  test("makes its run, its outcome and its place in the chain in one step, once, whoever tries", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after } = await find();
    const at = after + HOUR;
    const results = await Promise.all(Array.from({ length: 6 }, () => recordScheduleTick(db, requested(at, after))));
    expect(results.toSorted()).toEqual(["recorded", ...Array.from({ length: 5 }, () => "superseded")]);
    expect(await countRuns()).toBe(1);
    expect(await ticksOf()).toMatchObject([{ at, outcome: "requested", runIds: [expect.any(Number)], count: 1 }]);
    expect(await find()).toMatchObject({ after: at, coveredUntil: at });
  });

  test("whose run cannot be made leaves nothing behind", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after } = await find();
    const broken: LaunchRuns = async (tx) => {
      await launch("x")(tx);
      throw new HeddleError("PLAN_REFUSED", "no");
    };
    const tick = { ...requested(after + HOUR, after), outcome: { kind: "requested", launch: broken } } as const;
    await expect(recordScheduleTick(db, tick)).rejects.toMatchObject({ code: "PLAN_REFUSED" });
    expect(await countRuns()).toBe(0);
    expect(await ticksOf()).toEqual([]);
    expect((await find()).after).toBe(after);
  });

  test("that makes no run is skipped, with the reason", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after } = await find();
    const nothing: LaunchRuns = () => Promise.resolve({ runIds: [], reason: "all of it\0 is held" });
    await recordScheduleTick(db, {
      ...requested(after + HOUR, after),
      outcome: { kind: "requested", launch: nothing },
    });
    expect(await ticksOf()).toMatchObject([{ outcome: "skipped", reason: "all of it\u{FFFD} is held", runIds: [] }]);
  });

  test("that fails is tried three times, and then has failed; later ones go on, and cover its windows", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after, coveredUntil } = await find();
    const at = after + HOUR;
    const error = serializeError(new Error("no"));
    const failed: ScheduleTick = {
      name: "hourly",
      expectedAfter: after,
      at,
      outcome: { kind: "failed", error, mayRetry: true },
      log: '{"l":"info"}',
    };
    for (const attempts of [1, 2]) {
      expect(await recordScheduleTick(db, failed)).toBe("recorded");
      expect(await find()).toMatchObject({ after, retryTick: at, retryAttempts: attempts });
      expect(await ticksOf()).toEqual([]);
    }
    await recordScheduleTick(db, failed);
    expect(await ticksOf()).toMatchObject([{ at, outcome: "failed", error: { message: "no" }, log: '{"l":"info"}' }]);
    expect(await find()).toMatchObject({ after: at, coveredUntil, retryTick: null });
    expect(await recordScheduleTick(db, failed)).toBe("superseded");
  });
});

describe("ticks that are passed over", () => {
  test("are each recorded, and beyond a thousand as a stretch of time", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after, coveredUntil } = await find();
    const instants = Array.from({ length: 1_000 }, (_, index) => after + (50 + index) * HOUR);
    const last = instants.at(-1) ?? 0;
    const missed = {
      name: "hourly",
      expectedAfter: after,
      ticks: { instants, earlier: { from: after + HOUR, until: after + 49 * HOUR, count: 49 } },
      last,
      reason: "no daemon ran",
    };
    const results = await Promise.all([recordMissedTicks(db, missed), recordMissedTicks(db, missed)]);
    expect(results.toSorted()).toEqual(["recorded", "superseded"]);
    const ticks = await ticksOf();
    expect(ticks).toHaveLength(1_001);
    expect(ticks.at(-1)).toMatchObject({ at: after + HOUR, until: after + 49 * HOUR, count: 49, outcome: "missed" });
    expect(ticks[0]).toMatchObject({ at: last, outcome: "missed", reason: "no daemon ran", count: 1 });
    expect(await find()).toMatchObject({ after: last, coveredUntil });
  });
});

describe("the chain of ticks", () => {
  /** Moves a schedule back in time, as if it had ticked last then. */
  const setAfter = (after: number): Promise<void> =>
    db.transaction("move", async ({ sql }) => {
      await sql`update schedule set after = ${after}`;
    });

  test("goes on when code is loaded anew, and when expressions only change their order", async () => {
    await declare([declaredSchedule("hourly", { crons: ["0 * * * *", "30 2 * * *"] })]);
    await setAfter(1_000);
    await declare([{ ...declaredSchedule("hourly", { crons: ["30 2 * * *", "0 * * * *"] }), description: "new" }]);
    expect(await find()).toMatchObject({ after: 1_000, definition: { description: "new" } });
  });

  test.each([
    ["expressions", { crons: ["5 * * * *"] }],
    ["time zone", { timeZone: "Europe/Berlin" }],
  ])("begins anew with other %s: nothing of the past is repeated", async (_, clock) => {
    await declare([declaredSchedule("hourly")]);
    await setAfter(1_000);
    const before = await db.read(
      "clock",
      async ({ sql }) => sql<{ ms: number }[]>`
      select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms`,
    );
    await declare([declaredSchedule("hourly", clock)]);
    expect((await find()).after).toBeGreaterThanOrEqual(before[0]?.ms ?? Infinity);
  });

  test("begins anew under another name; what comes back under its old one repeats nothing", async () => {
    await declare([declaredSchedule("hourly")]);
    const { after } = await find();
    const future = after + 10 * HOUR;
    await recordScheduleTick(db, requested(future, after));
    await declare([declaredSchedule("renamed")]);
    expect(await loadTick(db, "schedule", "hourly")).toBeUndefined();
    expect((await loadTicks(db)).schedules.map(({ name }) => name)).toEqual(["renamed"]);
    expect(await recordScheduleTick(db, requested(future + HOUR, future))).toBe("superseded");
    expect((await find("renamed")).after).toBeLessThan(future);
    await declare([declaredSchedule("hourly")]);
    // The clock has not come that far again, and no instant ticks twice.
    expect((await find()).after).toBe(future);
    expect(await ticksOf()).toHaveLength(1);
  });

  test("stands still while it is paused, and what was due is not made up for", async () => {
    await declare([declaredSchedule("hourly"), { ...declaredSchedule("off"), enabledByDefault: false }]);
    expect((await loadTicks(db)).schedules.map(({ name }) => name)).toEqual(["hourly"]);
    const pause = { kind: "schedule", name: "hourly", paused: true } as const;
    expect(await setTickPaused(db, pause)).toBe("changed");
    expect(await setTickPaused(db, pause)).toBe("unchanged");
    await setAfter(1_000);
    expect(await recordScheduleTick(db, requested(1_000 + HOUR, 1_000))).toBe("superseded");
    expect((await loadTicks(db)).schedules).toEqual([]);
    expect(await setTickPaused(db, { ...pause, paused: false })).toBe("changed");
    const { schedules, now } = await loadTicks(db);
    expect(now - (schedules[0]?.after ?? 0)).toBeLessThan(60_000);
    expect(await setTickPaused(db, { kind: "schedule", name: "off", paused: false })).toBe("changed");
    expect(await setTickPaused(db, { kind: "schedule", name: "nobody", paused: false })).toBe("unknown");
    // Loading code anew leaves what a person has said.
    await declare([{ ...declaredSchedule("off"), enabledByDefault: false, description: "x" }]);
    expect((await db.read("list", readSchedules)).map(({ name, isPaused }) => [name, isPaused])).toEqual([
      ["off", false],
    ]);
  });
});

test("a name belongs to one code location", async () => {
  await declare([declaredSchedule("hourly")]);
  await expect(declare([declaredSchedule("hourly")], "other")).rejects.toMatchObject({
    code: "TICK_NAME_DUPLICATE",
    message: expect.stringContaining("declared by the code location test"),
  });
});

test("an evaluation that somebody asked for leaves the chain as it is", async () => {
  await declare([declaredSchedule("hourly")]);
  const { after } = await find();
  const made = await recordManualTick(db, {
    name: "hourly",
    at: after + 5,
    outcome: { kind: "requested", launch: launch("manual") },
  });
  expect(made.runIds).toHaveLength(1);
  expect(await ticksOf()).toMatchObject([{ isManual: true, outcome: "requested", runIds: made.runIds }]);
  expect((await find()).after).toBe(after);
});

test("old ticks are removed, skipped ones sooner", async () => {
  await declare([declaredSchedule("hourly")]);
  let { after } = await find();
  for (const kind of ["requested", "skipped", "requested", "skipped"] as const) {
    const at = after + HOUR;
    const outcome = kind === "skipped" ? ({ kind, reason: "no" } as const) : requested(at, after).outcome;
    await recordScheduleTick(db, { ...requested(at, after), outcome });
    after = at;
  }
  await db.transaction("age", async ({ sql }) => {
    await sql`update tick set recorded_at = clock_timestamp() - (case when id <= 2 then 8 else 0 end) * interval '1 day'`;
    await sql`update tick set recorded_at = clock_timestamp() - interval '200 days' where id = 3`;
  });
  expect(await runRetention(db)).toMatchObject({ ticks: 2 });
  expect((await ticksOf()).map(({ outcome }) => outcome)).toEqual(["skipped", "requested"]);
});
