import { liftSilence, readSilences, readSilencesOf, silenceCheck, type Database } from "@heddle/storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});

afterAll(() => database[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const check = { environmentId: 1, assetId: 7, name: "complete" };
const inForce = async (environmentId = 1) =>
  (await db.read("silences", (tx) => readSilences(tx, environmentId))).map(({ name, reason }) => [name, reason]);

test("a check is silent until its time is over, or somebody lifts it", async () => {
  const until = new Date(Date.now() + HOUR);
  await silenceCheck(db, { ...check, until, reason: "known", actor: "ana" });
  await silenceCheck(db, { ...check, name: "late", until: new Date(Date.now() - 1), reason: "over by now" });
  await silenceCheck(db, { ...check, environmentId: 2, until, reason: "elsewhere" });
  expect(await inForce()).toEqual([["complete", "known"]]);
  await silenceCheck(db, { ...check, until, reason: "known better", actor: "ben" });
  expect(await inForce()).toEqual([["complete", "known better"]]);
  expect(await liftSilence(db, { ...check, actor: "cem" })).toBe(true);
  expect(await liftSilence(db, check)).toBe(false);
  expect(await inForce()).toEqual([]);
  expect(await inForce(2)).toEqual([["complete", "elsewhere"]]);

  const history = await db.read("history", (tx) => readSilencesOf(tx, check, 10));
  expect(history.map(({ reason, actor, liftedBy, until: end }) => [reason, actor, liftedBy, end])).toEqual([
    ["known better", "ben", "cem", until],
    ["known", "ana", "ben", until],
  ]);
  expect(await db.read("history", (tx) => readSilencesOf(tx, check, 1))).toHaveLength(1);
});
