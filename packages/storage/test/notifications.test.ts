import { randomUUID } from "node:crypto";
import { notify, runFailed, slack, stepFailed } from "@heddle/core";
import { createRunGraph, serializeError, type NotificationSnapshot, type NotifiedEvent } from "@heddle/core/internal";
import {
  appendEvents,
  claimMessages,
  insertRun,
  loadNotifications,
  readMessages,
  readNotifiableEvents,
  readTroubledMessages,
  recordMatches,
  recordSent,
  recordTestMessages,
  registerCodeVersion,
  retryMessage,
  runRetention,
  type Database,
  type MatchedEvents,
} from "@heddle/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { plan, snapshotAsset } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

const assets = [snapshotAsset("report")];

function declared(options: Partial<Parameters<typeof notify>[0]> = {}): NotificationSnapshot {
  const { kind: _, ...snapshot } = notify({
    name: "alarm",
    on: [runFailed(), stepFailed()],
    to: slack(),
    gatherMs: 0,
    minIntervalMs: 0,
    ...options,
  });
  return { ...snapshot, source: null };
}

async function declare(notifications: readonly NotificationSnapshot[], location = "test"): Promise<void> {
  const snapshot = { protocol: 1, assets: location === "test" ? assets : [], notifications } as const;
  await registerCodeVersion(db, { location, directory: "/", hash: randomUUID(), snapshot, bundle: new Uint8Array(1) });
}

const told = (runId: number): NotifiedEvent => ({
  kind: "run-failed",
  at: 1_000 + runId,
  runId,
  origin: null,
  assetKey: null,
  partitions: "",
  count: 1,
  check: null,
  subject: null,
  state: null,
  error: null,
  actor: null,
});

/** What the notification has matched, from where it stands now. */
async function match(runIds: readonly number[], group = "all"): Promise<MatchedEvents> {
  const [active] = await loadNotifications(db);
  if (active === undefined) throw new Error("none is declared");
  const { name, version, cursor, definition } = active;
  return { name, expectedVersion: version, cursor, definition, groups: new Map([[group, runIds.map(told)]]) };
}

const all = () => db.read("messages", (tx) => readMessages(tx, { limit: 100 }));
const claim = () => claimMessages(db, { limit: 10, leaseMs: 60_000 });

beforeEach(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await declare([declared()]);
});
afterEach(() => database[Symbol.asyncDispose]());

describe("a declaration", () => {
  test("keeps its place when it is declared otherwise, and begins anew when it comes back", async () => {
    await recordMatches(db, [{ ...(await match([])), cursor: "1.0" }]);
    await declare([declared({ description: "another" })]);
    expect((await loadNotifications(db)).map(({ cursor, definition }) => [cursor, definition.description])).toEqual([
      ["1.0", "another"],
    ]);
    await declare([]);
    expect(await loadNotifications(db)).toEqual([]);
    await declare([declared()]);
    expect((await loadNotifications(db))[0]?.cursor).not.toBe("1.0");
  });

  test("of another project's name is refused", async () => {
    await expect(declare([declared()], "other")).rejects.toMatchObject({ code: "NOTIFICATION_NAME_DUPLICATE" });
  });
});

describe("matches", () => {
  test("take effect once, of however many daemons", async () => {
    const seen = await match([1, 2]);
    const taken = await Promise.all([recordMatches(db, [seen]), recordMatches(db, [seen]), recordMatches(db, [seen])]);
    expect(taken.flat()).toEqual(["alarm"]);
    expect((await all()).map(({ count, runIds }) => ({ count, runIds }))).toEqual([{ count: 2, runIds: [1, 2] }]);
  });

  test("gather in one message until it is tried, and then begin another", async () => {
    await recordMatches(db, [await match([1])]);
    await recordMatches(db, [await match([2, 3])]);
    expect((await all()).map(({ count, state }) => ({ count, state }))).toEqual([{ count: 3, state: "gathering" }]);
    const [first] = await claim();
    expect(first?.events.map(({ runId }) => runId)).toEqual([1, 2, 3]);
    await recordMatches(db, [await match([4])]);
    expect((await all()).map(({ count, state }) => ({ count, state }))).toEqual([
      { count: 1, state: "gathering" },
      { count: 3, state: "sending" },
    ]);
  });

  test("of ten thousand things are one message that tells twenty of them", async () => {
    await recordMatches(db, [await match(Array.from({ length: 10_000 }, (_, index) => index + 1))]);
    await recordMatches(db, [await match([10_001])]);
    const [message] = await all();
    expect([message?.count, message?.events.length, message?.runIds.length]).toEqual([10_001, 20, 100]);
    expect(message?.events.map(({ runId }) => runId)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test("go to each place, and wait for the time between two messages", async () => {
    await declare([declared({ to: [slack(), slack({ urlEnv: "OTHER" })], minIntervalMs: 3_600_000 })]);
    await recordMatches(db, [await match([1])]);
    expect(await claim()).toHaveLength(2);
    await recordMatches(db, [await match([2])]);
    expect(await claim()).toEqual([]);
    const waiting = (await all()).filter(({ state }) => state === "gathering");
    expect(waiting.map(({ dueAt }) => dueAt.getTime() > Date.now() + 3_000_000)).toEqual([true, true]);
  });
});

describe("a message", () => {
  const error = serializeError(new Error("the channel is archived"));

  test("is tried by one at a time; when the time for that is over another may, under the same key", async () => {
    await recordMatches(db, [await match([1])]);
    const [first, ...others] = (await Promise.all([claim(), claim(), claim()])).flat();
    expect(others).toEqual([]);
    if (first === undefined) throw new Error("nothing is due");
    await db.transaction("late", ({ sql }) => sql`update notification_message set due_at = clock_timestamp()`);
    const [second] = await claim();
    if (second === undefined) throw new Error("nothing is due");
    expect(second).toMatchObject({ key: first.key, attempts: 2 });
    expect(await recordSent(db, first, { kind: "sent" })).toBe("superseded");
    expect(await recordSent(db, second, { kind: "sent" })).toBe("sent");
    expect(await claim()).toEqual([]);
  });

  test("that cannot be delivered is tried again, and given up in the end", async () => {
    await recordMatches(db, [await match([7])]);
    const [first] = await claim();
    if (first === undefined) throw new Error("nothing is due");
    expect(await recordSent(db, first, { kind: "retry", error, afterMs: 0 })).toBe("retry");
    const [second] = await claim();
    if (second === undefined) throw new Error("nothing is due");
    const afterMs = declared().giveUpAfterMs + 1;
    expect(await recordSent(db, second, { kind: "retry", error, afterMs })).toBe("failed");
    const troubled = await db.read("troubled", (tx) => readTroubledMessages(tx, { runId: 7, limit: 5 }));
    expect(troubled.map(({ state, attempts, error: last }) => [state, attempts, last?.message])).toEqual([
      ["failed", 2, "the channel is archived"],
    ]);
    expect(await db.read("other", (tx) => readTroubledMessages(tx, { runId: 8, limit: 5 }))).toEqual([]);
  });

  test("that has failed is tried again on request, one that was delivered is not", async () => {
    await recordMatches(db, [await match([1])]);
    expect(await retryMessage(db, 1)).toBe("unchanged");
    const [first] = await claim();
    if (first === undefined) throw new Error("nothing is due");
    expect(await retryMessage(db, first.id)).toBe("unchanged");
    await recordSent(db, first, { kind: "failed", error });
    expect(await retryMessage(db, first.id)).toBe("changed");
    const [again] = await claim();
    if (again === undefined) throw new Error("nothing is due");
    await recordSent(db, again, { kind: "sent" });
    expect(await retryMessage(db, first.id)).toBe("unchanged");
    expect(await retryMessage(db, 999)).toBe("unknown");
  });

  test("of a test is due at once and stands beside the others", async () => {
    await recordTestMessages(db, { definition: declared(), at: 5 });
    const [message] = await claim();
    expect(message?.events.map(({ kind, subject }) => [kind, subject])).toEqual([["test", "alarm"]]);
  });

  test("is deleted when it is old, unless it is still to be sent", async () => {
    await recordMatches(db, [await match([1])]);
    const [first] = await claim();
    if (first !== undefined) await recordSent(db, first, { kind: "sent" });
    await recordMatches(db, [await match([2])]);
    await db.transaction("age", async ({ sql }) => {
      await sql`update notification_message set ended_at = ended_at - interval '31 days', created_at = created_at - interval '31 days'`;
    });
    expect(await runRetention(db)).toMatchObject({ messages: 1 });
    expect((await all()).map(({ state }) => state)).toEqual(["gathering"]);
  });
});

describe("events", () => {
  test("come with the run that they are about, and only of the kinds that are asked for", async () => {
    const made = plan(assets);
    const { runId } = await db.transaction("run", ({ sql }) =>
      insertRun(sql, createRunGraph(made), {
        plan: made,
        origin: { kind: "schedule", name: "nightly" },
        tags: { team: "a" },
        environment: "production",
      }),
    );
    await db.transaction("events", (tx) =>
      appendEvents(tx, [
        { kind: "run_ended", runId, payload: { status: "failed" } },
        { kind: "tick_failed", payload: { ticker: "schedule", name: "nightly", message: "no" } },
        { kind: "materialized", runId, payload: null },
      ]),
    );
    const page = await db.read("events", (tx) =>
      readNotifiableEvents(tx, { after: "0.0", kinds: ["run_ended", "materialized"], limit: 10 }),
    );
    expect(page.events.map(({ kind, origin, tags, runAssetIds }) => ({ kind, origin, tags, runAssetIds }))).toEqual([
      {
        kind: "run_ended",
        origin: { kind: "schedule", name: "nightly" },
        tags: { team: "a" },
        runAssetIds: [expect.any(Number)],
      },
    ]);
    const rest = await db.read("events", (tx) =>
      readNotifiableEvents(tx, { after: page.scannedTo, kinds: ["tick_failed"], limit: 10 }),
    );
    expect(rest.events).toEqual([]);
  });
});
