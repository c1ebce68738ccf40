import type { AssetSnapshot, DefinitionsSnapshot } from "@heddle/core/internal";
import { createTestDatabase, type TestDatabase } from "./support/index.ts";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { recordLoadError, registerCodeVersion } from "../src/code.ts";
import { getCodeVersion, getCurrentCode, listCurrentCode } from "../src/read/code-versions.ts";
import { FIRST_EVENT_CURSOR, readEvents } from "../src/events.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  await database.db.drizzle.execute("truncate asset, code_version, code_location, event restart identity cascade");
});

afterAll(() => database[Symbol.asyncDispose]());

function declare(key: string, description: string | null = null): AssetSnapshot {
  return {
    key,
    kind: "asset",
    description,
    group: "default",
    owners: [],
    tags: {},
    kinds: [],
    metadata: {},
    partitions: null,
    deps: [],
    resources: [],
    retry: { attempts: 1, backoff: "constant", delayMs: 0, maxDelayMs: 0, jitter: false },
    timeoutMs: 60_000,
    isolation: "shared",
    io: "json",
    source: null,
    codeVersion: "1",
    checks: [],
  };
}

const bundle = gzipSync("export default 1;");

function register(hash: string, assets: readonly AssetSnapshot[], location = "main") {
  const snapshot: DefinitionsSnapshot = { protocol: 1, assets };
  return registerCodeVersion(database.db, { location, directory: `/projects/${location}`, hash, snapshot, bundle });
}

const readAssets = (): Promise<readonly { key: string; description: string | null; isRemoved: boolean }[]> =>
  database.db.read("read assets", async ({ sql }) => [
    ...(await sql<{ key: string; description: string | null; isRemoved: boolean }[]>`
      select key, definition ->> 'description' as description, removed_at is not null as "isRemoved"
      from asset order by key`),
  ]);

test("a code version is stored with its bundle and put in force", async () => {
  const { codeVersionId } = await register("hash-1", [declare("a"), declare("b", 'text "with" \\ and , {braces}')]);
  const stored = await getCodeVersion(database.db, codeVersionId);
  expect(stored).toMatchObject({ id: codeVersionId, hash: "hash-1", location: "main", directory: "/projects/main" });
  expect(stored?.snapshot.assets.map(({ key }) => key)).toEqual(["a", "b"]);
  expect(stored?.bundle).toEqual(new Uint8Array(bundle));
  expect(await getCodeVersion(database.db, "hash-1")).toEqual(stored);
  expect(await getCodeVersion(database.db, 999)).toBeUndefined();
  expect(await getCurrentCode(database.db, "main")).toMatchObject({ codeVersionId, hash: "hash-1", loadError: null });
  expect(await getCurrentCode(database.db, "elsewhere")).toBeUndefined();
  expect(await readAssets()).toEqual([
    { key: "a", description: null, isRemoved: false },
    { key: "b", description: 'text "with" \\ and , {braces}', isRemoved: false },
  ]);
});

test("assets are changed, removed and brought back by later versions", async () => {
  expect(await register("v1", [declare("a"), declare("b"), declare("c")])).toMatchObject({ changed: 3, removed: 0 });
  expect(await register("v2", [declare("a", "new"), declare("b")])).toMatchObject({ changed: 1, removed: 1 });
  expect(await readAssets()).toEqual([
    { key: "a", description: "new", isRemoved: false },
    { key: "b", description: null, isRemoved: false },
    { key: "c", description: null, isRemoved: true },
  ]);
  // The same hash as before is the same version: its definitions are in force again.
  expect(await register("v1", [declare("a"), declare("b"), declare("c")])).toMatchObject({
    codeVersionId: 1,
    changed: 2,
  });
  expect((await readAssets()).map(({ isRemoved }) => isRemoved)).toEqual([false, false, false]);
  expect(await getCurrentCode(database.db, "main")).toMatchObject({ hash: "v1" });
});

test("registering what is in force changes nothing and tells nobody", async () => {
  const told: string[] = [];
  const last = Promise.withResolvers<void>();
  await using _ = await database.db.listen("heddle_code", (payload) => {
    told.push(payload);
    if (payload === "other") last.resolve();
  });
  await register("v1", [declare("a")]);
  expect(await register("v1", [declare("a")])).toMatchObject({ changed: 0, removed: 0 });
  await register("v1", [declare("b")], "other");
  await last.promise;
  expect(told).toEqual(["main", "other"]);
  const { events } = await database.db.read("events", (tx) => readEvents(tx, { after: FIRST_EVENT_CURSOR, limit: 10 }));
  expect(events.map(({ kind, payload }) => ({ kind, payload }))).toEqual([
    { kind: "code_loaded", payload: { location: "main", codeVersionId: 1, changed: 1, removed: 0 } },
    { kind: "code_loaded", payload: { location: "other", codeVersionId: expect.any(Number), changed: 1, removed: 0 } },
  ]);
});

test("an asset belongs to one code location, until that one removes it", async () => {
  await register("v1", [declare("shared"), declare("a")]);
  await expect(register("v1", [declare("shared"), declare("b")], "other")).rejects.toMatchObject({
    code: "ASSET_DUPLICATE",
    message: 'the asset "shared" of other is declared by the code location main already',
  });
  expect(await getCurrentCode(database.db, "other")).toBeUndefined();
  await register("v2", [declare("a")]);
  expect(await register("v1", [declare("shared")], "other")).toMatchObject({ changed: 1 });
  expect((await readAssets()).find(({ key }) => key === "shared")?.isRemoved).toBe(false);
});

test("a load error stands beside the version that stays in force, until a version loads", async () => {
  const failure = { location: "main", directory: "/projects/main", error: { name: "SyntaxError", message: "line 3" } };
  await recordLoadError(database.db, failure);
  expect(await getCurrentCode(database.db, "main")).toMatchObject({ codeVersionId: null, loadError: failure.error });
  await register("v1", [declare("a")]);
  await recordLoadError(database.db, failure);
  expect(await getCurrentCode(database.db, "main")).toMatchObject({ hash: "v1", loadError: failure.error });
  await register("v1", [declare("a")]);
  expect(await getCurrentCode(database.db, "main")).toMatchObject({ hash: "v1", loadError: null });
  expect(await database.db.read("list", listCurrentCode)).toHaveLength(1);
});

test("two thousand assets take as many statements as two", async () => {
  const countStatements = async (hash: string, count: number): Promise<number> => {
    const assets = Array.from({ length: count }, (_, n) => declare(`asset/${n}`, hash));
    let statements = 0;
    await registerCodeVersion(
      {
        ...database.db,
        transaction: (name, fn, options) =>
          database.db.transaction(
            name,
            (tx) => {
              const counted = new Proxy(tx.sql, {
                apply: (target, self, args) => {
                  statements += 1;
                  return Reflect.apply(target, self, args);
                },
              });
              return fn({ ...tx, sql: counted });
            },
            options,
          ),
      },
      { location: "main", directory: "/", hash, snapshot: { protocol: 1, assets }, bundle },
    );
    return statements;
  };
  const few = await countStatements("few", 2);
  expect(await countStatements("many", 2_000)).toBe(few);
  expect(await readAssets()).toHaveLength(2_000);
});

test("registrations of one code location at the same time follow each other", async () => {
  const versions = Array.from({ length: 12 }, (_, n) => `v${n}`);
  await Promise.all(versions.map((hash, n) => register(hash, [declare("a", hash), declare(`only/${n}`)])));
  const current = await getCurrentCode(database.db, "main");
  const assets = await readAssets();
  expect(assets.find(({ key }) => key === "a")?.description).toBe(current?.hash);
  expect(assets.filter(({ key, isRemoved }) => key.startsWith("only/") && !isRemoved)).toHaveLength(1);
});
