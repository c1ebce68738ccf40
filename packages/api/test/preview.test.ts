import type { JsonValue } from "@heddle/core";
import { answerPreview, claimPreview, type Database } from "@heddle/storage";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBusyWorld, FIRST_DAY, type BusyWorld } from "./busy-world.ts";

let world: BusyWorld;

beforeAll(async () => {
  world = await createBusyWorld();
});

afterAll(() => world[Symbol.asyncDispose]());

const raw = { key: "weather/raw" };
const preview = (input: object) => world.test.client.partitions.preview.query({ ...raw, ordinal: FIRST_DAY, ...input });

/** Answers the next request as a worker does; gives what it was asked for. */
async function answerNext(db: Database, answer: JsonValue): Promise<JsonValue> {
  for (;;) {
    const claim = await claimPreview(db, 60_000);
    if (claim === undefined) await pause(10);
    else {
      await answerPreview(db, claim.id, answer);
      return claim.subject;
    }
  }
}

const openRequests = (db: Database): Promise<number> =>
  db.read("open requests", async ({ sql }) => {
    const { count } = await sql`select from preview_request where answered_at is null`;
    return count;
  });

describe("partitions.preview", () => {
  it("has a worker read the value, and does not ask again for the same", async () => {
    const { db } = world.test;
    const answer = { preview: { kind: "text", content: "a", mediaType: null, shownBytes: 1, totalBytes: 1 } };
    const [shown, subject] = await Promise.all([preview({ rows: 7 }), answerNext(db, answer)]);
    expect(shown).toEqual({ runId: world.failedRunId, partitionKey: "2012-01-01", preview: answer.preview });
    expect(subject).toMatchObject({ assetKey: "weather/raw", partitionKey: "2012-01-01", stored: {} });
    expect(await preview({ rows: 7, runId: world.failedRunId })).toEqual(shown);
    expect(await openRequests(db)).toBe(0);
  });

  it("tells by name why a value cannot be shown", async () => {
    const { db } = world.test;
    const io = { error: { name: "HeddleError", code: "IO_OBJECT_CORRUPT", message: "it was changed" } };
    const thrown = { error: { name: "TypeError", message: "x is not a function" } };
    const [corrupt] = await Promise.allSettled([preview({ rows: 8 }), answerNext(db, io)]);
    expect(corrupt).toMatchObject({ reason: { data: { httpStatus: 409, heddle: { code: "IO_OBJECT_CORRUPT" } } } });
    const [failed] = await Promise.allSettled([preview({ rows: 8 }), answerNext(db, thrown)]);
    expect(failed).toMatchObject({ reason: { data: { heddle: { code: "PREVIEW_FAILED" } } } });
    const nothing = preview({ ordinal: FIRST_DAY + 3 });
    await expect(nothing).rejects.toMatchObject({ data: { heddle: { code: "PREVIEW_NOTHING_STORED" } } });
    const nowhere = preview({ ordinal: undefined, partition: "2012-13-01" });
    await expect(nowhere).rejects.toMatchObject({ data: { heddle: { code: "PARTITION_UNKNOWN" } } });
    await expect(preview({ ordinal: undefined })).rejects.toMatchObject({
      data: { heddle: { message: expect.stringContaining("none is named") } },
    });
  });

  it("of collected data says so without asking anybody", async () => {
    const { db } = world.test;
    await db.transaction("collect", async ({ sql }) => {
      await sql`update materialization set collected_at = '2026-01-02T03:04:05Z' where ordinal = ${FIRST_DAY + 1}`;
    });
    await expect(preview({ ordinal: FIRST_DAY + 1 })).rejects.toMatchObject({
      data: { heddle: { code: "PREVIEW_COLLECTED", message: expect.stringContaining("2026-01-02T03:04:05.000Z") } },
    });
    expect(await openRequests(db)).toBe(0);
  });

  it("takes its request back when the page goes", async () => {
    const { db, client } = world.test;
    const leaving = new AbortController();
    const asked = client.partitions.preview.query({ ...raw, ordinal: FIRST_DAY, rows: 9 }, { signal: leaving.signal });
    const ended = asked.then(
      () => "answered",
      () => "given up",
    );
    await expect.poll(() => openRequests(db)).toBe(1);
    leaving.abort();
    expect(await ended).toBe("given up");
    await expect.poll(() => openRequests(db)).toBe(0);
  });

  it("needs a worker that lives", async () => {
    const { db } = world.test;
    await db.transaction("end workers", async ({ sql }) => {
      await sql`update worker set lease_until = clock_timestamp() - interval '1 second'`;
    });
    await expect(preview({ rows: 10 })).rejects.toMatchObject({
      data: { heddle: { code: "PREVIEW_UNANSWERED", message: expect.stringContaining("no worker runs") } },
    });
  });
});
