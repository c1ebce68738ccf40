import { PartitionSet } from "@heddle/core/internal";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendEvents, FIRST_EVENT_CURSOR, readEventCursor, readEvents, type EventCursor } from "../src/events.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

const append = (...kinds: string[]): Promise<void> =>
  database.db.transaction("append", (tx) =>
    appendEvents(
      tx,
      kinds.map((kind) => ({ kind })),
    ),
  );

async function readAll(after: EventCursor, limit = 1_000): Promise<{ kinds: string[]; cursor: EventCursor }> {
  const { events, cursor } = await database.db.read("read", (tx) => readEvents(tx, { after, limit }));
  return { kinds: events.map(({ kind }) => kind), cursor };
}

const here = (): Promise<EventCursor> => database.db.read("here", readEventCursor);

test("events come back as they were written", async () => {
  const start = await here();
  await database.db.transaction("append", (tx) =>
    appendEvents(tx, [
      {
        kind: "full",
        runId: 7,
        assetId: 3,
        partitions: PartitionSet.range(5, 5_000),
        payload: { note: ["text", 1, null] },
      },
      { kind: "bare" },
    ]),
  );
  const { events } = await database.db.read("read", (tx) => readEvents(tx, { after: start, limit: 10 }));
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ kind: "full", runId: 7, assetId: 3, payload: { note: ["text", 1, null] } });
  expect(events[0]?.partitions?.equals(PartitionSet.range(5, 5_000))).toBe(true);
  expect(events[1]).toMatchObject({ kind: "bare", runId: null, assetId: null, partitions: null, payload: null });
});

test("pages go on from each other, and an empty page keeps its place", async () => {
  const start = await here();
  await append("a", "b", "c");
  const first = await readAll(start, 2);
  const second = await readAll(first.cursor, 2);
  expect([first.kinds, second.kinds]).toEqual([["a", "b"], ["c"]]);
  expect(await readAll(second.cursor)).toEqual({ kinds: [], cursor: second.cursor });
});

test("an event that is committed late is not skipped by one with a higher id", async () => {
  const start = await here();
  const isEarlyWritten = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const early = database.db.transaction("early", async (tx) => {
    await appendEvents(tx, [{ kind: "early id, late commit" }]);
    isEarlyWritten.resolve();
    await mayCommit.promise;
  });
  await isEarlyWritten.promise;
  await append("late id, early commit");
  const during = await readAll(start);
  expect(during.kinds).toEqual([]);
  mayCommit.resolve();
  await early;
  expect((await readAll(during.cursor)).kinds).toEqual(["early id, late commit", "late id, early commit"]);
});

test("a reader that starts at the place of its snapshot misses nothing and sees nothing twice", async () => {
  const isWritten = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  await append("before");
  const open = database.db.transaction("open", async (tx) => {
    await appendEvents(tx, [{ kind: "open" }]);
    isWritten.resolve();
    await mayCommit.promise;
  });
  await isWritten.promise;
  const place = await here();
  mayCommit.resolve();
  await open;
  await append("after");
  expect((await readAll(place)).kinds).toEqual(["open", "after"]);
});

test("whatever transactions overlap how, a follower sees every event once", async () => {
  const plan = fc.array(
    fc.record({ writes: fc.integer({ min: 1, max: 3 }), restMs: fc.integer({ min: 0, max: 4 }), fails: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(plan, async (transactions) => {
      let cursor = await here();
      const seen: string[] = [];
      const expected: string[] = [];
      const follow = async (): Promise<void> => {
        const page = await readAll(cursor, 2);
        seen.push(...page.kinds);
        cursor = page.cursor;
      };
      const writers = transactions.map(async ({ writes, restMs, fails }, n) => {
        const kinds = Array.from({ length: writes }, (_, write) => `${n}.${write}`);
        const work = database.db.transaction(`writer ${n}`, async (tx) => {
          for (const kind of kinds) {
            await appendEvents(tx, [{ kind }]);
            await tx.sql`select pg_sleep(${restMs / 1_000}::double precision)`;
          }
          if (fails) throw new Error("taken back");
        });
        if (!fails) expected.push(...kinds);
        await (fails ? work.catch(() => undefined) : work);
      });
      let isDone = false;
      const followed = (async () => {
        while (!isDone) await follow();
      })();
      await Promise.all(writers);
      isDone = true;
      await followed;
      for (let before = -1; before !== seen.length;) {
        before = seen.length;
        await follow();
      }
      expect(seen.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 15 },
  );
});

test("listeners are woken once for a transaction", async () => {
  const payloads: string[] = [];
  const isDone = Promise.withResolvers<void>();
  await using _ = await database.db.listen("heddle_event", (payload) => {
    payloads.push(payload);
    if (payload === "done") isDone.resolve();
  });
  await append("one", "two", "three");
  await database.db.transaction("done", (tx) => tx.notify("heddle_event", "done"));
  await isDone.promise;
  expect(payloads).toEqual(["", "done"]);
});

test("a place that was made up is refused", async () => {
  for (const cursor of ["", "1", "1.x", "-1.0", "1.2.3", "'; drop table event"]) {
    await expect(readAll(cursor)).rejects.toMatchObject({ code: "EVENT_CURSOR_INVALID" });
  }
  expect((await readAll(FIRST_EVENT_CURSOR)).kinds.length).toBeGreaterThan(0);
});
