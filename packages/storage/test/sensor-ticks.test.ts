import { randomUUID } from "node:crypto";
import { HeddleError } from "@heddle/core";
import { createRunGraph, serializeError, type SensorSnapshot } from "@heddle/core/internal";
import {
  answerTickRequest,
  insertRun,
  loadTick,
  loadTicks,
  readLastTicks,
  readSensorCursors,
  readTickAnswer,
  readTickMarks,
  readTicks,
  readTickSwitches,
  recordSensorTick,
  registerCodeVersion,
  requestTick,
  setSensorCursor,
  setTickPaused,
  type ActiveSensor,
  type Database,
  type LaunchRuns,
  type SensorTick,
  type TickRow,
} from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plan, snapshotAsset } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

const assets = [snapshotAsset("report")];
const declared: SensorSnapshot = {
  name: "files",
  description: null,
  intervalMs: 30_000,
  enabledByDefault: true,
  run: {
    assets: { keys: ["report"] },
    partitions: null,
    only: null,
    overlap: "leave_out",
    config: {},
    tags: {},
    priority: 0,
  },
  timeoutMs: 60_000,
  source: null,
};

async function declare(sensors: readonly SensorSnapshot[], hash: string = randomUUID()): Promise<void> {
  const snapshot = { protocol: 1, assets, sensors } as const;
  await registerCodeVersion(db, { location: "test", directory: "/", hash, snapshot, bundle: new Uint8Array(1) });
}

beforeEach(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await declare([declared]);
  await db.transaction("declare", ({ sql }) => sql`insert into dynamic_definition (name) values ('files')`);
});
afterEach(() => database[Symbol.asyncDispose]());

const launch: LaunchRuns = async ({ sql }) => {
  const made = plan(assets);
  const { runId } = await insertRun(sql, createRunGraph(made), {
    plan: made,
    origin: { kind: "sensor", name: "files" },
    environment: "production",
  });
  return { runIds: [runId], reason: "" };
};

const asked = (expectedVersion: number, cursor: string | null, run = launch): SensorTick => ({
  name: "files",
  expectedVersion,
  at: 1_000 + expectedVersion,
  outcome: {
    kind: "evaluated",
    effects: {
      cursor,
      addPartitions: [{ definition: "files", keys: [`key-${cursor ?? "none"}`] }],
      removePartitions: [],
      launch: run,
    },
  },
});

async function find(): Promise<ActiveSensor> {
  const found = await loadTick(db, "sensor", "files");
  if (found === undefined) throw new Error("it is gone");
  return found;
}

const ticks = (): Promise<TickRow[]> =>
  db.read("ticks", (tx) => readTicks(tx, { kind: "sensor", name: "files", limit: 50 }));
const count = async (table: "run" | "dynamic_partition"): Promise<number> =>
  db.read("count", async ({ sql }) => {
    const [row] = await sql<[{ count: number }]>`select count(*)::integer as count from ${sql.unsafe(table)}`;
    return row.count;
  });

describe("an evaluation", () => {
  test("moves the cursor, adds keys and makes runs in one step, once for what it has seen", async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => recordSensorTick(db, asked(0, "a"))));
    expect(results.map(({ result }) => result).toSorted()).toEqual([
      "recorded",
      ...Array.from({ length: 5 }, () => "superseded"),
    ]);
    expect([await count("run"), await count("dynamic_partition")]).toEqual([1, 1]);
    expect(await find()).toMatchObject({ cursor: "a", version: 1, startedAt: 1_000, failures: 0 });
    expect(await ticks()).toMatchObject([{ outcome: "requested", at: 1_000 }]);
    // What has nothing to say of the cursor leaves it as it is.
    await recordSensorTick(db, asked(1, null));
    expect(await find()).toMatchObject({ cursor: "a", version: 2 });
  });

  test("whose runs cannot be made changes nothing", async () => {
    const broken: LaunchRuns = async (tx) => {
      await launch(tx);
      throw new HeddleError("PLAN_REFUSED", "no");
    };
    await expect(recordSensorTick(db, asked(0, "a", broken))).rejects.toMatchObject({ code: "PLAN_REFUSED" });
    expect([await count("run"), await count("dynamic_partition")]).toEqual([0, 0]);
    expect(await find()).toMatchObject({ cursor: null, version: 0 });
  });

  test("with a cursor that is too long, or of a definition that nobody declares, changes nothing", async () => {
    const long = asked(0, "x".repeat(65_537));
    await expect(recordSensorTick(db, long)).rejects.toMatchObject({ code: "SENSOR_CURSOR_LIMIT" });
    await db.transaction("forget", ({ sql }) => sql`delete from dynamic_definition`);
    await expect(recordSensorTick(db, asked(0, "a"))).rejects.toMatchObject({ code: "DYNAMIC_PARTITIONS_UNKNOWN" });
    expect(await find()).toMatchObject({ cursor: null, version: 0 });
  });

  test("that is skipped for the same reason again is counted", async () => {
    const skip = (version: number, reason: string): SensorTick => ({
      name: "files",
      expectedVersion: version,
      at: 1_000 + version,
      outcome: { kind: "skipped", reason },
    });
    for (const [version, reason] of ["none", "none", "none", "other", "none"].entries()) {
      await recordSensorTick(db, skip(version, reason));
    }
    expect((await ticks()).map(({ reason, count: times, at, until }) => [reason, times, at, until])).toEqual([
      ["none", 1, 1_004, null],
      ["other", 1, 1_003, null],
      ["none", 3, 1_000, 1_002],
    ]);
    expect((await db.read("last", (tx) => readLastTicks(tx, "sensor"))).get("files")).toMatchObject({ at: 1_004 });
  });

  test("leaves a history of cursors, of evaluations and of people alike", async () => {
    await recordSensorTick(db, asked(0, "a"));
    // It stays where it was, and a history does not say so.
    await recordSensorTick(db, asked(1, "a"));
    await setSensorCursor(db, { name: "files", cursor: "mine", actor: "ana", reason: "b.csv again" });
    const none = () => Promise.resolve({ runIds: [], reason: "nothing new" });
    const effects = { cursor: "c".repeat(5_000), addPartitions: [], removePartitions: [], launch: none };
    // Its cursor is too long to be kept.
    const skipped = { kind: "evaluated", effects } as const;
    await recordSensorTick(db, { name: "files", expectedVersion: 3, at: 9, outcome: skipped });
    await setSensorCursor(db, { name: "files", cursor: null });
    const read = (before: Parameters<typeof readSensorCursors>[1]["before"], limit: number) =>
      db.read("cursors", (tx) => readSensorCursors(tx, { name: "files", before, limit }));
    const all = await read(null, 10);
    expect(all.map(({ cursor, actor, reason }) => [cursor, actor, reason])).toEqual([
      [null, null, null],
      ["mine", "ana", "b.csv again"],
      ["a", null, null],
    ]);
    expect(all.map(({ tickId, changeId }) => [tickId !== null, changeId !== null])).toEqual([
      [false, true],
      [false, true],
      [true, false],
    ]);
    const [newest] = all;
    const before = { atMs: newest?.at.getTime() ?? 0, rank: 1, id: newest?.changeId ?? 0 };
    expect(await read(before, 1)).toEqual(all.slice(1, 2));
    expect(await db.read("marks", (tx) => readTickMarks(tx, "sensor", { marks: 100 }))).toEqual(
      new Map([["files", "rrs"]]),
    );
    expect(await db.read("marks", (tx) => readTickMarks(tx, "sensor", { name: "files", marks: 2 }))).toEqual(
      new Map([["files", "rs"]]),
    );
  });

  test("that fails is counted until one succeeds, and keeps the cursor", async () => {
    await recordSensorTick(db, asked(0, "a"));
    const error = serializeError(new Error("away"));
    for (const version of [1, 2]) {
      const outcome = { kind: "failed", error } as const;
      await recordSensorTick(db, { name: "files", expectedVersion: version, at: 2_000, outcome });
    }
    expect(await find()).toMatchObject({ cursor: "a", failures: 2 });
    await recordSensorTick(db, asked(3, "b"));
    expect(await find()).toMatchObject({ cursor: "b", failures: 0 });
  });

  test("one that fails is asked at its own interval again when there is other code, and not when the same is loaded anew", async () => {
    const error = serializeError(new Error("no connection"));
    const version = randomUUID();
    await declare([declared], version);
    await recordSensorTick(db, { ...asked(0, null), outcome: { kind: "failed", error } });
    await declare([declared], version);
    expect(await find()).toMatchObject({ failures: 1 });
    await declare([declared]);
    expect(await find()).toMatchObject({ failures: 0 });
  });

  test("takes no effect when somebody has set the cursor, or paused the sensor, in the meantime", async () => {
    await setSensorCursor(db, { name: "files", cursor: "mine" });
    expect(await recordSensorTick(db, asked(0, "a"))).toMatchObject({ result: "superseded" });
    expect(await find()).toMatchObject({ cursor: "mine", version: 1 });
    await setTickPaused(db, { kind: "sensor", name: "files", paused: true, actor: "ana", reason: "too loud" });
    const switches = await db.read("switches", (tx) => readTickSwitches(tx, "sensor"));
    expect(switches.get("files")).toMatchObject({ actor: "ana", reason: "too loud" });
    expect((await loadTicks(db)).sensors).toEqual([]);
    expect(await recordSensorTick(db, asked(2, "a"))).toMatchObject({ result: "superseded" });
    // One that somebody asks for does.
    expect(await recordSensorTick(db, { ...asked(2, "a"), isManual: true })).toMatchObject({ result: "recorded" });
    expect(await setSensorCursor(db, { name: "nobody", cursor: null })).toBe("unknown");
    await expect(setSensorCursor(db, { name: "files", cursor: "\0" })).rejects.toMatchObject({
      code: "SENSOR_CURSOR_LIMIT",
    });
  });
});

test("memory belongs to the name: it outlives other code, and a time in which nothing declares it", async () => {
  await recordSensorTick(db, asked(0, "a"));
  await declare([]);
  expect(await loadTick(db, "sensor", "files")).toBeUndefined();
  expect(await recordSensorTick(db, asked(1, "b"))).toMatchObject({ result: "superseded" });
  await declare([{ ...declared, intervalMs: 5_000 }]);
  expect(await find()).toMatchObject({ cursor: "a", version: 1, definition: { intervalMs: 5_000 } });
});

test("a request is answered once, whoever answers it", async () => {
  const id = randomUUID();
  const request = { id, kind: "sensor", name: "files", isDryRun: true } as const;
  await requestTick(db, request);
  await requestTick(db, request);
  expect((await loadTicks(db)).requests).toEqual([request]);
  expect(await readTickAnswer(db, id)).toBeUndefined();
  await answerTickRequest(db, id, { first: true });
  await answerTickRequest(db, id, { first: false });
  expect(await readTickAnswer(db, id)).toEqual({ first: true });
  expect((await loadTicks(db)).requests).toEqual([]);
});
