import { createTestDatabase } from "./support/index.ts";
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import {
  answerPreview,
  claimPreview,
  readPreviewAnswer,
  readRecentPreview,
  requestPreview,
  withdrawPreview,
  type Database,
} from "../src/index.ts";

const LEASE_MS = 60_000;
const VALUE = { assetId: 1, ordinal: 7, runId: 3, rows: 50 };

async function ask(db: Database, value = VALUE): Promise<string> {
  const id = randomUUID();
  await requestPreview(db, { id, ...value, codeVersionId: 1, subject: { assetKey: "a", rows: [1, null] } });
  return id;
}

const recent = (db: Database, value = VALUE) => db.read("recent", (tx) => readRecentPreview(tx, value));

test("a request is claimed by one worker at a time, and the first answer counts", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const id = await ask(db);
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimPreview(db, LEASE_MS)));
  expect(claims.filter((claim) => claim !== undefined)).toEqual([
    { id, codeVersionId: 1, subject: { assetKey: "a", rows: [1, null] }, rows: 50 },
  ]);
  expect(await readPreviewAnswer(db, id)).toBeUndefined();
  await answerPreview(db, id, { rows: 1 });
  await answerPreview(db, id, { rows: 2 });
  expect(await readPreviewAnswer(db, id)).toEqual({ rows: 1 });
  expect(await claimPreview(db, LEASE_MS)).toBeUndefined();
});

test("the request of a worker that died goes to another", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const id = await ask(db);
  expect((await claimPreview(db, -1))?.id).toBe(id);
  expect((await claimPreview(db, LEASE_MS))?.id).toBe(id);
  expect(await claimPreview(db, LEASE_MS)).toBeUndefined();
});

test("what is withdrawn is read by nobody and answered to nobody", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  const id = await ask(db);
  await claimPreview(db, LEASE_MS);
  await withdrawPreview(db, id);
  await answerPreview(db, id, { rows: 1 });
  expect(await readPreviewAnswer(db, id)).toBeUndefined();
});

test("an answer is given again for the very same value, an error is not", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  expect(await recent(db)).toBeUndefined();
  await answerPreview(db, await ask(db), { error: { code: "IO_STORE_FAILED" } });
  expect(await recent(db)).toBeUndefined();
  await answerPreview(db, await ask(db), { preview: 1 });
  expect(await recent(db)).toEqual({ preview: 1 });
  for (const other of [{ runId: 4 }, { ordinal: 8 }, { assetId: 2 }, { rows: 10 }]) {
    expect(await recent(db, { ...VALUE, ...other })).toBeUndefined();
  }
});

test("old requests are not claimed and go with the next one", async () => {
  await using database = await createTestDatabase();
  const { db } = database;
  await ask(db);
  await db.transaction("age", async ({ sql }) => {
    await sql`update preview_request set requested_at = clock_timestamp() - interval '6 minutes'`;
  });
  expect(await claimPreview(db, LEASE_MS)).toBeUndefined();
  const id = await ask(db);
  const rows = await db.drizzle.query.previewRequest.findMany({ columns: { id: true } });
  expect(rows).toEqual([{ id }]);
});
