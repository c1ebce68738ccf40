import { createTestDatabase, startTcpProxy, type TestDatabase } from "./support/index.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type Database } from "../src/database.ts";

/** Longest time that any call may take; see the fault matrix in the guarantees. */
const LIMIT_MS = 20_000;
/** The message as it is on the wire; `begin` names a level that starts with the same letters. */
const COMMIT = "commit\0";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.db.drizzle.execute("create table mark (name text primary key)");
});

afterAll(() => database[Symbol.asyncDispose]());

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return expect.fail("it was expected to fail");
}

const mark = (db: Database, name: string, isIdempotent = false): Promise<void> =>
  db.transaction(
    `mark ${name}`,
    async ({ sql }) => {
      await sql`insert into mark values (${name}) ${isIdempotent ? sql`on conflict do nothing` : sql``}`;
    },
    { isIdempotent },
  );

const isMarked = async (name: string): Promise<boolean> =>
  database.db.read("is marked", async ({ sql }) => (await sql`select 1 from mark where name = ${name}`).length > 0);

test("a server that hangs up during start-up is unavailable, and not tried for ever", async () => {
  await using proxy = await startTcpProxy(database.url);
  proxy.setFault({ kind: "hang-up" });
  const error = await failure(openDatabase({ url: proxy.url, applicationName: "faults" }));
  expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(proxy.accepted).toBe(1);
});

test(
  "a black hole is unavailable after the time for connecting",
  async () => {
    await using proxy = await startTcpProxy(database.url);
    proxy.setFault({ kind: "ignore" });
    const error = await failure(openDatabase({ url: proxy.url, applicationName: "faults" }));
    expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE", details: { reason: "CONNECT_TIMEOUT" } });
  },
  LIMIT_MS,
);

test("no message holds the password", async () => {
  const password = new URL(database.url).password;
  for (const url of [
    `postgresql://heddle:${password}@127.0.0.1:1/db`,
    `postgresql://heddle:${password}@no-such-host.invalid/db`,
    `postgresql://heddle:${password}@127.0.0.1:99999/db`,
    `mysql://heddle:${password}@127.0.0.1/db`,
  ]) {
    const error = await failure(openDatabase({ url, applicationName: "faults" }));
    expect(error).toMatchObject({ name: "HeddleError" });
    expect(JSON.stringify([error, String(error), (error as Error).cause, (error as Error).stack])).not.toContain(
      password,
    );
  }
});

test("a wrong password and a missing database are told apart", async () => {
  const wrong = new URL(database.url);
  wrong.password = "wrong";
  expect(await failure(openDatabase({ url: wrong.href, applicationName: "faults" }))).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    details: { reason: "28P01" },
    hint: expect.stringContaining("password"),
  });
  const missing = new URL(database.url);
  missing.pathname = "/no_such_database";
  expect(await failure(openDatabase({ url: missing.href, applicationName: "faults" }))).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    details: { reason: "3D000" },
  });
});

test("a connection that falls silent ends by the deadline, and the next call has another", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  const error = await failure(
    db.transaction(
      "falls silent",
      async ({ sql }) => {
        await sql`insert into mark values ('silent')`;
        proxy.setFault({ kind: "fall-silent" });
        await sql`select 1`;
      },
      { deadlineMs: 500 },
    ),
  );
  expect(error).toMatchObject({ code: "DATABASE_DEADLINE" });
  proxy.setFault({ kind: "none" });
  await mark(db, "after silence");
  expect(await isMarked("after silence")).toBe(true);
  proxy.cut();
  expect(await isMarked("silent")).toBe(false);
});

test("a commit whose reply is lost is known to be unknown", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  proxy.setFault({ kind: "drop-reply", text: COMMIT });
  const error = await failure(mark(db, "unknown"));
  expect(error).toMatchObject({
    code: "DATABASE_OUTCOME_UNKNOWN",
    details: { transaction: "mark unknown" },
  });
  expect(await isMarked("unknown")).toBe(true);
});

test("a commit whose reply never comes is unknown at the deadline", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  const error = await failure(
    db.transaction(
      "silent commit",
      async ({ sql }) => {
        await sql`insert into mark values ('silent commit')`;
        proxy.setFault({ kind: "fall-silent" });
      },
      { deadlineMs: 500 },
    ),
  );
  expect(error).toMatchObject({ code: "DATABASE_OUTCOME_UNKNOWN", details: { transaction: "silent commit" } });
});

test("an idempotent transaction is repeated after an unknown outcome", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  proxy.setFault({ kind: "drop-reply", text: COMMIT });
  await mark(db, "repeated", true);
  expect(await isMarked("repeated")).toBe(true);
  expect(proxy.accepted).toBe(2);
});

test("a connection that is lost before the commit means that nothing was done, and it is done again", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  let attempts = 0;
  await db.transaction("cut once", async ({ sql }) => {
    attempts += 1;
    await sql`insert into mark values ('cut once')`;
    if (attempts === 1) proxy.cut();
    await sql`select 1`;
  });
  expect(attempts).toBe(2);
  expect(await isMarked("cut once")).toBe(true);
});

test("statements behind a lost connection never run outside their transaction", async () => {
  await using proxy = await startTcpProxy(database.url);
  await using db = await openDatabase({ url: proxy.url, applicationName: "faults" });
  const error = await failure(
    db.transaction(
      "torn",
      async ({ sql }) => {
        await sql`insert into mark values ('torn 0')`;
        proxy.cut();
        const sent = [1, 2, 3].map((n) => sql`insert into mark values (${`torn ${n}`})`.execute());
        await Promise.allSettled(sent);
        throw new Error("given up");
      },
      { retries: 0 },
    ),
  );
  expect(error).toMatchObject({ message: "given up" });
  const [row] = await database.db.read(
    "torn",
    ({ sql }) => sql<{ count: number }[]>`
    select count(*)::integer as count from mark where name like 'torn%'`,
  );
  expect(row?.count).toBe(0);
});

test("connections that were terminated while idle are not noticed by the calls after", async () => {
  await using db = await openDatabase({ url: database.url, applicationName: "terminated" });
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([1, 2, 3].map((n) => db.read("warm up", ({ sql }) => sql`select pg_sleep(0.01), ${n}::integer`)));
    await database.db.read(
      "terminate",
      ({ sql }) => sql`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'terminated'`,
    );
    const answers = await Promise.all(
      [1, 2, 3].map((n) => db.read("unrelated", ({ sql }) => sql<{ n: number }[]>`select ${n}::integer as n`)),
    );
    expect(answers.map(([row]) => row?.n)).toEqual([1, 2, 3]);
  }
});

test("a backend that is terminated in the middle of a statement costs another attempt and no failure", async () => {
  await using db = await openDatabase({ url: database.url, applicationName: "victim" });
  let attempts = 0;
  const answer = await db.transaction("victim", async ({ sql }) => {
    attempts += 1;
    if (attempts === 1) {
      const pid = (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0;
      const sleeping = sql`select pg_sleep(30)`;
      await Promise.all([
        sleeping,
        database.db.read("kill", (tx) => tx.sql`select pg_terminate_backend(${pid}::integer)`),
      ]);
    }
    return sql<{ n: number }[]>`select 7 as n`;
  });
  expect(attempts).toBe(2);
  expect(answer[0]?.n).toBe(7);
});

test("a server without room for another connection is tried again until it has", async () => {
  await database.db.drizzle.execute(`alter database ${new URL(database.url).pathname.slice(1)} connection limit 3`);
  // A superuser is not held to the limit.
  await database.db.drizzle.execute("create role limited login password 'limited'");
  const url = new URL(database.url);
  [url.username, url.password] = ["limited", "limited"];
  await using db = await openDatabase({ url: url.href, applicationName: "limited", maxConnections: 8 });
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => db.read("crowd", ({ sql }) => sql<{ n: number }[]>`select ${n}::integer as n`)),
  );
  expect(answers.map(([row]) => row?.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
