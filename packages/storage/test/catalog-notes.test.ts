import {
  deleteView,
  endAttentionNote,
  noteAttention,
  readAttentionNotes,
  readFavourites,
  readSavedViews,
  saveView,
  setFavourite,
  type Database,
} from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database[Symbol.asyncDispose]());

describe("saved views", () => {
  const names = async (page: string) =>
    (await db.read("test", (tx) => readSavedViews(tx, page))).map(({ name }) => name);

  test("are listed by name for each page, and saved over by their name", async () => {
    const first = await saveView(db, { page: "assets", name: "Broken", search: "status=failed" });
    await saveView(db, { page: "assets", name: "all mine", search: "owner=@ana" });
    await saveView(db, { page: "runs", name: "Broken", search: "status=failed" });
    expect(await names("assets")).toEqual(["all mine", "Broken"]);
    const again = await saveView(db, { page: "assets", name: "Broken", search: "status=failed,stale" });
    expect(again).toMatchObject({ id: first.id, search: "status=failed,stale" });
    expect(await deleteView(db, first.id)).toBe(true);
    expect(await deleteView(db, first.id)).toBe(false);
    expect(await names("assets")).toEqual(["all mine"]);
  });

  test("are so many at most, and these can still be saved over", async () => {
    await db.transaction("fill", async ({ sql }) => {
      await sql`insert into saved_view (page, name, search) select 'full', 'v' || i, 'x' from generate_series(1, 500) i`;
    });
    await expect(saveView(db, { page: "full", name: "one more", search: "x" })).rejects.toMatchObject({
      code: "SAVED_VIEWS_FULL",
    });
    expect(await saveView(db, { page: "full", name: "v7", search: "y" })).toMatchObject({ name: "v7", search: "y" });
  });
});

test("stars are set once and taken back once", async () => {
  expect(await setFavourite(db, { key: "a/b", isFavourite: true })).toBe(true);
  expect(await setFavourite(db, { key: "a/b", isFavourite: true })).toBe(false);
  await setFavourite(db, { key: "c", isFavourite: true });
  expect(await db.read("test", readFavourites)).toEqual(["c", "a/b"]);
  expect(await setFavourite(db, { key: "a/b", isFavourite: false })).toBe(true);
  expect(await setFavourite(db, { key: "a/b", isFavourite: false })).toBe(false);
  expect(await db.read("test", readFavourites)).toEqual(["c"]);
});

describe("notes about what asks for attention", () => {
  const notes = async () => db.read("test", (tx) => readAttentionNotes(tx, 1));
  const note = { environmentId: 1, assetKey: "orders", problem: "run 1", text: "known", durationMs: null };

  test("hold until another one about the same asset, or until they are taken back", async () => {
    await noteAttention(db, note);
    await noteAttention(db, { ...note, assetKey: "other" });
    await noteAttention(db, { ...note, problem: "run 2", text: "again" });
    expect((await notes()).get("orders")).toMatchObject({ problem: "run 2", text: "again", until: null });
    expect(await endAttentionNote(db, { environmentId: 1, assetKey: "orders" })).toBe(true);
    expect(await endAttentionNote(db, { environmentId: 1, assetKey: "orders" })).toBe(false);
    expect([...(await notes()).keys()]).toEqual(["other"]);
  });

  test("end by themselves when their time is over", async () => {
    await noteAttention(db, { ...note, assetKey: "asleep", durationMs: 3_600_000 });
    expect((await notes()).get("asleep")?.until?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    await db.transaction("later", async ({ sql }) => {
      await sql`
        update attention_note set noted_at = noted_at - interval '2 hours', until = until - interval '2 hours'
        where asset_key = 'asleep'`;
    });
    expect((await notes()).has("asleep")).toBe(false);
  });

  test("belong to one environment", async () => {
    await noteAttention(db, { ...note, assetKey: "here" });
    expect((await db.read("test", (tx) => readAttentionNotes(tx, 2))).size).toBe(0);
  });
});
