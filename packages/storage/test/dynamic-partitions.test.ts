import { dynamicPartitions } from "@heddle/core";
import { PartitionSet } from "@heddle/core/internal";
import {
  addDynamicPartitions,
  listDynamicDefinitions,
  listDynamicPartitions,
  MAX_DYNAMIC_KEYS,
  openDatabase,
  readDynamicHistory,
  readDynamicKeys,
  removeDynamicPartitions,
  type Database,
  type DynamicPartitionsRequest,
  type StepOutcome,
} from "@heddle/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchAndClaim, settle } from "./fixtures/launched-run.ts";
import { declare, snapshotAsset, succeed } from "./fixtures/run-fixtures.ts";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  const names = ["users", "cities", "crowd", "limit", "pages", "steps"];
  await declare(
    db,
    names.map((name) => ({ ...snapshotAsset(`of/${name}`), partitions: dynamicPartitions({ name }).spec })),
    "dynamic",
  );
});

afterAll(() => database[Symbol.asyncDispose]());

const origin = { kind: "manual" };
const add = (definition: string, keys: readonly string[], on = db) =>
  addDynamicPartitions(on, { definition, keys, origin });
const remove = (definition: string, keys: readonly string[]) =>
  removeDynamicPartitions(db, { definition, keys, origin });
const read = async (definition: string) =>
  (await db.read("keys", (tx) => readDynamicKeys(tx, [definition])))[definition] ?? [];

test("a key keeps its ordinal for ever: removed, it leaves a gap, and it comes back to it", async () => {
  expect(await add("users", ["ann", "bob", "ann"])).toEqual({
    definition: "users",
    changed: 2,
    partitions: PartitionSet.range(0, 2),
  });
  expect(await add("users", ["bob", "eve"])).toMatchObject({ changed: 1, partitions: PartitionSet.of([2]) });
  expect(await read("users")).toEqual(["ann", "bob", "eve"]);
  expect(await remove("users", ["bob"])).toMatchObject({ changed: 1, partitions: PartitionSet.of([1]) });
  expect(await remove("users", ["bob"])).toMatchObject({ changed: 0 });
  expect(await read("users")).toEqual(["ann", null, "eve"]);
  await add("users", ["joe"]);
  expect(await add("users", ["bob"])).toMatchObject({ changed: 1, partitions: PartitionSet.of([1]) });
  expect(await read("users")).toEqual(["ann", "bob", "eve", "joe"]);
  await remove("users", ["joe"]);
  expect(await db.read("history", (tx) => readDynamicHistory(tx, ["users"]))).toEqual({
    users: ["ann", "bob", "eve", "joe"],
  });
  expect(await add("users", [])).toMatchObject({ changed: 0 });
});

test("each change is told once, with who asked for it", async () => {
  await add("cities", ["ulm", "bern"]);
  await add("cities", ["ulm"]);
  await remove("cities", ["bern"]);
  const events = await db.read(
    "events",
    ({ sql }) => sql<{ kind: string; payload: unknown }[]>`
      select kind, payload from event where payload ->> 'definition' = 'cities' order by id`,
  );
  const payload = { definition: "cities", origin };
  expect([...events]).toEqual([
    { kind: "partitions_added", payload },
    { kind: "partitions_removed", payload },
  ]);
});

describe("refused is", () => {
  test("a definition that nobody declares, with the nearest names", async () => {
    await expect(add("user", ["x"])).rejects.toMatchObject({
      code: "DYNAMIC_PARTITIONS_UNKNOWN",
      hint: expect.stringContaining('Did you mean "users"'),
    });
    await expect(remove("nothing like it", ["x"])).rejects.toMatchObject({ code: "DYNAMIC_PARTITIONS_UNKNOWN" });
    await expect(
      db.read("list", (tx) => listDynamicPartitions(tx, { definition: "user", limit: 1 })),
    ).rejects.toMatchObject({ code: "DYNAMIC_PARTITIONS_UNKNOWN" });
  });

  test("every key that cannot be one, all or nothing; separators are fine", async () => {
    for (const key of ["", " a", "a\n", "a\0b", "\ud800", "x".repeat(513)])
      await expect(add("pages", ["good", key])).rejects.toMatchObject({ code: "PARTITION_KEY_INVALID" });
    expect(await read("pages")).toEqual([]);
    const odd = ["a|b", "a/b", "a,b", "a..b", 'say "x"', "last 7", "äöü 😀"];
    await add("pages", odd);
    expect(await read("pages")).toEqual(odd);
    await remove("pages", odd);
  });

  test("removing a key that never was, with the nearest ones", async () => {
    await add("cities", ["hamburg"]);
    await expect(remove("cities", ["ulm", "hamburk"])).rejects.toMatchObject({
      code: "PARTITION_UNKNOWN",
      hint: 'Did you mean "hamburg"?',
    });
    await expect(remove("cities", ["a\0b"])).rejects.toMatchObject({ code: "PARTITION_UNKNOWN" });
    expect(await read("cities")).toContain("ulm");
  });

  test("more keys than a call or a definition may have", async () => {
    const many = Array.from({ length: 10_001 }, (_, n) => `k${n}`);
    await expect(add("limit", many)).rejects.toMatchObject({ code: "PARTITIONS_LIMIT" });
    await add("limit", ["first"]);
    await db.transaction(
      "as if it were full",
      ({ sql }) => sql`
      insert into dynamic_partition (definition, ordinal, key) values ('limit', ${MAX_DYNAMIC_KEYS - 2}, 'almost last')`,
    );
    await expect(add("limit", ["x", "y"])).rejects.toMatchObject({ code: "PARTITIONS_LIMIT" });
    expect(await add("limit", ["first", "x"])).toMatchObject({ changed: 1 });
  });
});

test("many processes that add the same keys at once give each key one ordinal", async () => {
  const databases = await Promise.all(
    Array.from({ length: 8 }, () => openDatabase({ url: database.url, applicationName: "adds", maxConnections: 2 })),
  );
  const keys = Array.from({ length: 200 }, (_, n) => `key ${n}`);
  const results = await Promise.all(
    databases.flatMap((on, n) => [
      // Each in an order of its own, and overlapping.
      add("crowd", keys.slice(n * 10).toReversed(), on),
      add("crowd", keys.slice(0, 200 - n * 10), on),
    ]),
  );
  await Promise.all(databases.map((on) => on[Symbol.asyncDispose]()));
  expect(results.reduce((sum, { changed }) => sum + changed, 0)).toBe(200);
  const stored = await read("crowd");
  expect(stored).toHaveLength(200);
  expect(new Set(stored)).toEqual(new Set(keys));
});

test("keys are listed in pages, found by a part of them, and counted", async () => {
  await add(
    "pages",
    Array.from({ length: 25 }, (_, n) => `page ${n}`),
  );
  await remove("pages", ["page 3"]);
  const list = (query: object) =>
    db.read("list", (tx) => listDynamicPartitions(tx, { definition: "pages", limit: 10, ...query }));
  const seen: string[] = [];
  for (let after: number | null | undefined; after !== null;) {
    const page = await list(after === undefined ? {} : { afterOrdinal: after });
    expect(page.total).toBe(24);
    seen.push(...page.rows.map(({ key }) => key));
    after = page.nextAfter;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `page ${n}`).filter((key) => key !== "page 3"));
  expect((await list({ text: "PAGE 1" })).rows.map(({ key }) => key)).toContain("page 18");
  expect((await list({ text: "page 3", removed: true })).rows[0]?.removedAt).toBeInstanceOf(Date);
  expect(await db.read("definitions", listDynamicDefinitions)).toContainEqual({ name: "pages", total: 24 });
});

describe("keys that a step adds", () => {
  const adding = (outcomes: readonly StepOutcome[], requests: readonly DynamicPartitionsRequest[]): StepOutcome[] =>
    outcomes.map((outcome) => (outcome.kind === "success" ? { ...outcome, dynamicPartitions: requests } : outcome));

  test("are there with its publication, also in a definition that no asset uses", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: { partitions: 2 } });
    const requests: DynamicPartitionsRequest[] = [
      { definition: "steps", action: "add", keys: ["one", "two"] },
      { definition: "nobody uses it", action: "add", keys: ["x"] },
      { definition: "steps", action: "remove", keys: ["two", "never was"] },
    ];
    expect(await settle(db, workerId, adding(succeed(held), requests))).toEqual(["published", "published"]);
    expect(await read("steps")).toEqual(["one"]);
    expect(await read("nobody uses it")).toEqual(["x"]);
    // Sent again, because the answer got lost: nothing is done twice.
    expect(await settle(db, workerId, adding(succeed(held), requests))).toEqual(["already", "already"]);
    const [told] = await db.read(
      "events",
      ({ sql }) => sql`
      select payload, run_id as "runId" from event where kind = 'partitions_added' and payload ->> 'definition' = 'steps'`,
    );
    expect(told).toEqual({ payload: { definition: "steps", origin: { kind: "run", runId } }, runId });
  });

  test("are not there when it is canceled or fenced", async () => {
    const { workerId, held } = await launchAndClaim(db, { a: {} });
    const requests: DynamicPartitionsRequest[] = [{ definition: "steps", action: "add", keys: ["too late"] }];
    await db.transaction("take away", ({ sql }) => sql`delete from claim where id = ${held.claimId}`);
    expect(await settle(db, workerId, adding(succeed(held), requests))).toEqual(["fenced"]);
    expect(await read("steps")).not.toContain("too late");
  });

  test("fail it where the definition has no room, and nothing of it is published", async () => {
    const { runId, workerId, held } = await launchAndClaim(db, { a: {} });
    const requests: DynamicPartitionsRequest[] = [{ definition: "limit", action: "add", keys: ["y", "z"] }];
    expect(await settle(db, workerId, adding(succeed(held), requests))).toEqual(["failed"]);
    const [attempt] = await db.read(
      "attempt",
      ({ sql }) => sql<{ code: string }[]>`select error ->> 'code' as code from attempt where run_id = ${runId}`,
    );
    expect(attempt?.code).toBe("PARTITIONS_LIMIT");
  });
});
